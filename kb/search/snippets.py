"""Snippets and highlights, made from the stored passages of the hits that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain, groupby
from operator import contains

from kb.language.analysis import IDENTIFIER
from kb.language.lexicon import Lexicon
from kb.language.tree import AnyOf, AnyTerm, Named, Node, Phrase, Prefix
from kb.search.passages import Passages

#: A snippet has at most this many characters.
LONGEST = 240
#: More matches than this in one window make it no better.
_ENOUGH = 8
_SENTENCE_START = re.compile(r"(?:(?<=[.!?”\"])\s+|\n|\A)(?=\S)")


@dataclass(frozen=True, slots=True)
class Found:
    """Characters of a text that a node matched; `node` is its place in the query."""

    start: int
    end: int
    node: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A snippet as HTML, and the passages that hold as much of what was asked as any."""

    html: str
    passages: tuple[int, ...]


class Highlighter:
    """Marks what a query matched. Made once for a query, used for all its hits.

    With a lexicon the whole label is marked where it was matched by its identifier ("Customs and Border Protection").
    """

    def __init__(self, nodes: Sequence[Node], lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon
        self._terms: dict[str, int] = {}
        self._prefixes: list[tuple[str, int]] = []
        self._phrases: list[tuple[Phrase, int]] = []
        for number, node in enumerate(nodes):
            self._learn(node, number)

    def _learn(self, node: Node, number: int) -> None:
        match node:
            case AnyTerm(terms):
                for term in terms:
                    self._terms.setdefault(term, number)
            case Prefix(prefix):
                self._prefixes.append((prefix, number))
            case Phrase():
                self._phrases.append((node, number))
            case AnyOf(nodes):
                self._learn_all(nodes, number)
            case Named(words, names):
                self._learn_all((*words, *names), number)

    def _learn_all(self, nodes: Sequence[Node], number: int) -> None:
        for node in nodes:
            self._learn(node, number)

    def mark(self, passages: Passages) -> Marked:
        """What of a document's texts was matched."""
        found: dict[int, list[Found]] = {}
        by_text = groupby(sorted(self._places(passages)), key=lambda place: passages.text_of(place[0]))
        for text, places in by_text:
            spans, offset = passages.spans(text), 2 * passages.bounds(text)[0]
            mine: list[Found] = []
            for first, behind, node in places:
                start, end = int(spans[2 * first - offset]), int(spans[2 * behind - 1 - offset])
                if not mine or start >= mine[-1].end:
                    mine.append(Found(start, end, node))
                elif mine[-1].start == start and end > mine[-1].end:
                    mine[-1] = Found(start, end, node)
            found[text] = mine
        return Marked(passages, found)

    def _places(self, passages: Passages) -> Iterator[tuple[int, int, int]]:
        """(first token, the one behind the last, node) of every match."""
        hits = ((code, term, node) for term, node in self._terms.items() for code in passages.matching(term))
        starting = ((*found, node) for prefix, node in self._prefixes for found in passages.starting(prefix))
        wanted = {code: (term, node) for code, term, node in chain(hits, starting)}
        for code, (term, node) in wanted.items():
            for token in _all(passages.codes, code):
                yield token, self._behind(passages, token, term), node
        for phrase, node in self._phrases:
            yield from ((token, token + len(phrase.places), node) for token in _runs(passages, phrase))

    def _behind(self, passages: Passages, token: int, term: str) -> int:
        """The token behind a match: behind the label's last word where a label of several words was matched."""
        if self._lexicon is None or term[0] != IDENTIFIER:
            return token + 1
        first, *second = passages.first(token, token + 2)
        if term != first and second:
            for stems, identifier in self._lexicon.phrases.get((first, second[0]), ()):
                same = passages.first(token, token + len(stems)) == stems
                if same and term[1:] in (identifier.value, *self._lexicon.broader(identifier)):
                    return token + len(stems)
        return token + 1


def _all(codes: str, wanted: str) -> Iterator[int]:
    """Where a character stands."""
    place = codes.find(wanted)
    while place >= 0:
        yield place
        place = codes.find(wanted, place + 1)


def _runs(passages: Passages, phrase: Phrase) -> Iterator[int]:
    """The tokens at which a phrase begins, within one text."""
    places = [{code for term in terms for code in passages.matching(term)} for terms in phrase.places]
    for code in places[0]:
        for token in _all(passages.codes, code):
            run = passages.codes[token : token + len(places)]
            same = len(run) == len(places) and all(map(contains, places, run))
            if same and passages.text_of(token) == passages.text_of(token + len(run) - 1):
                yield token


@dataclass(frozen=True, slots=True)
class Marked:
    """The texts of one document with what of them was matched: by text, from left to right, none overlapping."""

    passages: Passages
    found: Mapping[int, Sequence[Found]]

    @property
    def title(self) -> str:
        """The whole title as HTML with its matches marked."""
        title = self.passages.texts[0]
        return _marked(title, 0, len(title), self.found.get(0, ()))

    def quote(self, otherwise: str) -> Quoted:
        """The stretch that holds most of what was asked; the beginning of `otherwise` where none does.

        `passages` of the answer are the numbers of the texts (the title apart) that hold as much of it as any does.
        """
        texts = self.passages.texts
        windows = [(_best_window(texts[text], found), text) for text, found in self.found.items() if text]
        if not windows:
            return Quoted(_shown(otherwise, 0, _cut(otherwise, 0), []), ())
        # Of texts that hold as many different things, the first: what a page says first it says for everybody.
        window, text = min(windows, key=lambda one: (-one[0].worth[0], one[1]))
        equal = tuple(sorted(one[1] - 1 for one in windows if one[0].worth[0] == window.worth[0]))
        return Quoted(_shown(texts[text], window.start, window.end, self.found[text]), equal)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of text and its worth: different nodes, then matches, then an early place."""

    start: int
    end: int
    worth: tuple[int, int, int]


def _best_window(text: str, found: Sequence[Found]) -> _Window:
    best: _Window | None = None
    for index, first in enumerate(found):
        start = _window_start(text, first.start)
        inside = _inside(found, index, start + LONGEST)
        worth = (len({one.node for one in inside}), min(len(inside), _ENOUGH), -start)
        if best is None or worth > best.worth:
            best = _Window(start, _cut(text, start), worth)
    assert best is not None
    return best


def _inside(found: Sequence[Found], first: int, end: int) -> list[Found]:
    inside: list[Found] = []
    for one in found[first : first + 4 * _ENOUGH]:
        if one.end > end:
            break
        inside.append(one)
    return inside


def _window_start(text: str, first: int) -> int:
    """The start of the sentence of the first match, if that leaves room after it, else the word a little before."""
    starts = [match.end() for match in _SENTENCE_START.finditer(text, max(0, first - LONGEST // 2), first + 1)]
    sentence = max((start for start in starts if start <= first), default=None)
    if sentence is not None:
        return sentence
    near = max(0, first - LONGEST // 4)
    space = text.find(" ", near, first)
    return space + 1 if near and space >= 0 else near


def _cut(text: str, start: int) -> int:
    """Where a window that begins at `start` ends: at the end of a word within the longest length."""
    if len(text) - start <= LONGEST:
        return len(text)
    end = max(text.rfind(" ", start, start + LONGEST + 1), text.rfind("\n", start, start + LONGEST + 1))
    return end if end > start else start + LONGEST


def _shown(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    begins = start == 0 or any(
        match.end() == start for match in _SENTENCE_START.finditer(text, max(0, start - 3), start + 1)
    )
    return f"{'' if begins else '… '}{_marked(text, start, end, found)}{' …' if end < len(text) else ''}"


def _marked(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    parts, place = list[str](), start
    for one in found:
        if one.start >= place and one.end <= end:
            parts += [escape(text[place : one.start]), "<mark>", escape(text[one.start : one.end]), "</mark>"]
            place = one.end
    parts.append(escape(text[place:end]))
    return "".join(parts).replace("\n", " ")
