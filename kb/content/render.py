"""Markdown into sanitised HTML, and into the plain text that is searched and quoted."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree as ET

import markdown
import nh3
from lxml import html as lxml_html
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor

from kb.folding import slug
from kb.language.redaction import redact
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
#: Ids that the pages around a body use.
_TAKEN = re.compile(
    r"(?:main|results|filters|menu|search-words|q|news|read|services|topics|tag|from|to|why|selected|do)\Z|(?:menu|part)-"
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Elements that end where the next of them begins: without an end tag they do not nest.
_ENDING = {"p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "colgroup"}
#: libxml2 reads 255 levels and drops what lies deeper; the sanitiser's time grows with the square of the depth.
_DEEPEST, _DEEPEST_SOURCE = 200, 1000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
#: Links and pictures of raw HTML; no quantifier of it ever goes back.
_LINK_OR_PICTURE = re.compile(r"""<(?:/?a|img)\b(?:[^>"']|"[^"]*"|'[^']*')*+>""", re.IGNORECASE)


class DeepNestingError(ValueError):
    """Lists, quotations or elements lie within each other beyond what can be rendered."""

    def __init__(self) -> None:
        super().__init__("lists, quotations or tags are nested too deeply to be rendered")


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
    #: Personal numbers that only showed once the Markdown was rendered, and were taken out.
    redacted: int = 0


def render(body: str, is_markdown: bool) -> Rendered:
    """Render a body; plain text becomes paragraphs at its blank lines. Raises DeepNestingError."""
    if not is_markdown:
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", body) if part.strip()]
        shown = "\n".join(f"<p>{html.escape(part)}</p>" for part in paragraphs)
        return Rendered(shown, (), (Section("", "", body.strip()),), ())
    shown, redacted = redact(_converted(body))
    root = lxml_html.fragment_fromstring(shown, create_parent="div")
    split = _redact_blocks(root)
    if _rename_ids(root) or split:
        shown = sanitize(_inner_html(root))
    headings = tuple(
        Heading(int(node.tag[1]), node.get("id", ""), " ".join(node.text_content().split()))
        for node in root.iter("h2", "h3", "h4", "h5", "h6")
    )
    links = tuple(node.get("href") for node in root.iter("a") if node.get("href"))
    return Rendered(shown, headings, tuple(_sections(root)), links, redacted + split)


def render_inline(text: str) -> str:
    """A short Markdown text (a biography) as sanitised HTML. Raises DeepNestingError."""
    return redact(_converted(text))[0]


def _converted(text: str) -> str:
    """Markdown as sanitised HTML, no deeper than can be read."""
    try:
        markup = _converters.own.reset().convert(_printable(text))
    except RecursionError as error:
        # What it had begun is still in it.
        _converters.__dict__.pop("own", None)
        raise DeepNestingError from error
    if _depth(markup, _ENDING) > _DEEPEST_SOURCE:
        raise DeepNestingError
    shown = sanitize(_without_pictures(markup))
    if _depth(shown, set()) > _DEEPEST:
        raise DeepNestingError
    return shown


def _depth(markup: str, ending: Collection[str]) -> int:
    """How deep elements lie within each other; void ones and those that are `ending` by themselves do not count."""
    deepest = depth = 0
    for end, name in _TAG.findall(markup):
        if name.lower() not in _VOID and name.lower() not in ending:
            depth = max(0, depth - 1) if end else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _without_pictures(markup: str) -> str:
    """Pictures of raw HTML as links; those of Markdown have become links in the tree already."""
    if "<img" not in markup.lower():
        return markup
    inside = False

    def shown(found: re.Match[str]) -> str:
        nonlocal inside
        tag = found[0]
        if tag[1:4].lower() != "img":
            inside = tag[1] != "/"
            return tag
        image = lxml_html.fragment_fromstring(tag)
        words = html.escape(_picture_words(image.get("alt")))
        return words if inside else f'<a href="{html.escape(image.get("src") or "")}">{words}</a>'

    return _LINK_OR_PICTURE.sub(shown, markup)


def _redact_blocks(root: Any) -> int:
    """Take out numbers that markup splits (`A<b>123456789</b>`): the innermost block loses its markup. How many."""
    count = 0
    for node in list(root.iter(*_BLOCKS, "h2", "h3", "h4", "h5", "h6")):
        if any(child.tag in _BLOCKS for child in node.iterdescendants()):
            continue
        text, found = redact(node.text_content())
        if found:
            for child in list(node):
                node.remove(child)
            node.text = text
            count += found
    return count


def _rename_ids(root: Any) -> bool:
    """Give ids that the page around the body uses, or that stand twice, another name. Whether there were any."""
    seen: set[str] = set()
    changed = False
    for node in root.xpath(".//*[@id]"):
        wanted = name = node.get("id")
        number = 1
        while name in seen or _TAKEN.match(name):
            name = f"s-{wanted}" if number == 1 else f"s-{wanted}-{number}"
            number += 1
        seen.add(name)
        if name != wanted:
            node.set("id", name)
            changed = True
    return changed


def _inner_html(root: Any) -> str:
    children = (lxml_html.tostring(child, encoding="unicode") for child in root)
    return html.escape(root.text or "", quote=False) + "".join(children)


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

    def run(self, root: ET.Element) -> None:
        """Change the tree in place."""
        shift = 1 if any(node.tag == "h1" for node in root.iter()) else 0
        for node in root.iter():
            if re.fullmatch(r"h[1-6]", str(node.tag)):
                node.tag = f"h{min(6, int(node.tag[1]) + shift)}"
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "img":
                    parent[index] = _picture_link(child, inside_link=parent.tag == "a")


def _picture_link(image: ET.Element, inside_link: bool) -> ET.Element:
    link = ET.Element("span" if inside_link else "a")
    if not inside_link:
        link.set("href", image.get("src") or "")
    link.text = _picture_words(image.get("alt"))
    link.tail = image.tail
    return link


def _picture_words(alt: str | None) -> str:
    """What a link to a picture says."""
    alt = alt or "Picture"
    return alt if alt.lower().startswith(("picture", "photo", "image")) else f"Picture: {alt}"


class _Converters(threading.local):
    """Each thread's converter; making one takes as long as a quarter of a page."""

    @cached_property
    def own(self) -> markdown.Markdown:
        converter = markdown.Markdown(
            extensions=_EXTENSIONS,
            extension_configs={"toc": {"slugify": _anchor}, "footnotes": {"UNIQUE_IDS": False}},
            output_format="html",
        )
        converter.treeprocessors.register(_Shape(converter), "kb-shape", 12)
        return converter


_converters = _Converters()


def _anchor(text: str, separator: str) -> str:
    anchor = slug(text) or slugify_unicode(text, separator) or "section"
    return f"s-{anchor}" if _TAKEN.match(anchor) else anchor


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
