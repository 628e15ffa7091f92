"""The panel of filters: each facet as a group of links, as docs/ui.md draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from itertools import product
from typing import NamedTuple

from kb.model import Facet, FacetValue, Query, Results
from kb.web.params import Pairs, Toggles, hidden
from kb.web.words import Words

#: The groups from top to bottom; the first four are open at first.
ORDER = ("type", "service", "topic", "visa", "form", "agency", "program", "year", "cites", "status", "author", "source")
OPEN_AT_FIRST = ORDER[:4]
TREES = frozenset({"service", "cites"})
#: Values shown at once; one more would take the room of the line that hides it.
SHOWN = 6
MOST = 50
BAR_WIDTH = 64


class Row(NamedTuple):
    """One value: a link over the whole row, with the rows below it where the facet is a tree.

    `spoken` is what only listeners get: what the number counts, and that the link takes a selected value away.
    A page has hundreds of rows. So a row is a tuple, and its texts are markup already: the template escapes nothing.
    """

    label: str
    number: str
    selected: bool
    url: str
    spoken: str
    bar: int = 0
    children: tuple[Row, ...] = ()
    children_label: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A form that adds one value by name: its parameter, label, what it carries along, where all values are listed."""

    param: str
    label: str
    hidden: Pairs
    all_url: str = ""
    all_label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One facet. `summary` says how many of its values are selected; `more` are the rows behind “Show 14 more”."""

    name: str
    label: str
    summary: str
    open: bool
    selected: int
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    more_label: str
    field: Field | None
    dates: Pairs | None


def panel(results: Results, query: Query, words: Words) -> tuple[Group, ...]:
    """The groups in their fixed order, or none where nothing could be chosen or taken back.

    `query` is the settled query of the results: the links are one step away from it.
    """
    known = {facet.name: facet for facet in results.facets}
    ordered = [known[name] for name in ORDER if name in known]
    ordered += [facet for facet in results.facets if facet.name not in ORDER]
    if not any(value.count for facet in ordered for value in facet.values):
        return ()
    shared = _Shared(query, words, results.total, Toggles(query, separator="&amp;"), _spoken(words))
    return tuple(_Builder(facet, shared).group() for facet in ordered)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all groups of a panel need."""

    query: Query
    words: Words
    total: int
    toggles: Toggles
    spoken: Mapping[tuple[bool, bool, bool], str]


class _Builder:
    """Builds one group."""

    def __init__(self, facet: Facet, shared: _Shared) -> None:
        self._facet = facet
        self._shared = shared
        self._words = shared.words
        self._below: Mapping[str | None, Sequence[FacetValue]] = (
            _tree(facet) if facet.name in TREES else {None: facet.values}
        )
        self._selected = {value.value for value in facet.values if value.selected}
        #: Everything above a selected value: it stands at the top, and open.
        self._held = _above(facet) if facet.name in TREES and self._selected else set()
        self._first = self._selected | self._held
        self._anchor = f"#f-{facet.name}"

    def group(self) -> Group:
        name, query = self._facet.name, self._shared.query
        label = self._words.get(f"facet_{name}", self._facet.label)
        selected = len(self._selected)
        rows = self._rows(None)
        cut = len(rows) if len(rows) <= SHOWN + 1 else max(SHOWN, sum(row.selected for row in rows))
        return Group(
            name=name,
            label=label,
            summary=self._words("group_selected", n=selected, label=label),
            open=self._is_open(selected),
            selected=selected,
            rows=rows[:cut],
            more=rows[cut:],
            more_label=self._words("show_more", n=len(rows) - cut) if rows[cut:] else "",
            field=self._field(),
            dates=hidden(query, "from", "to") if name == "year" and self._facet.values else None,
        )

    def _is_open(self, selected: int) -> bool:
        name, query = self._facet.name, self._shared.query
        if selected or (name == "year" and (query.date_from or query.date_to)):
            return True
        return name in OPEN_AT_FIRST and any(value.count < self._shared.total for value in self._facet.values)

    def _rows(self, parent: str | None) -> tuple[Row, ...]:
        """The first rows below a value: those selected, or with something selected below them, before all others."""
        values = self._below.get(parent, [])
        if self._first:
            values = sorted(values, key=lambda value: value.value not in self._first)
        return tuple(map(self._row, values[:MOST]))

    def _row(self, value: FacetValue) -> Row:
        facet, shared = self._facet, self._shared
        children = self._rows(value.value) if value.value in self._below else ()
        row = Row(
            escape(_label(facet, value, self._words)),
            self._words.number(value.count),
            value.selected,
            shared.toggles.url(facet.param, value.value) + self._anchor,
            shared.spoken[value.count == 1, bool(children), value.selected],
        )
        if facet.name == "year" and value.count:
            return row._replace(bar=max(1, round(BAR_WIDTH * value.count / self._most)))
        if not children:
            return row
        label = escape(self._words(f"children_{facet.name}", n=len(children)))
        return row._replace(children=children, children_label=label, open=value.value in self._held)

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
def _spoken(words: Words) -> Mapping[tuple[bool, bool, bool], str]:
    """What listeners get beside a number: by whether it is one, whether rows stand below it, whether it is selected."""
    return {
        (one, below, selected): escape(
            words("value_results", n=1 if one else 2)
            + (f", {words('with_children')}" if below else "")
            + (words("value_selected") if selected else "")
        )
        for one, below, selected in product((False, True), repeat=3)
    }


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


def _label(facet: Facet, value: FacetValue, words: Words) -> str:
    """Values of closed sets are worded by the catalogue, all others name themselves."""
    if facet.name in ("type", "status"):
        return words.get(f"{facet.name}_{value.value}", value.label)
    return value.label


def labels(facets: Iterable[Facet], words: Words) -> dict[tuple[str, str], tuple[str, str]]:
    """For each selected (parameter, value): the label of its facet and of the value."""
    found = {}
    for facet in facets:
        label = words.get(f"facet_{facet.name}", facet.label)
        for value in facet.values:
            if value.selected:
                found[facet.param, value.value] = (label, _label(facet, value, words))
    return found
