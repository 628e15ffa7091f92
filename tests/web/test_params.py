"""URL parameters into a query and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ParameterError
from kb.model import FILTERS, SORTS, STATUSES, TYPES, Facet, FacetValue, Query, Results, Unknown
from kb.vocabulary import Vocabulary
from kb.web import params

VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).map(str.strip).filter(bool)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def several(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=3, unique=True).map(tuple)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Every query that a URL can say."""
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return Query(
        text=draw(st.one_of(st.just(""), VALUES)),
        tag=draw(several(VALUES)),
        type=draw(several(st.sampled_from(TYPES))),
        service=draw(several(VALUES)),
        author=draw(several(VALUES)),
        source=draw(several(VALUES)),
        year=draw(several(st.from_regex(r"[0-9]{4}", fullmatch=True).filter(str.isascii))),
        cites=draw(several(VALUES)),
        status=draw(several(st.sampled_from(STATUSES))),
        date_from=draw(st.one_of(st.none(), st.just(first))),
        date_to=draw(st.one_of(st.none(), st.just(last))),
        as_of=draw(st.one_of(st.none(), DAYS)),
        sort=draw(st.one_of(st.none(), st.sampled_from(SORTS))),
        page=draw(st.integers(1, 10**20)),
        per_page=draw(st.integers(1, 100)),
    )


def read(url: str) -> Query:
    return params.parse(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@given(queries())
def test_a_query_written_as_an_address_is_read_back_as_itself(query: Query) -> None:
    assert params.parse(params.pairs(query)) == query
    assert read(params.search_url(query)) == query


@given(queries())
def test_the_parameters_of_an_address_stand_in_one_order(query: Query) -> None:
    order = [params.ORDER.index(name) for name, _ in params.pairs(query)]
    assert order == sorted(order)


@given(queries(), st.sampled_from(FILTERS), VALUES)
def test_toggling_a_value_twice_leads_back_to_the_first_page_of_the_same_search(
    query: Query, param: str, value: str
) -> None:
    if param in ("type", "status", "year"):
        return
    first = params.parse(params.hidden(query))
    once = read(params.toggle_url(query, param, value))
    assert once.page == 1
    assert (value in getattr(once, param)) != (value in getattr(query, param))
    twice = read(params.toggle_url(once, param, value))
    for name in FILTERS:
        assert set(getattr(twice, name)) == set(getattr(first, name))
    assert (twice.text, twice.date_from, twice.date_to, twice.sort) == (
        query.text,
        query.date_from,
        query.date_to,
        query.sort,
    )


REFUSED = [
    ("type", "blog", "“blog” is not a type. Choose: service, article, news, digest, alert, page."),
    ("status", "old", "“old” is not a status. Choose: current, unreviewed, law-changed, superseded."),
    ("sort", "best", "“best” is not a sort order. Choose: relevance, newest, oldest."),
    ("from", "2019-13-40", "“2019-13-40” is not a date. Write year-month-day, such as 2019-08-20."),
    ("to", "20190820", "“20190820” is not a date. Write year-month-day, such as 2019-08-20."),
    ("to", "2019-W34-2", "“2019-W34-2” is not a date. Write year-month-day, such as 2019-08-20."),
    ("from", "٢٠١٩-٠٨-٢٠", "“٢٠١٩-٠٨-٢٠” is not a date. Write year-month-day, such as 2019-08-20."),
    ("as_of", "2023-02-29", "“2023-02-29” is not a date. Write year-month-day, such as 2019-08-20."),
    ("year", "19", "“19” is not a year. Write four digits, such as 2019."),
    ("year", "20190", "“20190” is not a year. Write four digits, such as 2019."),
    ("year", "２０１９", "“２０１９” is not a year. Write four digits, such as 2019."),
    ("page", "0", "The page must be 1 or more."),
    ("page", "-3", "The page must be 1 or more."),
    ("page", "two", "“two” is not a page number. Write a whole number, 1 or more."),
    ("page", "1.5", "“1.5” is not a page number. Write a whole number, 1 or more."),
    ("page", "+2", "“+2” is not a page number. Write a whole number, 1 or more."),
    ("page", "²", "“²” is not a page number. Write a whole number, 1 or more."),
    ("page", "1_0", "“1_0” is not a page number. Write a whole number, 1 or more."),
    ("per_page", "0", "“0” is not a number of results a page. Write a whole number from 1 to 100."),
    ("per_page", "101", "“101” is not a number of results a page. Write a whole number from 1 to 100."),
    ("per_page", "ten", "“ten” is not a number of results a page. Write a whole number from 1 to 100."),
    ("q", "x" * 1204, "Your search has 1,204 characters; the limit is 1,000."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), REFUSED)
def test_a_value_that_cannot_be_is_refused_with_a_sentence_that_names_it(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ParameterError) as caught:
        params.parse([(name, value)])
    assert (caught.value.parameter, caught.value.value, str(caught.value)) == (name, value, sentence)


def test_a_first_date_after_the_last_is_refused() -> None:
    with pytest.raises(ParameterError) as caught:
        params.parse([("from", "2020-01-02"), ("to", "2020-01-01")])
    assert (caught.value.parameter, str(caught.value)) == ("from", "The first date is after the last.")


def test_a_number_of_more_digits_than_can_be_converted_is_refused_not_a_crash() -> None:
    with pytest.raises(ParameterError):
        params.parse([("page", "9" * 5000)])


@pytest.mark.parametrize("name", params.ORDER)
@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_parameter_counts_as_absent(name: str, empty: str) -> None:
    assert params.parse([(name, empty)]) == Query()


def test_what_is_not_ours_is_ignored() -> None:
    assert params.parse([("utm_source", "x"), ("match", "all"), ("q", "bond")]) == Query(text="bond")


def test_the_first_value_counts_of_what_can_be_given_once_and_all_of_what_can_repeat() -> None:
    typed = [("q", "bond"), ("q", "visa"), ("tag", "cbp"), ("tag", "ice"), ("tag", "cbp"), ("page", "2"), ("page", "3")]
    assert params.parse(typed) == Query(text="bond", tag=("cbp", "ice"), page=2)


def test_a_thousand_characters_are_not_too_many() -> None:
    assert params.parse([("q", "x" * 1000)]).text == "x" * 1000


def test_spaces_around_a_value_are_not_part_of_it() -> None:
    assert params.parse([("q", " bond  hearing "), ("tag", " cbp ")]) == Query(text="bond  hearing", tag=("cbp",))


def test_a_toggled_value_keeps_every_other_parameter_and_drops_the_page() -> None:
    query = Query(text="h1b denied", tag=("cbp",), year=("2019",), sort="newest", page=4, per_page=20)
    assert params.toggle_url(query, "tag", "asylum") == (
        "/search?q=h1b+denied&tag=cbp&tag=asylum&year=2019&sort=newest&per_page=20"
    )
    assert params.toggle_url(query, "tag", "cbp") == "/search?q=h1b+denied&year=2019&sort=newest&per_page=20"


def test_a_chosen_value_is_not_added_again() -> None:
    toggles = params.Toggles(Query(text="bond", tag=("ice",)))
    assert toggles.adding("tag", "ice") == ""
    assert toggles.adding("tag", "cbp") == "/search?q=bond&tag=ice&tag=cbp"


def test_a_parameter_that_holds_one_value_is_set_or_left_out_and_all_others_are_kept() -> None:
    query = Query(text="bond", tag=("ice",), sort="oldest", page=4, per_page=20)
    toggles = params.Toggles(query)
    for number in (2, 5):
        assert toggles.setting("page", str(number)) == params.search_url(replace(query, page=number))
    assert toggles.setting("page", "") == params.search_url(replace(query, page=1))
    for name in ("newest", None):
        assert toggles.setting("sort", name or "") == params.search_url(replace(query, sort=name, page=1))
    assert params.Toggles(Query(sort="oldest")).setting("sort", "") == "/search"


def test_addresses_for_markup_differ_from_others_in_their_separators_alone() -> None:
    query = Query(text="<b>&\"'", tag=("ice", "cbp"), author=("A & B",), sort="oldest")
    plain, markup = params.Toggles(query), params.Toggles(query, separator="&amp;")
    for param, value in (("tag", "ice"), ("tag", "h-1b"), ("year", "2019"), ("author", "A & B"), ("source", "<i>")):
        assert markup.url(param, value) == plain.url(param, value).replace("&", "&amp;")


def test_a_search_for_nothing_has_the_bare_address() -> None:
    assert params.search_url(Query()) == "/search"
    assert params.toggle_url(Query(tag=("cbp",)), "tag", "cbp") == "/search"


def test_clearing_the_filters_keeps_the_words_and_the_order() -> None:
    day = dt.date(2019, 1, 1)
    query = Query(text="bond", tag=("ice",), date_from=day, as_of=day, sort="oldest", page=3)
    assert params.without_filters(query) == Query(text="bond", sort="oldest")


def test_one_filter_is_taken_away_alone() -> None:
    query = Query(text="bond", tag=("ice", "cbp"), date_from=dt.date(2019, 1, 1), page=3)
    assert params.without(query, "tag", "ice") == Query(text="bond", tag=("cbp",), date_from=dt.date(2019, 1, 1))
    assert params.without(query, "from") == Query(text="bond", tag=("ice", "cbp"))
    assert params.without(query, "q") == Query(tag=("ice", "cbp"), date_from=dt.date(2019, 1, 1))


def found(query: Query, facets: tuple[Facet, ...], unknown: tuple[Unknown, ...] = ()) -> Results:
    return Results(query, (), None, False, unknown, 0, 1, 10, "relevance", (), facets)


def test_values_are_settled_as_the_facets_write_them_whatever_was_typed() -> None:
    query = Query(tag=("H 1B", "nowhere"), author=("SCOTT BRATTON",), cites=("8 U.S.C. 1182(a)(9)(B)",))
    facets = (
        Facet("visa", "Visa class", "tag", (FacetValue("h-1b", "H-1B", 3, True), FacetValue("l-1", "L-1", 2))),
        Facet("author", "Author", "author", (FacetValue("Scott Bratton", "Scott Bratton", 1, True),)),
        Facet("cites", "Law cited", "cites", (FacetValue("ina-212-a-9-b", "INA 212(a)(9)(B)", 1, True),)),
    )
    settled = params.settled(found(query, facets, (Unknown("tag", "nowhere"),)))
    assert settled == Query(tag=("h-1b", "nowhere"), author=("Scott Bratton",), cites=("ina-212-a-9-b",))


def test_a_citation_that_nothing_cites_is_one_value_with_its_facet_and_can_be_taken_back() -> None:
    query = Query(cites=("8 C.F.R. 999.1",), author=("Nobody",))
    facets = (
        Facet("cites", "Law cited", "cites", (FacetValue("8-cfr-999.1", "8 CFR 999.1", 0, True),)),
        Facet("author", "Author", "author", (FacetValue("Nobody", "Nobody", 0, True),)),
    )
    unknown = (Unknown("cites", "8 C.F.R. 999.1"), Unknown("author", "Nobody"))
    settled = params.settled(found(query, facets, unknown))
    assert settled == Query(cites=("8-cfr-999.1",), author=("Nobody",))
    assert params.toggle_url(settled, "cites", "8-cfr-999.1") == "/search?author=Nobody"


def test_a_merged_tag_is_read_as_its_successor_and_nothing_else_changes() -> None:
    vocabulary = Vocabulary.from_mapping(
        {
            "ins": {"prefLabel": "INS", "group": "agency", "replaced_by": "uscis"},
            "uscis": {"prefLabel": "USCIS", "group": "agency"},
        }
    )
    query = Query(text="fees", tag=("ins", "uscis", "h9b"), page=2)
    assert params.with_successors(query, vocabulary) == Query(text="fees", tag=("uscis", "h9b"), page=2)
    untouched = Query(tag=("USCIS",))
    assert params.with_successors(untouched, vocabulary) == untouched


def test_personal_numbers_are_taken_out_of_the_words_and_drop_any_other_parameter() -> None:
    typed = [("q", "bond A123456789"), ("author", "A 123 456 789"), ("A123456789", "x"), ("tag", "ice")]
    assert params.redacted(typed) == (("q", "bond [number]"), ("tag", "ice"))


def test_parameters_without_personal_numbers_need_no_other_address() -> None:
    assert params.redacted([("q", "I-130 8 CFR 214.2(h)"), ("from", "2019-01-01")]) is None
