"""What stands under a title: who wrote the page, when, where it came from, whether an attorney confirmed it."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import NEWS_TYPES, Document, Page, Source
from kb.web.authors import author_url
from kb.web.words import Words

#: Words a minute, a usual figure for reading a text of this kind with understanding.
PACE = 220


@dataclass(frozen=True, slots=True)
class Link:
    """Words that may lead somewhere; `external` leaves the site."""

    text: str
    url: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One row: a label, its values, and what follows them (`, August 14, 2019`)."""

    label: str
    values: tuple[Link, ...]
    after: str = ""


def facts(page: Page, words: Words) -> tuple[Fact, ...]:
    """What is known of a page, in the order of docs/ui.md; nothing is said of what is not known."""
    own = page.document
    rows = _dated(page, words) if own.type in NEWS_TYPES else _kept(own, words)
    if own.lang != words.lang:
        rows.append(_plain(words("written_in"), words.get(f"lang_{own.lang}", own.lang)))
    return tuple(rows)


def web_address(url: str | None) -> str:
    """The address if it is one of the web, else empty: a source's address comes from outside."""
    return url if url and url.startswith(("https://", "http://")) else ""


def _kept(own: Document, words: Words) -> list[Fact]:
    """A service or plain page: when it was last changed, and its review if it speaks of law."""
    rows = [_plain(words("updated"), words.date(own.updated))] if own.updated else []
    if own.type == "service":
        rows.append(_review(own, words))
    return rows


def _dated(page: Page, words: Words) -> list[Fact]:
    own = page.document
    rows = []
    if own.authors:
        rows.append(Fact(words("by"), tuple(Link(name, author_url(name)) for name in own.authors)))
    if own.date:
        rows.append(_plain(words("posted"), words.date(own.date)))
    if own.updated:
        rows.append(_plain(words("updated"), words.date(own.updated)))
    if own.source:
        rows += _source(own.source, words)
    rows.append(_review(own, words))
    rows.append(_plain(words("reading_time"), words("minutes", n=max(1, -(-page.words // PACE)))))
    return rows


def _source(source: Source, words: Words) -> list[Fact]:
    after = f", {words.date(source.published)}" if source.published else ""
    url = web_address(source.url)
    rows = [Fact(words("first_published"), (Link(source.name, url, bool(url)),), after)]
    if source.publisher and source.publisher != source.name:
        rows.append(_plain(words("publisher"), source.publisher))
    if source.reprint:
        rows.append(_plain(words("reprint"), source.reprint))
    return rows


def _review(own: Document, words: Words) -> Fact:
    if own.reviewed is None:
        return _plain(words("review"), words("not_reviewed"))
    day = words.date(own.reviewed)
    text = words("reviewed_by", name=own.reviewed_by, date=day) if own.reviewed_by else words("reviewed", date=day)
    return _plain(words("review"), text)


def _plain(label: str, text: str) -> Fact:
    return Fact(label, (Link(text),))
