"""The records that everything else passes around: frozen, without behaviour beyond tidying their own fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

DocumentType = Literal["service", "article", "news", "digest", "alert", "page"]
TYPES: tuple[str, ...] = ("service", "article", "news", "digest", "alert", "page")
#: The types that need a date, are listed under News and fade with age.
NEWS_TYPES: frozenset[str] = frozenset({"article", "news", "digest", "alert"})
STATUSES: tuple[str, ...] = ("current", "unreviewed", "law-changed", "superseded")
SORTS: tuple[str, ...] = ("relevance", "newest", "oldest")
#: Groups of concepts, in the order in which chips are shown.
GROUPS: tuple[str, ...] = ("agency", "visa", "form", "topic", "program")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text appeared first: dates are calendar days, `reprint` is the permission in words."""

    name: str
    url: str | None = None
    published: dt.date | None = None
    publisher: str | None = None
    reprint: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One page, as its author wrote it. Only `id` and `body` are needed; the rest has the defaults of a plain page.

    `id` is any non-empty text without control characters (files add the pattern of DESIGN.md 5). `body` is plain
    text, or Markdown with `markdown=True`. `tags` are concepts, by id or any label.
    """

    id: str
    body: str
    markdown: bool = False
    title: str = ""
    type: str = "page"
    date: dt.date | None = None
    updated: dt.date | None = None
    authors: tuple[str, ...] = ()
    author_bio: str | None = None
    tags: tuple[str, ...] = ()
    menu_title: str | None = None
    order: int | None = None
    aliases: tuple[str, ...] = ()
    source: Source | None = None
    summary: str | None = None
    lang: str = "en"
    reviewed: dt.date | None = None
    reviewed_by: str | None = None
    superseded_by: str | None = None
    related: tuple[str, ...] = ()
    not_related: tuple[str, ...] = ()
    redirect_from: tuple[str, ...] = ()
    draft: bool = False
    imported: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        for name in ("authors", "tags", "aliases", "related", "not_related", "redirect_from"):
            object.__setattr__(self, name, _tuple(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Change:
    """The law changed on `date`: one entry of the ledger `content/changes.toml`. `key` is the canonical citation."""

    authority: str
    date: dt.date
    title: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched: words, filters and how to show the hits. Every filter may be one text or several.

    The names are those of the URL (`kb.web.params`), but `from` and `to` are `date_from` and `date_to`. `match` says
    how many units must match: `most` (the default), `any` or `all`. `sort` None means relevance with words, newest
    without.
    """

    text: str = ""
    tag: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    as_of: dt.date | None = None
    sort: str | None = None
    page: int = 1
    per_page: int = 10
    match: str = "most"

    def __post_init__(self) -> None:
        for name in FILTERS:
            object.__setattr__(self, name, tuple(str(value) for value in _tuple(getattr(self, name))))


#: The filters of a query that can repeat, in the fixed order of URLs.
FILTERS: tuple[str, ...] = ("tag", "type", "service", "author", "source", "year", "cites", "status")


@dataclass(frozen=True, slots=True)
class Mark:
    """One part of a query as it was read. `kind` and `occur` are the closed sets of DESIGN.md 8."""

    kind: str
    text: str
    value: str
    label: str
    occur: Literal["must", "should", "not"] = "must"
    also: tuple[str, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another spelling of the words typed; `used` where the results shown are for it."""

    text: str
    used: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A filter value that names nothing here."""

    parameter: str
    value: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A concept as a hit shows it."""

    id: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A section of a page that holds what was asked: its heading, and the address that ends in its anchor."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One document of the results. `title_html` and `snippet_html` hold escaped text and `<mark>` alone."""

    id: str
    url: str
    type: str
    title: str
    title_html: str
    snippet_html: str
    date: dt.date | None
    authors: tuple[str, ...]
    tags: tuple[Tag, ...]
    source: Source | None
    lang: str
    updated: dt.date | None
    reviewed: dt.date | None
    status: str
    change: Change | None
    #: How many changes of the law came after this page (`change` is the newest of them).
    changes: int
    superseded_by: str | None
    summary: str | None
    score: float
    sections: tuple[SectionLink, ...] = ()
    #: How many headings its page has.
    headings: int = 0


class FacetValue(NamedTuple):
    """A value, how it reads, how many documents carry it under the other filters, and the value that encloses it."""

    value: str
    label: str
    count: int  # type: ignore[assignment]
    selected: bool = False
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """`name` is unique; `param` is the URL parameter that selects its values (all tag groups share `tag`)."""

    name: str
    label: str
    param: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query: how it was read, one page of hits and every facet."""

    query: Query
    read_as: tuple[Mark, ...]
    suggestion: Suggestion | None
    relaxed: bool
    unknown: tuple[Unknown, ...]
    total: int
    page: int
    per_page: int
    sort: str
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page is offered as related: `kind` is tag, cites, service, similar or pinned."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """One page of "You may also be interested in"."""

    id: str
    url: str
    title: str
    type: str
    date: dt.date | None
    score: float
    reasons: tuple[Reason, ...]
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Completion:
    """A suggestion while typing: `kind` is service, concept, form, citation or title."""

    text: str
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its level (2, 3), its anchor and its text."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is shown: the document, its sanitised HTML and what the generation knows about it."""

    document: Document
    url: str
    html: str
    bio_html: str
    headings: tuple[Heading, ...]
    words: int
    tags: tuple[Tag, ...]
    services: tuple[str, ...]
    cites: tuple[str, ...]
    status: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page as lists show it. `order` is its place in its heading; `aliases` are other names of a service."""

    id: str
    url: str
    title: str
    menu_title: str | None
    summary: str | None
    type: str
    date: dt.date | None
    updated: dt.date | None
    lang: str
    order: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def menu_label(self) -> str:
        """The short label where there is one."""
        return self.menu_title or self.title


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """A heading of the service tree with its pages in menu order."""

    slug: str
    label: str
    entries: tuple[PageRef, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """What is live: engine, generation, when it was built, documents, bytes, and pages changed since."""

    engine: str
    generation: str
    built: dt.datetime
    documents: int
    size: int
    previous: str | None
    stale: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend: `line` counts from 1, 0 where no line applies; `level` is error, warning or note."""

    path: str
    line: int
    what: str
    fix: str
    level: Literal["error", "warning", "note"] = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}: {self.fix}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a rebuild did: pages by what happened to them, wall seconds, bytes of the new generation."""

    engine: str
    generation: str
    documents: int
    added: int
    changed: int
    removed: int
    read: int
    seconds: float
    size: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = field(default=())


def _tuple(value: object) -> tuple[object, ...]:
    """One text or date means a tuple of one; None means none; any other iterable is taken as it is."""
    if value is None:
        return ()
    if isinstance(value, str | int):
        return (value,)
    return tuple(value)  # type: ignore[arg-type]
