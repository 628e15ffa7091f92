"""What visitors do, on a phone and at a desk, with and without scripts."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

FACET_VALUES = "details.filters details[id^='f-'] a[rel~='nofollow']"


def total(page: Page) -> int:
    """The number that the heading of the results promises."""
    heading = page.locator("h1").inner_text()
    if heading.startswith("No results"):
        return 0
    found = re.match(r"([\d,]+) results?\b", heading)
    assert found, heading
    return int(found[1].replace(",", ""))


def promised(link: Locator) -> int:
    """The number on a facet link, which its hidden word "results" follows."""
    text = link.text_content() or ""
    found = re.search(r"([\d,]+)\s+results?\b", " ".join(text.split()))
    assert found, text
    return int(found[1].replace(",", ""))


def open_filters(page: Page) -> None:
    """The panel is closed on phones; on wide screens its summary is not even shown."""
    summary = page.locator("details.filters > summary")
    if summary.is_visible() and not page.locator("details.filters").evaluate("panel => panel.open"):
        summary.click()


def first_value(page: Page, group: str) -> Locator:
    """The first value of a group that is not selected, with its group opened."""
    open_filters(page)
    details = page.locator(f"details#f-{group}")
    if not details.evaluate("group => group.open"):
        details.locator("> summary").click()
    return details.locator("a[rel~='nofollow']:not([aria-current])").first


def select(page: Page, group: str) -> int:
    """Select the first value of a group; the number that it promised."""
    link = first_value(page, group)
    number = promised(link)
    link.click()
    page.wait_for_load_state()
    return number


def search(page: Page, words: str) -> None:
    page.goto("/")
    form = page.locator("form[role=search]").first
    form.locator("input[name=q]").fill(words)
    form.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search?*")


def test_a_visitor_searches_narrows_widens_and_reads_on(page: Page) -> None:
    search(page, "visa")
    everything = total(page)
    assert everything > 10

    narrowed = select(page, "type")
    assert total(page) == narrowed < everything
    selected = page.get_by_role("link", name=", remove filter")
    expect(selected).to_have_count(1)

    narrower = select(page, "service")
    assert total(page) == narrower <= narrowed
    expect(selected).to_have_count(2)

    selected.first.click()
    page.wait_for_load_state()
    expect(selected).to_have_count(1)
    assert narrower <= total(page) <= everything

    result = page.locator("main ol article h3 a").first
    title = result.inner_text()
    result.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == title

    related = page.get_by_role("region", name="You may also be interested in").get_by_role("link").first
    title = related.inner_text()
    related.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == title


def test_all_filters_are_cleared_with_one_link_and_the_words_stay(page: Page) -> None:
    page.goto("/search?q=visa&type=service&status=unreviewed&sort=newest")
    page.get_by_role("link", name="Clear all filters").click()
    page.wait_for_load_state()
    assert page.url.endswith("/search?q=visa&sort=newest")


def test_a_visitor_pages_through_results_that_never_overlap(page: Page) -> None:
    page.goto("/search?q=visa&per_page=5")
    first = page.locator("main ol article h3 a").all_inner_texts()
    page.get_by_role("navigation", name="Results pages").get_by_role("link", name="Next").click()
    page.wait_for_load_state()
    second = page.locator("main ol article h3 a").all_inner_texts()
    assert len(first) == 5
    assert second
    assert not set(first) & set(second)


def test_the_number_on_a_value_is_the_total_after_choosing_it(page: Page) -> None:
    page.goto("/search?q=immigration")
    links = page.locator(FACET_VALUES)
    offered = [(promised(link), link.get_attribute("href")) for link in links.all()[:40:4]]
    assert len(offered) >= 8
    for number, address in offered:
        assert address
        page.goto(address)
        assert total(page) == number, address


def test_an_attorney_finds_who_cites_a_regulation_and_comes_back_from_a_page_to_it(page: Page) -> None:
    page.goto("/authorities/")
    page.get_by_label("Find a citation").fill("8 C.F.R. § 214.2(h)(4)")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**/authorities/8-cfr-214.2-h-4/")
    assert page.locator("h1").inner_text() == "8 CFR 214.2(h)(4)"
    page.get_by_role("link", name="H-1B Visas", exact=True).first.click()
    page.wait_for_url("**/services/non-immigrant-visas/h-1b/")
    page.locator(".body").get_by_role("link", name=re.compile(r"^INA 214\(g\)$")).first.click()
    page.wait_for_url("**/authorities/ina-214-g/")
    assert page.get_by_role("heading", name=re.compile("pages? cites? it")).is_visible()


def test_a_service_is_found_through_the_menu(page: Page) -> None:
    page.goto("/about/")
    navigation = page.get_by_role("navigation", name="Main")
    navigation.locator("summary").first.click()
    link = navigation.get_by_role("link", name="Asylum", exact=True)
    link.click()
    page.wait_for_url("**/services/asylum-deportation-removal/asylum/")
    assert "Asylum" in page.locator("h1").inner_text()
