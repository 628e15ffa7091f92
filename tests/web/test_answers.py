"""Answers as JSON, whole values compared."""

from __future__ import annotations

import datetime as dt

from flask.testing import FlaskClient

from kb.model import (
    Change,
    Completion,
    Facet,
    FacetValue,
    Hit,
    Mark,
    Query,
    Reason,
    RelatedPage,
    Results,
    Source,
    Suggestion,
    Tag,
    Unknown,
)
from kb.web import answers

HIT = Hit(
    id="news/2019/x",
    url="/news/2019/x/",
    type="article",
    title="X & Y",
    title_html="X &amp; <mark>Y</mark>",
    snippet_html="…",
    date=dt.date(2019, 8, 20),
    authors=("Ana",),
    tags=(Tag("cbp", "CBP", "agency"),),
    source=Source("S", "https://s.example/", dt.date(2019, 8, 14)),
    lang="en",
    updated=None,
    reviewed=None,
    status="law-changed",
    change=Change("8 CFR 214.2(h)", dt.date(2025, 1, 17), "T", "https://c.example/", "8-cfr-214.2-h"),
    changes=2,
    superseded_by=None,
    summary=None,
    score=7.3123456789,
)


def test_a_search_is_answered_as_the_contract_writes_it() -> None:
    found = Results(
        query=Query(text="h1b", tag=("H1B", "zz"), page=2, per_page=5),
        read_as=(Mark("visa", "h1b", "h-1b", "H-1B", "must", ("H-1B visa",), 0, 3),),
        suggestion=Suggestion("h2b"),
        relaxed=False,
        unknown=(Unknown("tag", "zz"),),
        total=6,
        page=2,
        per_page=5,
        sort="relevance",
        hits=(HIT,),
        facets=(
            Facet("visa", "Visa class", "tag", (FacetValue("h-1b", "H-1B", 6, True), FacetValue("l-1", "L-1", 2))),
        ),
    )
    assert answers.results(found) == {
        "query": {
            "text": "h1b",
            "read_as": [
                {
                    "kind": "visa",
                    "text": "h1b",
                    "value": "h-1b",
                    "label": "H-1B",
                    "occur": "must",
                    "also": ["H-1B visa"],
                }
            ],
            "suggestion": {"text": "h2b", "used": False},
            "relaxed": False,
            "unknown": [{"parameter": "tag", "value": "zz"}],
        },
        "total": 6,
        "page": 2,
        "per_page": 5,
        "sort": "relevance",
        "hits": [
            {
                "id": "news/2019/x",
                "url": "/news/2019/x/",
                "type": "article",
                "title": "X & Y",
                "title_html": "X &amp; <mark>Y</mark>",
                "snippet_html": "…",
                "date": "2019-08-20",
                "authors": ["Ana"],
                "tags": [{"id": "cbp", "label": "CBP", "group": "agency"}],
                "source": {
                    "name": "S",
                    "url": "https://s.example/",
                    "published": "2019-08-14",
                    "publisher": None,
                    "reprint": None,
                },
                "lang": "en",
                "updated": None,
                "reviewed": None,
                "status": "law-changed",
                "change": {
                    "authority": "8 CFR 214.2(h)",
                    "date": "2025-01-17",
                    "title": "T",
                    "url": "https://c.example/",
                },
                "score": 7.3123,
                "sections": [],
            }
        ],
        "facets": [
            {
                "name": "visa",
                "label": "Visa class",
                "param": "tag",
                "values": [
                    {
                        "value": "h-1b",
                        "label": "H-1B",
                        "count": 6,
                        "selected": True,
                        "parent": None,
                        "url": "/search?q=h1b&tag=zz&per_page=5",
                    },
                    {
                        "value": "l-1",
                        "label": "L-1",
                        "count": 2,
                        "selected": False,
                        "parent": None,
                        "url": "/search?q=h1b&tag=h-1b&tag=zz&tag=l-1&per_page=5",
                    },
                ],
            }
        ],
    }


def test_what_is_absent_is_null() -> None:
    found = Results(Query(), (), None, True, (), 0, 1, 10, "newest", (), ())
    assert answers.results(found)["query"] == {
        "text": "",
        "read_as": [],
        "suggestion": None,
        "relaxed": True,
        "unknown": [],
    }


def test_related_pages_say_why() -> None:
    page = RelatedPage("a", "/a/", "A", "news", None, 0.123456, (Reason("tag", "CBP"),))
    assert answers.related("b", (page,)) == {
        "id": "b",
        "related": [
            {
                "id": "a",
                "url": "/a/",
                "title": "A",
                "type": "news",
                "date": None,
                "score": 0.1235,
                "reasons": [{"kind": "tag", "label": "CBP"}],
            }
        ],
    }


def test_suggestions_and_errors_have_their_shapes() -> None:
    assert answers.suggestions([Completion("H-1B", "concept", "/tags/h-1b/")]) == {
        "suggestions": [{"text": "H-1B", "kind": "concept", "url": "/tags/h-1b/"}]
    }
    assert answers.error(400, "bad-parameter", "No.", "from") == {
        "error": {"status": 400, "code": "bad-parameter", "message": "No.", "parameter": "from"}
    }


def test_a_document_is_answered_in_full(client: FlaskClient) -> None:
    answer = client.get("/api/documents/services/non-immigrant-visas/h-1b").get_json()
    html = answer.pop("html")
    assert "<h2" in html
    assert answer == {
        "id": "services/non-immigrant-visas/h-1b",
        "url": "/services/non-immigrant-visas/h-1b/",
        "type": "service",
        "title": "H-1B Visas",
        "summary": "For professionals.",
        "lang": "en",
        "date": None,
        "updated": "2025-03-01",
        "reviewed": "2025-03-03",
        "reviewed_by": "Scott Bratton",
        "authors": [],
        "aliases": ["Specialty workers"],
        "tags": [
            {"id": "uscis", "label": "USCIS", "group": "agency"},
            {"id": "h-1b", "label": "H-1B", "group": "visa"},
            {"id": "i-129", "label": "I-129", "group": "form"},
        ],
        "services": ["services/non-immigrant-visas/h-1b"],
        "cites": [
            {
                "key": "8-cfr-214.2-h",
                "label": "8 CFR 214.2(h)",
                "url": "https://www.ecfr.gov/current/title-8/section-214.2",
            }
        ],
        "source": None,
        "status": "current",
        "changes": [],
        "superseded_by": None,
        "words": answer["words"],
        "headings": [
            {"level": 2, "anchor": "who-it-is-for", "text": "Who it is for"},
            {"level": 2, "anchor": "how-it-works", "text": "How it works"},
            {"level": 3, "anchor": "fees", "text": "Fees"},
            {"level": 4, "anchor": "small-print", "text": "Small print"},
            {"level": 2, "anchor": "how-long", "text": "How long"},
        ],
        "bio_html": "",
    }


def test_the_api_answers_what_the_page_of_the_same_address_shows(client: FlaskClient) -> None:
    answer = client.get("/api/search?q=h-1b+denied&tag=cbp").get_json()
    assert [hit["id"] for hit in answer["hits"]] == ["news/2019/h-1b-denied"]
    agency = next(facet for facet in answer["facets"] if facet["name"] == "agency")
    assert agency["values"][0] == {
        "value": "cbp",
        "label": "CBP",
        "count": 1,
        "selected": True,
        "parent": "dhs",
        "url": "/search?q=h-1b+denied",
    }


def test_a_merged_tag_is_read_as_its_successor_by_the_api(client: FlaskClient) -> None:
    merged, living = (client.get(f"/api/search?tag={tag}").get_json() for tag in ("ins", "uscis"))
    assert merged == living
    assert living["total"] == 1


def test_related_pages_and_suggestions_come_as_json(client: FlaskClient) -> None:
    related = client.get("/api/related/news/2019/h-1b-denied?limit=1").get_json()
    assert (related["id"], len(related["related"])) == ("news/2019/h-1b-denied", 1)
    assert set(related["related"][0]) == {"id", "url", "title", "type", "date", "score", "reasons"}
    suggestions = client.get("/api/suggest?q=h-1").get_json()["suggestions"]
    assert {"text": "H-1B Visas", "kind": "service", "url": "/services/non-immigrant-visas/h-1b/"} in suggestions
    assert client.get("/api/suggest").get_json() == {"suggestions": []}
