"""The law that pages cite: the tree, the page of an authority, the way to both from any spelling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kb.core import KnowledgeBase
from kb.model import Query
from kb.web import law
from tests.web.markup import elements, links, texts

Get = Callable[[str], str]


def test_the_law_is_listed_by_kind_with_both_names_and_counts(page: Get) -> None:
    text = page("/authorities/")
    assert texts(text, "//main//h2")[:-1] == [
        "Immigration and Nationality Act (INA) and title 8 of the United States Code",
        "Regulations: title 8 CFR",
    ]
    assert texts(text, "//section[@aria-labelledby='k-ina']/ul/li/*[self::a or self::span]") == [
        "INA 214",
        "8 U.S.C. 1184 · 1 page",
    ]
    assert links(text, "//section[@aria-labelledby='k-cfr-8']//a") == {
        "8 CFR 214.2": "/authorities/8-cfr-214.2/",
        "8 CFR 214.2(h)": "/authorities/8-cfr-214.2-h/",
        "8 CFR 214.2(h)(4)": "/authorities/8-cfr-214.2-h-4/",
    }
    assert texts(text, "//section[@aria-labelledby='k-cfr-8']/ul/li/details/summary") == ["1 part of 8 CFR 214.2"]


def test_the_counts_of_the_law_are_those_of_the_facet(knowledge_base: KnowledgeBase) -> None:
    reader = knowledge_base.reader()
    facets = reader.search(Query(per_page=1)).facets
    counted = {value.value: value.count for facet in facets if facet.name == "cites" for value in facet.values}
    assert counted == {key: found.count for key in reader.cited.listed if (found := reader.authority(key))}


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("8 C.F.R. § 214.2(h)(4)", "/authorities/8-cfr-214.2-h-4/"),
        ("8-cfr-214.2-h", "/authorities/8-cfr-214.2-h/"),
        ("8 CFR 214.2", "/authorities/8-cfr-214.2/"),
        ("8 CFR part 214", "/authorities/8-cfr-214/"),
        ("8 USC 1184(i)", "/authorities/ina-214-i/"),
        ("  ina 214 ", "/authorities/ina-214/"),
    ],
)
def test_a_citation_in_any_spelling_is_found(client: FlaskClient, typed: str, target: str) -> None:
    response = client.get("/authorities/", query_string={"q": typed})
    assert (response.status_code, response.headers["Location"]) == (302, target)
    assert client.get(target).status_code == 200


def test_a_citation_that_nobody_makes_is_said_to_be_that_with_ways_on(page: Get) -> None:
    text = page("/authorities/?q=8+CFR+214.2(h)(9)")
    assert texts(text, "//div[@role='note']/p") == ["No page cites “8 CFR 214.2(h)(9)”."]
    assert links(text, "//div[@role='note']//a") == {
        "Pages here cite 8 CFR 214.2(h)": "/authorities/8-cfr-214.2-h/",
        "Official text of 8 CFR 214.2(h)(9) ↗": "https://www.ecfr.gov/current/title-8/section-214.2",
        "Search for “8 CFR 214.2(h)(9)”": "/search?q=8+CFR+214.2%28h%29%289%29",
    }
    assert elements(text, "//main//input[@name='q']")[0].get("value") == "8 CFR 214.2(h)(9)"
    assert elements(text, "//meta[@name='robots']")[0].get("content") == "noindex"


def test_what_is_no_citation_can_be_searched_for(page: Get) -> None:
    text = page("/authorities/?q=Matter+of+Nobody")
    assert links(text, "//div[@role='note']//a") == {"Search for “Matter of Nobody”": "/search?q=Matter+of+Nobody"}


def test_a_citation_that_is_too_long_is_an_error_in_words(client: FlaskClient) -> None:
    response = client.get("/authorities/", query_string={"q": "8" * 1001})
    assert response.status_code == 400
    assert "the limit is 1,000" in response.get_data(as_text=True)


def test_the_page_of_an_authority_tells_its_names_its_text_and_where_it_stands(page: Get) -> None:
    text = page("/authorities/ina-214-i/")
    assert texts(text, "//h1") == ["INA 214(i)"]
    assert texts(text, "//p[@class='aliases']") == ["Also cited as 8 U.S.C. 1184(i)"]
    [official] = elements(text, "//main//a[@class='official']")
    assert (official.get("href") or "").startswith("https://uscode.house.gov/")
    assert official.get("rel") == "external noopener"
    assert links(text, "//nav[@aria-label='Breadcrumb']//a") == {
        "Law": "/authorities/",
        "INA 214": "/authorities/ina-214/",
    }
    assert texts(text, "//nav[@aria-label='Breadcrumb']//*[@aria-current='page']") == ["INA 214(i)"]


def test_changes_of_a_part_and_of_what_encloses_it_are_dated_and_the_newest_is_marked(page: Get) -> None:
    text = page("/authorities/8-cfr-214.2-h-4/")
    assert texts(text, "//section[@class='changes']/ol/li") == [
        "January 17, 2025 8 CFR 214.2(h): H-1B rule. See the change, January 17, 2025 ↗"
    ]
    assert texts(text, "//section[@class='changes']//p[@class='status law-changed']") == ["January 17, 2025"]
    assert texts(page("/authorities/ina-214/"), "//section[@class='changes']/ol/li") == [
        "January 1, 2023 INA 214(i): Older. See the change, January 1, 2023 ↗"
    ]


def test_citing_pages_stand_under_the_deepest_part_that_they_cite(page: Get) -> None:
    text = page("/authorities/8-cfr-214.2/")
    citing = "//section[@aria-labelledby='citing']"
    assert texts(text, f"{citing}/h2") == ["2 pages cite it"]
    assert texts(text, f"{citing}/*[self::h3 or self::ol]") == [
        "8 CFR 214.2(h)(4)",
        (
            "More H-1B Petitions Denied Article · August 20, 2019 · from Immigration Impact, August 14, 2019"
            " ! Law changed since: 8 CFR 214.2(h), January 17, 2025, and 1 more"
        ),
        "8 CFR 214.2(h)",
        "H-1B Visas Service · Updated March 1, 2025 · Reviewed March 3, 2025",
    ]
    assert links(text, f"{citing}//a")["All 2 in search"] == "/search?cites=8-cfr-214.2"


def test_a_part_that_is_cited_alone_needs_no_heading_of_its_own(page: Get) -> None:
    text = page("/authorities/8-cfr-214.2-h-4/")
    assert texts(text, "//section[@aria-labelledby='citing']//h3") == ["More H-1B Petitions Denied"]


def test_a_part_of_the_regulations_holds_its_sections_though_nobody_cites_it_as_such(page: Get) -> None:
    text = page("/authorities/8-cfr-214/")
    assert texts(text, "//section[@aria-labelledby='citing']/h3") == ["8 CFR 214.2(h)(4)", "8 CFR 214.2(h)"]
    assert "/authorities/8-cfr-214/" not in links(page("/authorities/"), "//main//a").values()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/authorities/8-usc-1184-i/?x=1", "/authorities/ina-214-i/?x=1"),
        ("/authorities/8-CFR-214.2-H/", "/authorities/8-cfr-214.2-h/"),
        ("/authorities/8%20CFR%20214.2(h)/", "/authorities/8-cfr-214.2-h/"),
        ("/authorities", "/authorities/"),
        ("/authorities/ina-214", "/authorities/ina-214/"),
    ],
)
def test_another_spelling_of_an_address_leads_to_the_one(client: FlaskClient, address: str, target: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (301, target)


def test_the_address_of_what_nobody_cites_is_a_404_that_says_so(client: FlaskClient) -> None:
    response = client.get("/authorities/18-usc-1546-a/")
    text = response.get_data(as_text=True)
    assert response.status_code == 404
    assert texts(text, "//h1") == ["No page cites “18 U.S.C. 1546(a)”."]
    assert "https://uscode.house.gov/" in links(text, "//main//a")["Official text of 18 U.S.C. 1546(a) ↗"]
    assert links(client.get("/authorities/in-dec-27-316/").get_data(as_text=True), "//main//a") == {
        "Search for “27 I&N Dec. 316”": "/search?q=27+I%26N+Dec.+316"
    }


def test_an_address_that_is_no_citation_is_like_any_other_that_is_not_here(client: FlaskClient) -> None:
    response = client.get("/authorities/nothing/")
    assert response.status_code == 404
    assert texts(response.get_data(as_text=True), "//h1") == ["This page is not here."]


def test_the_tree_is_no_deeper_than_three_indents_and_loses_nothing(monkeypatch: pytest.MonkeyPatch, page: Get) -> None:
    whole = links(page("/authorities/"), "//main//section//a")
    monkeypatch.setattr(law, "DEEPEST", 1)
    text = page("/authorities/")
    assert links(text, "//main//section//a") == whole
    assert elements(text, "//details//details") == elements(text, "//nav//details//details")


def test_past_what_a_page_can_hold_sections_alone_are_listed(monkeypatch: pytest.MonkeyPatch, page: Get) -> None:
    monkeypatch.setattr(law, "MOST", 1)
    assert list(links(page("/authorities/"), "//section[contains(@class, 'law')]//a")) == ["INA 214", "8 CFR 214.2"]


def test_search_leads_to_the_law(page: Get) -> None:
    assert links(page("/search?q=h1b"), "//details[@id='f-cites']//form/a") == {"See all law cited": "/authorities/"}


def test_completions_of_citations_lead_to_their_pages(knowledge_base: KnowledgeBase) -> None:
    [found] = knowledge_base.suggest("8 CFR 214.2(h)(4)")
    assert (found.kind, found.url) == ("citation", "/authorities/8-cfr-214.2-h-4/")
