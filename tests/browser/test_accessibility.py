"""axe-core finds no violation on any template or state, light and dark, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.pages import PAGES

Contexts = Callable[..., BrowserContext]
#: Every rule that axe runs by itself, and the one of WCAG 2.2 AA that it does not.
RULES = {"target-size": {"enabled": True}}


@cache
def axe() -> str:
    """The source of axe-core, which comes with the locked packages."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds on the page, one line for each element."""
    page.evaluate(axe())
    found = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], rules})", RULES)
    return [
        f"{violation['id']}: {node['html'][:200]} ({node.get('failureSummary', '')})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def test_axe_finds_what_is_wrong(contexts: Contexts) -> None:
    page = contexts().new_page()
    page.set_content("<html><body><img src='x'><p style='color: #eee; background: #fff'>faint</p></body></html>")
    assert {line.partition(":")[0] for line in violations(page)} >= {"image-alt", "color-contrast", "html-has-lang"}


# Colours do not depend on the width, nor what stands where on the colours: two corners see what four would.
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")], ids=["phone, light", "wide, dark"])
@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_no_violation(contexts: Contexts, width: int, scheme: str, address: str) -> None:
    page = contexts(width, color_scheme=scheme, bypass_csp=True).new_page()
    page.goto(address)
    open_everything(page)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/", "/search?q=visa", "/services/"])
def test_a_page_without_an_index_has_no_violation(
    contexts: Contexts, site_without_index: str, scheme: str, address: str
) -> None:
    page = contexts(color_scheme=scheme, bypass_csp=True).new_page()
    answer = page.goto(site_without_index + address)
    assert answer
    assert answer.status == 503
    assert "kb rebuild-index" in page.locator("main").inner_text()
    assert violations(page) == []


def open_everything(page: Page) -> None:
    """What is folded away is part of the page: axe looks only at what is shown."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
