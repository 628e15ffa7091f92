"""Incremental is full by construction: whatever was edited, a rebuild gives what a first build would have given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.core import KnowledgeBase
from kb.indexing import readings
from kb.indexing.reading import PageReader
from kb.indexing.records import ABOUT, CHECKED, STORED, About, record_of
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.model import Document, Query, Source
from kb.search.tokens import TermNumbers
from kb.vocabulary import Vocabulary
from tests.indexing.roots import CONFIG, LEDGER, VOCABULARY, WORDS, contents, flip, live_name, make_root, page, write

#: The manifest notes the time and the name.
TIMED = ("manifest.json",)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_root(tmp_path / "root")
    KnowledgeBase.open(root).rebuild()
    return root


def generation(root: Path) -> dict[str, bytes]:
    """Every file of the live generation but its manifest, byte by byte."""
    files = contents(root / "index/columnar" / live_name(root))
    return {name: data for name, data in files.items() if name not in TIMED}


def answers(root: Path) -> list[Any]:
    """What is answered to searches of every kind, and what is related."""
    base = KnowledgeBase.open(root)
    queries = [
        "",
        "article",
        "asylum",
        "asilo",
        "h-1b",
        "H1B visa",
        '"tells an officer"',
        "cites:214.2",
        "refuge protection proves",
    ]
    found: list[Any] = [replace(base.search(Query(text=text, per_page=100)), query=Query()) for text in queries]
    return found + [base.related(hit.id) for hit in base.search(Query(per_page=100)).hits] + [base.suggest("a")]


def edit(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def rename(root: Path, old: str, new: str) -> None:
    (root / f"content/{old}.md").rename(root / f"content/{new}.md")


FIRST, WORDS_FILE = "content/news/2019/first.md", "content/vocabulary.toml"


def replacing(path: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda root: edit(root, path, old, new)


def change_places(root: Path) -> None:
    rename(root, "pages/about", "pages/x")
    rename(root, "news/2021/second", "pages/about")
    rename(root, "pages/x", "pages/second")
    edit(root, "content/pages/about.md", 'date: "2021-05-05"', "type: page")


#: What is edited, and how many pages are read again.
EDITS: dict[str, tuple[Callable[[Path], object], int]] = {
    "nothing": (lambda root: None, 0),
    "a page is changed": (replacing(FIRST, "seeks", "sought"), 1),
    "a date is changed": (replacing(FIRST, "2019-03-01", "2018-03-01"), 1),
    "a page is added": (
        lambda root: write(root, "news/2022/third", page("The third", date="2022-01-01", tags="uscis")),
        1,
    ),
    "a page is removed": (lambda root: (root / FIRST).unlink(), 0),
    "a page is renamed": (lambda root: rename(root, "news/2019/first", "news/2019/renamed"), 1),
    "two pages change places": (change_places, 2),
    "a page becomes a draft": (replacing(FIRST, "date:", "draft: true\ndate:"), 0),
    "a page is superseded": (replacing(FIRST, "date:", "superseded_by: news/2021/second\ndate:"), 1),
    "a label is added to the vocabulary": (replacing(WORDS_FILE, '["Specialty occupation"]', '["Refuge worker"]'), 5),
    "a concept gets a service": (
        replacing(WORDS_FILE, "[concept.uscis]\n", '[concept.uscis]\nservice = "services/visas/h-1b"\n'),
        5,
    ),
    "a concept is merged": (replacing(WORDS_FILE, "[concept.uscis]\n", '[concept.uscis]\nreplaced_by = "asylum"\n'), 5),
    "the ledger is changed": (replacing("content/changes.toml", "2020-06-01", "2025-06-01"), 0),
    "the ledger is removed": (lambda root: (root / "content/changes.toml").unlink(), 0),
    "a heading is renamed": (replacing("kb.toml", 'label = "Visas"', 'label = "All visas"'), 0),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_rebuild_after_an_edit_equals_a_first_build(root: Path, name: str, tmp_path: Path) -> None:
    change, read = EDITS[name]
    change(root)
    assert KnowledgeBase.open(root).rebuild().read == read
    incremental, answered = generation(root), answers(root)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (root / "content").rename(fresh / "content")
    (root / "kb.toml").rename(fresh / "kb.toml")
    KnowledgeBase.open(fresh).rebuild()
    assert generation(fresh) == incremental
    assert answers(fresh) == answered


def test_full_reads_every_page(root: Path) -> None:
    assert KnowledgeBase.open(root).rebuild(full=True).read == 5


def test_a_summary_says_what_was_added_changed_and_removed(root: Path) -> None:
    edit(root, "content/news/2019/first.md", "seeks", "sought")
    write(root, "news/2022/third", page("The third article", date="2022-01-01"))
    (root / "content/pages/about.md").unlink()
    summary = KnowledgeBase.open(root).rebuild()
    assert (summary.added, summary.changed, summary.removed, summary.documents) == (1, 1, 1, 5)
    assert KnowledgeBase.open(root).status().stale == ()


def test_status_names_what_has_changed_since(root: Path) -> None:
    edit(root, "content/news/2019/first.md", "seeks", "sought")
    edit(root, "content/changes.toml", "2020-06-01", "2025-06-01")
    write(root, "news/2022/draft", page("A draft", draft=True))
    write(root, "news/2022/third", page("The third article", date="2022-01-01"))
    (root / "content/pages/about.md").unlink()
    expected = ("content/changes.toml", "news/2019/first", "news/2022/third", "pages/about")
    assert KnowledgeBase.open(root).status().stale == expected
    edit(root, "content/vocabulary.toml", "Specialty", "Special")
    assert len(KnowledgeBase.open(root).status().stale) == 7
    (root / "content/vocabulary.toml").write_text("[", encoding="ascii")
    assert "content/vocabulary.toml" in KnowledgeBase.open(root).status().stale


# -- kept readings -----------------------------------------------------------------------------------------------------


def kept(root: Path) -> Path:
    return root / "index/readings/readings.bin"


def test_a_byte_turned_over_anywhere_in_the_kept_readings_has_them_read_anew(root: Path) -> None:
    size = kept(root).stat().st_size
    sound = kept(root).read_bytes()
    for place in sorted({0, 5, 13, 14, 30, 46, 50, 60, *range(100, size, size // 60), size - 1}):
        flip(kept(root), place)
        with pytest.raises(readings.DamagedReadingsError):
            readings.KeptReadings.open(kept(root))
        kept(root).write_bytes(sound)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "cut to nothing": lambda path: path.write_bytes(b""),
    "longer than it was": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "garbage": lambda path: path.write_bytes(b"\x00garbage" * 100),
    "a folder": folder_instead,
}


@pytest.mark.parametrize("name", [name for name in DAMAGE if name != "a folder"])
def test_damaged_readings_are_read_anew_and_that_is_said(root: Path, name: str) -> None:
    checked = KnowledgeBase.open(root).check()
    DAMAGE[name](kept(root))
    assert KnowledgeBase.open(root).check() == checked
    summary = KnowledgeBase.open(root).rebuild()
    assert summary.read == 5
    assert summary.notes == ("The kept readings were damaged; everything was read anew.",)
    assert KnowledgeBase.open(root).rebuild().read == 0


def test_a_folder_in_place_of_the_kept_readings_stops_no_check(root: Path) -> None:
    checked = KnowledgeBase.open(root).check()
    DAMAGE["a folder"](kept(root))
    assert KnowledgeBase.open(root).check() == checked


def test_readings_are_known_by_whatever_takes_part_in_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    version = readings.reading_version()
    read: list[str] = []
    real = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.as_posix().partition("/kb/")[2])
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    readings.reading_version.cache_clear()
    assert readings.reading_version() == version
    assert {"content/schema.py", "content/render.py", "language/analysis.py", "language/data/crosswalk.tsv"} <= set(
        read
    )
    assert {"model.py", "folding.py", "frontmatter.py", "vocabulary.py", "indexing/reading.py"} <= set(read)
    monkeypatch.setattr(readings, "version", lambda name: "another")
    readings.reading_version.cache_clear()
    assert readings.reading_version() != version
    readings.reading_version.cache_clear()
    one = Vocabulary.from_mapping({"a": {"prefLabel": "A", "group": "topic"}})
    assert readings.fingerprint(Vocabulary()) != readings.fingerprint(one)


def test_a_document_survives_being_kept() -> None:
    source = Source("A blog", "https://example.org/a", dt.date(2019, 1, 2), "A publisher", "Reprinted by permission")
    keys: dict[str, Any] = {"date": dt.date(2019, 1, 3), "imported": {"from": "x", "tags": ["y"]}, "authors": ("A",)}
    body = f"## Head\n\n{WORDS} [Link](/a/), INA 212(a), A123456789."
    document = Document("a", body, True, "A title", source=source, **keys)
    reading = PageReader(Analyzer(Lexicon(Vocabulary())), Vocabulary()).read(document)
    record = record_of(b"k" * 32, reading, Vocabulary(), TermNumbers())
    again, links, redacted = readings.checked_of(record.parts[STORED], record.parts[CHECKED])
    assert (again, links, redacted) == (replace(document, body=""), ["/a/"], 1)
    about = About.of(record.parts[ABOUT])
    assert (about.id, about.cites, dt.date.fromordinal(about.date)) == ("a", ["ina-212-a"], dt.date(2019, 1, 3))


def test_the_fixtures_are_what_the_tests_say() -> None:
    assert "Specialty occupation" in VOCABULARY
    assert "8 CFR 214.2(h)" in LEDGER
    assert 'label = "Visas"' in CONFIG
