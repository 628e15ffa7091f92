"""Snippets and highlights, made from the stored text of the hits that are shown, with the tokens of the reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from kb.language.analysis import Analyzer, Token
from kb.language.tree import AnyOf, AnyTerm, Node, Phrase, Prefix

#: A snippet has at most this many characters.
LONGEST = 240
_SENTENCE_START = re.compile(r"(?:(?<=[.!?”\"])\s+|\n|\A)(?=\S)")
_MARKED_LONGEST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """Characters of a text that a node matched; `node` is its place in the query."""

    start: int
    end: int
    node: int


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
                for inner in nodes:
                    self._learn(inner, number)

    def title(self, text: str, lang: str) -> str:
        """The whole text as HTML with its matches marked."""
        return _marked(text, 0, len(text), self.find(text, lang))

    def snippet(self, texts: Iterable[str], lang: str, otherwise: str) -> str:
        """The passage that holds most of what was asked, as HTML; the beginning of `otherwise` where none does."""
        best: tuple[tuple[int, int, int], str] | None = None
        for text in texts:
            found = self.find(text, lang)
            if not found:
                continue
            start, end, worth = _best_window(text, found)
            if best is None or worth > best[0]:
                best = (worth, _shown(text, start, end, found))
        if best is not None:
            return best[1]
        start, end = 0, _cut(otherwise, 0)
        return _shown(otherwise, start, end, [])

    def find(self, text: str, lang: str) -> list[Found]:
        """The matches of a text from left to right, none overlapping."""
        if not (self._terms or self._prefixes or self._phrases):
            return []
        tokens = self._analyzer.tokens(text, lang)
        found = [*self._single(tokens), *self._runs(tokens)]
        found.sort(key=lambda one: (one.start, -one.end))
        kept: list[Found] = []
        for one in found:
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def _single(self, tokens: Sequence[Token]) -> Iterator[Found]:
        for index, token in enumerate(tokens):
            for term in token.terms:
                number = self._terms.get(term)
                if number is None:
                    number = next((n for prefix, n in self._prefixes if term.startswith(prefix)), None)
                if number is not None:
                    end = self._expansion_end(tokens, index, term)
                    yield Found(token.start, end, number)
                    break

    def _expansion_end(self, tokens: Sequence[Token], index: int, term: str) -> int:
        """Where a match ends: at the last word of the label where a label of several words was matched."""
        if index + 1 == len(tokens):
            return tokens[index].end
        two = (tokens[index].terms[0], tokens[index + 1].terms[0])
        for stems, identifier in self._analyzer.lexicon.phrases.get(two, ()):
            words = tokens[index : index + len(stems)]
            fits = tuple(token.terms[0] for token in words) == stems
            if fits and term in self._analyzer.identifier_terms(identifier):
                return words[-1].end
        return tokens[index].end

    def _runs(self, tokens: Sequence[Token]) -> Iterator[Found]:
        for phrase, number in self._phrases:
            for index in range(len(tokens) - len(phrase.places) + 1):
                run = tokens[index : index + len(phrase.places)]
                if all(set(place) & set(token.terms) for place, token in zip(phrase.places, run, strict=True)):
                    yield Found(run[0].start, run[-1].end, number)


def _best_window(text: str, found: Sequence[Found]) -> tuple[int, int, tuple[int, int, int]]:
    """(start, end, worth) of the window with most different nodes, then most matches, then the earliest."""
    best = (0, 0, (-1, 0, 0))
    for index, first in enumerate(found):
        start = _window_start(text, first.start)
        inside = [one for one in found[index:] if one.end <= start + LONGEST]
        worth = (len({one.node for one in inside}), min(len(inside), _MARKED_LONGEST), -start)
        if worth > best[2]:
            best = (start, _cut(text, start), worth)
    return best


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
    end = max(text.rfind(" ", start, start + LONGEST), text.rfind("\n", start, start + LONGEST))
    return end if end > start else start + LONGEST


def _shown(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    before = "… " if start > 0 and text[start - 1] != "\n" and not _SENTENCE_START.match(text, start - 1) else ""
    after = " …" if end < len(text) else ""
    return f"{before}{_marked(text, start, end, found)}{after}"


def _marked(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    parts, place = [], start
    for one in found:
        if one.start >= place and one.end <= end:
            parts += [escape(text[place : one.start]), "<mark>", escape(text[one.start : one.end]), "</mark>"]
            place = one.end
    parts.append(escape(text[place:end]))
    return "".join(parts).replace("\n", " ")
