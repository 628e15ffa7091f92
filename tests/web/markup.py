"""What a page holds, for tests: read with lxml, compared as plain texts."""

from __future__ import annotations

from lxml import html
from lxml.html import HtmlElement


def tree(text: str) -> HtmlElement:
    """The page as a tree."""
    return html.document_fromstring(text)


def elements(text: str, path: str) -> list[HtmlElement]:
    """The elements that an XPath finds."""
    found = tree(text).xpath(path)
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, HtmlElement)]


def texts(text: str, path: str) -> list[str]:
    """The text of each element that an XPath finds, white space collapsed."""
    return [" ".join(one.text_content().split()) for one in elements(text, path)]


def links(text: str, path: str = "//a") -> dict[str, str]:
    """Address by text of the links that an XPath finds."""
    return {" ".join(one.text_content().split()): one.get("href", "") for one in elements(text, path)}
