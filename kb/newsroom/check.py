"""`kb check`: what is wrong with content, vocabulary, links, tags and currency, beyond what stops a rebuild."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb import clock
from kb.changes import PATH as LEDGER
from kb.config import FILE, Link, Settings
from kb.content.files import FOLDER, LARGEST, old_path, path_of
from kb.language import authorities
from kb.model import NEWS_TYPES, Change, Document, Problem
from kb.vocabulary import PATH as VOCABULARY
from kb.vocabulary import Vocabulary

#: Addresses of the site itself, whatever its content.
_OWN = re.compile(
    r"/(?:|search|services/|services/[^/]+/|news/|news/\d{4}/|tags/|tags/[^/]+/|authors/|authors/[^/]+/|sitemap\.xml|robots\.txt)\Z"
)
_KNOWN_FILES = {Path(VOCABULARY).name, Path(LEDGER).name}


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """A page as it is checked: its document, its URL, the addresses it links to and the authorities it cites."""

    document: Document
    url: str
    links: tuple[str, ...]
    cites: tuple[str, ...]
    #: How many personal numbers were taken out of it.
    redacted: int = 0


def check_site(
    pages: Sequence[CheckedPage],
    drafts: Sequence[Document],
    vocabulary: Vocabulary,
    changes: Sequence[Change],
    settings: Settings,
) -> list[Problem]:
    """Every warning and note on pages that can be read, and on what refers to them."""
    ids = {page.document.id for page in pages}
    draft_ids = {draft.id for draft in drafts}
    urls = {page.url for page in pages} | {old_path(old) for page in pages for old in page.document.redirect_from}
    problems = [
        *_dates(page.document for page in pages),
        *_links(pages, urls),
        *_drafts_named(pages, draft_ids),
        *_currency(pages, changes),
        *_copies(pages),
        *_service_pages(pages),
        *_vocabulary(vocabulary, ids),
        *_configuration(settings, ids, urls),
        *_other_files(settings.root),
    ]
    return sorted(problems, key=lambda problem: (problem.path, problem.line, problem.what))


def _warning(document: Document, what: str, fix: str) -> Problem:
    return Problem(path_of(document.id), 0, what, fix, "warning")


def _dates(documents: Iterable[Document]) -> Iterator[Problem]:
    now = clock.today()
    for document in documents:
        for name in ("date", "updated", "reviewed"):
            day = getattr(document, name)
            if day and day > now:
                yield _warning(
                    document,
                    f"{name} is in the future ({day.isoformat()})",
                    "correct it, or make the page a draft until then",
                )
        if document.reviewed and not document.reviewed_by:
            yield _warning(document, "reviewed, but not by whom", "add reviewed_by")


def _links(pages: Sequence[CheckedPage], urls: set[str]) -> Iterator[Problem]:
    for page in pages:
        for link in dict.fromkeys(page.links):
            path = re.split(r"[?#]", link)[0]
            if not path.startswith("/") or path.startswith("//"):
                continue
            if old_path(path) not in urls and not _OWN.match(path):
                yield _warning(page.document, f"the link {link} leads nowhere", "correct or remove it")


def _drafts_named(pages: Sequence[CheckedPage], draft_ids: set[str]) -> Iterator[Problem]:
    for page in pages:
        named = [*page.document.related, *([page.document.superseded_by] if page.document.superseded_by else [])]
        for one in named:
            if one in draft_ids:
                yield _warning(
                    page.document,
                    f"“{one}” is a draft: visitors cannot be led to it",
                    "publish it or name another page",
                )


def _currency(pages: Sequence[CheckedPage], changes: Sequence[Change]) -> Iterator[Problem]:
    by_key: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_key[change.key].append(change)
    now = clock.today()
    for page in pages:
        document = page.document
        covering = {key for cited in page.cites for key in authorities.covering(cited)}
        found = [change for key in covering for change in by_key.get(key, ()) if change.date <= now]
        latest = max((day for day in (document.date, document.updated, document.reviewed) if day), default=None)
        later = [change for change in found if latest and change.date > latest]
        if found and latest is None:
            what = "cites law that has changed, and has no date, update or review: it is never shown as outdated"
            yield Problem(path_of(document.id), 0, what, "add updated or reviewed", "note")
        if later and not document.superseded_by:
            newest = max(later, key=lambda change: change.date)
            what = f"{newest.authority} changed on {newest.date.isoformat()}, after this page"
            yield Problem(path_of(document.id), 0, what, "check the text, then set updated or reviewed", "note")


def _copies(pages: Sequence[CheckedPage]) -> Iterator[Problem]:
    owners: dict[str, Document] = {}
    for page in pages:
        source = page.document.source
        if source is None or not source.url:
            continue
        first = owners.setdefault(source.url, page.document)
        if first is not page.document:
            yield _warning(
                page.document,
                f"has the same source as {path_of(first.id)} ({source.url})",
                "remove one, or set superseded_by",
            )


def _service_pages(pages: Sequence[CheckedPage]) -> Iterator[Problem]:
    for page in pages:
        document = page.document
        if document.type == "service" and document.updated is None:
            yield _warning(document, "a service page without updated", "add the day of its last change of substance")
        if document.type in NEWS_TYPES and not document.tags:
            yield Problem(
                path_of(document.id), 0, "has no tags: facets and related reading pass it by", "add tags", "note"
            )


def _vocabulary(vocabulary: Vocabulary, ids: set[str]) -> Iterator[Problem]:
    for concept in vocabulary:
        if concept.service and concept.service not in ids and f"services/{concept.service}" not in ids:
            what = f"concept {concept.id}: there is no page “{concept.service}”"
            yield Problem(VOCABULARY, 0, what, "correct service, or write the page", "warning")


def _configuration(settings: Settings, ids: set[str], urls: set[str]) -> Iterator[Problem]:
    for one in settings.site.urgent:
        if one not in ids:
            yield Problem(FILE, 0, f"site.urgent names “{one}”, and there is no such page", "correct the id", "warning")
    for link in _links_of(*settings.site.menu, *settings.site.footer):
        if link.url.startswith("/") and old_path(link.url) not in urls and not _OWN.match(link.url):
            yield Problem(
                FILE, 0, f"the link “{link.label}” to {link.url} leads nowhere", "correct or remove it", "warning"
            )


def _links_of(*links: Link) -> Iterator[Link]:
    for link in links:
        yield link
        yield from _links_of(*link.children)


def _other_files(root: Path) -> Iterator[Problem]:
    for path in sorted((root / FOLDER).rglob("*")):
        if path.is_file() and path.suffix != ".md" and path.name not in _KNOWN_FILES:
            shown = path.relative_to(root).as_posix()
            yield Problem(
                shown,
                0,
                f"is not a page (.md, at most {LARGEST:,} bytes) and is not shown",
                "move it out of content/",
                "note",
            )
