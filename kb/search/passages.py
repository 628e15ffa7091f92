"""Texts with their tokens, as a generation keeps them, so that no hit is analysed again to be quoted.

Tokens with the same terms are of one *kind*. The tokens of a document are kept as a string of one character for each,
the number of its kind, so that looking for a word is looking for a character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

#: Put around every term of a kind, and between kinds.
_TERM, _KIND = "\x1f", "\x1e"
#: Numbers from here on are moved past the surrogates, which are no characters.
_SURROGATES, _SKIPPED = 0xD800, 0x800
#: Longer stretches and gaps than a character can say are cut to it.
_HIGHEST = 0x10FFFF - _SKIPPED


class Passages:
    """The title and the texts of one document with their tokens. Text 0 is the title."""

    def __init__(self, texts: Sequence[str], kinds: str, codes: str, counts: Sequence[int], spans: str) -> None:
        self.texts = texts
        self.codes = codes
        self._kinds = kinds
        self._ends = list(accumulate(counts))
        self._spans = spans

    @classmethod
    def unpack(cls, data: Sequence[object]) -> Passages:
        """The passages that `pack` made a JSON value of; none of nothing."""
        return cls(*data) if data else cls([""], "", "", [0], "")  # type: ignore[arg-type]

    def matching(self, term: str) -> Iterator[str]:
        """The kinds that have a term, each as its character."""
        return (character for character, _ in self._found(f"{_TERM}{term}{_TERM}"))

    def starting(self, prefix: str) -> Iterator[tuple[str, str]]:
        """(kind, term) of each term that begins so."""
        for character, place in self._found(_TERM + prefix):
            yield character, self._kinds[place + 1 : self._kinds.index(_TERM, place + 1)]

    def _found(self, wanted: str) -> Iterator[tuple[str, int]]:
        place = self._kinds.find(wanted)
        while place >= 0:
            yield character(self._kinds.count(_KIND, 0, place)), place
            place = self._kinds.find(wanted, place + 1)

    @cached_property
    def _first(self) -> list[str]:
        return [kind.split(_TERM, 2)[1] for kind in self._kinds.split(_KIND)] if self._kinds else []

    def first(self, token: int, behind: int) -> tuple[str, ...]:
        """The first terms of the tokens from one to before another, all of one text."""
        behind = min(behind, self._ends[self.text_of(token)])
        return tuple(self._first[number(code)] for code in self.codes[token:behind])

    def text_of(self, token: int) -> int:
        """The number of the text that a token is in."""
        return bisect_right(self._ends, token)

    def bounds(self, text: int) -> tuple[int, int]:
        """The tokens of a text: the first, and the one behind the last."""
        return (self._ends[text - 1] if text else 0), self._ends[text]

    def spans(self, text: int) -> NDArray[np.int64]:
        """Where the tokens of a text start and end in it: start, end, start, end, …"""
        first, behind = self.bounds(text)
        steps = np.frombuffer(self._spans[2 * first : 2 * behind].encode("utf-32-le"), "<u4").astype(np.int64)
        steps[steps >= _SURROGATES] -= _SKIPPED
        return steps.cumsum()


def pack(
    texts: Sequence[str], stretches: Sequence[Sequence[Sequence[str]]], spans: Sequence[Sequence[int]]
) -> list[object]:
    """A document's texts as a JSON value: of each its tokens, with the terms of each, and where they start and end."""
    kinds: dict[tuple[str, ...], int] = {}
    codes = "".join(character(kinds.setdefault(tuple(terms), len(kinds))) for stretch in stretches for terms in stretch)
    joined = _KIND.join(_TERM + _TERM.join(terms) + _TERM for terms in kinds)
    return [list(texts), joined, codes, list(map(len, stretches)), "".join(map(_steps, spans))]


def pack_words(texts: Sequence[Sequence[str]]) -> list[object]:
    """Texts whose tokens are their words, one space apart, as `pack` makes a JSON value of them."""
    spans = []
    for words in texts:
        ends = list(accumulate((len(word) + 1 for word in words), initial=0))
        spans.append([place for end, word in zip(ends, words, strict=False) for place in (end, end + len(word))])
    return pack([" ".join(words) for words in texts], [[(word,) for word in words] for words in texts], spans)


def _steps(places: Sequence[int]) -> str:
    """Ascending places, each as the character of its distance from the one before."""
    return "".join(character(min(here - before, _HIGHEST)) for before, here in zip((0, *places), places, strict=False))


def character(code: int) -> str:
    """The character that stands for a number."""
    return chr(code if code < _SURROGATES else code + _SKIPPED)


def number(code: str) -> int:
    """The number that a character stands for."""
    found = ord(code)
    return found if found < _SURROGATES else found - _SKIPPED
