"""How every page behaves, whatever it shows: width, keyboard, privacy, print."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response

from tests.browser.pages import PAGES

T = TypeVar("T")
Contexts = Callable[..., BrowserContext]
EVERY_PAGE = pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())


def is_no_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def top_of_first_result(page: Page) -> float:
    box = page.locator("main ol article h3").first.bounding_box()
    assert box
    return box["y"]


def noting(seen: list[T]) -> Callable[[T], None]:
    """Playwright keeps a handler by an attribute that the methods of lists cannot have."""

    def note(what: T) -> None:
        seen.append(what)

    return note


@EVERY_PAGE
def test_a_page_fits_its_window(contexts: Contexts, width: int, address: str) -> None:
    page = contexts(width, java_script_enabled=False).new_page()
    page.goto(address)
    assert is_no_wider_than_its_window(page)


@EVERY_PAGE
def test_a_page_says_what_it_is_once(contexts: Contexts, address: str) -> None:
    page = contexts().new_page()
    page.goto(address)
    assert page.locator("h1").count() == 1
    assert page.locator("main#main").count() == 1
    assert "MJB Immigration" in page.title()


def test_pages_ask_nobody_else_and_keep_nothing_on_the_visitors_machine(contexts: Contexts, site: str) -> None:
    requested: list[Request] = []
    answered: list[Response] = []
    context = contexts()
    context.on("request", noting(requested))
    context.on("response", noting(answered))
    page = context.new_page()
    for address in PAGES.values():
        page.goto(address)
        assert page.locator("[style]").count() == 0, address
        assert page.locator("script:not([src]), style").count() == 0, address
    assert [request.url for request in requested if not request.url.startswith(site)] == []
    assert [response.url for response in answered if "set-cookie" in response.headers] == []
    assert context.cookies() == []


def test_no_page_breaks_the_policy_that_it_is_served_with(contexts: Contexts) -> None:
    complaints: list[str] = []
    page = contexts().new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for address in PAGES.values():
        page.goto(address)
    assert [text for text in complaints if "the server responded with a status of" not in text] == []


@pytest.mark.parametrize("address", ["/", "/search?q=visa", "/services/asylum-deportation-removal/asylum/", "/tags/"])
def test_a_first_view_is_one_page_and_one_style_sheet_of_little_weight(contexts: Contexts, address: str) -> None:
    done: list[Request] = []
    page = contexts().new_page()
    page.on("requestfinished", noting(done))
    page.goto(address, wait_until="networkidle")
    kinds = sorted(request.resource_type for request in done if not request.url.endswith("/favicon.ico"))
    assert kinds == ["document", "stylesheet"]
    assert sum(request.sizes()["responseBodySize"] for request in done) <= 60_000


@pytest.mark.parametrize(
    ("address", "pixels"),
    [
        ("/search?q=visa", 560),
        ("/search?q=visa&type=service&tag=h-1b", 720),
        # Three notices above: another spelling, “ice” as ICE, and that no page has all words.
        ("/search?q=ice+asylum+zymurgy+quokka+visaa", 720),
    ],
)
def test_the_first_result_is_seen_without_scrolling_far_on_a_phone(
    contexts: Contexts, address: str, pixels: int
) -> None:
    page = contexts(320, 640, java_script_enabled=False).new_page()
    page.goto(address)
    assert top_of_first_result(page) <= pixels


@pytest.mark.parametrize("address", ["/", "/search?q=visa", "/services/", "/news/2019/public-charge-final-rule/"])
def test_the_keyboard_comes_to_the_skip_link_first_and_it_leads_to_the_content(
    contexts: Contexts, width: int, address: str
) -> None:
    page = contexts(width).new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to main content"
    box = focused.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_stop_of_the_keyboard_is_seen(contexts: Contexts, width: int) -> None:
    page = contexts(width).new_page()
    page.goto("/search?q=visa&type=service")
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return document.activeElement === document.body ||"
            " (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2); })()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_the_filters_are_shown_on_a_wide_screen_and_one_step_away_on_a_phone(contexts: Contexts) -> None:
    address = "/search?q=visa"
    wide = contexts(1280, java_script_enabled=False).new_page()
    wide.goto(address)
    assert wide.locator("details#f-type a[rel~='nofollow']").first.is_visible()
    phone = contexts(320, java_script_enabled=False).new_page()
    phone.goto(address)
    assert not phone.locator("details#f-type a[rel~='nofollow']").first.is_visible()
    phone.locator("details.filters > summary").click()
    assert phone.locator("details#f-type a[rel~='nofollow']").first.is_visible()


@pytest.mark.parametrize(
    "address", ["/services/asylum-deportation-removal/asylum/", "/news/2024/example-reprint/", "/search?q=visa"]
)
def test_a_page_prints_without_what_only_a_screen_needs(contexts: Contexts, address: str) -> None:
    page = contexts().new_page()
    page.goto(address)
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert [form for form in page.locator("form").all() if form.is_visible()] == []


@pytest.mark.parametrize("window", [640, 1280])
def test_text_at_twice_the_size_still_fits_the_window(large_print: Browser, site: str, window: int) -> None:
    page = large_print.new_context(base_url=site, viewport={"width": window, "height": 800}).new_page()
    for address in ("/", "/search?q=visa", "/services/asylum-deportation-removal/asylum/", "/tags/", "/news/"):
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        assert is_no_wider_than_its_window(page), address
    page.context.close()
