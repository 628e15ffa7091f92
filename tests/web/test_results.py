"""The page of results: count, title, pager, orders."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from kb.core import KnowledgeBase
from kb.model import Query
from kb.web import current
from kb.web.results import ResultsPage, results_page, steps


@pytest.fixture(scope="session")
def shown(app: Flask, knowledge_base: KnowledgeBase) -> dict[str, ResultsPage]:
    reader = knowledge_base.reader()
    bulletins = Query(text="bulletin", type=("digest",))
    queries = {
        "first": bulletins,
        "second": replace(bulletins, page=2),
        "past": replace(bulletins, page=9),
        "all": Query(),
        "none": Query(text="bulletin", type=("service",), tag=("cbp",)),
    }
    with app.app_context():
        edition = current.edition()
    return {name: results_page(reader.search(query), reader, edition) for name, query in queries.items()}


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, (1,)),
        (1, 2, (1, 2)),
        (1, 3, (1, 2, 3)),
        (1, 9, (1, 2, None, 9)),
        (2, 9, (1, 2, 3, None, 9)),
        (4, 9, (1, 2, 3, 4, 5, None, 9)),
        (5, 9, (1, None, 4, 5, 6, None, 9)),
        (9, 9, (1, None, 8, 9)),
        (3, 4, (1, 2, 3, 4)),
    ],
)
def test_the_pager_shows_first_last_and_the_neighbours_of_the_present(
    page: int, last: int, shown: tuple[int | None, ...]
) -> None:
    assert steps(page, last) == shown


def test_the_title_begins_with_the_count_then_words_and_filters(shown: dict[str, ResultsPage]) -> None:
    assert shown["first"].title == "25 results: bulletin, Digest – Search"
    assert shown["second"].title == "25 results: bulletin, Digest, page 2 of 3 – Search"
    assert shown["all"].title == "37 results – Search"
    assert shown["none"].title == "No results: bulletin, CBP, Service – Search"


def test_the_heading_counts(shown: dict[str, ResultsPage]) -> None:
    assert shown["first"].heading == "25 results for “bulletin”"
    assert shown["all"].heading == "37 results"
    assert shown["none"].heading == "No results for “bulletin”"


def test_the_pager_says_what_is_shown_and_leads_on(shown: dict[str, ResultsPage]) -> None:
    pager = shown["second"].pager
    assert pager is not None
    assert (pager.showing, pager.position) == ("Showing 11–20 of 25", "Page 2 of 3")
    assert (pager.previous, pager.following) == (
        "/search?q=bulletin&type=digest",
        "/search?q=bulletin&type=digest&page=3",
    )


def test_a_page_past_the_last_leads_to_the_last(shown: dict[str, ResultsPage]) -> None:
    page = shown["past"]
    assert page.past == ("There is no page 9.", "Go to page 3, the last", "/search?q=bulletin&type=digest&page=3")
    assert (page.items, page.pager, page.total, page.remedies) == ((), None, 25, None)


def test_the_default_order_is_left_out_of_addresses(shown: dict[str, ResultsPage]) -> None:
    assert [(sort.label, sort.url, sort.current) for sort in shown["first"].sorts] == [
        ("best match", "/search?q=bulletin&type=digest", True),
        ("newest", "/search?q=bulletin&type=digest&sort=newest", False),
        ("oldest", "/search?q=bulletin&type=digest&sort=oldest", False),
    ]
    assert [(sort.label, sort.url) for sort in shown["all"].sorts] == [
        ("newest", "/search"),
        ("oldest", "/search?sort=oldest"),
    ]


def test_nothing_found_offers_only_what_leads_somewhere(shown: dict[str, ResultsPage]) -> None:
    remedies = shown["none"].remedies
    assert remedies is not None
    assert remedies.lead == "No results for “bulletin” with these filters."
    assert [(way.text, way.url) for way in remedies.ways] == [("Without filters: 25 results", "/search?q=bulletin")]


def test_the_words_carry_every_filter_but_never_the_page(shown: dict[str, ResultsPage]) -> None:
    assert shown["second"].hidden == (("type", "digest"),)
