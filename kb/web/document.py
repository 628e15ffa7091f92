"""One page as its template shows it: what surrounds the body, gathered from the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.model import GROUPS, NEWS_TYPES, Heading, Page, PageRef, Query, Reason, RelatedPage, ServiceGroup, Tag
from kb.web import body
from kb.web.authors import person
from kb.web.facts import Fact, Link, facts, web_address
from kb.web.items import Item, Itemiser, citation, latest
from kb.web.law import authority_url
from kb.web.newest import NEWS, month_url
from kb.web.params import search_url
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

#: "On this page" pays from this many headings on.
CONTENTS_FROM = 3
DEEPEST = 3
REASONS = 2
NEWEST = 5
WRITTEN = 10


@dataclass(frozen=True, slots=True)
class Caution:
    """A notice above the facts: bold first words, a sentence, and a link."""

    kind: str
    bold: str
    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A related page: title, kind and date, and at most two reasons in words."""

    url: str
    title: str
    lang: str
    meta: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """A cited authority: its page here (empty for a draft, whose law nobody may cite), and its official text."""

    label: str
    url: str
    official: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Some pages, how many there are in all, and the search that lists them."""

    items: tuple[Item, ...]
    total: int
    all_url: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Everything that the template of a page shows beside its body."""

    page: Page
    html: str
    kind: str
    group: ServiceGroup | None
    crumbs: tuple[Link, ...]
    warnings: tuple[Caution, ...]
    facts: tuple[Fact, ...]
    contents: tuple[Heading, ...]
    tags: tuple[tuple[str, tuple[Tag, ...]], ...]
    forms: tuple[Tag, ...]
    laws: tuple[Law, ...]
    news: Listing | None
    written: Listing | None
    covering: tuple[PageRef, ...]
    related: tuple[Suggestion, ...]
    older: PageRef | None
    newer: PageRef | None


def document_page(page: Page, reader: Reader, words: Words, draft: bool = False) -> DocumentPage:
    """A page with its surroundings. A draft has none of what an index would know of it."""
    own = page.document
    service, dated = own.type == "service", own.type in NEWS_TYPES
    group = _group(page, reader) if service else None
    older, newer = reader.neighbours(own.id) if dated and not draft else (None, None)
    return DocumentPage(
        page=page,
        html=body.with_citations(page.html, reader.cited.keys, words("official")),
        kind=words(f"type_{own.type}"),
        group=group,
        crumbs=_crumbs(page, group, reader, words),
        warnings=_warnings(page, reader, words, draft),
        facts=facts(page, words),
        contents=_contents(page.headings),
        tags=_by_group(page.tags) if not service else (),
        forms=tuple(tag for tag in page.tags if tag.group == "form") if service else (),
        laws=_laws(page, reader) if service else (),
        news=_news(page, reader, words) if service and not draft else None,
        written=_written(page, reader, words) if not draft else None,
        covering=_covering(page, reader) if dated else (),
        related=() if draft else _related(reader.related(own.id), words),
        older=older,
        newer=newer,
    )


def _contents(headings: tuple[Heading, ...]) -> tuple[Heading, ...]:
    """The headings that "On this page" names: the upper two levels, where there are enough of them."""
    upper = tuple(heading for heading in headings if heading.level <= DEEPEST)
    return upper if len(upper) >= CONTENTS_FROM else ()


def _group(page: Page, reader: Reader) -> ServiceGroup | None:
    """The heading under which a service stands."""
    own = page.document.id
    return next((group for group in reader.services() if any(ref.id == own for ref in group.entries)), None)


def _crumbs(page: Page, group: ServiceGroup | None, reader: Reader, words: Words) -> tuple[Link, ...]:
    """The way here from the top; the last has no address where it is this page itself."""
    own = page.document
    if own.type == "service":
        middle = (Link(group.label, f"/services/{group.slug}/"),) if group else ()
        return (Link(words("services"), "/services/"), *middle, Link(own.menu_title or own.title))
    if own.type in NEWS_TYPES:
        month = (Link(words.month(own.date), month_url(own.date)),) if own.date else ()
        return (Link(words("news"), "/news/"), *month)
    parts = own.id.split("/")
    above = (reader.ref("/".join(parts[:count])) for count in range(1, len(parts)))
    return (Link(words("home"), "/"), *(Link(ref.menu_label, ref.url) for ref in above if ref), Link(own.title))


def _warnings(page: Page, reader: Reader, words: Words, draft: bool) -> tuple[Caution, ...]:
    """At most two, the gravest first."""
    own, found = page.document, []
    if draft:
        found.append(Caution("draft", words("draft_bold"), words("draft")))
    newer = reader.ref(own.superseded_by) if own.superseded_by else None
    if newer:
        link = Link(f"“{newer.title}”", newer.url)
        found.append(Caution("superseded", words("replaced_bold"), words("replaced"), link))
    change = max(page.changes, key=lambda change: change.date, default=None)
    since = latest(own.date, own.updated, own.reviewed)
    if page.status == "law-changed" and change and since:
        text = words(
            "law_changed",
            date=words.date(since),
            authority=citation(change, reader),
            changed=words.date(change.date),
        )
        url = web_address(change.url)
        link_to_change = Link(words("see_change"), url, True) if url else None
        found.append(Caution("law-changed", words("law_changed_bold"), text, link_to_change))
    return tuple(found[:2])


def _by_group(tags: tuple[Tag, ...]) -> tuple[tuple[str, tuple[Tag, ...]], ...]:
    grouped = ((group, tuple(tag for tag in tags if tag.group == group)) for group in GROUPS)
    return tuple((group, found) for group, found in grouped if found)


def _laws(page: Page, reader: Reader) -> tuple[Law, ...]:
    return tuple(
        Law(
            reader.citation_label(key),
            authority_url(key) if key in reader.cited.keys else "",
            web_address(reader.citation_url(key)),
        )
        for key in page.cites
    )


def _news(page: Page, reader: Reader, words: Words) -> Listing | None:
    """The newest news that this service covers."""
    value = page.document.id.removeprefix("services/")
    return _listing(Query(service=(value,), type=NEWS, sort="newest", per_page=NEWEST), reader, words)


def _written(page: Page, reader: Reader, words: Words) -> Listing | None:
    """For the page of a person: what they wrote here."""
    about = person(reader, page.document.title)
    if about is None or about.id != page.document.id:
        return None
    return _listing(Query(author=(page.document.title,), sort="newest", per_page=WRITTEN), reader, words)


def _listing(query: Query, reader: Reader, words: Words) -> Listing | None:
    results = reader.search(query)
    if not results.total:
        return None
    all_url = search_url(Query(service=query.service, type=query.type, author=query.author))
    return Listing(Itemiser(reader, words).items(results), results.total, all_url)


def _covering(page: Page, reader: Reader) -> tuple[PageRef, ...]:
    refs = (reader.ref(service) for service in page.services if service != page.document.id)
    return tuple(ref for ref in refs if ref)


def _related(pages: tuple[RelatedPage, ...], words: Words) -> tuple[Suggestion, ...]:
    """Related pages that say why they are."""
    found = []
    for page in pages:
        reasons = _reasons(page.reasons, words)
        if reasons:
            kind = words(f"type_{page.type}")
            meta = f"{kind} · {words.date(page.date)}" if page.date else kind
            found.append(Suggestion(page.url, page.title, page.lang, meta, reasons))
    return tuple(found)


def _reasons(reasons: tuple[Reason, ...], words: Words) -> tuple[str, ...]:
    """Reasons of one kind in one sentence, two at most."""
    by_kind: dict[str, list[str]] = {}
    for reason in reasons:
        by_kind.setdefault(reason.kind, []).append(reason.label)
    sentences = (words(f"reason_{kind}", label=words.listing(labels)) for kind, labels in by_kind.items())
    return tuple(sentences)[:REASONS]
