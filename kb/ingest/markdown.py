"""Blocks as Markdown that reads back as the same text: markup characters of the text are escaped, links mended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bs4 import Tag
from markdownify import ATX, MarkdownConverter

from kb.ingest.links import clean_url, image_source
from kb.ingest.report import Log
from kb.ingest.tree import HEADINGS, Block
from kb.ingest.wording import clean, squash
from kb.language.redaction import redact

#: Characters that would be read as markup, where they stand in a text.
_MARKUP = re.compile(r"[\\`*_]|(?<=\])\((?=\S)|\{(?=[:#.])")
_ENTITY = re.compile(r"&(?=#?\w{1,30};)")
_LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[+>-](?=\s)|[=~-]{3,}\s*$|:(?=\s)|\d{1,9}(?=[.)]\s)|```)", re.MULTILINE)
#: Bullets that word processors write as letters.
_BULLET = re.compile(r"\s*[·•▪●◦‣§]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Writing:
    """How links are written: `base` is the address of the page, for relative ones."""

    base: str
    log: Log


class _Converter(MarkdownConverter):
    """markdownify with the Markdown of our renderer: lists indented by four, no raw HTML, only working links."""

    def __init__(self, writing: Writing) -> None:
        super().__init__(heading_style=ATX, bullets="-", strip=["del", "s", "strike", "u", "sub", "sup", "font"])
        self._writing = writing

    def escape(self, text: str, _parent_tags: Any) -> str:
        return escape(text)

    def convert_a(self, el: Tag, text: str, **_around: Any) -> str:
        inner = text.strip()
        before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
        url = self._address(str(el.get("href") or ""), el)
        if not inner or url is None:
            return text
        return f"{before}[{_single_line(inner)}]({url}){after}"

    def _address(self, href: str, el: Tag) -> str | None:
        log, text = self._writing.log, squash(el.get_text(" "))
        if not href:
            return None
        url = clean_url(href, self._writing.base)
        if url is None:
            log.add("dropped", "links that lead nowhere became plain text", f"{text} ({href})")
        elif redact(url)[1]:
            log.add("redacted", "links with personal numbers became plain text", text, level="warning")
            return None
        return url.replace("(", "%28").replace(")", "%29") if url else None

    def convert_img(self, el: Tag, _text: str, **_around: Any) -> str:
        source = image_source(el)
        url = clean_url(source, self._writing.base) if source else None
        alt = squash(str(el.get("alt") or ""))
        if url is None or redact(url)[1]:
            self._writing.log.add("dropped", "images without a working address", alt or str(el.get("src") or "")[:60])
            return ""
        written = escape(alt).replace("[", r"\[").replace("]", r"\]")
        return f"![{written}]({url.replace('(', '%28').replace(')', '%29')})"

    def convert_br(self, _el: Tag, _text: str, parent_tags: Any) -> str:
        return " " if "_inline" in parent_tags else "  \n"

    def convert_li(self, el: Tag, text: str, **_around: Any) -> str:
        inner = text.strip()
        if not inner:
            return ""
        number = len(el.find_previous_siblings("li")) + 1
        bullet = f"{number}." if el.parent is not None and el.parent.name == "ol" else "-"
        lines = inner.split("\n")
        rest = [f"    {line}" if line.strip() else "" for line in lines[1:]]
        return "\n".join([f"{bullet:<4}{lines[0]}", *rest]) + "\n"

    def convert_dl(self, _el: Tag, text: str, **_around: Any) -> str:
        return text

    def convert_dt(self, _el: Tag, text: str, **_around: Any) -> str:
        return f"\n\n**{_single_line(text.strip())}**\n\n" if text.strip() else ""

    def convert_dd(self, _el: Tag, text: str, **_around: Any) -> str:
        return f"\n\n{text.strip()}\n\n"

    def convert_q(self, _el: Tag, text: str, **_around: Any) -> str:
        return f"“{text}”"

    def convert_pre(self, el: Tag, _text: str, **_around: Any) -> str:
        lines = el.get_text().strip("\n").expandtabs(4).split("\n")
        return "\n\n" + "\n".join(f"    {line}" for line in lines) + "\n\n"


def escape(text: str) -> str:
    """A text in which no character is markup."""
    text = _MARKUP.sub(lambda found: f"\\{found[0]}", clean(text))
    return _ENTITY.sub("&amp;", text).replace("<", "&lt;").replace("\u00a0", " ")


def _single_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)


def to_markdown(body: Iterable[Block], writing: Writing) -> str:
    """The blocks as one Markdown text; headings begin at level two, rules at the ends are left out."""
    converter = _Converter(writing)
    written = [(block, _block(block, converter)) for block in body]
    pieces = [(block, text) for block, text in written if text.strip()]
    while pieces and pieces[-1][0].name in {"hr"} | HEADINGS:
        pieces.pop()
    while pieces and pieces[0][0].name == "hr":
        pieces.pop(0)
    texts = [
        text for number, (block, text) in enumerate(pieces) if block.name != "hr" or pieces[number - 1][0].name != "hr"
    ]
    return "\n\n".join(texts)


def _block(block: Block, converter: _Converter) -> str:
    tag = block.tag
    if block.name == "hr":
        return "---"
    _tidy(tag)
    converted = converter.convert_soup(tag)
    text = re.sub(r"\n{3,}", "\n\n", converted).strip("\n")
    if block.name == "p" and (bullet := _BULLET.match(text)):
        return f"-   {_trim(text[bullet.end() :])}"
    if block.name == "p":
        text = _LINE_START.sub(_escape_start, _trim(text))
    if block.name in HEADINGS:
        level = min(6, max(2, int(block.name[1])))
        line = re.sub(r"^#+\s*", "", text.strip()).strip("* ") if text.strip().strip("#* ") else ""
        return f"{'#' * level} {line}" if line else ""
    return text.rstrip() if block.name == "pre" else text.strip()


def _trim(text: str) -> str:
    """Without line breaks at the ends and double blanks within (a line break is two blanks before the end of line)."""
    lines = [re.sub(r"(?<=\S)[ \t]+", " ", line).strip() for line in text.strip().split("\n")]
    kept = [line for line in lines if line]
    return "  \n".join(kept)


def _escape_start(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}{mark}\\" if mark.isdigit() else f"{found[1]}\\{mark}"


def _tidy(tag: Tag) -> None:
    """White space as a browser shows it, emphasis that is empty or nested in itself opened, no bars in cells."""
    for text in list(tag.find_all(string=True)):
        if tag.name != "pre" and text.find_parent("pre") is None:
            spaced = re.sub(r"[\s\u00a0]+", " ", str(text))
            text.replace_with(spaced.replace("|", "/") if text.find_parent(["td", "th"]) else spaced)
    for element in list(tag.find_all(["b", "strong", "i", "em", "a"])):
        is_empty = element.name != "a" and not element.get_text(strip=True) and element.find("img") is None
        if is_empty or element.find_parent(element.name) is not None:
            element.unwrap()
