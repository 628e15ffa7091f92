"""`/search`: what the page of results says and where its links lead."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.web.markup import elements, links, texts

Get = Callable[[str], str]


def count(text: str) -> int:
    word = texts(text, "//h1")[0].split()[0]
    return 0 if word == "No" else int(word.replace(",", ""))


def test_each_value_of_each_facet_leads_to_as_many_results_as_it_promises(page: Get) -> None:
    text = page("/search?q=the+asylum+OR+bulletin+OR+H-1B&per_page=5&page=2")
    rows = elements(text, "//details[@class='group']//a[contains(@class, 'value')]")
    assert len(rows) > 15
    for row in rows:
        promised = int(row.xpath("string(.//span[@class='n'])").split()[0])
        found = page(row.get("href", ""))
        assert count(found) == promised, row.get("href")
        assert texts(found, "//section[@class='selected']//a")[-1] == "Clear all filters"


def test_links_of_facets_keep_every_other_parameter_and_drop_the_page(page: Get) -> None:
    text = page("/search?q=asylum&tag=ice&from=2019-01-01&sort=oldest&per_page=1&page=2")
    rows = elements(text, "//details[@class='group']//a[contains(@class, 'value')]")
    for row in rows:
        kept = parse_qs(urlsplit(row.get("href", "")).query)
        assert "page" not in kept
        assert (kept["q"], kept["from"], kept["sort"], kept["per_page"]) == (
            ["asylum"],
            ["2019-01-01"],
            ["oldest"],
            ["1"],
        )


def test_a_selected_value_is_marked_in_words_and_taken_away_by_its_link(page: Get) -> None:
    text = page("/search?q=asylum&tag=ICE")
    [selected] = elements(text, "//a[@aria-current='true']")
    assert " ".join(selected.text_content().split()) == "✓ ICE 2 results, selected, remove"
    assert selected.get("href") == "/search?q=asylum#f-agency"
    assert texts(text, "//summary[@id='fl-agency']") == ["Agency, 1 selected"]
    assert links(text, "//section[@class='selected']//a") == {
        "× Agency: ICE, remove filter": "/search?q=asylum",
        "Clear all filters": "/search?q=asylum",
    }


def test_values_of_one_facet_stand_together_joined_by_or(page: Get) -> None:
    text = page("/search?tag=cbp&tag=ice&type=news&type=article&to=2024-01-01")
    assert texts(text, "//section[@class='selected']//li") == [
        "× Agency: CBP, remove filter or × Agency: ICE, remove filter",
        "× Type: News, remove filter or × Type: Article, remove filter",
        "× To: January 1, 2024, remove filter",
        "Clear all filters",
    ]


def test_forms_carry_all_other_filters_but_never_the_page(page: Get) -> None:
    text = page("/search?q=asylum&tag=ice&year=2020&from=2019-01-01&page=1&sort=oldest")

    def hidden(form: str) -> list[tuple[str | None, str | None]]:
        return [(one.get("name"), one.get("value")) for one in elements(text, f"{form}//input[@type='hidden']")]

    filters = [("tag", "ice"), ("year", "2020")]
    assert hidden("//form[@role='search']") == [*filters, ("from", "2019-01-01"), ("sort", "oldest")]
    assert hidden("//form[@class='dates']") == [("q", "asylum"), *filters, ("sort", "oldest")]


@pytest.mark.parametrize(
    ("query", "kind", "sentence"),
    [
        ("q=ice", "ice", "We read “ice” as ICE, Immigration and Customs Enforcement. Search for the word “ice”"),
        ("q=visa+Ice", "ice", "We read “ice” as ICE, Immigration and Customs Enforcement. Search for the word “ice”"),
        ("q=assylum", "spelling", "No page has “assylum”. Showing “asylum”."),
        ("tag=h9b", "unknown", "There is no topic “h9b” here. See all topics"),
        ("author=x", "unknown", "No author “x”. See all authors"),
        ("source=x", "unknown", "No source “x”."),
        ("service=x", "unknown", "No service “x”. See all services"),
        ("cites=8+CFR+999.9", "unknown", "No page cites “8 CFR 999.9”. See all law cited"),
        ("as_of=2019-09-01", "as-of", "Only what was published by September 1, 2019. Show today"),
        ("q=h-1b+nonsensical+wording+unheard", "partial", "No page has all your words. These have some of them."),
        ("q=%5Bnumber%5D", "removed", "We removed what looks like a personal number. Please leave such numbers out."),
    ],
)
def test_what_was_changed_or_not_found_is_said_in_one_line(page: Get, query: str, kind: str, sentence: str) -> None:
    text = page(f"/search?{query}")
    assert sentence in texts(text, f"//p[@class='line {kind}']")


def test_a_lower_case_ice_is_undone_by_one_link(page: Get) -> None:
    text = page("/search?q=ice&tag=asylum&page=1")
    assert links(text, "//p[@class='line ice']/a") == {"Search for the word “ice”": "/search?q=%22ice%22&tag=asylum"}


def test_an_unknown_value_is_shown_as_typed_and_can_be_taken_away(page: Get) -> None:
    text = page("/search?q=asylum&tag=h9b&author=Nobody")
    assert links(text, "//section[@class='selected']//a") == {
        "× Topic: h9b (unknown), remove filter": "/search?q=asylum&author=Nobody",
        "× Author: Nobody (unknown), remove filter": "/search?q=asylum&tag=h9b",
        "Clear all filters": "/search?q=asylum",
    }


def test_a_citation_that_nothing_cites_is_one_filter_and_can_be_taken_away(page: Get) -> None:
    text = page("/search?q=asylum&cites=8+C.F.R.+999.9")
    assert links(text, "//section[@class='selected']//a") == {
        "× Law cited: 8 CFR 999.9 (unknown), remove filter": "/search?q=asylum",
        "Clear all filters": "/search?q=asylum",
    }


def test_the_words_as_read_are_told_and_can_be_left_out(page: Get) -> None:
    text = page("/search?q=h1b+denied")
    assert texts(text, "//div[@class='read']//li") == [
        "H-1B (visa class) ✕leave out H-1B",
        "denied ✕leave out denied",
        "Use my exact words",
    ]
    assert links(text, "//div[@class='read']//a") == {
        "✕leave out H-1B": "/search?q=denied",
        "✕leave out denied": "/search?q=h1b",
        "Use my exact words": "/search?q=h1b+%22denied%22",
    }


def test_results_show_kind_dates_source_and_chips_into_the_same_search(page: Get) -> None:
    text = page("/search?q=denied&tag=cbp")
    assert texts(text, "//ol[@class='results']//p[@class='meta']") == [
        "Article · August 20, 2019 · from Immigration Impact, August 14, 2019"
    ]
    assert elements(text, "//ol[@class='results']//h3/a")[0].get("href") == "/news/2019/h-1b-denied/"
    assert texts(text, "//ol[@class='results']//h3//mark") == ["Denied"]
    assert texts(text, "//ul[@class='chips']/li/span") == ["✓ CBP"]
    assert links(text, "//ul[@class='chips']//a") == {
        "H-1B, visa class": "/search?q=denied&tag=cbp&tag=h-1b",
        "H-1B lottery, program": "/search?q=denied&tag=cbp&tag=lottery",
    }


def test_nothing_found_keeps_the_filters_and_offers_ways_on(page: Get) -> None:
    text = page("/search?q=asylum&type=digest&tag=cbp")
    assert texts(text, "//h1") == ["No results for “asylum”"]
    assert texts(text, "//p[@class='lead']") == ["No results for “asylum” with these filters."]
    assert texts(text, "//ul[@class='ways']/li") == ["Without filters: 4 results"]
    assert texts(text, "//h2")[1:] == ["Services that come nearest", "Speak with us", "Recent news"]
    assert elements(text, "//details[contains(@class, 'filters')]") == []


def test_nothing_found_at_all_leads_to_people(page: Get) -> None:
    text = page("/search?q=zzzqqq")
    assert texts(text, "//p[@class='lead']") == [
        "Nothing here matches “zzzqqq”. Our services may still cover it. Ask us, or call."
    ]
    assert "Consult" in links(text, "//section[@class='action']//a")


def test_searches_are_not_listed_by_search_engines_and_their_links_not_followed(page: Get) -> None:
    text = page("/search?q=asylum")
    assert elements(text, "//meta[@name='robots']")[0].get("content") == "noindex"
    rows = elements(text, "//details[@class='group']//a[contains(@class, 'value')]")
    assert {row.get("rel") for row in rows} == {"nofollow"}


def test_a_search_has_one_address_whatever_the_order_typed(page: Get) -> None:
    text = page("/search?per_page=10&tag=h1b&utm_source=x&q=denied&page=1")
    assert elements(text, "//link[@rel='canonical']")[0].get("href") == "https://law.example/search?q=denied&tag=h-1b"


def test_the_same_results_are_one_link_away_as_data(client: FlaskClient, page: Get) -> None:
    [address] = links(page("/search?q=denied&tag=cbp"), "//p[@class='data']/a").values()
    answer = client.get(address).get_json()
    assert (answer["total"], answer["query"]["text"]) == (1, "denied")


def test_nothing_that_is_not_there_yet_has_a_link(client: FlaskClient) -> None:
    absent = ("/ask", "/feeds/", "/opensearch.xml", "/es/", "openapi", "atom")
    for address in (
        "/",
        "/search?q=asylum",
        "/news/2019/h-1b-denied/",
        "/services/non-immigrant-visas/h-1b/",
        "/tags/cbp/",
    ):
        text = client.get(address).get_data(as_text=True)
        for name in absent:
            assert f'href="{name}' not in text


def test_another_spelling_is_offered_where_the_words_alone_find_nothing_else(page: Get) -> None:
    text = page("/search?q=asylum+bulletim")
    offered = [one for one in texts(text, "//p[@class='line spelling']") if "bulletin" in one]
    assert offered == ["Did you mean “asylum bulletin”?"]
    assert links(text, "//p[@class='line spelling']/a") == {"“asylum bulletin”?": "/search?q=asylum+bulletin"}


def test_each_filter_that_emptied_a_search_is_named_with_what_is_there_without_it(page: Get) -> None:
    text = page("/search?q=bulletin+type:service&tag=cbp&year=2018")
    assert links(text, "//ul[@class='ways']//a") == {}
    text = page("/search?q=asylum&type=digest&year=2020")
    assert links(text, "//ul[@class='ways']//a") == {
        "Without “Type: Digest”: 1 result": "/search?q=asylum&year=2020",
        "Without filters: 4 results": "/search?q=asylum",
    }


def test_a_filter_typed_among_the_words_can_be_left_out_too(page: Get) -> None:
    text = page("/search?q=bulletin+type:service")
    assert links(text, "//ul[@class='ways']//a") == {"Without “type:service”: 25 results": "/search?q=bulletin"}


def test_dates_are_filters_like_any_other(page: Get) -> None:
    text = page("/search?q=bulletin&from=2018-01-10&to=2018-01-12&as_of=2018-01-11")
    assert count(text) == 2
    assert links(text, "//section[@class='selected']//a") == {
        "× From: January 10, 2018, remove filter": "/search?q=bulletin&to=2018-01-12&as_of=2018-01-11",
        "× To: January 12, 2018, remove filter": "/search?q=bulletin&from=2018-01-10&as_of=2018-01-11",
        "× As of: January 11, 2018, remove filter": "/search?q=bulletin&from=2018-01-10&to=2018-01-12",
        "Clear all filters": "/search?q=bulletin",
    }


def test_sections_that_hold_what_was_asked_are_links_under_the_text(page: Get) -> None:
    text = page("/search?q=employer+files")
    assert texts(text, "//ol[@class='results']/li[1]//p[contains(@class, 'sections')]") == [
        "In this page: How it works"
    ]
    assert links(text, "//p[contains(@class, 'sections')]//a") == {
        "How it works": "/services/non-immigrant-visas/h-1b/#how-it-works"
    }


def test_a_page_of_one_section_names_none(page: Get) -> None:
    text = page("/search?q=hearing+bond")
    assert "/contact/" in links(text, "//ol[@class='results']//h3/a").values()
    assert elements(text, "//p[contains(@class, 'sections')]") == []


def test_a_topic_by_another_name_tells_its_names_and_is_undone(page: Get) -> None:
    text = page("/search?q=asilo")
    assert texts(text, "//div[@class='read']//li")[0] == "asilo (Spanish for Asylum) ✕leave out asilo"
    assert links(text, "//div[@class='read']//a")["Use my exact words"] == "/search?q=%22asilo%22"
    assert elements(page("/search?q=%22asilo%22"), "//div[@class='read']") == []
