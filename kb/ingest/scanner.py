"""Broken markup cut into tokens: tags whose quotes are curly, primes or missing; comments whose hyphens became dashes.

Every step moves forward and remembers where the next closing mark is, so that the time grows with the length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

DOUBLE = '"“”„‟″〝〞＂ˮ«»'
SINGLE = "'‘’‚‛′`´ʼ"
_NAMES = """
a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button
canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset
figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input
ins kbd label legend li link main map mark marquee menu meta meter nav nobr noframes noscript object ol optgroup
option output p param picture pre progress q rp rt ruby s samp script search section select slot small source span
strike strong style sub summary sup svg path table tbody td template textarea tfoot th thead time title tr track tt
u ul use var video wbr g
"""
KNOWN_TAGS = frozenset(_NAMES.split())
_OPEN = re.compile(
    r"<(?P<end>/?)\s?(?P<name>[a-zA-Z][\w:-]*)(?=[\s/>\"“”″]|\Z)|<(?P<bang>[!?])|<(?P<link>(?:https?://|mailto:)[^\s<>]+)>"
)
_COMMENT_OPEN = re.compile(r"<!\s?(?:--|[–—]|-)")
_COMMENT_CLOSE = re.compile(r"(?:--|[–—]|-)\s?>")
_NAME = re.compile(r"[\s/]*([^\s=<>/\"'“”″]+)\s*(=?)\s*")
_BARE_VALUE = re.compile(r"[^\s>]*")
_FLAGS = "itemscope|async|defer|checked|disabled|hidden|selected|required|allowfullscreen|controls|novalidate|nofollow"
_FOLLOWS = rf"(?=\s*/?\s*>|\s*[\w:.-]+\s*=|\s+(?:{_FLAGS})\b|\s*\Z)"
_CLOSING = {"double": re.compile(f"[{DOUBLE}]{_FOLLOWS}"), "single": re.compile(f"[{SINGLE}]{_FOLLOWS}")}
_SWALLOWED = re.compile(r"<(?=/?[a-zA-Z!])")
#: Attributes whose values hold no other attribute, whatever they look like.
_NO_SPACES = frozenset({"href", "src", "class", "id", "rel", "target", "itemprop", "itemtype"})
_ATTRIBUTE_WITHIN = re.compile(rf"\s[\w:-]+=[{DOUBLE}{SINGLE}]")
_RAW = frozenset({"script", "style"})


@dataclass(frozen=True, slots=True)
class Token:
    """`text` holds the text, the comment, or the raw content of a script; `start` is its place in the source."""

    kind: Literal["text", "open", "close", "comment", "raw", "link"]
    text: str = ""
    name: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    start: int = 0


class Scanner:
    """Reads one text from the front. `repaired` counts the attributes whose quotes were not ASCII or not closed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        #: For each kind of closing mark: (searched from, found at); an end of the text where there is none.
        self._ahead: dict[str, tuple[int, int]] = {}
        self.repaired = 0
        self.first_repaired = ""
        self.unclosed = 0

    def tokens(self) -> Iterator[Token]:
        """The tokens in order; what is no tag of HTML stays text."""
        text, start = self._text, 0
        while (found := _OPEN.search(text, self._place)) is not None:
            token, end = self._token(found)
            if token is not None:
                if start < found.start():
                    yield Token("text", text[start : found.start()], start=start)
                yield token
                start = end
            self._place = end
        if start < len(text):
            yield Token("text", text[start:], start=start)

    def _token(self, found: re.Match[str]) -> tuple[Token | None, int]:
        if found["bang"]:
            return self._comment(found)
        if found["link"]:
            return Token("link", found["link"], start=found.start()), found.end()
        name = found["name"].lower()
        if name not in KNOWN_TAGS and not (":" in name or "-" in name):
            return None, found.end()
        attributes, end = self._attributes(found.end())
        if found["end"]:
            return Token("close", name=name, start=found.start()), end
        if name in _RAW:
            return self._raw(name, attributes, found.start(), end)
        return Token("open", name=name, attributes=attributes, start=found.start()), end

    def _comment(self, found: re.Match[str]) -> tuple[Token | None, int]:
        text, start = self._text, found.start()
        opening = _COMMENT_OPEN.match(text, start)
        if opening is None:
            end = text.find(">", start)
            return (Token("comment", start=start), end + 1) if end >= 0 else (None, found.end())
        close = self._next("comment", _COMMENT_CLOSE, opening.end())
        content = text[opening.end() : close]
        if close == len(text) or (len(content) > 2000 and content.count("<p") > 2 and "[if" not in content):
            self.unclosed += 1
            line_end = self._text.find("\n", opening.end())
            return Token("comment", start=start), line_end if line_end >= 0 else len(self._text)
        closing = _COMMENT_CLOSE.match(text, close)
        return Token("comment", content.strip(" -–—\n"), start=start), closing.end() if closing else close

    def _raw(self, name: str, attributes: tuple[tuple[str, str], ...], start: int, end: int) -> tuple[Token, int]:
        """A script or a style: what it holds is no text. One that is never closed ends at the next tag."""
        close = self._next(name, re.compile(rf"</\s?{name}\b[^>]*>", re.IGNORECASE), end)
        if close == len(self._text):
            self.unclosed += 1
            following = _SWALLOWED.search(self._text, end)
            close = following.start() if following else len(self._text)
            return Token("raw", self._text[end:close], name, attributes, start), close
        return Token("raw", self._text[end:close], name, attributes, start), self._text.index(">", close) + 1

    def _attributes(self, place: int) -> tuple[tuple[tuple[str, str], ...], int]:
        """The attributes from `place` to the end of the tag, and the place after its `>`."""
        text, found = self._text, []
        while place < len(text):
            name = _NAME.match(text, place)
            if name is None:
                if text[place] in ">\n<" or not text[place:].strip(" /"):
                    break
                place += 1  # a stray quote, a slash or white space
                continue
            value, place = self._value(name.end(), name[1].lower()) if name[2] else ("", name.end())
            found.append((name[1].lower(), value))
        return tuple(found), place + 1 if place < len(text) and text[place] == ">" else self._skip(place)

    def _skip(self, place: int) -> int:
        rest = re.compile(r"\s*[/\s]*>?").match(self._text, place)
        return rest.end() if rest else place

    def _value(self, place: int, name: str) -> tuple[str, int]:
        text = self._text
        mark = text[place] if place < len(text) else ""
        kind = "double" if mark and mark in DOUBLE else "single" if mark and mark in SINGLE else ""
        if not kind:
            bare = _BARE_VALUE.match(text, place)
            return (html.unescape(bare[0].strip(DOUBLE)), bare.end()) if bare else ("", place)
        close = self._next(kind, _CLOSING[kind], place + 1)
        if close == len(text) or self._swallows(place + 1, close, name):
            self._repair(text[place : place + 60])
            ends = re.compile(r"[^\s<>]*").match(text, place + 1)
            end = ends.end() if ends else place + 1
            return html.unescape(text[place + 1 : end].strip(DOUBLE + SINGLE)), end
        if mark not in "\"'" or text[close] not in "\"'":
            self._repair(text[place : close + 1])
        return html.unescape(text[place + 1 : close]), close + 1

    def _swallows(self, start: int, end: int, name: str) -> bool:
        """Whether a value runs over following attributes or tags: its own closing quote is missing."""
        if name in _NO_SPACES and _ATTRIBUTE_WITHIN.search(self._text, start, end):
            return True
        found = _SWALLOWED.search(self._text, start, end)
        return found is not None and ("\n" in self._text[start:end] or ">" in self._text[start : found.start()])

    def _next(self, kind: str, pattern: re.Pattern[str], place: int) -> int:
        searched, at = self._ahead.get(kind, (0, -1))
        if not searched <= place <= at:
            found = pattern.search(self._text, place)
            at = found.start() if found else len(self._text)
            self._ahead[kind] = (place, at)
        return at

    def _repair(self, evidence: str) -> None:
        self.repaired += 1
        self.first_repaired = self.first_repaired or evidence
