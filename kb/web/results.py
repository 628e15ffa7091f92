"""The page of results as its template shows it, built from `Results` without a web framework."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.model import SORTS, Hit, Results
from kb.web.facets import Group, panel
from kb.web.items import Item, Itemiser
from kb.web.notices import Notice, notices
from kb.web.params import Pairs, Toggles, hidden, search_url, settled
from kb.web.reading import Reading, reading
from kb.web.remedies import Remedies, remedies
from kb.web.selected import Selection, selection
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader
    from kb.web.edition import Edition


@dataclass(frozen=True, slots=True)
class Step:
    """A number of the pager; `number` None is a gap."""

    number: int | None
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Pages of results: what this one shows, its neighbours (empty where there is none) and the numbers between."""

    showing: str
    position: str
    previous: str
    following: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of the results."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Everything the template of a search shows."""

    title: str
    heading: str
    text: str
    hidden: Pairs
    total: int
    first: int
    reading: Reading | None
    notices: tuple[Notice, ...]
    selection: Selection
    groups: tuple[Group, ...]
    date_from: dt.date | None
    date_to: dt.date | None
    sorts: tuple[Sort, ...]
    items: tuple[Item, ...]
    pager: Pager | None
    past: tuple[str, str, str] | None
    remedies: Remedies | None
    recent: tuple[Hit, ...]
    canonical: str
    json_url: str


def results_page(results: Results, reader: Reader, edition: Edition, recent: tuple[Hit, ...] = ()) -> ResultsPage:
    """The page of a search. `recent` is the newest news, shown under its own heading where nothing was found."""
    words = edition.words
    query = settled(results)
    chosen = selection(results, query, reader.vocabulary, words)
    last = max(1, -(-results.total // results.per_page))
    toggles = Toggles(query)
    return ResultsPage(
        title=_title(results, chosen, last, words),
        heading=heading(results, words),
        text=query.text,
        hidden=hidden(query, "q"),
        total=results.total,
        first=(results.page - 1) * results.per_page + 1,
        reading=reading(results, query, words, reader.vocabulary),
        notices=notices(results, query, words),
        selection=chosen,
        groups=panel(results, query, edition),
        date_from=query.date_from,
        date_to=query.date_to,
        sorts=_sorts(results, toggles, words),
        items=Itemiser(reader, words).items(results, Toggles(query, separator="&amp;")),
        pager=_pager(results, toggles, last, words),
        past=_past(results, toggles, last, words),
        remedies=None if results.total else remedies(results, chosen, reader, words),
        recent=() if results.total else recent,
        canonical=search_url(query),
        json_url=search_url(query, "/api/search"),
    )


def heading(results: Results, words: Words) -> str:
    """“12 results for “h1b denied””."""
    if results.query.text:
        return words("results_for", n=results.total, text=results.query.text)
    return words("results", n=results.total)


def steps(page: int, last: int) -> tuple[int | None, ...]:
    """The numbers a pager shows: first, present with its neighbours, last; None for a gap of two or more."""
    wanted = sorted({1, last, *(n for n in (page - 1, page, page + 1) if 1 <= n <= last)})
    found: list[int | None] = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before == 2:
            found.append(number - 1)
        elif number - before > 2:
            found.append(None)
        found.append(number)
    return tuple(found)


def _title(results: Results, chosen: Selection, last: int, words: Words) -> str:
    """Count, words and filters first: it is what a listener hears after each step."""
    told = [results.query.text] if results.query.text else []
    told += [one.value for one in chosen.filters]
    count = words("results", n=results.total)
    title = f"{count}: {', '.join(told)}" if told else count
    if 1 < results.page <= last:
        title += ", " + words("title_page", page=results.page, n=last)
    return f"{title} – {words('search')}"


def _sorts(results: Results, toggles: Toggles, words: Words) -> tuple[Sort, ...]:
    """The orders that can be chosen; what the search has by default is left out of its address."""
    text = results.query.text
    default = "relevance" if text else "newest"
    offered = SORTS if text or results.sort == "relevance" else SORTS[1:]
    return tuple(
        Sort(words(f"sort_{name}"), toggles.setting("sort", "" if name == default else name), name == results.sort)
        for name in offered
    )


def _page_url(toggles: Toggles, number: int) -> str:
    """The address of a page of the results; the first needs no number."""
    return toggles.setting("page", str(number) if number > 1 else "")


def _pager(results: Results, toggles: Toggles, last: int, words: Words) -> Pager | None:
    if not results.hits:
        return None
    first = (results.page - 1) * results.per_page + 1
    page = results.page

    def url(number: int) -> str:
        return _page_url(toggles, number) if 1 <= number <= last else ""

    numbers = steps(page, last) if last > 1 else ()
    return Pager(
        showing=words("showing", first=first, last=first + len(results.hits) - 1, n=results.total),
        position=words("page_of", page=page, n=last),
        previous=url(page - 1),
        following=url(page + 1),
        steps=tuple(Step(number, url(number), number == page) if number else Step(None) for number in numbers),
    )


def _past(results: Results, toggles: Toggles, last: int, words: Words) -> tuple[str, str, str] | None:
    """For a page past the last: that there is none, and the words and address of the last."""
    if results.hits or not results.total:
        return None
    return (
        words("no_page", page=results.page),
        words("go_last", page=last),
        _page_url(toggles, last),
    )
