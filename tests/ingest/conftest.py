from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.ingest import ImportedFile, ImportReport, import_sources
from kb.vocabulary import Vocabulary

HERE = Path(__file__).parent

#: A page that every part of the importer has something to say about, to be changed by the tests.
PAGE = """\
Article: Ferries Now Carry Forms By Ada Moor

August 20, 2019

<div class=”post-content entry-content”>
<div class=”addthis_tool” data-url=”http://slipway.example.org/2019/08/14/ferries-carry-forms/”></div>
<p>The night ferry carries forms for the customs house as well as passengers, the captain says.</p>
<p>Each form travels in a sealed bag, and each bag has a seat of its own beside the window.</p>
</div>
"""


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(HERE / "vocabulary.toml")


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "content"


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a source and gives its name back."""

    def write(name: str, text: str) -> str:
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def bring(into: Path, vocabulary: Vocabulary) -> Callable[..., ImportReport]:
    """Imports sources into the test's own content folder."""

    def run(*sources: str, dry_run: bool = False) -> ImportReport:
        return import_sources(sources, into, vocabulary, dry_run=dry_run)

    return run


def said(file: ImportedFile, kind: str) -> str:
    """All that a record says of a kind, on one line."""
    return " | ".join(str(note) for note in file.notes if note.kind == kind)
