"""`/news/`: what is dated, by year and month, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.model import Query, Results
from kb.web import current
from kb.web.items import Item, Itemiser
from kb.web.newest import NEWS, anchor
from kb.web.pages import show

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("news", __name__)
#: Whole years are shown, newest first, until there are this many items.
ENOUGH = 20
_LARGEST_PAGE = 100
_BAR = 160


@dataclass(frozen=True, slots=True)
class Year:
    """A year with the number of its items and the width of its bar."""

    name: str
    count: int
    bar: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of news with its day in words."""

    day: dt.date
    item: Item


@dataclass(frozen=True, slots=True)
class Month:
    """A month of news, newest first. `anchor` is its id on the page, such as `m-2019-08`."""

    first: dt.date
    anchor: str
    entries: tuple[Entry, ...]


@blueprint.get("/news/")
def news() -> str:
    """The newest years in full; older ones have pages of their own."""
    listed = years(current.reader())
    shown: list[Year] = []
    for year in listed:
        if sum(other.count for other in shown) >= ENOUGH:
            break
        shown.append(year)
    months = tuple(month for year in shown for month in _months(current.reader(), year.name))
    return render_template("news.html", years=listed, months=months, year=None, older=len(shown) < len(listed))


@blueprint.get("/news/<year>/")
def year(year: str) -> ResponseReturnValue:
    """The news of one year; a page of that address where it is no year with news."""
    listed = years(current.reader())
    if year not in {other.name for other in listed}:
        return show(f"/news/{year}/")
    months = tuple(_months(current.reader(), year))
    return render_template("news.html", years=listed, months=months, year=year, older=False)


def years(reader: Reader) -> tuple[Year, ...]:
    """The years that have news, newest first."""
    results = reader.search(Query(type=NEWS, sort="newest", per_page=1))
    values = [value for facet in results.facets if facet.name == "year" for value in facet.values if value.count]
    most = max((value.count for value in values), default=1)
    ordered = sorted(values, key=lambda value: value.value, reverse=True)
    return tuple(Year(value.value, value.count, max(1, _BAR * value.count // most)) for value in ordered)


def _months(reader: Reader, year: str) -> Iterator[Month]:
    entries = _entries(reader, Query(type=NEWS, year=(year,), sort="newest", per_page=_LARGEST_PAGE))
    for _, group in groupby(entries, key=lambda entry: (entry.day.year, entry.day.month)):
        month = tuple(group)
        first = month[0].day.replace(day=1)
        yield Month(first, anchor(first), month)


def _entries(reader: Reader, query: Query) -> Iterator[Entry]:
    itemiser = Itemiser(reader, current.words())
    results = reader.search(query)
    for number in range(1, -(-results.total // query.per_page) + 1):
        page: Results = results if number == 1 else reader.search(replace(query, page=number))
        for hit, item in zip(page.hits, itemiser.items(page), strict=True):
            if hit.date:
                yield Entry(hit.date, item)
