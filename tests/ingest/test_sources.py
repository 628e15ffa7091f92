"""What can be given to the importer, and the one sentence for what cannot be brought in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.ingest import ImportReport, import_sources
from kb.vocabulary import Vocabulary
from tests.ingest.conftest import PAGE, said

Save = Callable[[str, str], str]
Bring = Callable[..., ImportReport]
REFUSED = {
    "a PDF": (b"%PDF-1.7 ...", "is a binary file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is a binary file"),
    "zeros among letters": (b"text\x00with\x00zeros", "is a binary file"),
    "a few zeros in a long text": (b"text " * 1000 + b"\x00" * 10, "is a binary file"),
    "noise": (bytes((n * 37) % 256 for n in range(4000)), "is a binary file"),
    "a Word document": (b"PK\x03\x04document", "is a binary file"),
    "nothing": (b"", "is empty"),
    "white space": (b" \n\t\n", "is empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "is empty"),
    "over 10 MB": (b"x" * 10_000_001, "is over 10 MB"),
    "navigation alone": (b"Skip to content\n\nMenu\n\nHome\n", "holds no article"),
    "an export": (
        b'<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"></rss>',
        "is a WordPress export",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_page_is_refused_in_one_sentence(name: str, tmp_path: Path, bring: Bring, into: Path) -> None:
    data, sentence = REFUSED[name]
    path = tmp_path / "source.txt"
    path.write_bytes(data)
    report = bring(str(path))
    assert (report.exit_code, report.files[0].outcome, report.files[0].path) == (1, "failed", None)
    assert f"{path} {sentence}" in said(report.files[0], "unread")
    assert not into.exists()


def test_a_missing_file_is_named(bring: Bring) -> None:
    report = bring("no/such/page.html")
    assert said(report.files[0], "unread") == "problem: unread: no/such/page.html does not exist; check the name"


@pytest.mark.parametrize("name", ["a\x00b.html", "x" * 5000])
def test_an_impossible_file_name_is_no_crash(name: str, bring: Bring) -> None:
    assert bring(name).files[0].outcome == "failed"


def test_one_bad_source_does_not_keep_the_others_out(save: Save, bring: Bring) -> None:
    report = bring("missing.html", save("a.txt", PAGE))
    assert (report.counts, report.exit_code) == ({"failed": 1, "written": 1}, 1)


def test_a_folder_is_read_through_in_the_order_of_its_paths(save: Save, bring: Bring, tmp_path: Path) -> None:
    save("b/late.txt", PAGE.replace("Ferries", "Barges").replace("ferries", "barges"))
    save("a/early.HTML", PAGE)
    save("a/page_files/frame.html", PAGE)
    save("a/.hidden/old.html", PAGE)
    save("picture.svg", "<svg/>")
    report = bring(str(tmp_path / "sources"))
    assert [Path(file.source).name for file in report.files] == ["early.HTML", "late.txt"]
    assert report.notes[0].count == 3
    assert "are no pages were left" in report.notes[0].what


def test_a_folder_without_pages_says_so(tmp_path: Path, bring: Bring) -> None:
    report = bring(str(tmp_path))
    assert (report.exit_code, report.counts) == (1, {"failed": 1})
    assert "holds no page to import" in said(report.files[0], "unread")


@pytest.mark.parametrize("stream", [io.StringIO(PAGE), io.TextIOWrapper(io.BytesIO(PAGE.encode("cp1252")), "utf-8")])
def test_a_dash_reads_standard_input(stream: io.TextIOBase, into: Path, vocabulary: Vocabulary) -> None:
    report = import_sources(["-"], into, vocabulary, stdin=stream)  # type: ignore[arg-type]
    assert [(file.source, file.outcome) for file in report.files] == [("standard input", "written")]


@pytest.mark.parametrize("stream", [None, io.StringIO(""), io.StringIO("x" * 10_000_001)])
def test_standard_input_without_a_page_fails(stream: io.StringIO | None, into: Path, vocabulary: Vocabulary) -> None:
    assert import_sources(["-"], into, vocabulary, stdin=stream).counts == {"failed": 1}


def test_a_target_that_cannot_be_written_leaves_nothing_behind(save: Save, bring: Bring, into: Path) -> None:
    into.mkdir()
    (into / "news").write_text("a file where a folder should be")
    report = bring(save("a.txt", PAGE))
    assert (report.exit_code, report.files[0].outcome) == (1, "failed")
    assert "cannot be written" in said(report.files[0], "unread")
    assert [path.name for path in into.iterdir()] == ["news"]


def test_a_write_that_breaks_off_leaves_no_half_file(
    save: Save, bring: Bring, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    report = bring(save("a.txt", PAGE))
    assert "No space left on device" in said(report.files[0], "unread")
    assert [path for path in into.rglob("*") if path.is_file()] == []


ENCODINGS = {
    "UTF-8": PAGE.encode(),
    "UTF-8 with a byte order mark": b"\xef\xbb\xbf" + PAGE.encode(),
    "UTF-16": PAGE.encode("utf-16"),
    "Windows-1252": PAGE.encode("cp1252"),
    "Windows line ends": PAGE.replace("\n", "\r\n").encode(),
    "declared": PAGE.replace("<div class", "<meta charset=windows-1252><div class", 1).encode("cp1252"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_page_reads_the_same_in_every_encoding(name: str, tmp_path: Path, bring: Bring, into: Path) -> None:
    (tmp_path / "plain.txt").write_bytes(PAGE.encode())
    (tmp_path / "other.txt").write_bytes(ENCODINGS[name])
    path = bring(str(tmp_path / "other.txt")).files[0].path
    text = (into / str(path)).read_text(encoding="utf-8")
    (into / str(path)).unlink()
    assert bring(str(tmp_path / "plain.txt")).files[0].path == path
    assert (into / str(path)).read_text(encoding="utf-8") == text


def test_the_fallback_to_windows_1252_is_reported(tmp_path: Path, bring: Bring) -> None:
    (tmp_path / "a.txt").write_bytes(PAGE.encode("cp1252"))
    assert "is not UTF-8, read as windows-1252" in said(bring(str(tmp_path / "a.txt")).files[0], "encoding")


def test_the_report_is_one_json_document_and_lines_for_a_terminal(save: Save, bring: Bring) -> None:
    report = bring(save("a.txt", PAGE), "missing.html")
    data = json.loads(json.dumps(report.to_json()))
    assert data["counts"] == {"written": 1, "failed": 1}
    assert data["files"][0]["id"] == "news/2019/ferries-now-carry-forms"
    assert data["files"][0]["date"] == "2019-08-20"
    assert {"level", "kind", "what", "count", "evidence"} == set(data["files"][0]["notes"][0])
    lines = report.lines()
    assert lines[-1] == "1 written, 1 failed"
    assert any("missing.html does not exist" in line for line in lines)
