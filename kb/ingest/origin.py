"""The line that says where a text appeared first and by whose permission it stands here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kb.ingest.dates import read_date
from kb.ingest.links import clean_url
from kb.ingest.tree import Block
from kb.ingest.wording import host, shorten, squash

_THING = (
    "(?:post|article|piece|blog|story|column|essay|alert|update|content|item|commentary|op-?ed|analysis|entry"
    "|report|material)"
)
_APPEARED = r"(?:appeared|published|posted|printed|ran|issued|written)"
_AGAIN = r"re-?(?:printed|published|posted|produced)"
_LINE = re.compile(
    rf"""^\W*(?:originally|first|previously)\s+{_APPEARED}\b
       | \b(?:this|the)\s+(?:\w+\s+){{0,2}}{_THING}\b.{{0,60}}?\b
         (?:(?:originally|first|previously|also)\s+{_APPEARED}
           |(?:appeared|(?:was|is)\s+published|posted)\s+(?:originally|first)|{_AGAIN})\b
       | \b{_AGAIN}\b.{{0,60}}\b(?:permission|courtesy|license)\b
       | ^\W*(?:{_AGAIN}|cross-?posted|courtesy\s+of|used\s+(?:with|by)\s+permission)\b
       | ^\W*(?:source|fuente|via)\s*:\s*\S
       | ^\W*(?:copyright\s*)?(?:©|\(c\)|copyright\s+\d{{4}}).{{0,120}}\b(?:permission|reprinted)\b
       | ^\W*(?:este|esta)\s+(?:art[ií]culo|nota|entrada|publicaci[oó]n)\b.{{0,60}}\b(?:originalmente|primero)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PERMISSION = re.compile(r"permission|permiso|re-?print|republish|reproduc|courtesy|licen[cs]e", re.IGNORECASE)
_CAPITAL = r"[A-Z0-9](?:[\w&'’-]|\.(?=\w))*"
_NAME = re.compile(
    r"\b(?:appeared|published|posted|printed|ran|permission|from|courtesy|cross-?posted|republished|reprinted)\b"
    rf"[^.]{{0,60}}?\b(?:on|in|at|by|from|of|with)\s+(?:the\s+)?(?P<name>{_CAPITAL}(?:\s+(?:{_CAPITAL}|&|of|the|for|and|on))*)"
)
_AFTER_COLON = re.compile(r"^\W*(?:source|fuente|via)\s*:\s*(?P<name>[^.|,(]{2,60})", re.IGNORECASE)
_GENERIC = re.compile(
    r"^(?:here|aqu[ií]|this|link|original|article|the original|website|blog|source|read more|.*https?://.*|www\..*)$",
    re.IGNORECASE,
)
_OPINION = re.compile(r"\bopinions? of\s+(?:the\s+)?(?P<name>[A-Z][\w.&'’-]*(?:\s+[A-Z&][\w.&'’-]*){0,4})", re.DOTALL)
#: The most words of a reprint line, and the furniture that it may stand in.
_LONGEST = 60
_PLACES = frozenset({"", "disclaimers", "tags and categories"})


@dataclass(frozen=True, slots=True)
class Origin:
    """What the reprint lines of a page say; every field is empty or None where they say nothing of it."""

    words: str = ""
    name: str = ""
    url: str | None = None
    date: dt.date | None = None
    permission: str = ""
    publisher: str | None = None


def is_origin_line(text: str) -> bool:
    """Whether a short block says where the article appeared first, or by whose permission it is reprinted."""
    count = len(text.split())
    found = _LINE.search(text) if count <= _LONGEST else None
    return found is not None and (count <= _LONGEST // 2 or found.start() < 40)


def _said_of_origin(text: str) -> str:
    """What a block says of the origin: the whole line, or the last sentence of a paragraph."""
    if is_origin_line(text):
        return text
    last = re.split(r"(?<=[a-z.”\"]{2})\s+(?=[(\[]?[A-Z])", text[-400:])[-1]
    return last if last != text and is_origin_line(last.strip("()[] ")) else ""


def read_origin(page: Iterable[Block]) -> Origin:
    """The origin that the lines of a page state, the first one that says a thing winning."""
    page = list(page)
    lines = [block for block in page if block.furniture in _PLACES and _said_of_origin(block.text)]
    text = " ".join(_said_of_origin(block.text) for block in lines)
    links = [
        (squash(link.get_text(" ")), clean_url(str(link.get("href") or "")))
        for block in lines
        for link in block.tag.find_all("a")
    ]
    addresses = [(label, url) for label, url in links if url and url.startswith("http")]
    if (
        not addresses
        and (bare := re.search(r"https?://[^\s<>\"“”]+", text))
        and (url := clean_url(bare[0].rstrip(".,;)")))
    ):
        addresses = [("", url)]
    date = read_date(text)
    return Origin(
        shorten(text, 300),
        _name(text, [label for label, _ in addresses]),
        addresses[0][1] if addresses else None,
        date.date if date else None,
        _permission(text),
        _publisher(page),
    )


def _name(text: str, labels: list[str]) -> str:
    for label in labels:
        if not _GENERIC.match(label) and 2 <= len(label) <= 60 and len(label.split()) <= 7:
            return label.strip(" .,“”\"'‘’")
    found = _AFTER_COLON.search(text) or _NAME.search(text)
    if found is None:
        return ""
    name = re.sub(r"\s+(?:of|the|for|and|on)$|\s+on\s+(?:\w+ )?\d.*$", "", found["name"].strip(" .,“”\"'"))
    name = re.sub(r"\s+on(?:\s+\w+)*$|\s+by$", "", name)
    return "" if _GENERIC.match(name) or read_date(name) or host(name) else name


def _permission(text: str) -> str:
    sentences = re.split(r"(?<=[a-z0-9)\]][.!])\s+(?=[A-Z©])", text)
    said = [sentence for sentence in sentences if _PERMISSION.search(sentence)]
    return shorten(" ".join(said), 300)


def _publisher(page: list[Block]) -> str | None:
    for block in page:
        if block.words <= 60 and "expressed" in block.text and (found := _OPINION.search(block.text)):
            name = found["name"].strip(" .,")
            return None if name.lower() in ("author", "its author", "authors") else name
    return None
