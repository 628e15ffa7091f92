"""The words of the interface, from the catalogue `words.toml`: one table a language, plurals by the count `n`."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

#: The languages of the catalogue; pages are served in the first for now.
LANGUAGES: tuple[str, ...] = ("en", "es")


class Words:
    """The catalogue of one language: `words("results", n=12)` is “12 results”."""

    def __init__(self, lang: str, table: Mapping[str, object]) -> None:
        self.lang = lang
        self._table = table
        #: Sentences without values or forms, as they stand: templates ask for dozens of them on every page.
        self._plain = {key: text for key, text in table.items() if isinstance(text, str) and not set(text) & {"{", "}"}}

    def __call__(self, key: str, **values: object) -> str:
        """The sentence `key` with its values filled in; integers get thousands separators.

        An entry with forms (`zero`, `one`, `other`) is chosen by `n`. Raises KeyError for a key that is not there.
        """
        if key in self._plain:
            return self._plain[key]
        entry = self._table[key]
        if isinstance(entry, dict):
            entry = _form(entry, values.get("n"))
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return str(entry).format(**shown)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a sentence for `key`."""
        return key in self._table

    def get(self, key: str, default: str) -> str:
        """The sentence `key`, or `default` where there is none."""
        return self(key) if self.has(key) else default

    def number(self, value: int) -> str:
        """`1204` as “1,204”."""
        return f"{value:,}"

    def date(self, day: dt.date) -> str:
        """A day in full: “August 20, 2019”, “20 de agosto de 2019”."""
        return self("date_form", day=str(day.day), month=self._month(day.month), year=str(day.year))

    def month(self, day: dt.date) -> str:
        """The month of a day: “August 2019”, “agosto de 2019”."""
        return self("month_form", month=self._month(day.month), year=str(day.year))

    def listing(self, items: list[str]) -> str:
        """Items as a phrase: “CBP and ICE”, “CBP, ICE and USCIS”."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self('and')} {items[-1]}"

    def _month(self, number: int) -> str:
        months = self._table["months"]
        assert isinstance(months, list)
        return str(months[number - 1])


def _form(forms: Mapping[str, object], count: object) -> object:
    if count == 0 and "zero" in forms:
        return forms["zero"]
    return forms["one"] if count == 1 else forms["other"]


@cache
def catalogue(lang: str = "en") -> Words:
    """The words of a language; English where the catalogue has no such language."""
    text = resources.files("kb.web").joinpath("words.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    known = lang if lang in LANGUAGES else "en"
    return Words(known, tables[known])
