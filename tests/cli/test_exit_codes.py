"""Exit codes, and one clear sentence on stderr for whatever goes wrong."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli import cli
from tests.indexing.roots import TOP, flip, kb, live_name, make_root, page, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with one generation, for copies."""
    root = make_root(tmp_path_factory.mktemp("made") / "root")
    assert kb(root, "rebuild-index").returncode == 0
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "root"))


def without_index(root: Path) -> None:
    shutil.rmtree(root / "index")


def damaged(root: Path) -> None:
    (root / "index/columnar" / live_name(root) / "manifest.json").write_bytes(b"{")


def bytes_turned_over(root: Path) -> None:
    """Damage that opening does not find, since every size is as it was."""
    for path in (root / "index/columnar" / live_name(root)).glob("*.arrays"):
        for place in range(0, path.stat().st_size, 7):
            flip(path, place)


def bad_page(root: Path) -> None:
    write(root, "pages/x", "no matter")


def bad_vocabulary(root: Path) -> None:
    (root / "content/vocabulary.toml").write_text("[concept.x]\n", encoding="ascii")


def bad_configuration(root: Path) -> None:
    (root / "kb.toml").write_text("\nnope = 1\n", encoding="ascii")


def nothing(_root: Path) -> None:
    pass


#: Arguments, what is done to the root before, the exit code, and what stderr holds.
ENDS: dict[str, tuple[list[str], Callable[[Path], object], int, str]] = {
    "a search that finds something": (["search", "article"], nothing, 0, ""),
    "a search that finds nothing": (["search", "xyzzy"], nothing, 0, ""),
    "a filter with an unknown value": (["search", "article", "--tag", "nope", "--author", "nobody"], nothing, 0, ""),
    "a page of results past the last": (["search", "article", "--page", "99"], nothing, 0, ""),
    "a search without an index": (
        ["search", "article"], without_index, 1,
        "There is no index yet: run `kb rebuild-index`.",
    ),
    "a search in a damaged index": (["search", "article"], damaged, 1, "The index is damaged ("),
    "a search in an index whose bytes are wrong": (["search", "article"], bytes_turned_over, 1, "fails its checksum"),
    "related pages in an index whose bytes are wrong": (
        ["related", "news/2019/first"], bytes_turned_over, 1,
        "fails its checksum",
    ),
    "an impossible date": (["search", "article", "--from", "yesterday"], nothing, 2, "yesterday"),
    "dates the wrong way round": (
        ["search", "article", "--from", "2020-01-01", "--to", "2019-01-01"], nothing, 2,
        "after",
    ),
    "an impossible order": (["search", "article", "--sort", "best"], nothing, 2, "best"),
    "an impossible type": (["search", "article", "--type", "blog"], nothing, 2, "blog"),
    "an impossible status": (["search", "article", "--status", "old"], nothing, 2, "old"),
    "a year that is none": (["search", "article", "--year", "19"], nothing, 2, "19"),
    "page 0": (["search", "article", "--page", "0"], nothing, 2, "page"),
    "101 results on a page": (["search", "article", "--per-page", "101"], nothing, 2, "101"),
    "a query of 1,001 characters": (["search", "x" * 1001], nothing, 2, "1,000"),
    "an unknown option": (["search", "article", "--nope"], nothing, 2, "--nope"),
    "an unknown command": (["nope"], nothing, 2, "nope"),
    "a search without words": (["search"], nothing, 2, "QUERY"),
    "an unknown engine": (["--engine", "nope", "search", "article"], nothing, 2, "There is no engine “nope”. Choose: "),
    "related pages": (["related", "news/2019/first"], nothing, 0, ""),
    "related pages of an unknown page": (["related", "news/nope"], nothing, 1, "No page has the id “news/nope”."),
    "a limit that is none": (["related", "news/2019/first", "--limit", "0"], nothing, 2, "--limit"),
    "a suggestion": (["suggest", "as"], nothing, 0, ""),
    "no suggestion": (["suggest", "xyzzy"], nothing, 0, "Nothing begins so."),
    "status": (["status"], nothing, 0, ""),
    "status of sound files": (["status", "--verify"], nothing, 0, ""),
    "status of damaged files": (["status", "--verify"], bytes_turned_over, 1, "fails its checksum"),
    "status without an index": (["status"], without_index, 1, "There is no index yet"),
    "nothing to go back to": (["rebuild-index", "--back"], nothing, 1, "There is no earlier generation to go back to"),
    "back without an index": (
        ["rebuild-index", "--back"], without_index, 1,
        "There is no earlier generation to go back to",
    ),
    "back with something else": (["rebuild-index", "--back", "--full"], nothing, 2, "--back goes alone"),
    "a rebuild that mends": (["rebuild-index"], damaged, 0, "everything was read anew"),
    "a page with an error": (["rebuild-index"], bad_page, 1, "content/pages/x.md:1: no front matter: "),
    "a page with an error left out": (["rebuild-index", "--keep-going"], bad_page, 1, "content/pages/x.md:1: "),
    "a vocabulary with an error": (["rebuild-index"], bad_vocabulary, 1, "content/vocabulary.toml:1: "),
    "a configuration with an error": (["search", "x"], bad_configuration, 1, "kb.toml:2: unknown key “nope”"),
    "a root without kb.toml": (["search", "x"], lambda root: (root / "kb.toml").unlink(), 1, "no kb.toml here"),
    "a root without content": (["search", "x"], lambda root: shutil.rmtree(root / "content"), 1, "no content/"),
    "a check without errors": (["check"], nothing, 0, "0 errors"),
    "a check with errors": (["check"], bad_page, 1, "1 error,"),
    "drafts for everybody": (
        ["serve", "--drafts", "--host", "0.0.0.0"], nothing, 2,
        "--drafts is for this machine alone",
    ),
    "a port that is none": (["serve", "--port", "70000"], nothing, 2, "--port"),
}  # fmt: skip


def run(root: Path, *arguments: str) -> Result:
    """Run `kb` in this process; an error that it does not know is one of the test."""
    return CliRunner().invoke(cli, ["--root", str(root), *arguments], catch_exceptions=False)


# Whoosh leaves files open where it fails to read them.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ENDS)
def test_a_command_ends_as_the_contract_says(root: Path, name: str) -> None:
    arguments, prepare, code, told = ENDS[name]
    prepare(root)
    done = run(root, *arguments)
    assert done.exit_code == code, done.output
    assert told in done.stderr


AS_JSON = {
    name: end
    for name, end in ENDS.items()
    if end[0][0] in ("search", "related", "status", "rebuild-index", "check") and end[2] < 2
}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", AS_JSON)
def test_with_json_stdout_is_one_document_and_nothing_else(root: Path, name: str) -> None:
    arguments, prepare, code, _ = AS_JSON[name]
    prepare(root)
    done = run(root, *arguments, "--json")
    assert done.exit_code == code
    document = json.loads(done.stdout)
    if code and "problems" not in document and not document.get("stale"):
        assert document["error"]["message"]


def test_the_root_and_the_engine_come_from_the_environment_as_well(root: Path) -> None:
    assert kb(None, "search", "article", KB_ROOT=str(root)).returncode == 0
    assert kb(None, "search", "article", KB_ROOT=str(root), KB_ENGINE="nope").returncode == 2
    assert kb(None, "--root", str(root / "nowhere"), "search", "article", KB_ROOT=str(root)).returncode == 1


def test_a_port_in_use_is_told(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = kb(root, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "cannot be served" in done.stderr
    assert "Traceback" not in done.stderr


def test_progress_and_problems_go_to_stderr_and_results_to_stdout(root: Path) -> None:
    write(root, "pages/x", page("Another page"))
    done = kb(root, "rebuild-index")
    assert done.stderr.splitlines() == ["Reading 1 page …", "Building 6 pages …"]
    assert done.stdout.startswith("6 pages: 1 added, 0 changed, 0 removed. ")
    assert done.stdout.count("\n") == 1


def test_importing_needs_no_root(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "A headline of news\n\nPosted on January 2, 2019\n\n" + "Some words of a text. " * 40, encoding="utf-8"
    )
    done = kb(tmp_path, "import", str(tmp_path / "a.txt"), "--json")
    assert done.returncode in (0, 1), done.stderr
    json.loads(done.stdout)
    assert "Traceback" not in done.stderr


def test_the_shipped_content_has_no_error() -> None:
    done = kb(TOP, "check")
    assert done.returncode == 0, done.stdout
