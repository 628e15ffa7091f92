"""Page files: found under `content/`, read, and given their id and URL."""

from __future__ import annotations

import os
import re
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from kb.language.redaction import redact
from kb.model import Document, Problem
from kb.vocabulary import Vocabulary

FOLDER = "content"
#: A page file may have at most this many bytes.
LARGEST = 10_000_000
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*\Z")
#: What means itself in a URL's path.
_PLAIN = re.compile(r"[A-Za-z0-9/._~-]*\Z")
_RESERVED = re.compile(
    r"/(?:search|ask|healthz|services|news|tags|authors|authorities|feeds|api|static|es)/\Z"
    r"|/services/[^/]+/\Z|/news/\d{4}/\Z|/(?:tags|authors|authorities|feeds|api|static|es)/.+|/[^/]+\.(?:xml|txt|ico)/\Z|/\Z"
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file with its id, the path that problems name, and its bytes (None where it cannot be a page)."""

    id: str
    path: str
    data: bytes
    problem: Problem | None = None


def find_pages(root: Path) -> Iterator[PageFile]:
    """Every `*.md` under `content/`, by path; what cannot be looked at is found with its problem."""
    unreadable: list[OSError] = []
    top = os.path.join(root, FOLDER)  # noqa: PTH118 - for ten thousand files Path takes as long as reading them
    found = [
        f"{folder}{os.sep}{name}"
        for folder, _, names in os.walk(top, onerror=unreadable.append)
        for name in names
        if name.endswith(".md") and name != ".md"
    ]
    for path in sorted(found, key=lambda path: path.split(os.sep)):  # noqa: PTH206 - as above
        yield read_page(root, path)
    for error in unreadable:
        shown = _shown(root, Path(os.fsdecode(error.filename)))
        yield PageFile(shown.removeprefix(f"{FOLDER}/"), shown, b"", _unreadable(shown, error))


def read_page(root: Path, path: str | Path) -> PageFile:
    """A page file of a root."""
    shown = _shown(root, path)
    page_id = shown.removeprefix(f"{FOLDER}/").removesuffix(".md")
    try:
        about = os.stat(path)  # noqa: PTH116 - as above
        regular = stat.S_ISREG(about.st_mode)
        data = b"" if about.st_size > LARGEST or not regular else _bytes_of(path)
    except OSError as error:
        return PageFile(page_id, shown, b"", _unreadable(shown, error))
    return PageFile(page_id, shown, data, _problem(page_id, regular, about.st_size, shown))


def _bytes_of(path: str | Path) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
        return file.read()


def _problem(page_id: str, regular: bool, size: int, shown: str) -> Problem | None:
    """Why a file cannot be a page, whatever it holds."""
    if not regular:
        return Problem(shown, 1, "is neither a file nor a folder", "remove it from content/")
    if size > LARGEST:
        return Problem(shown, 1, f"the file has {size:,} bytes, more than {LARGEST:,}", "split it into several pages")
    if not is_id(page_id):
        fix = "rename it: each part small letters and digits, joined by single hyphens"
        return Problem(shown, 1, f"“{page_id}” cannot be an id", fix)
    if redact(page_id)[1]:
        return Problem(shown, 1, "the name of the file holds a personal number, and would be its address", "rename it")
    return None


def _unreadable(shown: str, error: OSError) -> Problem:
    return Problem(shown, 1, f"cannot be read ({error.strerror})", "check its permissions and what it links to")


def _shown(root: Path, path: str | Path) -> str:
    """The path as problems name it; bytes that are no text are shown as ?."""
    inner = os.fspath(path).removeprefix(os.path.join(root, "")).replace(os.sep, "/")  # noqa: PTH118 - as above
    return inner if inner.isascii() else os.fsencode(inner).decode("utf-8", "replace").replace("\ufffd", "?")


def parse_page(file: PageFile, vocabulary: Vocabulary) -> tuple[Document | None, list[Problem]]:
    """The document of a file, or None with every problem found."""
    # YAML and the schema load where something is read, not where nothing has changed.
    from kb.content.schema import read_document
    from kb.frontmatter import FrontMatterError, parse

    if file.problem:
        return None, [file.problem]
    try:
        text = file.data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        return None, [
            Problem(file.path, line, "the file is not UTF-8 text", "save it as UTF-8, or remove it if it is no page")
        ]
    if "\0" in text:
        return None, [Problem(file.path, 1, "the file is binary (it holds a NUL)", "remove it from content/")]
    try:
        matter = parse(text)
    except FrontMatterError as error:
        return None, [Problem(file.path, error.line, error.what, error.fix)]
    return read_document(file.id, file.path, matter, vocabulary)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a page file."""
    return bool(_ID.match(text))


def url_of(document_id: str) -> str:
    """The path under which a document is served: its id between slashes, without a leading `pages/`.

    Ids of files need no escaping; those that a library gives may hold anything.
    """
    inner = document_id.removeprefix("pages/")
    return f"/{inner if _PLAIN.match(inner) else quote(inner, safe='/')}/"


def path_of(document_id: str) -> str:
    """The file of a document, relative to the root."""
    return f"{FOLDER}/{document_id}.md"


def old_path(path: str) -> str:
    """A path as URLs are compared: decoded, with its end slash, without query and fragment."""
    bare = path if _PLAIN.match(path) else unquote(re.split(r"[?#]", path)[0])
    return bare if bare.endswith("/") else bare + "/"


def key_line(file: PageFile, key: str) -> int:
    """The line of a key of a page's front matter; 1 where it has none."""
    from kb.frontmatter import FrontMatterError, parse

    try:
        return parse(file.data.decode("utf-8")).lines.get(key, 1)
    except (UnicodeDecodeError, FrontMatterError):
        return 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong between pages: the page to mend, and the key of its front matter ("" for the page itself)."""

    id: str
    key: str
    what: str
    fix: str


class Linked(NamedTuple):
    """What a page says of others: its own id, and the keys of its front matter that name pages and paths."""

    id: str
    superseded_by: str | None
    related: Sequence[str]
    not_related: Sequence[str]
    redirect_from: Sequence[str]


def site_problems(documents: Iterable[Linked], known: Collection[str]) -> list[Mistake]:
    """What is wrong between pages: URLs claimed twice, ids in front matter that are none of the `known` ones."""
    documents = list(documents)
    ids = {document.id: document for document in documents}
    return [*_claimed_twice(documents), *_wrong_ids(documents, ids, known)]


def _claimed_twice(documents: list[Linked]) -> Iterator[Mistake]:
    claims: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for document in documents:
        claims[old_path(url_of(document.id))].append((document.id, ""))
    for document in documents:
        for old in dict.fromkeys(map(old_path, document.redirect_from)):
            claims[old].append((document.id, "redirect_from"))
    for url, owners in claims.items():
        if _RESERVED.match(url):
            for owner, key in owners:
                yield Mistake(owner, key, f"the URL {url} belongs to the site itself", _OTHER_URL[key])
            continue
        (first, _), *others = owners
        for other, key in others:
            yield Mistake(other, key, f"the URL {url} is claimed by {path_of(first)} as well", _OTHER_URL[key])


#: How to give up a URL, by the key that claims it.
_OTHER_URL = {"": "rename one of the files", "redirect_from": "remove it from redirect_from"}


def _wrong_ids(documents: list[Linked], ids: dict[str, Linked], known: Collection[str]) -> Iterator[Mistake]:
    for document in documents:
        named = [("related", one) for one in document.related] + [("not_related", one) for one in document.not_related]
        if document.superseded_by:
            named.append(("superseded_by", document.superseded_by))
        for key, wanted in named:
            if wanted not in known:
                yield Mistake(document.id, key, f"{key} names “{wanted}”, and there is no such page", "correct the id")
        if document.superseded_by and _circular(document, ids):
            yield Mistake(document.id, "superseded_by", "superseded_by leads in a circle", "break the circle")


def _circular(document: Linked, ids: dict[str, Linked]) -> bool:
    seen = {document.id}
    following = document.superseded_by
    while following in ids:
        if following in seen:
            return following == document.id
        seen.add(following)
        following = ids[following].superseded_by
    return False
