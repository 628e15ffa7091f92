# One command per intention; `make` alone lists them. GNU make 3.81 or newer, and Python 3.11 or newer, are all it takes.
#   PYTHON=python3.12  which Python makes the environment     VENV=.venv  where it lies
#   PORT=8000          where `make serve` listens             ARGS=…      more for pytest, the benchmark or the faults

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
ARGS ?=

BIN := $(VENV)/bin
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
PEERS := $(VENV)/.installed-peers
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: serve
serve: $(RUN) ## Build the index from content/ and serve the site (PORT=8000)
	@$(BIN)/kb rebuild-index
	@$(BIN)/kb serve --port $(PORT)

.PHONY: setup
setup: $(DEV) ## Make the environment of a developer in .venv

.PHONY: test
test: check ## Check everything: format, lint, types, imports, then all tests (documentation too) with coverage
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

.PHONY: check
check: architecture ## The part of `make test` that runs nothing: format, lint, types, direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: architecture
architecture: $(DEV) ## Check that imports point one way, and that foreign packages stay with their owners
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: $(DEV) ## Put the code into its format and mend what the linter can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: faults
faults: $(DEV) ## Plant each seeded fault in a copy and see that the tests catch it
	@$(BIN)/python tests/faults/run.py $(ARGS)

.PHONY: bench
bench: $(DEV) ## Measure the engines beside the peers that are installed, on generated articles (ARGS="--sizes 1000")
	@$(BIN)/python -m benchmarks.engines.run $(ARGS)

.PHONY: peers
peers: $(PEERS) ## Install the peers of `make bench`: tantivy and bm25s

.PHONY: screenshot
screenshot: $(DEV) ## Take the picture of the search page in the README (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshot docs/search.png

.PHONY: lock
lock: $(DEV) ## Bring the locked dependencies up to date (requirements*.txt)
	@$(LOCK) --upgrade pyproject.toml --group dev --group build --output-file requirements-dev.txt
	@$(LOCK) --upgrade pyproject.toml --constraint requirements-dev.txt --output-file requirements.txt
	@$(LOCK) --upgrade --group build --constraint requirements-dev.txt --output-file requirements-build.txt
	@$(LOCK) --upgrade --group peers --constraint requirements-dev.txt --output-file requirements-peers.txt

# Hashes for every platform and Python, and no address of any index.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: clean
clean: ## Remove what can be made again: environment, indexes, caches
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	@find index -mindepth 1 ! -name README.md ! -name .gitignore -delete
	@find kb tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# The environment. Each stamp is as old as the last installation and made again when a lock is newer; what takes long is
# done once. Nothing is fetched but what the locks name, by its hash.
FIND_PYTHON = for candidate in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; candidate=; done

$(BIN)/python:
	@$(FIND_PYTHON); \
	if [ -z "$$candidate" ]; then \
	  echo "Python 3.11 or newer is needed, and neither $(PYTHON) nor another python here is: install it, or name it with make PYTHON=…" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$candidate" --version) (once)" >&2; \
	"$$candidate" -m venv "$(VENV)" || { \
	  rm -rf "$(VENV)"; \
	  echo "This Python cannot make an environment: install its venv package (Debian: apt-get install python3-venv)" >&2; \
	  exit 1; \
	}

$(RUN): requirements.txt requirements-build.txt | $(BIN)/python
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --require-hashes --requirement requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(PEERS): requirements-peers.txt | $(RUN)
	@$(PIP) install --require-hashes --requirement requirements-peers.txt
	@touch $@

$(DEV): requirements-dev.txt | $(RUN)
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@
