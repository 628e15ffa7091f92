"""Links lead somewhere, examples run, and the README shows what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.manual import MANUAL, TOP, anchors, examples, links, read


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = []
    for target in links(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", ["docs/library.md"])
def test_the_examples_run_in_their_order(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page are one program, run in a copy of the shipped root."""
    blocks = examples(read(name))
    assert blocks
    shutil.copy(TOP / "kb.toml", tmp_path)
    shutil.copytree(TOP / "content", tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "example"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{name}, example {number}", "exec"), names)


def test_the_readme_shows_the_two_commands_and_the_picture() -> None:
    text = read("README.md")
    assert "make serve" in text
    assert "make test" in text
    assert "(docs/search.png)" in text


def test_every_page_of_the_manual_can_be_reached_from_the_readme() -> None:
    reached = {TOP / "README.md"}
    waiting = [TOP / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in links(page.read_text(encoding="utf-8")):
            found = (page.parent / target.partition("#")[0]).resolve()
            if found.suffix == ".md" and found not in reached and found.exists():
                reached.add(found)
                waiting.append(found)
    assert {str(page.relative_to(TOP)) for page in MANUAL} - {str(page.relative_to(TOP)) for page in reached} == set()


def test_every_make_target_that_the_manual_names_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", read("Makefile")))
    named = {name for page in MANUAL for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert {"serve", "test", "screenshot", "bench", "faults", "lock", "clean"} <= targets
    assert named <= targets


def test_make_alone_lists_its_targets() -> None:
    done = subprocess.run(["make"], cwd=TOP, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"(?m)^  make ([a-z-]+) ", done.stdout))
    assert listed == set(re.findall(r"(?m)^\.PHONY: ([a-z-]+)$", read("Makefile")))
