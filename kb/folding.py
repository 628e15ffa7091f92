"""Case, accents and look-alike punctuation folded away, so that two spellings of one thing compare equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII = re.compile(r"[\x00-\x7f]*\Z")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case (Unicode case folding) without accents: `"Kálnoki"` becomes `"kalnoki"`. Length may change."""
    if _ASCII.match(text):
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def composed(text: str) -> str:
    """The text with each accent in one character with its letter (NFC), and without soft hyphens, which part no word.

    Files saved on some systems write "petición" with the accent as a character of its own, after the letter.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text.replace("\u00ad", ""))


def fold_label(text: str) -> str:
    """`fold`, and nothing but letters and digits: `"H-1B"`, `"h1b"` and `"H 1B"` are one label."""
    return _NOT_WORD.sub("", fold(text))


def fold_name(text: str) -> str:
    """`fold` with white space collapsed: how names of authors and sources compare."""
    return " ".join(fold(text).split())


def slug(text: str) -> str:
    """The text as an id segment (`[a-z0-9]+(-[a-z0-9]+)*`); empty where nothing of it can be kept."""
    apostrophes_gone = re.sub(r"(?<=\w)['’](?=\w)", "", text)
    return re.sub(r"[^a-z0-9]+", "-", fold(apostrophes_gone)).strip("-")
