"""Snippets and highlights, made from the stored passages of the hits that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from kb.language.analysis import Analyzer
from kb.language.tree import AnyOf, AnyTerm, Named, Node, Phrase, Prefix
from kb.search.passages import Passage

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
    """Marks what a query matched. Made once for a query, used for all its hits."""

    def __init__(self, analyzer: Analyzer, nodes: Sequence[Node]) -> None:
        self._analyzer = analyzer
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

    @property
    def _is_empty(self) -> bool:
        return not (self._terms or self._prefixes or self._phrases)

    def title(self, text: str, lang: str) -> str:
        """The whole text as HTML with its matches marked."""
        if self._is_empty:
            return escape(text)
        passage = Passage.of(text, self._analyzer.tokens(text, lang))
        return _marked(text, 0, len(text), self.find(passage))

    def quote(self, passages: Sequence[Passage], otherwise: str) -> Quoted:
        """The stretch that holds most of what was asked; the beginning of `otherwise` where none does.

        `passages` of the answer are the numbers of the passages that hold as much of it as any does, in order.
        """
        windows: list[tuple[_Window, int, list[Found]]] = []
        for number, passage in enumerate([] if self._is_empty else passages):
            found = self.find(passage)
            if found:
                windows.append((_best_window(passage.text, found), number, found))
        if not windows:
            return Quoted(_shown(otherwise, 0, _cut(otherwise, 0), []), ())
        # Of passages that hold as many different things, the first: what a page says first it says for everybody.
        windows.sort(key=lambda one: (-one[0].worth[0], one[1]))
        window, number, found = windows[0]
        equal = tuple(one[1] for one in windows if one[0].worth[0] == window.worth[0])
        return Quoted(_shown(passages[number].text, window.start, window.end, found), equal)

    def find(self, passage: Passage) -> list[Found]:
        """The matches of a passage from left to right, none overlapping."""
        found = [*self._single(passage), *self._runs(passage)]
        found.sort(key=lambda one: (one.start, -one.end))
        kept: list[Found] = []
        for one in found:
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _single(self, passage: Passage) -> Iterator[Found]:
        """Matches of one token: which codes match is settled first, then the tokens are walked through."""
        wanted = {code: hit for hit in self._matched(passage) for code in passage.terms[hit[0]]}
        if wanted:
            for index, code in enumerate(passage.codes):
                if code in wanted:
                    term, node = wanted[code]
                    yield Found(passage.spans[2 * index], self._expansion_end(passage, index, term), node)

    def _matched(self, passage: Passage) -> Iterator[tuple[str, int]]:
        """(term, node) of each term of the passage that the query asks for."""
        yield from ((term, node) for term, node in self._terms.items() if term in passage.terms)
        for prefix, node in self._prefixes:
            yield from ((term, node) for term in passage.terms if term.startswith(prefix))

    def _expansion_end(self, passage: Passage, index: int, term: str) -> int:
        """Where a match ends: at the last word of the label where a label of several words was matched."""
        own_end = passage.spans[2 * index + 1]
        first_two = [passage.first[code] for code in passage.codes[index : index + 2]]
        if term == first_two[0] or len(first_two) < 2:
            return own_end
        for stems, identifier in self._analyzer.lexicon.phrases.get((first_two[0], first_two[1]), ()):
            run = tuple(passage.first[code] for code in passage.codes[index : index + len(stems)])
            if run == stems and term in self._analyzer.identifier_terms(identifier):
                return passage.spans[2 * (index + len(stems)) - 1]
        return own_end

    def _runs(self, passage: Passage) -> Iterator[Found]:
        """Matches of phrases."""
        for phrase, node in self._phrases:
            length = len(phrase.places)
            places = [{code for term in place for code in passage.terms.get(term, ())} for place in phrase.places]
            for index, code in enumerate(passage.codes[: len(passage.codes) - length + 1]):
                if code in places[0] and all(passage.codes[index + n] in places[n] for n in range(1, length)):
                    yield Found(passage.spans[2 * index], passage.spans[2 * (index + length) - 1], node)


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
