"""Page files: found under `content/`, read, and given their id and URL."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.content.schema import read_document
from kb.frontmatter import FrontMatterError, parse
from kb.model import Document, Problem
from kb.vocabulary import Vocabulary

FOLDER = "content"
#: A page file may have at most this many bytes.
LARGEST = 10_000_000
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*\Z")
_RESERVED = re.compile(
    r"/(?:search|ask|healthz|services|news|tags|authors|authorities|feeds|api|static|es)/\Z"
    r"|/services/[^/]+/\Z|/news/\d{4}/\Z|/(?:tags|authors|authorities|feeds|api|static|es)/.+|/[^/]+\.(?:xml|txt)/\Z|/\Z"
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file with its id, the path that problems name, and its bytes (None where it cannot be a page)."""

    id: str
    path: str
    data: bytes
    problem: Problem | None = None


def find_pages(root: Path) -> Iterator[PageFile]:
    """Every `*.md` under `content/`, by path."""
    for path in sorted((root / FOLDER).rglob("*.md")):
        if path.is_file():
            yield _read(root, path)


def _read(root: Path, path: Path) -> PageFile:
    shown = path.relative_to(root).as_posix()
    page_id = path.relative_to(root / FOLDER).with_suffix("").as_posix()
    try:
        size = path.stat().st_size
        data = b"" if size > LARGEST else path.read_bytes()
    except OSError as error:
        return PageFile(
            page_id, shown, b"", Problem(shown, 0, f"cannot be read ({error.strerror})", "check its permissions")
        )
    problem = None
    if size > LARGEST:
        problem = Problem(
            shown, 0, f"the file has {size:,} bytes, more than {LARGEST:,}", "split it into several pages"
        )
    elif not _ID.match(page_id):
        fix = "rename it: each part small letters and digits, joined by single hyphens"
        problem = Problem(shown, 0, f"“{page_id}” cannot be an id", fix)
    return PageFile(page_id, shown, data, problem)


def parse_page(file: PageFile, vocabulary: Vocabulary) -> tuple[Document | None, list[Problem]]:
    """The document of a file, or None with every problem found."""
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


def url_of(document_id: str) -> str:
    """The path under which a document is served: its id between slashes, without a leading `pages/`."""
    return f"/{document_id.removeprefix('pages/')}/"


def path_of(document_id: str) -> str:
    """The file of a document, relative to the root."""
    return f"{FOLDER}/{document_id}.md"


def old_path(path: str) -> str:
    """An entry of `redirect_from` as URLs are compared: with its end slash, without query and fragment."""
    bare = re.split(r"[?#]", path)[0]
    return bare if bare.endswith("/") else bare + "/"


def site_problems(documents: Iterable[Document]) -> list[Problem]:
    """What is wrong between pages: URLs claimed twice, ids in front matter that name no page."""
    documents = list(documents)
    ids = {document.id: document for document in documents}
    return [*_claimed_twice(documents), *_wrong_ids(documents, ids)]


def _claimed_twice(documents: list[Document]) -> Iterator[Problem]:
    claims: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        claims[url_of(document.id)].append(document.id)
        for old in dict.fromkeys(map(old_path, document.redirect_from)):
            claims[old].append(document.id)
    for url, owners in claims.items():
        if _RESERVED.match(url):
            yield Problem(
                path_of(owners[-1]),
                0,
                f"the URL {url} belongs to the site itself",
                "rename the file or change redirect_from",
            )
        elif len(owners) > 1:
            first, *others = (path_of(owner) for owner in owners)
            for other in others:
                yield Problem(
                    other,
                    0,
                    f"the URL {url} is claimed by {first} as well",
                    "change redirect_from or rename one of them",
                )


def _wrong_ids(documents: list[Document], ids: dict[str, Document]) -> Iterator[Problem]:
    for document in documents:
        named = [("related", one) for one in document.related] + [("not_related", one) for one in document.not_related]
        if document.superseded_by:
            named.append(("superseded_by", document.superseded_by))
        for key, wanted in named:
            if wanted not in ids:
                yield Problem(
                    path_of(document.id), 0, f"{key} names “{wanted}”, and there is no such page", "correct the id"
                )
        if document.superseded_by and _circular(document, ids):
            yield Problem(path_of(document.id), 0, "superseded_by leads in a circle", "break the circle")


def _circular(document: Document, ids: dict[str, Document]) -> bool:
    seen = {document.id}
    following = document.superseded_by
    while following in ids:
        if following in seen:
            return following == document.id
        seen.add(following)
        following = ids[following].superseded_by
    return False
