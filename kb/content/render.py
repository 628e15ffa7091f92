"""Markdown into sanitised HTML, and into the plain text that is searched and quoted."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import markdown
import nh3
from lxml import html as lxml_html
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor

from kb.folding import slug
from kb.model import Heading

_EXTENSIONS = ["tables", "footnotes", "attr_list", "sane_lists", "toc", "def_list", "abbr"]
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang", "lang"},
    "abbr": {"title"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{name: {"id"} for name in ("h2", "h3", "h4", "h5", "h6", "li", "sup")},
    **{name: {"lang"} for name in ("p", "blockquote", "q", "em", "cite", "div")},
}
_CLASSES = {"div": {"footnote"}, "a": {"footnote-ref", "footnote-backref"}}
_BLOCKS = {
    "p", "li", "dd", "dt", "blockquote", "pre", "td", "th", "caption", "div", "ul", "ol", "dl", "table", "tr", "thead",
    "tbody", "tfoot", "br", "hr",
}  # fmt: skip
#: Ids that the pages themselves use.
_TAKEN = {"main", "results", "filters", "menu"}


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a page under one heading; the first has no heading, and no anchor."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body ready to show and to read."""

    html: str
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    links: tuple[str, ...]


def render(body: str, is_markdown: bool) -> Rendered:
    """Render a body; plain text becomes paragraphs at its blank lines."""
    if not is_markdown:
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", body) if part.strip()]
        shown = "\n".join(f"<p>{html.escape(part)}</p>" for part in paragraphs)
        return Rendered(shown, (), (Section("", "", body.strip()),), ())
    shown = sanitize(_converter().convert(_printable(body)))
    root = lxml_html.fragment_fromstring(shown, create_parent="div")
    headings = tuple(
        Heading(int(node.tag[1]), node.get("id", ""), " ".join(node.text_content().split()))
        for node in root.iter("h2", "h3", "h4", "h5", "h6")
    )
    links = tuple(node.get("href") for node in root.iter("a") if node.get("href"))
    return Rendered(shown, headings, tuple(_sections(root)), links)


def render_inline(text: str) -> str:
    """A short Markdown text (a biography) as sanitised HTML."""
    return sanitize(_converter().convert(_printable(text)))


def sanitize(markup: str) -> str:
    """The markup with nothing but allowed elements, attributes and addresses (nh3, an allow-list)."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )


class _Shape(Treeprocessor):
    """Headings begin at h2 (the title is the h1); pictures become links, so that no page fetches from elsewhere."""

    def run(self, root: etree.Element) -> None:
        """Change the tree in place."""
        shift = 1 if any(node.tag == "h1" for node in root.iter()) else 0
        for node in root.iter():
            if isinstance(node.tag, str) and re.fullmatch(r"h[1-6]", node.tag):
                node.tag = f"h{min(6, int(node.tag[1]) + shift)}"
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "img":
                    parent[index] = _picture_link(child, inside_link=parent.tag == "a")


def _picture_link(image: etree.Element, inside_link: bool) -> etree.Element:
    alt = image.get("alt") or "Picture"
    link = etree.Element("span" if inside_link else "a")
    if not inside_link:
        link.set("href", image.get("src") or "")
    link.text = alt if alt.lower().startswith(("picture", "photo", "image")) else f"Picture: {alt}"
    link.tail = image.tail
    return link


def _converter() -> markdown.Markdown:
    """A fresh converter: one keeps footnotes of the page before."""
    converter = markdown.Markdown(
        extensions=_EXTENSIONS,
        extension_configs={"toc": {"slugify": _anchor}, "footnotes": {"UNIQUE_IDS": False}},
        output_format="html",
    )
    converter.treeprocessors.register(_Shape(converter), "kb-shape", 12)
    return converter


def _anchor(text: str, separator: str) -> str:
    anchor = slug(text) or slugify_unicode(text, separator) or "section"
    return f"s-{anchor}" if anchor in _TAKEN else anchor


def _printable(text: str) -> str:
    """Without the control characters that Markdown uses as marks of its own."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _sections(root: Any) -> Iterator[Section]:
    anchor, heading, parts = "", "", list[str]()
    for kind, value in _walk(root):
        if kind == "text":
            parts.append(str(value))
            continue
        yield Section(anchor, heading, _tidy(parts))
        anchor, heading, parts = value.get("id", ""), " ".join(value.text_content().split()), []
    yield Section(anchor, heading, _tidy(parts))


def _walk(node: Any) -> Iterator[tuple[str, Any]]:
    """Texts and headings of a tree in order, with an end of line around blocks."""
    if isinstance(node.tag, str) and re.fullmatch(r"h[2-6]", node.tag):
        yield "heading", node
    elif node.tag != "sup" or not str(node.get("id")).startswith("fnref"):
        block = node.tag in _BLOCKS
        if block:
            yield "text", "\n"
        if node.text:
            yield "text", node.text
        for child in node:
            yield from _walk(child)
        if block:
            yield "text", "\n"
    if node.tail:
        yield "text", node.tail


def _tidy(parts: list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).replace("↩", "").splitlines())
    return "\n".join(line for line in lines if line)
