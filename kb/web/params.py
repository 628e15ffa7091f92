"""Addresses of searches: URL parameters into a `Query` and back, without a web framework.

Both ways are pure and inverse: `parse(pairs(query)) == query` for every query that a URL can say. The parameters and
what each may hold are the contract of docs/design.md; they are the same for pages, API and command line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

from kb.errors import ParameterError
from kb.folding import fold_label
from kb.language.redaction import redact
from kb.model import FILTERS, SORTS, STATUSES, TYPES, Query, Results
from kb.vocabulary import Vocabulary
from kb.web.words import Words, catalogue

#: Every parameter, in the one order in which addresses name them, so that the same search has one address.
ORDER: tuple[str, ...] = ("q", *FILTERS, "from", "to", "as_of", "sort", "page", "per_page")
_PLACES = {name: place for place, name in enumerate(ORDER)}
MAX_CHARACTERS = 1000
PER_PAGE = 10
MAX_PER_PAGE = 100

Pairs = tuple[tuple[str, str], ...]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
#: A value that stands as it is in an address, as most do: ids, keys, years.
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~*-]+\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
_CLOSED: Mapping[str, tuple[str, ...]] = {"type": TYPES, "status": STATUSES, "sort": SORTS}


def parse(given: Iterable[tuple[str, str]], words: Words | None = None) -> Query:
    """The query that URL parameters ask for; what is empty counts as absent, what is not ours is ignored.

    Raises ParameterError for the first parameter, in their fixed order, that cannot have its value.
    """
    reading = _Reading(given, words or catalogue())
    text = reading.text()
    filters: dict[str, Any] = {name: reading.filter(name) for name in FILTERS}
    date_from, date_to = reading.date("from"), reading.date("to")
    if date_from and date_to and date_from > date_to:
        raise ParameterError("from", date_from.isoformat(), reading.words("first_after_last"))
    return Query(
        text=text,
        **filters,
        date_from=date_from,
        date_to=date_to,
        as_of=reading.date("as_of"),
        sort=reading.sort(),
        page=reading.page(),
        per_page=reading.per_page(),
    )


def number(name: str, value: str, most: int = MAX_PER_PAGE, words: Words | None = None) -> int:
    """A whole number from 1 to `most`, written in ASCII digits. Raises ParameterError otherwise."""
    found = _digits(value)
    if found is None or not 1 <= found <= most:
        raise ParameterError(name, value, (words or catalogue())(f"bad_{name}", value=value))
    return found


def pairs(query: Query) -> Pairs:
    """The parameters of a query in their fixed order, without those that have their default."""
    found = [("q", query.text)]
    for name in FILTERS:
        found += [(name, value) for value in getattr(query, name)]
    found += [
        ("from", _iso(query.date_from)),
        ("to", _iso(query.date_to)),
        ("as_of", _iso(query.as_of)),
        ("sort", query.sort or ""),
        ("page", str(query.page) if query.page != 1 else ""),
        ("per_page", str(query.per_page) if query.per_page != PER_PAGE else ""),
    ]
    return tuple([pair for pair in found if pair[1]])


def hidden(query: Query, *without: str) -> Pairs:
    """What a form carries along unseen: every parameter but `page` and those that the form itself asks for."""
    return tuple((name, value) for name, value in pairs(query) if name != "page" and name not in without)


def search_url(query: Query, path: str = "/search") -> str:
    """The address of a search."""
    return with_pairs(path, pairs(query))


def with_pairs(path: str, given: Iterable[tuple[str, str]]) -> str:
    """A path with parameters, in the order given and encoded as browsers encode a form."""
    query = "&".join([encoded(name, value) for name, value in given])
    return f"{path}?{query}" if query else path


def encoded(name: str, value: str) -> str:
    """A parameter as it stands in an address."""
    if name in _PLACES and _UNRESERVED.match(value):
        return f"{name}={value}"
    return f"{quote_plus(name)}={quote_plus(value, safe='*', errors='replace')}"


def toggle_url(query: Query, param: str, value: str) -> str:
    """The address of the same search with one filter value added, or taken away if it is there; `page` is dropped."""
    return Toggles(query).url(param, value)


class Toggles:
    """Addresses one step away from a query. Encodes the query once, for the hundreds of values of a panel.

    With the separator `&amp;` they are addresses as they stand in markup: no other sign in them needs escaping.
    """

    def __init__(self, query: Query, path: str = "/search", separator: str = "&") -> None:
        self._path = path
        self._separator = separator
        self._parts: dict[str, list[str]] = {}
        for name, value in hidden(query):
            self._parts.setdefault(name, []).append(encoded(name, value))
        self._around: dict[str, tuple[str, str]] = {}

    def url(self, param: str, value: str) -> str:
        """The address with `value` of `param` toggled and every other parameter kept."""
        part = encoded(param, value)
        present = self._parts.get(param, ())
        if part in present:
            return self._with(param, self._separator.join([other for other in present if other != part]))
        before, after = self.around(param)
        return before + part + after

    def adding(self, param: str, value: str) -> str:
        """The address with `value` of `param` added, or empty where it is chosen already."""
        part = encoded(param, value)
        if part in self._parts.get(param, ()):
            return ""
        before, after = self.around(param)
        return before + part + after

    def around(self, param: str) -> tuple[str, str]:
        """What stands in an address before and after one more value of `param`, encoded."""
        if param not in self._around:
            present = "".join(part + self._separator for part in self._parts.get(param, ()))
            self._around[param] = f"{self._path}?{self._before(param)}{present}", self._after(param)
        return self._around[param]

    def setting(self, param: str, value: str) -> str:
        """The address with `param` holding `value` alone, or nothing where `value` is empty."""
        return self._with(param, encoded(param, value) if value else "")

    def _with(self, param: str, part: str) -> str:
        """The address with what stands for `param` replaced."""
        before, after = self._before(param), self._after(param)
        if part:
            return f"{self._path}?{before}{part}{after}"
        rest = before + after.removeprefix(self._separator) if after else before.removesuffix(self._separator)
        return f"{self._path}?{rest}" if rest else self._path

    def _before(self, param: str) -> str:
        """What stands before `param`, each part with its separator."""
        place = _PLACES[param]
        return "".join(
            part + self._separator for name, parts in self._parts.items() if _PLACES[name] < place for part in parts
        )

    def _after(self, param: str) -> str:
        """What stands after `param`, each part with its separator."""
        place = _PLACES[param]
        return "".join(
            self._separator + part for name, parts in self._parts.items() if _PLACES[name] > place for part in parts
        )


def without(query: Query, param: str, value: str | None = None) -> Query:
    """The query on its first page without one value of a filter, or without the parameter where no value is given."""
    field = {"q": "text", "from": "date_from", "to": "date_to"}.get(param, param)
    empty: Any = "" if param == "q" else None
    if param in FILTERS:
        empty = () if value is None else tuple(other for other in getattr(query, param) if other != value)
    changes: dict[str, Any] = {field: empty, "page": 1}
    return replace(query, **changes)


def without_filters(query: Query) -> Query:
    """The words and the order alone."""
    return Query(text=query.text, sort=query.sort, per_page=query.per_page, match=query.match)


def settled(results: Results) -> Query:
    """The query with each filter value written as its facet writes it, so that links can toggle it.

    A tag given by a label, an author in other case or a citation in another spelling is one value with the facet's.
    """
    query = results.query
    # Unknown tags alone stand in no facet; any other unknown value is listed there as selected.
    unknown = [one.value for one in results.unknown if one.parameter == "tag"]
    changes: dict[str, Any] = {}
    for param in FILTERS:
        typed: tuple[str, ...] = getattr(query, param)
        if typed:
            chosen = [v.value for facet in results.facets if facet.param == param for v in facet.values if v.selected]
            changes[param] = _settle(typed, chosen, unknown if param == "tag" else [])
    return replace(query, **changes) if changes else query


def with_successors(query: Query, vocabulary: Vocabulary) -> Query:
    """The query with each merged tag read as the concept it was merged into; all else as it is."""
    tags = []
    for typed in query.tag:
        found = vocabulary.find(typed)
        merged = found is not None and vocabulary[found].replaced_by is not None
        tags.append(vocabulary.successor(found) if found is not None and merged else typed)
    return replace(query, tag=tuple(dict.fromkeys(tags)))


def redacted(given: Iterable[tuple[str, str]]) -> Pairs | None:
    """The parameters without personal numbers, or None where there are none.

    In `q` each is replaced by `[number]`; any other parameter that holds one, in its name or value, is dropped.
    """
    kept: list[tuple[str, str]] = []
    found = 0
    for name, value in given:
        clean, count = redact(value)
        count_in_name = redact(name)[1]
        found += count + count_in_name
        if name == "q" and count:
            kept.append((name, clean))
        elif not count and not count_in_name:
            kept.append((name, value))
    return tuple(kept) if found else None


class _Reading:
    """The values given for each parameter, trimmed and without empty ones, and how each is read."""

    def __init__(self, given: Iterable[tuple[str, str]], words: Words) -> None:
        self.words = words
        self._values: dict[str, list[str]] = {}
        for name, value in given:
            if value.strip():
                self._values.setdefault(name, []).append(value)

    def first(self, name: str) -> str | None:
        """The first value of a parameter that can be given once."""
        values = self._values.get(name)
        return values[0].strip() if values else None

    def text(self) -> str:
        raw = self._values.get("q", [""])[0]
        if len(raw) > MAX_CHARACTERS:
            raise ParameterError("q", raw, self.words("too_long", n=len(raw)))
        return raw.strip()

    def filter(self, name: str) -> tuple[str, ...]:
        values = tuple(dict.fromkeys(value.strip() for value in self._values.get(name, ())))
        for value in values:
            if name in _CLOSED:
                self._closed(name, value)
            elif name == "year" and not _YEAR.match(value):
                raise ParameterError("year", value, self.words("bad_year", value=value))
        return values

    def date(self, name: str) -> dt.date | None:
        value = self.first(name)
        if value is None:
            return None
        try:
            # fromisoformat alone would also take 20190820 and 2019-W34-2.
            return dt.date.fromisoformat(value if _DATE.match(value) else "")
        except ValueError:
            raise ParameterError(name, value, self.words("bad_date", value=value)) from None

    def sort(self) -> str | None:
        value = self.first("sort")
        if value is not None:
            self._closed("sort", value)
        return value

    def page(self) -> int:
        value = self.first("page")
        if value is None:
            return 1
        found = _digits(value.removeprefix("-"))
        if found is None:
            raise ParameterError("page", value, self.words("bad_page", value=value))
        if found < 1 or value.startswith("-"):
            raise ParameterError("page", value, self.words("page_under_one"))
        return found

    def per_page(self) -> int:
        value = self.first("per_page")
        return PER_PAGE if value is None else number("per_page", value, words=self.words)

    def _closed(self, name: str, value: str) -> None:
        choices = _CLOSED[name]
        if value not in choices:
            raise ParameterError(name, value, self.words(f"bad_{name}", value=value, choices=", ".join(choices)))


def _digits(value: str) -> int | None:
    if not (value.isascii() and value.isdigit()):
        return None
    try:
        return int(value)
    except ValueError:  # more digits than Python converts
        return None


def _settle(typed: tuple[str, ...], chosen: list[str], unknown: list[str]) -> tuple[str, ...]:
    """The facet's values in the order typed; what only the engine could recognise (a citation) comes last."""
    by_label = {fold_label(value): value for value in chosen}
    found = []
    for value in typed:
        if value in chosen or value in unknown:
            found.append(value)
        elif fold_label(value) in by_label:
            found.append(by_label[fold_label(value)])
    return tuple(dict.fromkeys([*found, *chosen]))


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
