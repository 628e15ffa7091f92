"""One page as lists show it: its kind and dates in words, its status, its chips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from kb.model import GROUPS, NEWS_TYPES, Change, Hit, PageRef, Results, SectionLink, Source, Tag
from kb.web.params import Toggles
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

CHIPS = 5
#: Topics of which it is kept how their chips read.
KEPT = 4096
#: A page of fewer headings has no section that were worth a link of its own.
SECTIONS_FROM = 2
#: Where the chips of each group stand.
_PLACES = {group: place for place, group in enumerate(GROUPS)}


class Chip(NamedTuple):
    """A topic: its label, its group and that in words, and where it leads; no address where it is chosen already.

    A page has dozens of chips. So their texts are markup already, as those of `kb.web.facets.Row` are.
    """

    label: str
    group: str
    kind: str
    url: str


class Item(NamedTuple):
    """One hit: the texts of its lines, of which `meta` goes on after `kind`.

    `newer` is the page that replaces it, `sections` hold what was asked.
    """

    url: str
    lang: str
    title_html: str
    kind: str
    meta: str
    changed: str
    newer: PageRef | None
    snippet_html: str
    chips: tuple[Chip, ...]
    sections: tuple[SectionLink, ...]


class Itemiser:
    """Turns hits into items: knows the words, the way citations are written and what replaces a page.

    With `reviews`, a page that no attorney has reviewed says so too.
    """

    def __init__(self, reader: Reader, words: Words, *, reviews: bool = False) -> None:
        self._reader = reader
        self._words = words
        self._reviews = reviews

    def items(self, results: Results, toggles: Toggles | None = None) -> tuple[Item, ...]:
        """The hits of a page of results. With `toggles`, chips lead into the same search; without, to their topic.

        The addresses of `toggles` are to be markup.
        """
        rank = _rank(results)
        return tuple([self._item(hit, self._chips(hit.tags, rank, toggles)) for hit in results.hits])

    def _item(self, hit: Hit, chips: tuple[Chip, ...]) -> Item:
        words = self._words
        return Item(
            url=hit.url,
            lang=hit.lang,
            title_html=hit.title_html,
            kind=words(f"type_{hit.type}"),
            meta="".join([f" · {text}" for text in self._meta(hit)]),
            changed=self.changed(hit.change, hit.changes) if hit.status == "law-changed" and hit.change else "",
            newer=self._reader.ref(hit.superseded_by) if hit.superseded_by else None,
            snippet_html=hit.snippet_html,
            chips=chips,
            sections=hit.sections if hit.headings >= SECTIONS_FROM else (),
        )

    def _chips(
        self, tags: Iterable[Tag], rank: Callable[[Tag], tuple[bool, int]], toggles: Toggles | None
    ) -> tuple[Chip, ...]:
        preferred = _by_group(sorted(tags, key=rank)[:CHIPS])
        if toggles is None:
            return tag_chips(preferred, self._words)
        return tuple([chip(tag.label, tag.group, toggles.adding("tag", tag.id), self._words) for tag in preferred])

    def changed(self, change: Change, count: int) -> str:
        """“Law changed since: 8 CFR 214.2(h), January 17, 2025, and 2 more”."""
        authority = citation(change, self._reader)
        more = max(0, count - 1)
        return self._words(
            "law_changed_result", n=more + 1, more=more, authority=authority, date=self._words.date(change.date)
        )

    def _meta(self, hit: Hit) -> Iterable[str]:
        words = self._words
        if hit.type in NEWS_TYPES and hit.date:
            yield words.date(hit.date)
        elif hit.updated:
            yield words("updated_on", date=words.date(hit.updated))
        if hit.reviewed:
            yield words("reviewed_on", date=words.date(hit.reviewed))
        elif self._reviews and hit.status == "unreviewed":
            yield words("status_unreviewed")
        if hit.source:
            yield source_line(hit.source, words)
        if hit.lang != words.lang:
            yield words.get(f"in_{hit.lang}", hit.lang)


def citation(change: Change, reader: Reader) -> str:
    """The authority that changed, as it is usually written."""
    return reader.citation_label(change.key) if change.key else change.authority


def source_line(source: Source, words: Words) -> str:
    """“from Immigration Impact, August 14, 2019”."""
    if source.published:
        return words("from_source_date", name=source.name, date=words.date(source.published))
    return words("from_source", name=source.name)


def chip(label: str, group: str, url: str, words: Words) -> Chip:
    """A topic of a group; `url` is markup."""
    text, kind = _texts(label, group, words)
    return Chip(text, group, kind, url)


@lru_cache(maxsize=KEPT)
def _texts(label: str, group: str, words: Words) -> tuple[str, str]:
    return escape(label), escape(words(f"facet_{group}").lower())


def tag_chips(tags: Iterable[Tag], words: Words) -> tuple[Chip, ...]:
    """Tags as links to their topics, groups in their order."""
    return tuple(chip(tag.label, tag.group, f"/tags/{tag.id}/", words) for tag in _by_group(tags))


def latest(*days: dt.date | None) -> dt.date | None:
    """The last of the days that are known."""
    return max((day for day in days if day), default=None)


def _rank(results: Results) -> Callable[[Tag], tuple[bool, int]]:
    """How each tag is preferred as a chip: those asked for first, then the rarest among the results."""
    asked = {mark.value for mark in results.read_as}
    counted = {value.value: value for facet in results.facets if facet.param == "tag" for value in facet.values}

    def rank(tag: Tag) -> tuple[bool, int]:
        value = counted.get(tag.id)
        return (not (value.selected or tag.id in asked), value.count) if value else (True, 0)

    return rank


def _by_group(tags: Iterable[Tag]) -> list[Tag]:
    return sorted(tags, key=lambda tag: _PLACES.get(tag.group, len(_PLACES)))
