"""Stems of ordinary words in English and Spanish (Snowball), with the exceptions that this field needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import Stemmer

from kb.folding import fold
from kb.language.tables import table

#: Marks a Spanish stem, so that no Spanish stem is taken for an English one.
SPANISH = "~"
#: Snowball makes one of "natural" and "naturalization"; here they are two things.
_KEPT = ("naturaliz", "naturalis", "naturalizac")


@cache
def _stemmer(lang: str) -> Callable[[str], str]:
    return Stemmer.Stemmer("spanish" if lang == "es" else "english").stemWord  # type: ignore[no-any-return]


@lru_cache(maxsize=262144)
def stem(word: str, lang: str = "en") -> str:
    """The stem of a folded word; Spanish ones begin with `~`. A word with digits is its own stem."""
    if any(char.isdigit() for char in word):
        return word
    if lang == "es":
        return SPANISH + _stemmer("es")(word)
    if word.startswith(_KEPT):
        return "naturaliz"
    return _stemmer("en")(word)


@cache
def stop_words(lang: str | None = None) -> frozenset[str]:
    """The words of a language, or of both, that carry no meaning of their own, folded."""
    lists = [words for name, words in table("stopwords").items() if lang in (None, name)]
    return frozenset(fold(word) for words in lists for word in words.split())
