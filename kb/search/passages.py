"""Texts with their tokens, as a generation keeps them, so that no hit is analysed again to be quoted.

Tokens with the same terms are of one *kind*. The tokens of a document are kept as a string of one character for each,
the number of its kind, so that looking for a word is looking for a character. Texts whose tokens are their words need
nothing beside themselves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, chain
from operator import contains
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.language.tree import IDENTIFIER
from kb.search.tokens import Numbers

#: Put around every term of a kind, and between kinds.
_TERM, _KIND = "\x1f", "\x1e"
#: Numbers from here on are moved past the surrogates, which are no characters.
_SURROGATES, _SKIPPED = 0xD800, 0x800
#: Longer stretches and gaps than a character can say are cut to it.
_HIGHEST = 0x10FFFF - _SKIPPED

#: The first term of each token from a match on, as many as are asked for and the text has.
Following = Callable[[int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in texts: terms, beginnings of terms, and phrases (the terms of each place in turn).

    Each comes with the number of the node of the query that it belongs to. `reach` says how many tokens a match of an
    identifier takes, by the tokens there; without it, one.
    """

    terms: Mapping[str, int]
    prefixes: Sequence[tuple[str, int]]
    phrases: Sequence[tuple[Sequence[Sequence[str]], int]]
    reach: Callable[[str, Following], int] | None = None


#: Characters of a text that match: its number, where they start and end, and the node of the query.
Place = tuple[int, int, int, int]


class Passages(Protocol):
    """The title and the texts of one document with their tokens. Text 0 is the title."""

    texts: Sequence[str]

    def places(self, sought: Sought) -> list[Place]:
        """Every match, by text and start."""


def unpack(data: Sequence[object]) -> Passages:
    """The passages that `pack` or `pack_words` made a JSON value of; one empty title of nothing."""
    match data:
        case []:
            return WordPassages([""])
        case [texts]:
            return WordPassages(texts)  # type: ignore[arg-type]
        case _:
            return AnalysedPassages(*data)  # type: ignore[arg-type]


# -- texts whose tokens are their words -------------------------------------------------------------------------------


class WordPassages:
    """Texts whose tokens are their words, one space apart."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def places(self, sought: Sought) -> list[Place]:
        """See `Passages.places`."""
        # A term with a space in it is no word; it would be found in two.
        needles = [(f" {term} ", len(term), node) for term, node in sought.terms.items() if " " not in term]
        prefixes = [(prefix, node) for prefix, node in sought.prefixes if " " not in prefix]
        found: list[Place] = []
        for number, text in enumerate(self.texts):
            padded = f" {text} " if text else ""
            for needle, length, node in needles:
                start = padded.find(needle)
                while start >= 0:
                    found.append((number, start, start + length, node))
                    start = padded.find(needle, start + length + 1)
            for prefix, node in prefixes:
                # The last space has no word behind it.
                starts = _all(padded[:-1], f" {prefix}")
                found += ((number, start, padded.index(" ", start + 1) - 1, node) for start in starts)
            for places, node in sought.phrases:
                found += ((number, start, end, node) for start, end in _runs(padded, places))
        found.sort()
        return found


def _runs(padded: str, places: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Where the words of a phrase start and end in a text between two spaces."""
    for start in chain.from_iterable(_all(padded, f" {first} ") for first in places[0]):
        end = _end_of_run(padded, start, places)
        if end:
            yield start, end


def _end_of_run(padded: str, start: int, places: Sequence[Sequence[str]]) -> int:
    """Where words that begin behind a space end if each is one of those of its place, else 0."""
    place = start + 1
    for terms in places:
        word = next((term for term in terms if padded.startswith(f"{term} ", place) and " " not in term), None)
        if word is None:
            return 0
        place += len(word) + 1
    return place - 2


def _all(text: str, wanted: str) -> Iterator[int]:
    """Where one text stands in another."""
    place = text.find(wanted)
    while place >= 0:
        yield place
        place = text.find(wanted, place + 1)


def pack_words(texts: Sequence[Sequence[str]]) -> list[object]:
    """Texts whose tokens are their words, one space apart, as a JSON value."""
    joined = [" ".join(words) for words in texts]
    if all(text.count(" ") == max(len(words) - 1, 0) for text, words in zip(joined, texts, strict=True)):
        return [joined]
    spans = []
    for words in texts:
        ends = list(accumulate((len(word) + 1 for word in words), initial=0))
        spans.append([place for end, word in zip(ends, words, strict=False) for place in (end, end + len(word))])
    return pack(joined, [[(word,) for word in words] for words in texts], spans)


# -- texts that were analysed -----------------------------------------------------------------------------------------


class AnalysedPassages:
    """Texts with the terms of each token and where it stands."""

    def __init__(self, texts: Sequence[str], kinds: str, codes: str, counts: Sequence[int], spans: str) -> None:
        self.texts = texts
        self._kinds = kinds
        self._codes = codes
        self._ends = list(accumulate(counts))
        self._steps = spans

    def places(self, sought: Sought) -> list[Place]:
        """See `Passages.places`."""
        tokens = sorted(chain(self._of_terms(sought), self._of_phrases(sought.phrases)))
        if not tokens:
            return []
        spans, found = self._spans, []
        for first, behind, node in tokens:
            text = self._text_of(first)
            start = self._ends[text - 1] if text else 0
            before = int(spans[2 * start - 1]) if start else 0
            found.append((text, int(spans[2 * first]) - before, int(spans[2 * behind - 1]) - before, node))
        return found

    def _of_terms(self, sought: Sought) -> Iterator[tuple[int, int, int]]:
        """(first token, the one behind the last, node) of every token with a term, or with a beginning of one."""
        wanted = {code: (term, node) for term, node in sought.terms.items() for code in self._having(term)}
        for prefix, node in sought.prefixes:
            wanted.update((code, (term, node)) for code, term in self._starting(prefix))
        for code, (term, node) in wanted.items():
            reach = sought.reach if term.startswith(IDENTIFIER) else None
            for token in _all(self._codes, code):
                length = reach(term, partial(self._first, token)) if reach else 1
                yield token, token + length, node

    def _of_phrases(self, phrases: Iterable[tuple[Sequence[Sequence[str]], int]]) -> Iterator[tuple[int, int, int]]:
        """The same of every phrase within one text."""
        for terms_of_places, node in phrases:
            places = [{code for term in terms for code in self._having(term)} for terms in terms_of_places]
            for token in chain.from_iterable(_all(self._codes, code) for code in places[0]):
                run = self._codes[token : token + len(places)]
                same = len(run) == len(places) and all(map(contains, places, run))
                if same and self._text_of(token) == self._text_of(token + len(run) - 1):
                    yield token, token + len(run), node

    def _having(self, term: str) -> list[str]:
        """The kinds that have a term, each as its character."""
        if not _can_be_kept(term):
            return []
        return [self._kind_at(place) for place in _all(self._kinds, f"{_TERM}{term}{_TERM}")]

    def _starting(self, prefix: str) -> Iterator[tuple[str, str]]:
        """(kind, term) of each term that begins so."""
        if _parts_terms(prefix):
            return
        for place in _all(self._kinds, _TERM + prefix):
            term = self._kinds[place + 1 : self._kinds.find(_TERM, place + 1)]
            # Behind the last term of a kind the next kind begins, or nothing does.
            if _can_be_kept(term):
                yield self._kind_at(place), term

    def _kind_at(self, place: int) -> str:
        """The kind that stands at a place of all kinds, as its character."""
        return character(self._kinds.count(_KIND, 0, place))

    def _text_of(self, token: int) -> int:
        """The number of the text that a token is in."""
        return bisect_right(self._ends, token)

    def _first(self, token: int, number: int) -> tuple[str, ...]:
        """The first terms of so many tokens from one on, all of one text."""
        behind = min(token + number, self._ends[self._text_of(token)])
        return tuple(self._first_terms[code_of(code)] for code in self._codes[token:behind])

    @cached_property
    def _first_terms(self) -> list[str]:
        return [kind.split(_TERM, 2)[1] for kind in self._kinds.split(_KIND)] if self._kinds else []

    @cached_property
    def _spans(self) -> NDArray[np.int64]:
        """Where each token starts and ends, as if every text began where the last token of the one before ended."""
        if self._steps.isascii():
            return np.frombuffer(self._steps.encode("ascii"), np.uint8).cumsum(dtype=np.int64)
        steps = np.frombuffer(self._steps.encode("utf-32-le"), "<u4").astype(np.int64)
        steps[steps >= _SURROGATES] -= _SKIPPED
        return steps.cumsum()


_NO_STEPS = np.zeros(0, np.int64)


def pack(
    texts: Sequence[str], stretches: Sequence[Sequence[Sequence[str]]], spans: Sequence[Sequence[int]]
) -> list[object]:
    """A document's texts as a JSON value: of each its tokens, with the terms of each, and where they start and end."""
    kinds = Numbers[tuple[str, ...]]()
    codes = np.fromiter(map(kinds.__getitem__, map(tuple, chain.from_iterable(stretches))), np.int64)
    joined = _KIND.join(_TERM + _TERM.join(filter(_can_be_kept, terms)) + _TERM for terms in kinds)
    steps = np.concatenate([_NO_STEPS, *(np.diff(np.asarray(places, np.int64), prepend=0) for places in spans)])
    return [list(texts), joined, _characters(codes), list(map(len, stretches)), _characters(steps)]


def _can_be_kept(term: str) -> bool:
    """Whether a term can be told from what parts terms; others are never marked."""
    return bool(term) and not _parts_terms(term)


def _parts_terms(text: str) -> bool:
    """Whether a text holds what is put around terms."""
    return _TERM in text or _KIND in text


def _characters(numbers: NDArray[np.int64]) -> str:
    """The characters that stand for numbers."""
    lowered = np.minimum(numbers, _HIGHEST)
    return np.where(lowered < _SURROGATES, lowered, lowered + _SKIPPED).astype("<u4").tobytes().decode("utf-32-le")


def character(code: int) -> str:
    """The character that stands for a number."""
    return chr(code if code < _SURROGATES else code + _SKIPPED)


def code_of(character: str) -> int:
    """The number that a character stands for."""
    found = ord(character)
    return found if found < _SURROGATES else found - _SKIPPED
