"""What is given to the importer: files, folders and standard input, read as texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from kb.errors import SourceError
from kb.ingest.encoding import decode, mend_mojibake
from kb.ingest.report import Log
from kb.ingest.wording import clean, forbidden

SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".txt", ".text", ".eml", ".mht", ".mhtml"})
MAX_BYTES = 10_000_000
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one source, and what there is to say about how it was read."""

    name: str
    text: str
    log: Log


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A source that cannot be read, and why in one sentence."""

    name: str
    why: str


def read_sources(sources: Sequence[str], stdin: TextIO | None, log: Log) -> Iterator[Text | Unreadable]:
    """Every text of the sources; folders recursively, in the order of their paths. `log` takes notes about folders."""
    for source in sources:
        if source == STDIN:
            yield (
                _attempt("standard input", stdin)
                if stdin
                else Unreadable(STDIN, "nothing was given; pipe a page into it")
            )
        elif _is_folder(source):
            yield from _folder(Path(source), log)
        else:
            yield _attempt(source, None)


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # a name that the system refuses; reading it says so
        return False


def _folder(folder: Path, log: Log) -> Iterator[Text | Unreadable]:
    files = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix())
    pages = [path for path in files if path.suffix.lower() in SUFFIXES and not _belongs_to_a_page(path, folder)]
    if not pages:
        kinds = ", ".join(sorted(SUFFIXES))
        yield Unreadable(str(folder), f"holds no page to import; pages are files that end in {kinds}")
    elif left := [path for path in files if path not in set(pages)]:
        log.add("left", f"files in {folder} that are no pages were left", left[0].name, count=len(left))
    for path in pages:
        yield _attempt(str(path), None)


def _belongs_to_a_page(path: Path, folder: Path) -> bool:
    """Whether a browser saved the file beside a page (`Page_files/frame.html`), or it is hidden."""
    parts = path.relative_to(folder).parts
    return any(part.startswith(".") for part in parts) or any(part.endswith("_files") for part in parts[:-1])


def _attempt(name: str, stdin: TextIO | None) -> Text | Unreadable:
    log = Log()
    try:
        text = _stream(stdin) if stdin is not None else decode(_file(name), log)
        return Text(name, _tidy(text, log), log)
    except SourceError as error:
        return Unreadable(name, str(error))


def _file(name: str) -> bytes:
    try:
        path = Path(name)
        if path.exists() and not path.is_file():
            raise SourceError("is not a file; give a saved page or a folder of them")
        if path.stat().st_size > MAX_BYTES:
            raise SourceError("is over 10 MB; split it into its articles")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError("does not exist; check the name") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise SourceError(f"cannot be read ({reason}); check its name and permissions") from error


def _stream(stdin: TextIO) -> str:
    """Bytes are decoded by us where the stream has them, so that a page in another encoding is read here as well."""
    buffer = getattr(stdin, "buffer", None)
    try:
        data = stdin.read(MAX_BYTES + 1) if buffer is None else buffer.read(MAX_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError("standard input is not text; pipe a page into kb import -") from error
    if len(data) > MAX_BYTES:
        raise SourceError("is over 10 MB; split it into its articles")
    return data if isinstance(data, str) else decode(data, Log())


def _tidy(text: str, log: Log) -> str:
    if removed := forbidden(text):
        log.add("encoding", "control characters that no page may hold were removed", repr(text[:40]), count=removed)
    tidy = clean(mend_mojibake(text, log))
    if not tidy.strip():
        raise SourceError("is empty; nothing was imported")
    if tidy.lstrip()[:400].startswith(("<?xml", "<rss")) and "wordpress.org/export" in tidy[:4000]:
        raise SourceError("is a WordPress export, not a page; save its articles as pages and import those")
    return tidy
