"""Every route: what it shows, where it leads, what it keeps to itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.content.render import render
from kb.core import KnowledgeBase
from kb.model import Document
from kb.web import create_app
from tests.web.corpus import HOSTILE
from tests.web.markup import elements, links, texts

Get = Callable[[str], str]

ROUTES = [
    ("/", "Find the law", "Example Immigration – Attorneys"),
    ("/search", "37 results", "37 results – Search – Example Immigration"),
    ("/services/", "Services", "Services – Example Immigration"),
    ("/services/defense/", "Defense", "Defense – Services – Example Immigration"),
    ("/services/non-immigrant-visas/h-1b/", "H-1B Visas", "H-1B Visas – Example Immigration"),
    ("/news/", "News", "News – Example Immigration"),
    ("/news/2018/", "News of 2018", "News of 2018 – Example Immigration"),
    ("/news/2019/h-1b-denied/", "More H-1B Petitions Denied", "More H-1B Petitions Denied – Example Immigration"),
    ("/tags/", "Topics", "Topics – Example Immigration"),
    ("/tags/cbp/", "CBP", "CBP – Topics – Example Immigration"),
    ("/authorities/", "Law", "Law – Example Immigration"),
    ("/authorities/ina-214-i/", "INA 214(i)", "INA 214(i) – Law – Example Immigration"),
    ("/authors/", "Authors", "Authors – Example Immigration"),
    ("/authors/ana-ruiz/", "Ana Ruiz", "Ana Ruiz – Authors – Example Immigration"),
    ("/about/", "About", "About – Example Immigration"),
    ("/contact/", "Contact", "Contact – Example Immigration"),
]


@pytest.mark.parametrize(("url", "heading", "title"), ROUTES)
def test_every_page_has_one_heading_and_a_title_that_names_the_site(
    page: Get, url: str, heading: str, title: str
) -> None:
    text = page(url)
    assert texts(text, "//h1") == [heading]
    assert texts(text, "//title") == [title]


@pytest.mark.parametrize("url", [route[0] for route in ROUTES])
def test_every_page_says_whose_it_is_and_how_to_reach_them(page: Get, url: str) -> None:
    text = page(url)
    assert 'href="tel:(216)555-0100"' in text
    assert "Example Immigration is a private law firm, not a government agency." in text
    assert "Attorney advertising." in text
    assert elements(text, "//html")[0].get("lang") == "en"
    assert texts(text, "//body/a[1]") == ["Skip to main content"]
    canonical = elements(text, "//link[@rel='canonical']")[0].get("href")
    assert canonical == f"https://law.example{url}"


@pytest.mark.parametrize("url", [route[0] for route in ROUTES])
def test_every_id_is_there_once_and_every_label_has_its_field(page: Get, url: str) -> None:
    text = page(url)
    ids = [one.get("id") for one in elements(text, "//*[@id]")]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        named = {one.get(attribute) for one in elements(text, f"//*[@{attribute}]")}
        assert named <= set(ids), attribute


@pytest.mark.parametrize("url", [route[0] for route in ROUTES])
def test_every_link_within_the_site_leads_somewhere(client: FlaskClient, page: Get, url: str) -> None:
    text = page(url)
    # The menu and the footer name pages that a small corpus lacks.
    for address in links(text, "//main//a").values():
        path = address.partition("#")[0]
        if path.startswith("/") and path not in ("/consultation/", ""):
            assert client.get(path).status_code == 200, address


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/services", "/services/"),
        ("/services/defense?x=1&y=%20", "/services/defense/?x=1&y=%20"),
        ("/news?x=1", "/news/?x=1"),
        ("/tags/cbp", "/tags/cbp/"),
        ("/authors/ana-ruiz", "/authors/ana-ruiz/"),
        ("/contact?from=mail", "/contact/?from=mail"),
        ("/news/2019/h-1b-denied", "/news/2019/h-1b-denied/"),
        ("/h1b-visas/?x=1", "/services/non-immigrant-visas/h-1b/?x=1"),
        ("/old/h1b.php", "/services/non-immigrant-visas/h-1b/"),
        ("/tags/ins/?x=1", "/tags/uscis/?x=1"),
        ("/search?q=fees&tag=ins&tag=cbp&page=2", "/search?q=fees&tag=uscis&tag=cbp&page=2"),
    ],
)
def test_an_address_that_moved_leads_on_with_its_parameters(client: FlaskClient, address: str, target: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (301, target)


@pytest.mark.parametrize("address", ["//evil.example/services", "/%5Cevil.example/x", "//evil.example/?q=A123456789"])
def test_no_address_leads_off_the_site(client: FlaskClient, address: str) -> None:
    location = client.get(address).headers.get("Location", "/")
    assert location.startswith(("/", "http://localhost/"))
    assert not location.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "address",
    ["/nothing/", "/tags/nothing/", "/tags/CBP/", "/authors/nobody/", "/news/1999/", "/services/nothing/", "/secret/"],
)
def test_what_is_not_here_is_a_404_with_a_search_box(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    text = response.get_data(as_text=True)
    assert response.status_code == 404
    assert texts(text, "//h1") == ["This page is not here."]
    assert len(elements(text, "//form[@role='search']")) == 1


def test_a_404_offers_to_search_for_the_words_of_the_address(client: FlaskClient) -> None:
    text = client.get("/old/h-1b_petitions-denied.html").get_data(as_text=True)
    assert elements(text, "//input[@name='q']")[0].get("value") == "h 1b petitions denied"


def test_the_home_page_shows_what_the_firm_does_and_what_is_new(page: Get) -> None:
    text = page("/")
    assert texts(text, "//h3") == ["Non-Immigrant Visas", "Defense"]
    assert texts(text, "//section[@aria-labelledby='news']//li/a")[:2] == ["El asilo hoy", "Asylum Again"]
    assert links(text, "//p[@class='tries']/a")["8 CFR 214.2(h)"] == "/search?q=8+CFR+214.2%28h%29"
    assert list(links(text, "//p[@class='urgent']/a")) == ["Call (216) 555-0100", "Asylum"]
    assert links(text, "//a[@class='button']")["Consult"] == "/consultation/"


def test_the_menu_is_the_tree_of_services_by_their_short_names(page: Get) -> None:
    text = page("/services/non-immigrant-visas/l-1/")
    assert texts(text, "//nav[@aria-label='Main']//details//li") == ["H-1B Visas", "L-1 Visas", "Asylum"]
    assert texts(text, "//nav[@aria-label='Main']//*[@aria-current='page']") == ["L-1 Visas"]


def test_a_service_page_has_its_surroundings(page: Get) -> None:
    text = page("/services/non-immigrant-visas/h-1b/")
    assert texts(text, "//nav[@aria-label='Breadcrumb']//li") == ["Services", "Non-Immigrant Visas", "H-1B Visas"]
    assert texts(text, "//p[@class='aliases']") == ["Also called: Specialty workers"]
    assert texts(text, "//dl[@class='facts']/div") == [
        "Updated March 1, 2025",
        "Review Reviewed by Scott Bratton, March 3, 2025",
    ]
    assert texts(text, "//nav[@class='toc']//li") == ["Who it is for", "How it works", "Fees", "How long"]
    assert links(text, "//section[@class='laws']//a")["8 CFR 214.2(h)"] == "/authorities/8-cfr-214.2-h/"
    assert links(text, "//ul[@aria-labelledby='part-forms']//a") == {"I-129": "/tags/i-129/"}
    assert texts(text, "//section[@aria-labelledby='part-news-about']//h3") == ["More H-1B Petitions Denied"]
    assert links(text, "//aside//a") == {"L-1 Visas": "/services/non-immigrant-visas/l-1/"}


def test_citations_in_a_text_lead_to_our_page_and_to_the_official_one(page: Get) -> None:
    text = page("/news/2019/h-1b-denied/")
    found = links(text, "//div[@class='body']//a")
    assert found["8 CFR 214.2(h)(4)"] == "/authorities/8-cfr-214.2-h-4/"
    assert found["INA 214(i)"] == "/authorities/ina-214-i/"
    assert found["INA 214(i), official text↗"].startswith("https://uscode.house.gov/")


def test_an_article_says_who_wrote_it_when_and_where_it_came_from(page: Get) -> None:
    text = page("/news/2019/h-1b-denied/")
    assert texts(text, "//dl[@class='facts']/div") == [
        "By Scott Bratton",
        "Posted August 20, 2019",
        "First published Immigration Impact, August 14, 2019",
        "Publisher American Council",
        "Reprint Reprinted with permission.",
        "Review Not yet reviewed by an attorney",
        "Reading time 1 minute",
    ]
    assert links(text, "//dl[@class='facts']//a") == {
        "Scott Bratton": "/authors/scott-bratton/",
        "Immigration Impact": "https://impact.example/denied",
    }
    assert links(text, "//nav[@aria-label='Breadcrumb']//a") == {
        "News": "/news/",
        "August 2019": "/news/2019/#m-2019-08",
    }
    assert texts(text, "//section[@class='tagged']//dt") == ["Agency", "Visa class", "Program"]
    assert "<em>visas</em>" in text
    assert links(text, "//aside//a") == {"H-1B Visas": "/services/non-immigrant-visas/h-1b/"}
    assert links(text, "//nav[@aria-label='Other news']//a") == {
        "Previous article Bulletin 25": "/news/2018/bulletin-25/",
        "Next article Asylum in Numbers": "/news/2019/asylum-numbers/",
    }


def test_a_page_older_than_its_law_says_so_before_anything_else(page: Get) -> None:
    text = page("/news/2019/h-1b-denied/")
    [notice] = texts(text, "//div[@role='note']")
    assert notice.startswith("The law has changed since. This page is from August 20, 2019 and cites 8 CFR 214.2(h), ")
    assert notice.endswith("which changed on January 17, 2025. See the change")
    assert text.index('role="note"') < text.index('class="facts"')
    result = page("/search?q=petitions+denied")
    assert texts(result, "//p[contains(@class, 'status')]") == [
        "! Law changed since: 8 CFR 214.2(h), January 17, 2025, and 1 more"
    ]


def test_a_replaced_page_leads_to_the_newer_one(page: Get) -> None:
    text = page("/news/2019/asylum-numbers/")
    assert links(text, "//div[@role='note']//a") == {"“Asylum Again”": "/news/2020/asylum-again/"}
    results = page("/search?status=superseded")
    assert texts(results, "//p[contains(@class, 'status')]") == ["→ Replaced. Read the newer page: “Asylum Again”"]


def test_a_page_in_another_language_keeps_it(page: Get) -> None:
    text = page("/news/2021/asilo/")
    assert [one.get("lang") for one in elements(text, "//h1 | //div[@class='body']")] == ["es", "es"]
    assert "Language Spanish" in texts(text, "//dl[@class='facts']/div")
    assert texts(page("/search?q=huye"), "//p[@class='meta']") == ["News · May 5, 2021 · In Spanish"]


def test_news_stands_by_month_newest_first_until_there_is_enough(page: Get) -> None:
    text = page("/news/")
    assert texts(text, "//h2[@class='month']")[:3] == ["May 2021 (1)", "September 2020 (1)", "January 2020 (1)"]
    assert texts(text, "//nav[@class='years']//span[@class='name']") == ["2021", "2020", "2019", "2018"]
    assert len(elements(page("/news/2018/"), "//ol[@class='entries']/li")) == 25


def test_topics_stand_as_a_tree_and_only_those_that_lead_somewhere(page: Get) -> None:
    text = page("/tags/")
    assert texts(text, "//section[@aria-labelledby='g-agency']/ul/li") == ["DHS 3 CBP 1 ICE 2", "USCIS 1"]
    assert "Unused" not in text


def test_a_topic_explains_itself_and_counts_by_type(page: Get) -> None:
    text = page("/tags/h-1b/")
    assert "A visa for specialty occupations." in text
    assert links(text, "//p[@class='covering']/a") == {"H-1B Visas": "/services/non-immigrant-visas/h-1b/"}
    assert links(text, "//section[@aria-labelledby='kinds']//a") == {
        "1 service": "/search?tag=h-1b&type=service",
        "1 article": "/search?tag=h-1b&type=article",
    }
    broader = page("/tags/dhs/")
    assert links(broader, "//div[@class='row']//a") == {"CBP, agency": "/tags/cbp/", "ICE, agency": "/tags/ice/"}


def test_an_author_has_a_page_with_what_they_wrote(page: Get) -> None:
    assert texts(page("/authors/"), "//ul[@class='names']/li") == ["Ana Ruiz 1 page", "Scott Bratton 2 pages"]
    text = page("/authors/scott-bratton/")
    assert texts(text, "//h3") == ["Asylum Again", "More H-1B Petitions Denied"]
    assert "Scott writes about" in text
    assert links(text, "//main//p/a")["About Scott Bratton"] == "/about/scott-bratton/"


def test_the_way_here_names_every_page_above(page: Get) -> None:
    text = page("/about/staff/")
    assert links(text, "//nav[@aria-label='Breadcrumb']//a") == {"Home": "/", "About": "/about/"}
    assert texts(text, "//nav[@aria-label='Breadcrumb']//li[@aria-current='page']") == ["Staff"]
    assert texts(text, "//nav[@aria-label='Main']//ul[@class='narrow']/li") == ["Staff"]


def test_the_page_of_a_person_lists_what_they_wrote_and_of_others_nothing(page: Get) -> None:
    assert texts(page("/about/scott-bratton/"), "//h3") == ["Asylum Again", "More H-1B Petitions Denied"]
    assert texts(page("/about/staff/"), "//main//h3") == []


def test_hostile_words_are_only_words(page: Get) -> None:
    for url in (
        "/news/2020/hostile/",
        "/search?q=script",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/news/2020/",
        "/",
    ):
        text = page(url)
        assert elements(text, "//script") == []
        assert "<script" not in text
    text = page("/news/2020/hostile/")
    assert texts(text, "//h1") == [HOSTILE]
    assert "javascript:" not in text
    assert "Nowhere <b>" in texts(text, "//dl[@class='facts']")[0]


def test_drafts_are_reached_by_nothing(client: FlaskClient) -> None:
    addresses = ["/", "/search", "/search?q=secret", "/tags/asylum/", "/sitemap.xml", "/api/search?q=secret", "/news/"]
    addresses += ["/api/suggest?q=secret", "/secret/", "/api/documents/pages/secret", "/api/related/pages/secret"]
    for address in addresses:
        assert "A Secret Draft" not in client.get(address).get_data(as_text=True), address
    assert client.get("/api/documents/pages/secret").status_code == 404


def test_drafts_are_served_with_a_notice_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "content" / "pages").mkdir(parents=True)
    (tmp_path / "kb.toml").write_text('[site]\nname = "Root"\n', encoding="utf-8")
    draft = "---\ntitle: Not Yet\ndraft: true\n---\n\nA body of a draft.\n"
    (tmp_path / "content" / "pages" / "not-yet.md").write_text(draft, encoding="utf-8")
    knowledge_base = KnowledgeBase.open(tmp_path)
    knowledge_base.rebuild()
    assert create_app(knowledge_base).test_client().get("/not-yet/").status_code == 404
    response = create_app(knowledge_base, drafts=True).test_client().get("/not-yet/")
    assert response.status_code == 200
    assert "ETag" not in response.headers
    assert texts(response.get_data(as_text=True), "//div[@role='note']") == ["Draft. Visitors cannot see this page."]


def test_a_root_may_bring_templates_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "kb.toml").write_text("", encoding="utf-8")
    own = '{% extends "base.html" %}{% block main %}<h1>My own</h1>{% endblock %}'
    (tmp_path / "templates" / "services.html").write_text(own, encoding="utf-8")
    knowledge_base = KnowledgeBase.open(tmp_path)
    knowledge_base.rebuild()
    client = create_app(knowledge_base).test_client()
    assert "<h1>My own</h1>" in client.get("/services/").get_data(as_text=True)
    assert client.get("/news/").status_code == 200


def test_a_site_without_a_word_of_configuration_still_has_every_page(tmp_path: Path) -> None:
    knowledge_base = KnowledgeBase.from_documents([], path=tmp_path)
    client = create_app(knowledge_base).test_client()
    for url in ("/", "/search", "/search?q=x", "/services/", "/news/", "/tags/", "/authors/", "/sitemap.xml"):
        assert client.get(url).status_code == 200, url


def test_a_body_may_use_no_id_of_the_page_around_it(page: Get) -> None:
    for url in ("/services/non-immigrant-visas/h-1b/", "/news/2019/h-1b-denied/", "/about/scott-bratton/"):
        outside = elements(page(url), "//*[@id][not(ancestor::div[@class='body'])]")
        headings = "\n\n".join(f"## {one.get('id')} {{#{one.get('id')}}}" for one in outside)
        used = {heading.anchor for heading in render(headings, is_markdown=True).headings}
        assert used.isdisjoint({one.get("id") for one in outside})
        assert len(used) == len(outside)


def test_an_id_that_a_library_gave_has_an_address_that_leads_to_it(tmp_path: Path) -> None:
    ids = ("q?a=1&b#c", "a b/ü", "100%", "pages/é")
    documents = [Document(one, "Text about bond.", title=f"Page {number}") for number, one in enumerate(ids)]
    client = create_app(KnowledgeBase.from_documents(documents, path=tmp_path)).test_client()
    hits = client.get("/api/search?q=bond").get_json()["hits"]
    assert sorted(hit["url"] for hit in hits) == ["/%C3%A9/", "/100%25/", "/a%20b/%C3%BC/", "/q%3Fa%3D1%26b%23c/"]
    for hit in hits:
        assert texts(client.get(hit["url"]).get_data(as_text=True), "//h1") == [hit["title"]]
        assert client.get(hit["url"].rstrip("/")).headers["Location"] == hit["url"]


def test_a_call_to_action_that_nobody_configured_leads_nowhere_that_is_not_there() -> None:
    bare = create_app(KnowledgeBase.from_documents([Document("a", "Words")])).test_client()
    assert "/consultation/" not in bare.get("/").get_data(as_text=True)
    documents = [Document("a", "Words"), Document("pages/consultation", "Call us.", title="Consultation")]
    there = create_app(KnowledgeBase.from_documents(documents)).test_client()
    assert links(there.get("/").get_data(as_text=True), "//a[@class='button']") == {
        "Schedule a consultation": "/consultation/"
    }
