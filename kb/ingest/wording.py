"""Words of a page compared, shortened and cleaned of what no page may hold."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from kb.folding import fold

#: Control characters, lone surrogates and non-characters: no YAML and no UTF-8 file may hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WORD = re.compile(r"[^\W_]+")
#: Words that say nothing about what a text is about.
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "the",
        "this",
        "to",
        "was",
        "what",
        "with",
        "you",
        "your",
    ]
)


def clean(text: str) -> str:
    """The text with one kind of line end and without control characters, surrogates and invisible marks."""
    return _INVISIBLE.sub("", _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text)))


def forbidden(text: str) -> int:
    """How many characters of the text no page may hold."""
    return len(_FORBIDDEN.findall(text))


def squash(text: str) -> str:
    """The cleaned text on one line, single spaces between its words."""
    return " ".join(clean(text).split())


def shorten(text: str, limit: int = 90) -> str:
    """The beginning of the text on one line, with an ellipsis where it was longer than `limit` characters."""
    line = squash(text[: limit * 4])
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def words(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return _WORD.findall(fold(text))


def telling_words(text: str) -> set[str]:
    """The words that can tell one text from another."""
    return {word for word in words(text) if word not in _COMMON and (len(word) > 1 or word.isdigit())}


def likeness(one: str, other: str) -> float:
    """Share (0 to 1) of the telling words of the shorter text that stand in the other one too."""
    few, many = sorted((telling_words(one), telling_words(other)), key=len)
    return len(few & many) / len(few) if few else 0.0


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same, whatever their case, accents and punctuation."""
    return bool(one and other) and words(one) == words(other)


def host(url: str) -> str:
    """The host of a URL without `www.`; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
