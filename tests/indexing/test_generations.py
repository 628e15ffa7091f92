"""Generations: built beside, switched at once, gone back to, and found out when they are damaged."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kb.core import KnowledgeBase
from kb.errors import ContentError, DamagedIndexError, NoIndexError, NoPreviousGenerationError
from kb.indexing.generations import Generation, Generations, _checksum
from tests.indexing.roots import contents, flip, generations, live_name, make_root, page, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with two generations, for copies."""
    root = make_root(tmp_path_factory.mktemp("made") / "root")
    opened(root).rebuild()
    opened(root).rebuild()
    return root


@pytest.fixture
def twice(made: Path, tmp_path: Path) -> Path:
    """A root with two generations."""
    return Path(shutil.copytree(made, tmp_path / "root"))


def opened(root: Path) -> KnowledgeBase:
    """The knowledge base as a process that has just begun sees it."""
    return KnowledgeBase.open(root)


def found(root: Path) -> set[str]:
    return {hit.id for hit in opened(root).search("article").hits}


def test_without_an_index_every_question_says_how_to_get_one(root: Path) -> None:
    with pytest.raises(NoIndexError, match="run `kb rebuild-index`"):
        opened(root).search("asylum")
    with pytest.raises(NoIndexError):
        opened(root).status()


def test_a_rebuild_keeps_the_previous_generation_and_removes_older_ones(root: Path) -> None:
    names = [opened(root).rebuild().generation for _ in range(3)]
    assert generations(root) == names[1:]
    assert live_name(root) == names[2]
    assert opened(root).status().previous == names[1]


def test_back_returns_to_the_previous_generation_and_no_further(root: Path) -> None:
    first = opened(root).rebuild().generation
    write(root, "news/2022/third", page("The third article", date="2022-01-01"))
    opened(root).rebuild()
    assert "news/2022/third" in found(root)
    assert opened(root).back().generation == first
    assert found(root) == {"news/2019/first", "news/2021/second"}
    with pytest.raises(NoPreviousGenerationError, match="no earlier generation"):
        opened(root).back()
    assert live_name(root) == first


def test_a_rebuild_after_back_keeps_what_was_gone_back_to(root: Path) -> None:
    first = opened(root).rebuild().generation
    opened(root).rebuild()
    opened(root).back()
    third = opened(root).rebuild().generation
    assert generations(root) == [first, third]
    assert opened(root).back().generation == first


def test_there_is_nothing_to_go_back_to_without_an_index(root: Path) -> None:
    with pytest.raises(NoPreviousGenerationError):
        opened(root).back()


def test_a_page_with_an_error_leaves_every_file_of_the_index_as_it_was(root: Path) -> None:
    opened(root).rebuild()
    before = contents(root / "index")
    write(root, "news/2022/bad", page("Bad", date="2022-13-01", tags=["asylm"]))
    with pytest.raises(ContentError):
        opened(root).rebuild()
    assert contents(root / "index") == before


def test_leftovers_of_dead_rebuilds_are_removed(root: Path) -> None:
    opened(root).rebuild()
    folder = root / "index/columnar"
    (folder / ".building-999999/deep").mkdir(parents=True)
    (folder / ".removing-20200101T000000").mkdir()
    (folder / "CURRENT.tmp").write_text("half", encoding="ascii")
    (folder / "20991231T235959").mkdir()
    opened(root).rebuild()
    assert all(name.startswith("2") for name in generations(root))
    assert len(generations(root)) == 2
    assert "20991231T235959" not in generations(root)


# -- damage -----------------------------------------------------------------------------------------------------------


def manifest_of(root: Path) -> Path:
    return root / "index/columnar" / live_name(root) / "manifest.json"


def reseal(root: Path, **changed: object) -> None:
    """Change a manifest and give it its right checksum, as another version of this program would have."""
    path = manifest_of(root)
    manifest = {**json.loads(path.read_text(encoding="utf-8")), **changed}
    manifest.pop("checksum")
    path.write_text(json.dumps({**manifest, "checksum": _checksum(manifest)}), encoding="utf-8")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def current(root: Path) -> Path:
    return root / "index/columnar/CURRENT"


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "the manifest is cut short": lambda root: truncate(manifest_of(root)),
    "the manifest is empty": lambda root: manifest_of(root).write_bytes(b""),
    "the manifest is gone": lambda root: manifest_of(root).unlink(),
    "the manifest is a list": lambda root: manifest_of(root).write_text("[1, 2]", encoding="ascii"),
    "the manifest is a number": lambda root: manifest_of(root).write_text("7", encoding="ascii"),
    "the manifest nests without end": lambda root: manifest_of(root).write_text("[" * 100_000, encoding="ascii"),
    "the manifest is not text": lambda root: manifest_of(root).write_bytes(b"\xff\xfe\x00"),
    "the manifest says another number of pages": lambda root: manifest_of(root).write_text(
        manifest_of(root).read_text(encoding="utf-8").replace('"documents": 5', '"documents": 6'), encoding="utf-8"
    ),
    "the manifest is of another format": lambda root: reseal(root, format=99),
    "a file has another size": lambda root: truncate(manifest_of(root).with_name("stored.arrays")),
    "a file is gone": lambda root: manifest_of(root).with_name("site.json").unlink(),
    "the generation is gone": lambda root: shutil.rmtree(manifest_of(root).parent),
    "CURRENT is empty": lambda root: current(root).write_bytes(b""),
    "CURRENT is garbage": lambda root: current(root).write_bytes(b"\xff\x00garbage"),
    "CURRENT leads elsewhere": lambda root: current(root).write_text("../../content", encoding="ascii"),
    "CURRENT names what is not there": lambda root: current(root).write_text("20200101T000000", encoding="ascii"),
    "CURRENT is a folder": lambda root: folder_instead(current(root)),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_on_opening_and_mended_by_a_rebuild_that_says_so(twice: Path, name: str) -> None:
    root, sound = twice, min(generations(twice))
    DAMAGE[name](root)
    with pytest.raises(DamagedIndexError, match=r"run `kb rebuild-index`\.$"):
        opened(root).search("asylum")
    summary = opened(root).rebuild()
    assert summary.read == 5
    assert any("everything was read anew" in note for note in summary.notes)
    assert found(root) == {"news/2019/first", "news/2021/second"}
    opened(root).verify()
    # What can be gone back to is sound as well.
    before = opened(root).status().previous
    assert before is not None
    assert before >= sound
    opened(root).back()
    opened(root).verify()


def test_a_missing_current_is_no_index_and_a_rebuild_brings_one(twice: Path) -> None:
    root = twice
    current(root).unlink()
    with pytest.raises(NoIndexError):
        opened(root).search("asylum")
    opened(root).rebuild()
    assert len(opened(root).search("asylum").hits) == 2


def files_of_a_generation(root: Path) -> list[Path]:
    folder = manifest_of(root).parent
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json" and path.stat().st_size
    ]


def test_one_byte_turned_over_is_found_by_its_checksum_in_every_file(twice: Path) -> None:
    root = twice
    for path in files_of_a_generation(root):
        flip(path, path.stat().st_size // 2)
        with pytest.raises(DamagedIndexError, match=f"{path.name} fails its checksum"):
            opened(root).status(verify=True)
        flip(path, path.stat().st_size // 2)
    assert opened(root).status(verify=True).verified


# Whoosh leaves files open where it fails to read them.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_byte_turned_over_never_ends_in_anything_but_an_answer_or_word_of_the_damage(twice: Path) -> None:
    root = twice
    for path in files_of_a_generation(root):
        for place in (0, path.stat().st_size // 2, path.stat().st_size - 1):
            flip(path, place)
            with suppress(DamagedIndexError):
                opened(root).reader()
            flip(path, place)


def test_a_rebuild_mends_a_byte_turned_over(twice: Path) -> None:
    root, first = twice, min(generations(twice))
    flip(manifest_of(root).with_name("site.json"), 10)
    summary = opened(root).rebuild()
    assert (summary.read, len(summary.notes)) == (5, 1)
    assert opened(root).status(verify=True).previous == first


def test_back_refuses_a_damaged_generation_and_stays(root: Path) -> None:
    first = opened(root).rebuild().generation
    second = opened(root).rebuild().generation
    flip(root / "index/columnar" / first / "site.json", 10)
    with pytest.raises(DamagedIndexError):
        opened(root).back()
    assert live_name(root) == second


# -- while it is being used --------------------------------------------------------------------------------------------


def test_an_open_library_goes_on_answering_while_its_index_is_damaged_or_away(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.core.LOOK_AGAIN", 0.0)
    opened(root).rebuild()
    base = opened(root)
    assert base.search("article").total == 2
    current(root).write_bytes(b"\xff")
    assert base.search("article").total == 2
    shutil.rmtree(root / "index")
    # A generation is known by its second.
    time.sleep(1.1)
    assert base.search("article").total == 2
    write(root, "news/2022/third", page("The third article", date="2022-01-01"))
    opened(root).rebuild()
    assert base.search("article").total == 3


def test_a_generation_replaced_while_it_is_opened_is_no_damage(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = opened(root)
    base.rebuild()
    real = type(base._generations).live
    looked: list[int] = []

    def live(generations: Generations) -> Generation:
        """Just before the folder is opened, two rebuilds end, and the one that was named is gone."""
        if not looked:
            looked.append(1)
            gone = generations.current_name()
            opened(root).rebuild()
            opened(root).rebuild()
            raise DamagedIndexError(f"{gone} has no readable manifest")
        return real(generations)

    monkeypatch.setattr(type(base._generations), "live", live)
    assert base.search("article").total == 2


def test_a_reader_answers_from_its_own_generation_after_it_was_removed(root: Path) -> None:
    base = opened(root)
    base.rebuild()
    reader = base.reader()
    reader.search("article")
    for number in range(3):
        write(root, "news/2022/third", page(f"Another article {number}", date="2022-01-01"))
        opened(root).rebuild()
    assert reader.search("article protection").total == 2
    assert reader.document("news/2019/first").document.title == "The first article"
    assert reader.related("news/2019/first") is not None
