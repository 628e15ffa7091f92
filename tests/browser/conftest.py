"""A real Chromium against the real server. Without one the tests are skipped, unless KB_REQUIRE_BROWSER=1."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from tests.browser.site import chromium, copy_root, kb, served

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_type() -> Iterator[tuple[BrowserType, str]]:
    """What launches a Chromium, and the path of the one to launch."""
    path = chromium()
    if path is None:
        reason = "No Chromium or Chrome in PATH: install one, or name it with CHROMIUM=…"
        if os.environ.get("KB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        yield playwright.chromium, path


@contextmanager
def launched(chromium_type: tuple[BrowserType, str], *arguments: str) -> Iterator[Browser]:
    kind, path = chromium_type
    # Chromium refuses its sandbox to root, which is who a build machine runs as.
    browser = kind.launch(executable_path=path, args=["--no-sandbox", *arguments])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser(chromium_type: tuple[BrowserType, str]) -> Iterator[Browser]:
    with launched(chromium_type) as found:
        yield found


@pytest.fixture(scope="session")
def large_print(chromium_type: tuple[BrowserType, str]) -> Iterator[Browser]:
    """A browser whose reader has asked for letters of twice the usual size."""
    with launched(chromium_type, "--blink-settings=defaultFontSize=32") as found:
        yield found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shipped site."""
    root = tmp_path_factory.mktemp("site")
    copy_root(root)
    kb(root, "rebuild-index")
    with served(root) as address:
        yield address


@pytest.fixture(scope="session")
def site_without_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the same site before its first rebuild."""
    root = tmp_path_factory.mktemp("site-without-index")
    copy_root(root)
    with served(root) as address:
        yield address


@pytest.fixture
def contexts(browser: Browser, site: str) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts on the shipped site (options of Playwright's `new_context`), closed afterwards."""
    opened: list[BrowserContext] = []

    def make(width: int = 1280, height: int = 800, **options: object) -> BrowserContext:
        viewport = {"width": width, "height": height}
        context = browser.new_context(base_url=site, viewport=viewport, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture(params=[320, 1280], ids=["phone", "wide"])
def width(request: pytest.FixtureRequest) -> int:
    """How wide the window is, in pixels."""
    found: int = request.param
    return found


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, contexts: Callable[..., BrowserContext], width: int) -> Page:
    """A page on the shipped site, at each width, with and without JavaScript."""
    return contexts(width, java_script_enabled=request.param).new_page()
