"""The filters that are on: each as a link that takes it away, values of one facet together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kb.language.citations import canonical
from kb.model import FILTERS, Query, Results, Unknown
from kb.vocabulary import Vocabulary
from kb.web import facets
from kb.web.params import search_url, without, without_filters
from kb.web.words import Words

_DATES = (("from", "date_from"), ("to", "date_to"), ("as_of", "as_of"))


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter that is on. `query` is the search without it, `url` its address."""

    label: str
    value: str
    unknown: bool
    query: Query
    url: str

    @property
    def text(self) -> str:
        """“Agency: CBP”."""
        return f"{self.label}: {self.value}"


@dataclass(frozen=True, slots=True)
class Selection:
    """All filters that are on, by facet, and the address of the words alone."""

    groups: tuple[tuple[Filter, ...], ...]
    clear_url: str

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every filter, in order."""
        return tuple(one for group in self.groups for one in group)


def selection(results: Results, query: Query, vocabulary: Vocabulary, words: Words) -> Selection:
    """The filters of the settled query of some results."""
    labels = facets.labels(results.facets, query, words)
    unknown = {(one.parameter, _as_settled(one)) for one in results.unknown}
    groups: dict[str, list[Filter]] = {}
    for param in FILTERS:
        for value in getattr(query, param):
            label, text = labels.get((param, value)) or _named(param, value, vocabulary, words)
            shorter = without(query, param, value)
            one = Filter(label, text, (param, value) in unknown, shorter, search_url(shorter))
            groups.setdefault(f"{param} {label}", []).append(one)
    for param, name in _DATES:
        day: dt.date | None = getattr(query, name)
        if day:
            shorter = without(query, param)
            groups[param] = [Filter(words(f"filter_{param}"), words.date(day), False, shorter, search_url(shorter))]
    return Selection(tuple(map(tuple, groups.values())), search_url(without_filters(query)))


def _as_settled(unknown: Unknown) -> str:
    """An unknown value as the settled query has it: a citation by its key."""
    key = canonical(unknown.value) if unknown.parameter == "cites" else None
    return key or unknown.value


def _named(param: str, value: str, vocabulary: Vocabulary, words: Words) -> tuple[str, str]:
    """The labels of a value that no facet lists: an unknown tag, above all."""
    found = vocabulary.resolve(value) if param == "tag" else None
    if found:
        concept = vocabulary[found]
        return words(f"facet_{concept.group}"), concept.label(words.lang)
    if param in ("type", "status"):
        value = words.get(f"{param}_{value}", value)
    return words(f"facet_{param}"), value
