"""`python -m tests.browser.screenshot docs/search.png`: a picture of the search page of the shipped content."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.site import chromium, copy_root, kb, served

ADDRESS = "/search?q=h1b+employer&type=service"


def take(target: Path) -> None:
    """Build, serve, look, and write the picture. Raises RuntimeError where there is no Chromium."""
    path = chromium()
    if path is None:
        raise RuntimeError("No Chromium or Chrome in PATH: install one, or name it with CHROMIUM=…")
    with tempfile.TemporaryDirectory(prefix="kb-screenshot-") as name, sync_playwright() as playwright:
        root = Path(name)
        copy_root(root, examples=False)
        kb(root, "rebuild-index")
        with served(root) as address:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
            page.goto(address + ADDRESS)
            page.screenshot(path=target)
            browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
    print(f"{sys.argv[1]} taken")
