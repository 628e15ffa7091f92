"""Rows of the panel of filters: one value each, in the markup of the macro `row` of `_facets.html`.

A page has hundreds of rows. So the macro is called once for each kind of row, with signs in place of the texts; what it
gives is cut at the signs, and a row is the pieces with its texts between them. How a value stands in an address and how
its label reads is the same on every page of a generation, and is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from html import escape
from itertools import repeat
from typing import NamedTuple

from jinja2 import Environment

from kb.model import Facet, FacetValue
from kb.web.params import encoded
from kb.web.words import Words

#: Stands for a text where a row is to be cut.
_SIGN = "\0"
#: Of so many numbers each facet keeps how they end a row: most are small.
NUMBERS = 1024


class Below(NamedTuple):
    """What hangs below a value, as markup: its rows, what they are called, and whether they are shown at first."""

    label: str
    rows: str
    open: bool


class FacetRows:
    """The rows of one facet in one generation."""

    def __init__(self, facet: Facet, templates: Environment, words: Words) -> None:
        self._facet = facet.name
        self._param = facet.param
        self._words = words
        self._macro = templates.get_template("_facets.html").module.row  # type: ignore[attr-defined]
        self._cuts: dict[tuple[bool, bool, bool | None], tuple[str, ...]] = {}
        self._counted = lru_cache(maxsize=NUMBERS)(self._end)
        #: Of each value that was shown, how it stands in an address, and its label as markup.
        self.known: dict[str, tuple[str, str]] = {}

    def plain(self, values: Sequence[FacetValue], around: tuple[str, str], bars: Sequence[int] = ()) -> list[str]:
        """The rows of values that are not selected and have nothing below them, with bars beside their numbers or none.

        `around` is the markup before and after one more value in the address of the search (`Toggles.around`).
        """
        start, to_label, *middle, _, _ = self._cut(bar=bool(bars))
        before, after = start + around[0], f"{around[1]}{self._fragment}{to_label}"
        middles = [str(bar).join(middle) for bar in bars] if bars else repeat(middle[0])
        known, counted = self.known, self._counted
        return [
            f"{before}{part}{after}{label}{between}{counted(value.count)}"
            for value, between in zip(values, middles, strict=False)
            for part, label in (known.get(value.value) or self._texts(value),)
        ]

    def _end(self, count: int) -> str:
        """The number of a plain row, and what follows it."""
        *_, to_spoken, end = self._cut()
        return f"{self._words.number(count)}{to_spoken}{_spoken(self._words, count == 1)}{end}"

    def full(self, value: FacetValue, url: str, bar: int = 0, below: Below | None = None) -> str:
        """Any row; `url` is markup."""
        spoken = _spoken(self._words, value.count == 1, below is not None, value.selected)
        _, label = self.known.get(value.value) or self._texts(value)
        texts = [url + self._fragment, label, self._words.number(value.count), spoken, ""]
        texts[2:2] = [str(bar)] if bar else []
        texts[-1:-1] = below[:2] if below else []
        cut = self._cut(value.selected, bool(bar), below.open if below else None)
        return "".join([piece + text for piece, text in zip(cut, texts, strict=True)])

    def _cut(self, selected: bool = False, bar: bool = False, opened: bool | None = None) -> tuple[str, ...]:
        """What stands around the texts of a kind of row; `opened` None is one with nothing below it."""
        kind = selected, bar, opened
        if kind not in self._cuts:
            below = None if opened is None else Below(_SIGN, _SIGN, opened)
            row = self._macro(_SIGN, _SIGN, _SIGN, _SIGN, selected, _SIGN if bar else "", below)
            self._cuts[kind] = tuple(str(row).split(_SIGN))
        return self._cuts[kind]

    def _texts(self, value: FacetValue) -> tuple[str, str]:
        found = encoded(self._param, value.value), escape(value_label(self._facet, value, self._words))
        # A selected value may be anything that a visitor has put into the address.
        if not value.selected:
            self.known[value.value] = found
        return found

    @property
    def _fragment(self) -> str:
        """Back to the group in which the value was chosen."""
        return f"#f-{self._facet}"


def value_label(facet: str, value: FacetValue, words: Words) -> str:
    """Values of closed sets are worded by the catalogue, all others name themselves."""
    return words.get(f"{facet}_{value.value}", value.label) if facet in ("type", "status") else value.label


@cache
def _spoken(words: Words, one: bool, below: bool = False, selected: bool = False) -> str:
    """What only listeners get beside a number: what it counts, and that the link takes a selected value away."""
    return escape(
        words("value_results", n=1 if one else 2)
        + (f", {words('with_children')}" if below else "")
        + (words("value_selected") if selected else "")
    )
