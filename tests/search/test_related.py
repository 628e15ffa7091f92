"""Related reading as a pure ranking: no index, no files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.related import ENOUGH, Profile, Rarity, Tie, is_copy, is_filler, rank, weigh

DAY = dt.date(2020, 1, 1)
PAGE = Profile("page", "A page", "news", DAY, ("a", "b"), ("s",), ("ina-208",), 400, None, None)
BLANK = replace(PAGE, tags=(), services=(), cites=())


def other(name: str, base: Profile = PAGE, **keys: object) -> Profile:
    return replace(base, id=name, title=name.title(), **keys)  # type: ignore[arg-type]


#: Many pages that share nothing, so that what two share is rare.
CROWD = [other(f"crowd-{n}", BLANK) for n in range(50)]
RARITY = Rarity([PAGE, other("x"), *CROWD])


def names(found: list[Profile], likeness: dict[str, float] | None = None) -> list[str]:
    return [one.id for one in rank(PAGE, found, likeness or {}, RARITY)]


def test_more_ties_rank_higher_and_none_is_no_offer() -> None:
    one, two = other("one", BLANK, tags=("a",)), other("two")
    assert names([one, two, other("none", BLANK)]) == ["two", "one"]


def test_every_tie_is_named_the_weightiest_first() -> None:
    found = weigh(PAGE, other("x"), 0.9, RARITY)
    assert found.ties == (Tie("similar"), Tie("tag", ("a", "b")), Tie("cites", ("ina-208",)), Tie("service", ("s",)))


def test_what_is_rare_ties_more_than_what_is_common() -> None:
    rarity = Rarity(
        [PAGE, *(other(f"p{n}", BLANK, tags=("b",)) for n in range(20)), other("q", BLANK, tags=("a",)), *CROWD]
    )
    rare, common = other("rare", BLANK, tags=("a",)), other("common", BLANK, tags=("b",))
    assert weigh(PAGE, rare, 0, rarity).score > weigh(PAGE, common, 0, rarity).score
    assert weigh(PAGE, other("both"), 0, rarity).ties[0] == Tie("tag", ("a", "b"))


def test_what_all_pages_have_ties_nothing() -> None:
    everywhere = [other(f"p{n}", BLANK, tags=("a",)) for n in range(10)]
    assert weigh(replace(BLANK, tags=("a",)), everywhere[0], 0, Rarity(everywhere)).ties == ()


def test_news_of_another_time_counts_less_and_an_undated_page_does_not() -> None:
    near, far, undated = (other("x", date=day) for day in (DAY, dt.date(2010, 1, 1), None))
    scores = [weigh(PAGE, one, 0.5, RARITY).score for one in (near, far, undated)]
    assert scores[1] < scores[0] == scores[2]
    assert scores[1] >= scores[0] / 2 - 1e-6


LEFT_OUT = {
    "itself": PAGE,
    "what is superseded": other("x", superseded_by="y"),
    "a digest": other("x", type="digest"),
    "a placeholder": replace(other("x"), title=" Legal Alert Title "),
    "a short page without citation": other("x", words=79, cites=()),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_left_out_is(name: str) -> None:
    assert names([LEFT_OUT[name]], {"x": 0.8}) == []


def test_a_short_page_with_a_citation_is_no_filler() -> None:
    assert not is_filler(other("x", words=79))
    assert is_filler(other("x", words=79, cites=()))
    assert not is_filler(other("x", words=80, cites=()))


COPIES = [
    ("https://example.org/a", "http://www.example.org/a/", 0.0, True),
    ("https://example.org/a", "https://EXAMPLE.org/a#part", 0.0, True),
    ("https://example.org/a", "https://example.org/b", 0.5, False),
    ("https://example.org/a?p=1", "https://example.org/a?p=2", 0.0, False),
    (None, None, 0.95, False),
]


@pytest.mark.parametrize(("mine", "theirs", "likeness", "copy"), COPIES)
def test_copies_are_told_by_their_source(mine: str | None, theirs: str | None, likeness: float, copy: bool) -> None:
    assert is_copy(replace(PAGE, source_url=mine), other("x", source_url=theirs), likeness) is copy


def test_copies_are_told_by_title_and_text() -> None:
    same = replace(other("x"), title="A PAGE")
    assert is_copy(PAGE, same, 0.9)
    assert not is_copy(PAGE, same, 0.89)


PROFILES = st.builds(
    Profile,
    st.text(max_size=3),
    st.sampled_from(["A page", "Other", "test"]),
    st.sampled_from(["news", "service", "digest"]),
    st.none() | st.dates(),
    st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    st.lists(st.sampled_from("st"), unique=True).map(tuple),
    st.lists(st.sampled_from(["ina-208", "ina-212"]), unique=True).map(tuple),
    st.integers(0, 200),
    st.none() | st.sampled_from(["https://a.org/", "https://b.org/"]),
    st.none() | st.just("page"),
)


@given(
    st.lists(PROFILES, max_size=12, unique_by=lambda one: one.id), st.dictionaries(st.text(max_size=3), st.floats(0, 1))
)
def test_whatever_is_ranked_has_reasons_is_worth_it_and_stands_in_order(
    found: list[Profile], likeness: dict[str, float]
) -> None:
    ranked = list(rank(PAGE, found, likeness, Rarity([PAGE, *found])))
    assert all(one.ties and one.score >= ENOUGH for one in ranked)
    assert ranked == sorted(ranked, key=lambda one: (-one.score, one.id))
    allowed = {one.id for one in found if not (one.superseded_by or is_filler(one) or one.id == PAGE.id)}
    assert {one.id for one in ranked} <= allowed
    assert ranked == list(rank(PAGE, found[::-1], likeness, Rarity([PAGE, *found])))
