"""`kb check`: what is wrong with content, vocabulary, links, tags and currency, beyond what stops a rebuild."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from kb import clock
from kb.config import Settings
from kb.content.files import old_path, path_of
from kb.language import authorities
from kb.model import NEWS_TYPES, Change, Document, Problem
from kb.newsroom.lines import line_with, line_with_number
from kb.newsroom.references import configuration_problems, ledger_problems, other_files, vocabulary_problems
from kb.vocabulary import Vocabulary

#: Addresses of the site itself, whatever its content.
_OWN = re.compile(
    r"/(?:|search/|services/|news/|news/\d{4}/|tags/|authors/|authors/[^/]+/|authorities/|sitemap\.xml/"
    r"|robots\.txt/|healthz/|favicon\.ico/|api/.*|static/.*)\Z"
)


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
    pages = sorted(pages, key=lambda page: page.document.id)
    about = _About(settings, frozenset(draft.id for draft in drafts), _addresses(pages, vocabulary, settings))
    problems = [
        *(problem for page in pages for problem in _page(page, about)),
        *_currency(pages, changes),
        *_copies(pages, settings),
        *vocabulary_problems(vocabulary, ids, settings.root),
        *ledger_problems(changes, about.leads, settings.root),
        *configuration_problems(settings, ids, about.leads),
        *other_files(settings.root),
    ]
    return sorted(problems, key=lambda problem: (problem.path, problem.line, problem.what))


@dataclass(frozen=True, slots=True)
class _About:
    """What a page is checked against."""

    settings: Settings
    drafts: frozenset[str]
    addresses: frozenset[str]

    def leads(self, address: str) -> bool:
        """Whether an address that begins with a slash leads to something."""
        path = old_path(address)
        return path in self.addresses or bool(_OWN.match(path))

    def warning(self, document: Document, what: str, fix: str, where: str) -> Problem:
        """A warning at the first line of the page that holds the text `where`."""
        path = path_of(document.id)
        return Problem(path, line_with(self.settings.root / path, where), what, fix, "warning")


def _addresses(pages: Sequence[CheckedPage], vocabulary: Vocabulary, settings: Settings) -> frozenset[str]:
    """Every address of a page, an old path, a concept or a heading of services."""
    old = (old_path(path) for page in pages for path in page.document.redirect_from)
    services = (page.url for page in pages if page.document.type == "service")
    headings = {f"/services/{heading.slug}/" for heading in settings.heading} | {
        url.rpartition("/")[0].rpartition("/")[0] + "/" for url in services
    }
    concepts = (f"/tags/{concept.id}/" for concept in vocabulary)
    return frozenset({page.url for page in pages}.union(old, headings, concepts))


def _page(page: CheckedPage, about: _About) -> Iterator[Problem]:
    yield from _dates(page.document, about)
    yield from _links(page, about)
    yield from _drafts_named(page.document, about)
    yield from _missing(page.document, about)
    if page.redacted:
        path = path_of(page.document.id)
        what = f"holds personal numbers ({page.redacted}), which are shown as [number]"
        line = line_with_number(about.settings.root / path)
        yield Problem(path, line, what, "take them out of the file as well", "warning")


def _dates(document: Document, about: _About) -> Iterator[Problem]:
    for name in ("date", "updated", "reviewed"):
        day = getattr(document, name)
        if day and day > clock.today():
            what = f"{name} is in the future ({day.isoformat()})"
            yield about.warning(document, what, "correct it, or make the page a draft until then", f"{name}:")
    if document.reviewed and not document.reviewed_by:
        yield about.warning(document, "reviewed, but not by whom", "add reviewed_by", "reviewed:")


def _links(page: CheckedPage, about: _About) -> Iterator[Problem]:
    home = about.settings.site.base_url
    for link in dict.fromkeys(page.links):
        address = urljoin(home + page.url, link)
        if address.startswith(f"{home}/") and not about.leads(address.removeprefix(home)):
            yield about.warning(page.document, f"the link {link} leads nowhere", "correct or remove it", link)


def _drafts_named(document: Document, about: _About) -> Iterator[Problem]:
    for one in (*document.related, document.superseded_by):
        if one in about.drafts:
            what = f"“{one}” is a draft: visitors cannot be led to it"
            yield about.warning(document, what, "publish it or name another page", str(one))


def _missing(document: Document, about: _About) -> Iterator[Problem]:
    if document.type == "service" and document.updated is None:
        fix = "add the day of its last change of substance"
        yield about.warning(document, "a service page without updated", fix, "title:")
    if document.type in NEWS_TYPES and not document.tags:
        what = "has no tags: facets and related reading pass it by"
        yield Problem(path_of(document.id), 1, what, "add tags", "note")


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
            yield Problem(path_of(document.id), 1, what, "add updated or reviewed", "note")
        if later and not document.superseded_by:
            newest = max(later, key=lambda change: change.date)
            what = f"{newest.authority} changed on {newest.date.isoformat()}, after this page"
            yield Problem(path_of(document.id), 1, what, "check the text, then set updated or reviewed", "note")


def _copies(pages: Sequence[CheckedPage], settings: Settings) -> Iterator[Problem]:
    owners: dict[str, Document] = {}
    for document in (page.document for page in pages):
        url = document.source.url if document.source else None
        if url is None or document.superseded_by:
            continue
        first = owners.setdefault(url, document)
        if first is not document:
            path = path_of(document.id)
            what = f"has the same source as {path_of(first.id)} ({url})"
            line = line_with(settings.root / path, url)
            yield Problem(path, line, what, "remove one, or set superseded_by", "warning")
