"""The panel of filters: each facet as a group of links, as docs/ui.md draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from kb.model import Facet, FacetValue, Query, Results
from kb.web.params import Pairs, Toggles, hidden
from kb.web.rows import Below, value_label
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.web.edition import Edition

#: The groups from top to bottom; the first four are open at first.
ORDER = ("type", "service", "topic", "visa", "form", "agency", "program", "year", "cites", "status", "author", "source")
OPEN_AT_FIRST = ORDER[:4]
TREES = frozenset({"service", "cites"})
#: Values shown at once; one more would take the room of the line that hides it.
SHOWN = 6
MOST = 50
BAR_WIDTH = 64


@dataclass(frozen=True, slots=True)
class Field:
    """A form that adds one value by name: its parameter, label, what it carries along, where all values are listed."""

    param: str
    label: str
    hidden: Pairs
    all_url: str = ""
    all_label: str = ""


class Group(NamedTuple):
    """One facet. `summary` says how many of its values are selected; `more` are the rows behind “Show 14 more”.

    The rows are markup (`kb.web.rows`).
    """

    name: str
    label: str
    summary: str
    open: bool
    selected: int
    rows: Markup
    more: Markup
    more_label: str
    field: Field | None
    dates: Pairs | None


def panel(results: Results, query: Query, edition: Edition) -> tuple[Group, ...]:
    """The groups in their fixed order, or none where nothing could be chosen or taken back.

    `query` is the settled query of the results: the links are one step away from it.
    """
    known = {facet.name: facet for facet in results.facets}
    ordered = [known[name] for name in ORDER if name in known]
    ordered += [facet for facet in results.facets if facet.name not in ORDER]
    if not any(value.count for facet in ordered for value in facet.values):
        return ()
    shared = _Shared(query, edition, results.total, Toggles(query, separator="&amp;"))
    return tuple(_Builder(facet, shared).group() for facet in ordered)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all groups of a panel need."""

    query: Query
    edition: Edition
    total: int
    toggles: Toggles


class _Builder:
    """Builds one group."""

    def __init__(self, facet: Facet, shared: _Shared) -> None:
        self._facet = facet
        self._shared = shared
        self._words = shared.edition.words
        self._markup = shared.edition.rows(facet)
        self._below: Mapping[str | None, Sequence[FacetValue]] = (
            _tree(facet) if facet.name in TREES else {None: facet.values}
        )
        self._selected = {value.value for value in facet.values if value.selected}
        #: Everything above a selected value: it stands at the top, and open.
        self._held = _above(facet) if facet.name in TREES and self._selected else set()
        self._first = self._selected | self._held

    def group(self) -> Group:
        name, query = self._facet.name, self._shared.query
        label = self._words.get(f"facet_{name}", self._facet.label)
        selected = len(self._selected)
        values = self._values(None)
        rows = self._rows(values)
        cut = len(rows) if len(rows) <= SHOWN + 1 else max(SHOWN, sum(map(attrgetter("selected"), values)))
        return Group(
            name=name,
            label=label,
            summary=self._words("group_selected", n=selected, label=label),
            open=self._is_open(selected),
            selected=selected,
            rows=Markup("".join(rows[:cut])),  # noqa: S704 - escaped by their maker
            more=Markup("".join(rows[cut:])),  # noqa: S704
            more_label=_counted("show_more", len(rows) - cut, self._words) if rows[cut:] else "",
            field=self._field(),
            dates=hidden(query, "from", "to") if name == "year" and self._facet.values else None,
        )

    def _is_open(self, selected: int) -> bool:
        name, query = self._facet.name, self._shared.query
        if selected or (name == "year" and (query.date_from or query.date_to)):
            return True
        return name in OPEN_AT_FIRST and any(value.count < self._shared.total for value in self._facet.values)

    def _values(self, parent: str | None) -> Sequence[FacetValue]:
        """The first values below a value: those selected, or with something selected below them, before all others."""
        values = self._below.get(parent, [])
        if self._first:
            values = sorted(values, key=lambda value: value.value not in self._first)
        return values[:MOST]

    def _rows(self, values: Sequence[FacetValue]) -> list[str]:
        bars = [self._bar(value) for value in values] if self._facet.name == "year" else []
        rows = self._markup.plain(values, self._shared.toggles.around(self._facet.param), bars)
        if self._selected or len(self._below) > 1:
            for place, value in enumerate(values):
                if value.selected or value.value in self._below:
                    rows[place] = self._full(value)
        return rows

    def _full(self, value: FacetValue) -> str:
        """The row of a value that is selected or has others below it."""
        url = self._shared.toggles.url(self._facet.param, value.value)
        bar = self._bar(value) if self._facet.name == "year" else 0
        below = self._children(value) if value.value in self._below else None
        return self._markup.full(value, url, bar, below)

    def _children(self, value: FacetValue) -> Below:
        rows = self._rows(self._values(value.value))
        label = _counted(f"children_{self._facet.name}", len(rows), self._words)
        return Below(escape(label), "".join(rows), value.value in self._held)

    def _bar(self, value: FacetValue) -> int:
        return max(1, round(BAR_WIDTH * value.count / self._most)) if value.count else 0

    @cached_property
    def _most(self) -> int:
        """The greatest count, which has the longest bar."""
        return max(value.count for value in self._facet.values)

    def _field(self) -> Field | None:
        facet, many = self._facet, len(self._below.get(None, [])) > MOST
        if not facet.values or not (facet.name == "cites" or (many and facet.param in _LISTINGS)):
            return None
        label = self._words("find_cites" if facet.name == "cites" else "find_in")
        url, text = _LISTINGS[facet.param]
        return Field(facet.param, label, hidden(self._shared.query), url, self._words(text) if text else "")


@cache
def _counted(key: str, number: int, words: Words) -> str:
    """The sentence `key` for a number of rows: there are not many."""
    return words(key, n=number)


def _tree(facet: Facet) -> dict[str | None, Sequence[FacetValue]]:
    """The values below each value; one whose parent is not listed (nothing is left of it) stands at the top."""
    known = {value.value for value in facet.values}
    found: dict[str | None, list[FacetValue]] = {}
    for value in facet.values:
        found.setdefault(value.parent if value.parent in known else None, []).append(value)
    return dict(found)


def _above(facet: Facet) -> set[str]:
    """The values that enclose a selected one, at any depth."""
    parents = {value.value: value.parent for value in facet.values}
    found: set[str] = set()
    for value in facet.values:
        parent = value.parent if value.selected else None
        while parent and parent not in found:
            found.add(parent)
            parent = parents.get(parent)
    return found


#: Where every value of a parameter is listed, if somewhere, and what the link there says.
_LISTINGS = {
    "tag": ("/tags/", "see_topics"),
    "author": ("/authors/", "see_authors"),
    "service": ("/services/", "see_services"),
    "source": ("", ""),
    "cites": ("/authorities/", "see_law"),
}


def labels(facets: Iterable[Facet], query: Query, words: Words) -> dict[tuple[str, str], tuple[str, str]]:
    """For each (parameter, value) that the settled query selects: the label of its facet and of the value."""
    found = {}
    for facet in facets:
        if getattr(query, facet.param):
            label = words.get(f"facet_{facet.name}", facet.label)
            for value in filter(attrgetter("selected"), facet.values):
                found[facet.param, value.value] = (label, value_label(facet.name, value, words))
    return found
