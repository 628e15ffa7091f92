"""Incremental is full by construction: whatever was edited, a rebuild gives what a first build would have given."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.core import KnowledgeBase
from kb.errors import ContentError
from kb.indexing import pool, readings
from kb.indexing.reading import PageReader
from kb.indexing.records import ABOUT, CHECKED, STORED, About, record_of
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.model import Document, Query, Source
from kb.search.tokens import TermNumbers
from kb.vocabulary import Vocabulary
from tests.indexing.roots import (
    CONFIG,
    CRUZ,
    LEDGER,
    VOCABULARY,
    WORDS,
    contents,
    flip,
    live_name,
    make_root,
    page,
    write,
)

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


# -- whatever came before ---------------------------------------------------------------------------------------------


def a_long_history(root: Path) -> None:
    """Rebuilds after all kinds of changes, at the end of which the content is as it was, but for two pages."""
    base, first = KnowledgeBase.open(root), (root / FIRST).read_bytes()
    for number in range(4):
        write(
            root,
            f"news/2020/passing-{number}",
            page(f"Passing {number}", f"{WORDS} passing{number}", date="2020-01-01"),
        )
        edit(root, FIRST, "seeks", f"seeks{number}")
        base.rebuild()
        (root / f"content/news/2020/passing-{number}.md").unlink()
        (root / FIRST).write_bytes(first)
        base.rebuild(full=number == 2)
    write(root, "news/2018/old", page("An old one", f"{WORDS} 8 CFR 208.13", date="2018-01-01", authors=CRUZ))
    write(root, "pages/draft", page("A draft", draft=True, related=["pages/about"]))
    base.rebuild()


def test_whatever_was_rebuilt_before_every_byte_is_that_of_a_first_build(root: Path, tmp_path: Path) -> None:
    a_long_history(root)
    after = generation(root)
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.copytree(root / "content", fresh / "content")
    shutil.copy(root / "kb.toml", fresh)
    KnowledgeBase.open(fresh).rebuild()
    assert generation(fresh) == after
    assert KnowledgeBase.open(root).rebuild(full=True).read == 6
    assert generation(root) == after


def test_terms_that_no_page_has_any_longer_are_given_up(root: Path) -> None:
    def terms() -> set[str]:
        with closing(readings.KeptReadings.open(kept(root))) as known:
            return set(known.terms)

    before = terms()
    for number in range(12):
        write(root, "pages/about", page("About us", f"{WORDS} word{number}gone", type="page"))
        KnowledgeBase.open(root).rebuild()
    gone = [term for term in terms() - before if term.endswith("gone") and term[0] != "'"]
    assert 1 <= len(gone) < 12
    assert "word11gone" in gone


def test_nothing_of_a_draft_is_kept_but_what_it_names(root: Path) -> None:
    write(root, "pages/draft", page("Secret A123456789", "Unspoken words.", draft=True, redirect_from=["/A123456789/"]))
    KnowledgeBase.open(root).rebuild()
    data = kept(root).read_bytes()
    assert b"pages/draft" in data
    assert not {one for one in (b"Secret", b"123456789", b"unspoken") if one in data}
    assert KnowledgeBase.open(root).rebuild().read == 0


# -- many pages at once -----------------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root whose pages are read by processes of their own, a few at a time."""
    monkeypatch.setattr(pool, "FEWEST", 1)
    monkeypatch.setattr(pool, "CHUNK", 2)
    root = make_root(tmp_path / "many")
    for number in range(7):
        write(root, f"news/2020/a-{number}", page(f"Page {number}", f"{WORDS} number{number}", date="2020-01-01"))
    return root


def test_processes_read_what_one_reads(many: Path) -> None:
    assert KnowledgeBase.open(many).rebuild(workers=2).read == 12
    together = generation(many)
    KnowledgeBase.open(many).rebuild(full=True)
    assert generation(many) == together


def test_mistakes_found_by_processes_are_told_as_ever(many: Path) -> None:
    write(many, "news/2020/bad", page("Bad", date="2020-13-01"))
    write(many, "news/2020/deep", page("Deep", "> " * 3000, date="2020-01-01"))
    with pytest.raises(ContentError) as alone:
        KnowledgeBase.open(many).rebuild()
    with pytest.raises(ContentError) as together:
        KnowledgeBase.open(many).rebuild(workers=2)
    assert together.value.problems == alone.value.problems
    assert len(alone.value.problems) == 2


def test_where_a_process_is_killed_this_one_reads_the_rest(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(root: Path, vocabulary: Vocabulary, chunks: Any, workers: int) -> Iterator[pool.Chunk]:
        yield pool.ChunkReader(root, vocabulary, readings.fingerprint(vocabulary)).read(chunks[0])
        raise BrokenProcessPool

    monkeypatch.setattr(pool, "_by_processes", killed)
    assert KnowledgeBase.open(many).rebuild(workers=2).read == 12
    found = generation(many)
    KnowledgeBase.open(many).rebuild(full=True)
    assert generation(many) == found


def test_both_engines_build_from_the_same_readings(root: Path) -> None:
    whoosh = KnowledgeBase.open(root, "whoosh")
    assert whoosh.rebuild().read == 0
    columnar = KnowledgeBase.open(root)
    for text in ("article", "h-1b", "protection"):
        ids = [{hit.id for hit in base.search(text).hits} for base in (whoosh, columnar)]
        assert ids[0] == ids[1] != set()
