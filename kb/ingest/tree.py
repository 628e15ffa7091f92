"""A page as a flat list of blocks: paragraphs, headings, lists, tables, each with what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from kb.ingest.dates import read_date_line
from kb.ingest.furniture import Furniture
from kb.ingest.names import is_byline
from kb.ingest.repair import MARK
from kb.ingest.wording import squash, words

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LEAVES = HEADINGS | {"p", "ul", "ol", "dl", "pre", "blockquote", "table", "figure", "hr"}
_WRAPPERS = frozenset(
    [
        "html",
        "body",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "center",
        "address",
        "details",
        "summary",
        "hgroup",
        "form",
        "fieldset",
        "figcaption",
        "dialog",
        "search",
        "menu",
        "noscript",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "caption",
        "legend",
        "picture",
        "frameset",
    ]
)
_BLOCKS = _LEAVES | _WRAPPERS
_UNREADABLE = frozenset(
    [
        "head",
        "title",
        "script",
        "style",
        "template",
        "svg",
        "canvas",
        "object",
        "embed",
        "applet",
        "iframe",
        "frame",
        "audio",
        "video",
        "button",
        "input",
        "select",
        "textarea",
        "option",
        "datalist",
        "output",
        "progress",
        "meter",
        "map",
        "area",
        "param",
        "source",
        "track",
        "base",
        "link",
        "meta",
        "noframes",
        "marquee",
    ]
)
#: A table whose cells hold this many words each is there for the layout, not for data.
_LAYOUT_WORDS = 80


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `furniture` is the kind of what encloses it ("" for none), `containers` the (rank, id) of the elements
    that may hold the article, `mark` the syndicator's mark around it, `links` the share of its text within links.
    """

    tag: Tag
    text: str
    furniture: str
    containers: tuple[tuple[int, int], ...]
    mark: str
    links: float
    words: int

    @property
    def name(self) -> str:
        """The element's name (`p`, `h2`, `ul`, …)."""
        return self.tag.name


@dataclass(frozen=True, slots=True)
class _Around:
    furniture: str = ""
    containers: tuple[tuple[int, int], ...] = ()
    mark: str = ""


def parse(html: str) -> BeautifulSoup:
    """The document of repaired HTML, without the elements that only say how letters look."""
    soup = BeautifulSoup(html, "lxml")
    for element in soup.find_all(["font", "span"]):
        if element.name == "font" or not set(element.attrs) - {"style", "lang"}:
            element.unwrap()
    return soup


def blocks(soup: BeautifulSoup, furniture: Furniture) -> list[Block]:
    """Every block of the page that has a text or an image, in order. Changes the tree."""
    root = soup.body or soup
    holders = _holders(root)
    return list(_flatten(root, _Around(), furniture, holders))


def _holders(root: Tag) -> set[int]:
    """Ids of the elements that have a block somewhere below."""
    found: set[int] = set()
    for tag in root.find_all(_BLOCKS):
        parent = tag.parent
        while parent is not None and id(parent) not in found:
            found.add(id(parent))
            parent = parent.parent
    return found


def _flatten(node: Tag, around: _Around, furniture: Furniture, holders: set[int]) -> Iterator[Block]:
    run: list[PageElement] = []
    for child in list(node.children):
        if isinstance(child, PreformattedString) or (isinstance(child, Tag) and child.name in _UNREADABLE):
            continue
        if isinstance(child, Tag) and (child.name in _BLOCKS or id(child) in holders or _stands_out(child, furniture)):
            yield from _paragraphs(run, around)
            run = []
            yield from _element(child, _around(child, around, furniture), furniture, holders)
        elif (
            isinstance(child, Tag) and (kind := furniture.kind_of(child)) and not around.furniture and child.name != "a"
        ):
            yield from _paragraphs(run, around)
            run = []
            yield from _paragraphs([child], replace(around, furniture=kind))
        else:
            run.append(child)
    yield from _paragraphs(run, around)


def _stands_out(tag: Tag, furniture: Furniture) -> bool:
    """Whether an inline element is one that the article is known by (a marked name, a span that holds the text)."""
    return MARK in tag.attrs or furniture.rank_of(tag) is not None


def _around(tag: Tag, around: _Around, furniture: Furniture) -> _Around:
    kind = around.furniture or furniture.kind_of(tag) or ""
    rank = furniture.rank_of(tag)
    containers = around.containers if rank is None else (*around.containers, (rank, id(tag)))
    return _Around(kind, containers, str(tag.get(MARK) or around.mark))


def _element(tag: Tag, around: _Around, furniture: Furniture, holders: set[int]) -> Iterator[Block]:
    if (
        (tag.name == "table" and _is_layout(tag))
        or (tag.name == "blockquote" and len(words(tag.get_text(" "))) > 400)
        or tag.name == "p"
        or tag.name not in _LEAVES
    ):
        yield from _flatten(tag, around, furniture, holders)
    elif tag.name == "hr":
        yield Block(tag, "", around.furniture, around.containers, around.mark, 0.0, 0)
    else:
        yield from _block(tag, around)


def _is_layout(table: Tag) -> bool:
    rows = table.find_all("tr")
    cells = table.find_all(["td", "th"])
    if table.find("table") or len(cells) <= 1 or max((len(row.find_all(["td", "th"])) for row in rows), default=0) <= 1:
        return True
    return any(_holds_text(cell) for cell in cells)


def _holds_text(cell: Tag) -> bool:
    count = len(words(cell.get_text(" ")))
    return count > _LAYOUT_WORDS or (count > _LAYOUT_WORDS // 2 and len(cell.find_all(["p", "br", "hr"])) > 2)


def _paragraphs(run: list[PageElement], around: _Around) -> Iterator[Block]:
    """Paragraphs of a run of inline elements; two line breaks in a row part them."""
    for part in _split_at_breaks(run, least=1 if _is_heading_of_lines(run) else 2):
        paragraph = Tag(name="p")
        for element in part:
            paragraph.append(element.extract())
        yield from _block(paragraph, around)


def _is_heading_of_lines(run: list[PageElement]) -> bool:
    """Whether lines that breaks part are the top of an article: one of them is a date or a byline, all are short."""
    lines = [squash("".join(element.get_text() for element in part)) for part in _split_at_breaks(run, least=1)]
    is_short = 1 < len(lines) <= 6 and all(len(line) < 120 for line in lines)
    return is_short and any(read_date_line(line) is not None or is_byline(line) for line in lines)


def _split_at_breaks(run: Iterable[PageElement], least: int) -> Iterator[list[PageElement]]:
    """The parts between at least so many line breaks in a row."""
    part: list[PageElement] = []
    breaks = 0
    for element in run:
        is_break = isinstance(element, Tag) and element.name == "br"
        if is_break:
            breaks += 1
        elif not (isinstance(element, NavigableString) and not element.strip()):
            if breaks >= least:
                yield part
                part = []
            breaks = 0
        part.append(element)
    yield part


def _block(tag: Tag, around: _Around) -> Iterator[Block]:
    text = squash(tag.get_text(" " if tag.name in ("ul", "ol", "dl", "table", "blockquote", "figure") else ""))
    if not text and tag.find("img") is None:
        return
    linked = sum(len(squash(link.get_text())) for link in tag.find_all("a"))
    share = min(1.0, linked / len(text)) if text else 0.0
    yield Block(tag, text, around.furniture, around.containers, around.mark, share, len(text.split()))
