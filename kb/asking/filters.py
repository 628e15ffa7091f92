"""Filters of a query: what they name here, as selections of facets and conditions; what they name nothing of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kb.errors import ParameterError
from kb.folding import fold, fold_name
from kb.language.citations import canonical
from kb.language.query import ReadQuery
from kb.language.query_parts import TypedFilter
from kb.language.tree import Node
from kb.model import SORTS, STATUSES, TYPES, Query, Unknown
from kb.search.engine import Engine
from kb.search.request import STATUS, Condition, Selection
from kb.vocabulary import Vocabulary

LONGEST_TEXT, MOST_PER_PAGE = 1000, 100
_CLOSED = (
    ("type", TYPES, "a type"),
    ("status", STATUSES, "a status"),
    ("sort", SORTS, "a sort order"),
    ("match", ("most", "any", "all"), "a way to match"),
)


@dataclass(slots=True)
class Filters:
    """What the filters of a query come to. `nothing` is set where one of them can match no document."""

    selections: list[Selection] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    excluded_nodes: list[Node] = field(default_factory=list)
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    unknown: list[Unknown] = field(default_factory=list)
    nothing: bool = False


def check(query: Query) -> None:
    """Raise ParameterError for the first value that a parameter cannot have."""
    for name, allowed, what in _CLOSED:
        for value in filter(None, _values(query, name)):
            if value not in allowed:
                raise ParameterError(name, value, f"“{value}” is not {what}. Choose: {', '.join(allowed)}.")
    for year in query.year:
        if not re.fullmatch(r"[0-9]{4}", year):
            raise ParameterError("year", year, f"“{year}” is not a year. Write four digits, such as 2019.")
    if query.date_from and query.date_to and query.date_from > query.date_to:
        raise ParameterError("from", query.date_from.isoformat(), "The first date is after the last.")
    if len(query.text) > LONGEST_TEXT:
        raise ParameterError("q", query.text, f"Your search has {len(query.text):,} characters; the limit is 1,000.")
    _check_page(query)


def _check_page(query: Query) -> None:
    if query.page < 1:
        raise ParameterError("page", str(query.page), "The page must be 1 or more.")
    if not 1 <= query.per_page <= MOST_PER_PAGE:
        raise ParameterError("per_page", str(query.per_page), "The number of results per page must be from 1 to 100.")


def _values(query: Query, name: str) -> tuple[str, ...]:
    value = getattr(query, name)
    return value if isinstance(value, tuple) else (value,)


class FilterReader:
    """Reads filters against what one generation knows."""

    def __init__(self, engine: Engine, vocabulary: Vocabulary, headings: Iterable[str]) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._headings = frozenset(headings)

    def read(self, query: Query, read: ReadQuery) -> Filters:
        """The filters of the parameters and those typed among the words."""
        filters = Filters(date_from=query.date_from, date_to=query.date_to)
        self._tags(query.tag, filters)
        self._select("type", query.type, filters, str)
        self._select("service", query.service, filters, self._service)
        self._select("author", query.author, filters, lambda name: self._authors.get(fold_name(name)))
        self._select("source", query.source, filters, lambda name: self._sources.get(fold_name(name)))
        self._select("year", query.year, filters, str)
        self._select("cites", query.cites, filters, self._cites, _key)
        self._select(STATUS, query.status, filters, str)
        for typed in read.filters:
            self._typed(typed, filters)
        return filters

    def _tags(self, tags: Sequence[str], filters: Filters) -> None:
        """Tags of one group are alternatives, groups all hold; an unknown tag is a group that nothing is in."""
        groups: dict[str, list[str]] = {}
        for tag in dict.fromkeys(tags):
            concept_id = self._vocabulary.resolve(tag)
            if concept_id is None:
                filters.unknown.append(Unknown("tag", tag))
                filters.nothing = True
            else:
                group = groups.setdefault(self._vocabulary[concept_id].group, [])
                group += [concept_id] if concept_id not in group else []
        filters.selections += [Selection(group, tuple(values)) for group, values in groups.items()]

    def _select(
        self,
        name: str,
        values: Sequence[str],
        filters: Filters,
        find: Callable[[str], str | None],
        unknown_as: Callable[[str], str] = str,
    ) -> None:
        """Values of one facet are alternatives; one that names nothing here is selected too, and adds nothing."""
        chosen: dict[str, None] = {}
        for value in dict.fromkeys(values):
            found = find(value)
            if found is None:
                filters.unknown.append(Unknown(name, value))
            chosen[unknown_as(value) if found is None else found] = None
        if chosen:
            filters.selections.append(Selection(name, tuple(chosen)))

    @cached_property
    def _authors(self) -> dict[str, str]:
        return {fold_name(name): name for name in self._engine.facet_values("author")}

    @cached_property
    def _sources(self) -> dict[str, str]:
        return {fold_name(name): name for name in self._engine.facet_values("source")}

    @cached_property
    def _cited(self) -> frozenset[str]:
        return frozenset(self._engine.facet_values("cites"))

    @cached_property
    def _services(self) -> frozenset[str]:
        return self._headings | frozenset(self._engine.facet_values("service"))

    def _service(self, value: str) -> str | None:
        return value if value in self._services else None

    def _cites(self, value: str) -> str | None:
        key = canonical(value)
        return key if key in self._cited else None

    # -- typed among the words --------------------------------------------------------------------------------------

    def _typed(self, typed: TypedFilter, filters: Filters) -> None:
        if typed.node is not None:
            (filters.excluded_nodes if typed.excluded else filters.nodes).append(typed.node)
        elif typed.name == "after" and typed.date:
            filters.date_from = max(filters.date_from or typed.date, typed.date)
        elif typed.name == "before" and typed.date:
            filters.date_to = min(filters.date_to or typed.date, typed.date)
        else:
            self._condition(typed, filters)

    def _condition(self, typed: TypedFilter, filters: Filters) -> None:
        facet, values = self._named(typed)
        if values:
            filters.conditions.append(Condition(facet, values, typed.excluded))
            return
        filters.unknown.append(Unknown(typed.name, typed.value))
        filters.nothing = filters.nothing or not typed.excluded

    def _named(self, typed: TypedFilter) -> tuple[str, tuple[str, ...]]:
        """(facet, values) that a typed filter names; no values where it names nothing here."""
        if typed.name == "tag":
            concept_id = self._vocabulary.resolve(typed.value)
            return (self._vocabulary[concept_id].group, (concept_id,)) if concept_id else ("", ())
        if typed.name == "type":
            return "type", (typed.value,)
        if typed.name == "cites":
            key = self._cites(typed.value)
            return "cites", (key,) if key else ()
        names = self._engine.facet_values(typed.name)
        return typed.name, tuple(name for name in names if _has_words(name, typed.value))


def _key(citation: str) -> str:
    """A citation in any spelling as its key; what is none as it stands."""
    return canonical(citation) or citation


def _has_words(name: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the name, one after the other, without case and accents."""
    words, named = re.findall(r"\w+", fold(wanted)), re.findall(r"\w+", fold(name))
    if not words:
        return False
    return any(named[place : place + len(words)] == words for place in range(len(named) - len(words) + 1))
