"""What the manual promises of ranking and related reading, one promise at a time, on documents made for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from kb import Document, KnowledgeBase, Query
from kb.search.related import Profile, Rarity, rank

VOCABULARY = {"bond": {"prefLabel": "Bond", "group": "topic", "service": "services/removal/custody"}}
DAY = dt.date(2019, 1, 1)


def ids(folder: Path, documents: list[Document], query: Query | str) -> list[str]:
    made = KnowledgeBase.from_documents(documents, VOCABULARY, folder)
    return [hit.id for hit in made.search(query).hits]


@pytest.mark.parametrize(("as_of", "order"), [(None, ["page", "old"]), (DAY, ["old", "page"])])
def test_news_fades_from_the_newest_page_or_from_the_day_asked_for(
    tmp_path: Path, as_of: dt.date | None, order: list[str]
) -> None:
    documents = [
        Document("old", "Parole was granted; parole.", type="news", date=DAY),
        Document("page", "Parole was granted.", type="service"),
        Document("new", "Something else happened.", type="news", date=dt.date(2026, 1, 1)),
    ]
    assert ids(tmp_path, documents, Query(text="parole", as_of=as_of)) == order


def test_for_a_bare_topic_the_service_page_that_covers_it_comes_first(tmp_path: Path) -> None:
    documents = [
        Document("news", "Bond, bond, bond.", title="Bond", type="news", date=DAY, tags=("bond",)),
        Document(
            "services/removal/custody",
            "Release from custody, often on bond. " + "More. " * 50,
            type="service",
            title="Out",
        ),
    ]
    assert ids(tmp_path, documents, "bond") == ["services/removal/custody", "news"]
    assert ids(tmp_path, documents, "bond -custody") == ["news"]


def test_identifiers_do_not_stand_in_for_the_words_that_must_match(tmp_path: Path) -> None:
    documents = [
        Document("both", "The H-1B has a fee."),
        Document("identifiers", "The H-1B and the I-130."),
        Document("words", "The fee and the lottery."),
    ]
    assert ids(tmp_path, documents, "h1b i-130 fee lottery") == ["both"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(date_from=DAY), ["day", "after"]),
        (Query(date_to=DAY), ["before", "day"]),
        (Query(text="after:2019-01-01 before:2019-01-01"), ["day"]),
        (Query(as_of=DAY), ["before", "day", "undated"]),
    ],
)
def test_both_ends_of_a_range_include_their_day_and_undated_pages_fail_it(
    tmp_path: Path, query: Query, found: list[str]
) -> None:
    days = {"before": DAY - dt.timedelta(1), "day": DAY, "after": DAY + dt.timedelta(1), "undated": None}
    documents = [Document(name, "Text.", type="news", date=day) for name, day in days.items()]
    assert ids(tmp_path, documents, replace(query, sort="oldest")) == found


def test_a_filter_turned_round_keeps_what_it_would_leave_out(tmp_path: Path) -> None:
    documents = [Document("news", "Parole.", type="news", date=DAY), Document("service", "Parole.", type="service")]
    assert ids(tmp_path, documents, "parole type:news") == ["news"]
    assert ids(tmp_path, documents, "parole -type:news") == ["service"]


def profile(document_id: str, **changes: object) -> Profile:
    own: dict[str, object] = {
        "title": document_id,
        "type": "article",
        "date": DAY,
        "tags": ("bond",),
        "services": (),
        "cites": ("ina-236-a",),
        "words": 300,
        "source_url": None,
        "superseded_by": None,
    }
    return Profile(document_id, **{**own, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, True),
        ({"superseded_by": "other"}, False),
        ({"type": "digest"}, False),
        ({"title": "Legal Alert Title"}, False),
        ({"words": 79, "cites": ()}, False),
        ({"words": 80, "cites": ()}, True),
        ({"words": 10}, True),
        ({"source_url": "https://example.org/same"}, False),
        ({"tags": (), "cites": ()}, False),
    ],
)
def test_related_reading_offers_what_is_tied_and_worth_reading(changes: dict[str, object], offered: bool) -> None:
    page = profile("page", source_url="https://example.org/same")
    other = profile("other", **changes)
    rarity = Rarity([page, other, *(profile(f"far-{n}", tags=(), cites=()) for n in range(8))])
    assert [found.id for found in rank(page, [page, other], {}, rarity)] == (["other"] if offered else [])


def test_what_every_page_has_ties_nothing() -> None:
    page, other = profile("page"), profile("other")
    everywhere = Rarity([page, other, *(profile(f"far-{n}") for n in range(8))])
    assert list(rank(page, [other], {}, everywhere)) == []


def test_what_is_imported_into_a_root_without_a_vocabulary_can_be_rebuilt_there(tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_text("", encoding="utf-8")
    (tmp_path / "content" / "news" / "2020").mkdir(parents=True)
    page = "---\ntitle: A page\ndate: 2020-01-01\ntags: [cbp, h-1b]\n---\n\nWords.\n"
    (tmp_path / "content" / "news" / "2020" / "a.md").write_text(page, encoding="utf-8")
    base = KnowledgeBase.open(tmp_path)
    base.rebuild()
    facets = {facet.name: [value.value for value in facet.values] for facet in base.search(Query(tag=("H1B",))).facets}
    assert "h-1b" in facets["visa"]
    assert facets["service"] == []
    assert base.check() == ()
    assert base.status().stale == ()
