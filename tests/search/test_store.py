"""The store of a columnar generation: the same bytes for the same entries, refused where damaged, shared by readers."""

from __future__ import annotations

import gc
import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kb.errors import DamagedIndexError
from kb.language.tree import AnyTerm, Matching, Node, Phrase, Prefix, Unit
from kb.search import Entry, Request, Selection, create, open_engine
from kb.search import engine as engines
from kb.search.arrays import Array, Blobs, BlobsWriter, open_arrays, packed, write_arrays
from kb.search.columnar import building, runs, store
from kb.search.engine import Engine
from tests.oracle.plain import PlainOracle
from tests.oracle.plain_agreement import Judge
from tests.oracle.plain_random import SPECS, Maker

FILES = ["columnar.json", "columns.arrays", "counts.arrays", "documents.arrays", "facets.arrays", "facets.json",
         "files.json", "frequencies.arrays", "ids.json", "passages.arrays", "positions.arrays", "stored.arrays",
         "terms.arrays", "vectors.arrays"]  # fmt: skip


def built(folder: Path, entries: Sequence[Entry], numbers: None = None) -> Path:
    create("columnar", folder, entries, SPECS, numbers)
    return folder


def opened(folder: Path) -> Engine:
    return open_engine("columnar", folder)


def asked(node: Node) -> Request:
    return Request(Matching((Unit(node),)))


def total(engine: Engine, node: Node) -> int:
    return engine.search(asked(node)).total


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two builds; the other has fewer documents and terms."""
    folder = tmp_path_factory.mktemp("builds")
    return built(folder / "one", Maker(1).entries(40)), built(folder / "other", Maker(2).entries(23))


def seal(folder: Path) -> None:
    """Say of every file that its size is what it should be."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.name != engines.FILES}
    (folder / engines.FILES).write_text(json.dumps(sizes), encoding="utf-8")


def use(folder: Path) -> None:
    """Open a generation and read from every file."""
    engine = opened(folder)
    answer = engine.search(Request(Matching((Unit(Prefix("")),)), (Selection("colour", ("red",)),), limit=100))
    total(engine, Phrase((("court",), ("alien",))))
    for one in engine.ids():
        engine.stored(one)
        engine.passages(one)
    engine.similar(engine.ids()[0], 5)
    assert answer.total


def test_a_build_has_these_files_and_can_be_used(builds: tuple[Path, Path]) -> None:
    for folder in builds:
        assert list(contents(folder)) == FILES
        use(folder)


def cut(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_by_one(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path, _: Path) -> None:
    path.unlink()


def overwrite(path: Path, _: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def make_a_folder(path: Path, _: Path) -> None:
    path.unlink()
    path.mkdir()


def swap(path: Path, other: Path) -> None:
    shutil.copy(other / path.name, path)


DAMAGES: list[Callable[[Path, Path], None]] = [cut, cut_by_one, empty, remove, overwrite, make_a_folder, swap]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_refused_with_what_to_do(
    name: str, damage: Callable[[Path, Path], None], builds: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(builds[0], folder)
    damage(folder / name, builds[1])
    with pytest.raises(DamagedIndexError, match="kb rebuild-index"):
        use(folder)


@pytest.mark.parametrize("name", [name for name in FILES if name != engines.FILES])
@pytest.mark.parametrize("damage", [cut, cut_by_one, empty, remove], ids=lambda damage: damage.__name__)
def test_a_damaged_file_is_refused_whatever_its_size_is_said_to_be(
    name: str, damage: Callable[[Path, Path], None], builds: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(builds[0], folder)
    damage(folder / name, builds[1])
    seal(folder)
    with pytest.raises(DamagedIndexError, match="kb rebuild-index"):
        use(folder)


@pytest.mark.parametrize(
    "about",
    [
        {"format": store.FORMAT + 1, "documents": 3},
        {"format": None, "documents": 3},
        {"format": store.FORMAT},
        {},
        [],
        "text",
        None,
    ],
)
def test_an_index_of_another_version_is_refused(about: object, builds: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(builds[0], folder)
    (folder / store.MANIFEST).write_text(json.dumps(about), encoding="utf-8")
    seal(folder)
    with pytest.raises(DamagedIndexError, match="kb rebuild-index"):
        opened(folder)


def test_facets_without_their_parts_are_refused(builds: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(builds[0], folder)
    about = json.loads((folder / "facets.json").read_text(encoding="utf-8"))
    assert about
    del about[0]["descending"]
    (folder / "facets.json").write_text(json.dumps(about), encoding="utf-8")
    seal(folder)
    with pytest.raises(DamagedIndexError, match="kb rebuild-index"):
        opened(folder)


def test_a_file_of_arrays_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.arrays"
    write_arrays(path, {"numbers": np.arange(9)})
    data = path.read_bytes()
    for other in (b"KBARRAY\x02" + data[8:], data[:-8] + b"KBARRAY\x02"):
        path.write_bytes(other)
        with pytest.raises(DamagedIndexError, match=r"some\.arrays.*run `kb rebuild-index`"):
            open_arrays(path)


def test_no_changed_byte_of_a_table_of_contents_passes(tmp_path: Path) -> None:
    path = tmp_path / "some.arrays"
    write_arrays(path, {"a": np.arange(9), "b": np.zeros((2, 3), np.float16)})
    data = path.read_bytes()
    begins = data.index(b'{"a"')
    for place in range(begins, len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(DamagedIndexError, match="kb rebuild-index"):
            open_arrays(path)


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    given: dict[str, Array] = {
        "flat": np.arange(1000, dtype=np.int32),
        "rows": np.arange(12, dtype=np.float32).reshape(3, 4),
        "none": np.zeros(0, np.uint8),
        "no columns": np.zeros((5, 0), np.int8),
        "truth": np.asarray([True, False]),
    }
    write_arrays(tmp_path / "some.arrays", given)
    found = open_arrays(tmp_path / "some.arrays")
    assert list(map(str, found)) == sorted(given)
    for name, array in given.items():
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert not found[name].flags.writeable


def test_packed_values_come_back_as_they_were(tmp_path: Path) -> None:
    given: list[object] = [{}, [], "\0\U0001d518" * 1000, {"a": [1, None, 2.5, "é"]}, None]
    writer = BlobsWriter(tmp_path / "some.arrays")
    for value in given:
        writer.add(packed(value))
    writer.close()
    found = Blobs(tmp_path / "some.arrays")
    assert [found.get(number) for number in range(len(found))] == given


# -- the same bytes, in bounded memory -------------------------------------------------------------------------------


def test_the_same_entries_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        built(tmp_path / name, Maker(5).entries(120))
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


@pytest.mark.parametrize("run", [1, 50, 200])
@pytest.mark.parametrize("window", [1, 30, 10**6])
def test_spilled_runs_merge_to_what_one_run_makes(
    run: int, window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = Maker(6).entries(200)
    whole = contents(built(tmp_path / "whole", entries))
    spills = 0
    spill = building.PostingsWriter._spill

    def counted(writer: building.PostingsWriter) -> None:
        nonlocal spills
        spills += 1
        spill(writer)

    monkeypatch.setattr(building.PostingsWriter, "_spill", counted)
    monkeypatch.setattr(building, "RUN", run)
    monkeypatch.setattr(runs, "WINDOW", window)
    assert contents(built(tmp_path / "in runs", entries)) == whole
    assert spills > 2


def test_entries_are_taken_one_by_one_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "RUN", 100)
    alive = most = 0

    class Watched(dict[str, object]):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def coming() -> Iterator[Entry]:
        nonlocal alive, most
        for number in range(200):
            alive += 1
            most = max(most, alive)
            yield Entry(str(number), {"body": [["word"] * 10]}, stored=Watched())

    create("columnar", tmp_path / "new", coming())
    assert opened(tmp_path / "new").search(asked(AnyTerm(("word",)))).total == 200
    assert most < 5


# -- readers ---------------------------------------------------------------------------------------------------------


def answers(folder: Path) -> list[object]:
    """What a generation answers to forty requests."""
    maker, engine = Maker(8), opened(folder)
    maker.entries(90)
    return [(engine.search(maker.request()), engine.similar(one, 5)) for one in engine.ids()[:40]]


def test_threads_and_processes_answer_alike(tmp_path: Path) -> None:
    folder = built(tmp_path / "new", Maker(8).entries(90))
    right = answers(folder)
    with ThreadPoolExecutor(4) as threads:
        assert all(found == right for found in threads.map(answers, [folder] * 4))
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        assert all(found == right for found in processes.map(answers, [folder] * 2))


def test_threads_share_one_open_generation(tmp_path: Path) -> None:
    entries = (maker := Maker(8)).entries(90)
    engine = opened(built(tmp_path / "new", entries))
    requests = [maker.request() for _ in range(40)]
    right = [opened(tmp_path / "new").search(request) for request in requests]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(engine.search, requests * 4))
    assert found == right * 4


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted where Linux lists them")
def test_files_are_closed_with_the_last_reader(tmp_path: Path) -> None:
    folder = built(tmp_path / "new", Maker(9).entries(40))
    use(folder)  # what is loaded with a first use stays
    gc.collect()
    gc.disable()
    try:
        before = held(folder)
        engine = opened(folder)
        engine.search(asked(Prefix("")))
        engine.similar(engine.ids()[0], 3)
        during = held(folder)
        del engine
        after = held(folder)
    finally:
        gc.enable()
    assert (before[1], after[1]) == (0, 0)
    assert after[0] == before[0]
    assert during[1] == len([name for name in FILES if name.endswith(".arrays")])


def held(folder: Path) -> tuple[int, int]:
    """How many files this process has open, and how many of the folder it has mapped."""
    mapped = {
        line.split(None, 5)[5] for line in Path("/proc/self/maps").read_text().splitlines() if str(folder) in line
    }
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), len(mapped)


# -- extremes --------------------------------------------------------------------------------------------------------


def judged(folder: Path, entries: Sequence[Entry], *nodes: Node) -> Engine:
    """A generation whose answers to these nodes are those of brute force."""
    engine = opened(built(folder, entries))
    judge = Judge(engine, PlainOracle(entries, SPECS), entries)
    for node in nodes:
        request = Request(Matching((Unit(node),)), limit=len(entries))
        assert judge.differences(request) == []
    return engine


def dtype(folder: Path, name: str) -> np.dtype[np.generic]:
    return open_arrays(folder / f"{name}.arrays")[name].dtype


@pytest.mark.parametrize("times", [255, 256, 300, 70_000])
def test_a_term_may_stand_in_a_document_any_number_of_times(times: int, tmp_path: Path) -> None:
    entries = [Entry.from_tokens("a", {"title": ["x"] * times}), Entry.from_tokens("b", {"body": ["x", "y"]})]
    engine = judged(tmp_path / "new", entries, AnyTerm(("x",)), Phrase((("x",), ("y",))), Phrase((("x",), ("x",))))
    assert total(engine, Phrase((("x",), ("y",)))) == 1
    assert dtype(tmp_path / "new", "counts").itemsize == (1 if times < 256 else 2 if times < 65_536 else 4)


def test_a_document_may_have_more_than_65535_positions(tmp_path: Path) -> None:
    long = [f"w{place % 991}" for place in range(66_000)]
    entries = [Entry.from_tokens("long", {"body": [*long, "last", "word"]}), Entry.from_tokens("b", {"body": ["last"]})]
    engine = judged(tmp_path / "new", entries, Phrase((("last",), ("word",))), AnyTerm(("w990",)))
    assert total(engine, Phrase((("last",), ("word",)))) == 1
    assert dtype(tmp_path / "new", "positions").itemsize == 4


def test_there_may_be_more_than_65536_documents(tmp_path: Path) -> None:
    size = 65_600
    entries = [Entry(f"{number}", {"body": [["all", f"m{number % 1000}"]]}) for number in range(size)]
    entries.append(Entry("last", {"body": [["all", "one"]]}))
    engine = opened(built(tmp_path / "new", entries))
    assert [match.id for match in engine.search(asked(Phrase((("all",), ("one",))))).matches] == ["last"]
    assert total(engine, AnyTerm(("m599",))) == 66
    assert total(engine, Prefix("m")) == size
    assert engine.terms("on") == [("one", 1)]
    assert dtype(tmp_path / "new", "documents").itemsize == 4


def test_terms_are_told_apart_whatever_they_share(tmp_path: Path) -> None:
    terms = ["12345678", "123456789", "1234567", "12345678\0", "12345678\0a", "1234567\0", "\0", "\0\0", "", "a", "a\0",
             "\U0001d518", "\U0001d518\U0001d519", "\ue000", "\uffff", "é", "e\u0301", "z" * 5000,
             "z" * 5001]  # fmt: skip
    entries = [Entry.from_tokens(f"d{number}", {"body": [term]}) for number, term in enumerate(terms)]
    engine = judged(tmp_path / "new", entries, *(AnyTerm((term,)) for term in terms), *map(Prefix, terms))
    assert [term for term, _ in engine.terms("")] == sorted(terms)
    for number, term in enumerate(terms):
        assert [match.id for match in engine.search(asked(AnyTerm((term,)))).matches] == [f"d{number}"]
        assert engine.terms(term) == [(one, 1) for one in sorted(terms) if one.startswith(term)]
    for absent in ("12345678\0\0", "123", "z" * 4999, "\ud800", "a\0\0", "\U0001d519"):
        assert total(engine, AnyTerm((absent,))) == 0


def test_documents_may_be_empty(tmp_path: Path) -> None:
    entries = [
        Entry("no fields", {}),
        Entry("no stretches", {"body": []}),
        Entry("no positions", {"body": [[], []]}),
        Entry("no terms", {"body": [[(), ()]]}),
        Entry("a word", {"body": [[], ["word"]]}),
    ]
    engine = judged(tmp_path / "new", entries, AnyTerm(("word",)), Prefix(""), Phrase((("word",), ("word",))))
    assert engine.search(Request()).total == 5
    assert total(engine, AnyTerm(("word",))) == 1
    assert engine.similar("no fields", 3) == ()
    assert all(engine.passages(entry.id).texts == [""] for entry in entries)


def test_nothing_but_empty_documents_is_an_index(tmp_path: Path) -> None:
    engine = judged(tmp_path / "new", [Entry("a", {}), Entry("b", {"body": [[]]})], AnyTerm(("word",)), Prefix(""))
    assert engine.search(Request()).total == 2
    assert engine.terms("") == []


def test_no_documents_are_an_index(tmp_path: Path) -> None:
    engine = opened(built(tmp_path / "new", []))
    assert (engine.search(Request()).total, list(engine.ids()), engine.terms(""), engine.similar("a", 3)) == (
        0,
        [],
        [],
        (),
    )
    assert total(engine, Phrase((("a",), ("b",)))) == 0
