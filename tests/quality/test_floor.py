"""What people type finds the page that answers: floors a little below what is reached, for each half by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest

from tests.quality.measure import (
    HERE,
    ROOT,
    Scored,
    asked,
    fts5,
    load_queries,
    measured,
    ours,
    score,
    site,
    texts,
    whoosh,
)

Results = Mapping[str, Sequence[Scored]]


@pytest.fixture(scope="module", params=[False, True], ids=["the site alone", "with pages beside it"])
def results(request: pytest.FixtureRequest) -> Results:
    with site(request.param) as root:
        pages = texts(root)
        runs = {"ours": ours(root), "whoosh": whoosh(pages), "fts5": fts5(pages)}
        return {name: score(run, asked(request.param)) for name, run in runs.items()}


@pytest.mark.parametrize(
    ("half", "service", "first", "ndcg"), [("tuning", 0.96, 0.91, 0.93), ("held-out", 0.93, 0.87, 0.89)]
)
def test_the_page_that_answers_is_among_the_first(
    results: Results, half: str, service: float, first: float, ndcg: float
) -> None:
    found = measured([one for one in results["ours"] if one.query.half == half])
    assert found.service >= service
    assert found.first >= first
    assert found.ndcg >= ndcg


def test_no_language_and_no_misspelling_is_left_behind(results: Results) -> None:
    assert measured([one for one in results["ours"] if one.query.lang == "es"]).service >= 0.93
    assert measured([one for one in results["ours"] if one.query.misspelt]).service >= 0.9


def test_every_measure_is_above_those_of_plain_engines(results: Results) -> None:
    mine = measured(results["ours"])
    for name in ("whoosh", "fts5"):
        other = measured(results[name])
        assert mine.service > other.service + 0.05
        assert mine.first > other.first + 0.1
        assert mine.ndcg > other.ndcg + 0.05


def test_queries_are_told_apart_and_name_pages_that_exist() -> None:
    queries = load_queries()
    with site(beside=True) as root:
        pages = {one for one, _, _ in texts(root)}
    assert len({query.text for query in queries}) == len(queries) >= 200
    assert {page for query in queries for page in query.pages} <= pages
    assert {grade for query in queries for grade in query.pages.values()} <= {1, 2, 3}
    assert {query.user for query in queries} == {"visitor", "attorney", "editor"}


def test_every_service_page_is_asked_for_five_times() -> None:
    services = {f"services/{path.parent.name}/{path.stem}" for path in (ROOT / "content/services").glob("*/*.md")}
    asked_for = [page for query in load_queries() for page in query.services]
    assert {service for service in services if asked_for.count(service) < 5} == set()


def test_the_pages_beside_the_site_are_about_other_things() -> None:
    for path in (HERE / "corpus").glob("*.md"):
        assert not re.search(r"(?m)^type: (?:service|page)$", path.read_text(encoding="utf-8")), path.name
