"""What to do where a search found nothing: only what leads somewhere, each with its count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb.model import Hit, Query, Results
from kb.web.params import search_url, without_filters
from kb.web.reading import quoted, read_as_agency, without_part
from kb.web.selected import Selection
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

#: Filters tried one by one; each is a search of its own.
TRIED = 6
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way on: what it does, with its count, and its address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Remedies:
    """The sentence that says why nothing was found, the ways on, and the service pages that come nearest."""

    lead: str
    ways: tuple[Remedy, ...]
    services: tuple[Hit, ...]


def remedies(results: Results, selection: Selection, reader: Reader, words: Words) -> Remedies:
    """The ways on from a search without results."""
    finder = _Finder(reader, words)
    emptied = finder.by_filters(results, selection)
    text = results.query.text
    key = "none_filtered" if emptied else "none_at_all"
    lead = words(key, text=text) if text else words(f"{key}_bare")
    ways = (*emptied, *finder.by_words(results))
    nearest = Query(text=text, type=("service",), match="any", per_page=NEAREST)
    return Remedies(lead, ways, reader.search(nearest).hits if text else ())


class _Finder:
    def __init__(self, reader: Reader, words: Words) -> None:
        self._reader = reader
        self._words = words

    def by_filters(self, results: Results, selection: Selection) -> tuple[Remedy, ...]:
        """Without each filter, and without all: which of them emptied the search is told by the counts."""
        filters = selection.filters
        tried = filters[:TRIED] if len(filters) > 1 else ()
        found = [self._way("without_filter", one.query, filter=one.text) for one in tried]
        if filters:
            found.append(self._way("without_filters", without_filters(results.query)))
        return tuple(way for way in found if way)

    def by_words(self, results: Results) -> tuple[Remedy, ...]:
        """Without each filter typed among the words, with another spelling, with “ice” as a word."""
        query = results.query
        found = []
        for mark in results.read_as:
            if mark.kind == "filter" and mark.end > mark.start:
                shorter = replace(query, text=without_part(query.text, mark.start, mark.end))
                found.append(self._way("without_filter", shorter, filter=mark.text))
        if results.suggestion and not results.suggestion.used:
            corrected = results.suggestion.text
            found.append(self._way("with_spelling", replace(query, text=corrected), text=corrected))
        mark_of_ice = read_as_agency(results)
        if mark_of_ice and mark_of_ice.end > mark_of_ice.start:
            found.append(self._way("as_word", quoted(query, mark_of_ice)))
        return tuple(way for way in found if way)

    def _way(self, key: str, query: Query, **values: str) -> Remedy | None:
        first = replace(query, page=1)
        total = self._reader.search(replace(first, per_page=1)).total
        if not total:
            return None
        return Remedy(self._words(key, count=self._words("results", n=total), **values), search_url(first))
