"""Values that a parameter of a search cannot have: each is refused with one sentence that says which and why."""

from __future__ import annotations

import datetime as dt

import pytest

from kb import Document, KnowledgeBase, Query
from kb.errors import ParameterError

_TYPES = "service, article, news, digest, alert, page"
#: query, parameter, value, sentence
_REFUSED = [
    (Query(type=("novel",)), "type", "novel", f"“novel” is not a type. Choose: {_TYPES}."),
    (Query(type=("news", "News")), "type", "News", f"“News” is not a type. Choose: {_TYPES}."),
    (
        Query(status=("old",)),
        "status",
        "old",
        "“old” is not a status. Choose: current, unreviewed, law-changed, superseded.",
    ),
    (Query(year=("19",)), "year", "19", "“19” is not a year. Write four digits, such as 2019."),
    (Query(year=("２０１９",)), "year", "２０１９", "“２０１９” is not a year. Write four digits, such as 2019."),
    (Query(sort="best"), "sort", "best", "“best” is not a sort order. Choose: relevance, newest, oldest."),
    (Query(match="some"), "match", "some", "“some” is not a way to match. Choose: most, any, all."),
    (
        Query(date_from=dt.date(2020, 1, 2), date_to=dt.date(2020, 1, 1)),
        "from",
        "2020-01-02",
        "The first date is after the last.",
    ),
    (Query(page=0), "page", "0", "The page must be 1 or more."),
    (Query(per_page=0), "per_page", "0", "The number of results per page must be from 1 to 100."),
    (Query(per_page=101), "per_page", "101", "The number of results per page must be from 1 to 100."),
    (Query("x" * 1001), "q", "x" * 1001, "Your search has 1,001 characters; the limit is 1,000."),
]
_TAKEN = [
    Query(date_from=dt.date(2020, 1, 1), date_to=dt.date(2020, 1, 1)),
    Query(per_page=1),
    Query(per_page=100),
    Query(page=10**9),
    Query("x" * 1000),
    Query(year=("0000",)),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return KnowledgeBase.from_documents([Document("a", "Words.")], path=tmp_path_factory.mktemp("parameters"))


@pytest.mark.parametrize(("query", "parameter", "value", "sentence"), _REFUSED)
def test_a_value_that_cannot_be_is_refused(
    made: KnowledgeBase, query: Query, parameter: str, value: str, sentence: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        made.search(query)
    assert (caught.value.parameter, caught.value.value, str(caught.value)) == (parameter, value, sentence)


@pytest.mark.parametrize("query", _TAKEN)
def test_a_value_at_the_edge_of_what_can_be_is_taken(made: KnowledgeBase, query: Query) -> None:
    assert made.search(query).page == query.page
