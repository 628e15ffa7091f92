"""Each contract of import-linter is proven by breaking it: a copy of the package gets one import too many."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent.parent
CONTRACTS = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]

#: The contract, the module that imports what it must not, and the import.
BREACHES = [
    ("layers", "kb/folding.py", "import kb.toml"),
    ("layers", "kb/model.py", "import kb.errors"),
    ("layers", "kb/vocabulary.py", "import kb.config"),
    ("layers", "kb/frontmatter.py", "import kb.language"),
    ("layers", "kb/language/__init__.py", "import kb.search"),
    ("layers", "kb/content/__init__.py", "import kb.search"),
    ("layers", "kb/content/__init__.py", "import kb.ingest"),
    ("layers", "kb/ingest/__init__.py", "import kb.content"),
    ("layers", "kb/search/__init__.py", "import kb.indexing"),
    ("layers", "kb/indexing.py", "import kb.core"),
    ("layers", "kb/core.py", "import kb.web"),
    ("layers", "kb/web/__init__.py", "import kb.cli"),
    ("layers", "kb/utils.py", ""),
    ("fence-flask", "kb/core.py", "import flask"),
    ("fence-flask", "kb/cli.py", "import werkzeug"),
    ("fence-click", "kb/web/__init__.py", "import click"),
    ("fence-markdown", "kb/ingest/__init__.py", "import markdown"),
    ("fence-whoosh", "kb/core.py", "import whoosh.index"),
    ("fence-numpy", "kb/indexing.py", "import numpy"),
    ("fence-flask", "kb/core.py", "import isal"),
    ("fence-orjson", "kb/search/__init__.py", "import orjson"),
    ("fence-nowhere", "kb/search/__init__.py", "import sqlite3"),
    ("fence-nowhere", "kb/search/__init__.py", "import opensearchpy"),
]


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    command = [lint_imports, "--no-logo", "--no-cache", "--contract", contract]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    shutil.copytree(TOP / "kb", tmp_path / "kb", ignore=shutil.ignore_patterns("__pycache__", "data", "static"))
    return tmp_path


@pytest.mark.parametrize(("contract", "module", "statement"), BREACHES)
def test_a_contract_is_broken_by_one_import_too_many(copy: Path, contract: str, module: str, statement: str) -> None:
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{statement}\n")
    found = lint(copy, contract)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "BROKEN" in found.stdout or "exhaustive" in found.stdout.lower(), found.stdout


def test_each_contract_is_kept_as_the_code_stands(copy: Path) -> None:
    for contract in CONTRACTS:
        found = lint(copy, contract["id"])
        assert found.returncode == 0, found.stdout + found.stderr


def test_no_contract_goes_unproven() -> None:
    assert {contract for contract, *_ in BREACHES} == {contract["id"] for contract in CONTRACTS}
