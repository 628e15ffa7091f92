"""Snippets and highlights, made from the stored passages of the hits that are shown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from kb.language.tree import AnyOf, AnyTerm, Named, Node, Phrase, Prefix
from kb.search.passages import Following, Passages, Sought

if TYPE_CHECKING:
    from kb.language.lexicon import Lexicon

#: A snippet has at most this many characters.
LONGEST = 240
#: More matches than this in one window make it no better.
_ENOUGH = 8
#: Up to where the last sentence starts: what ends the one before, or a line, and the space behind it.
_UP_TO_SENTENCE = re.compile(r".*(?:[.!?”\"]\s+|\n)(?=\S)", re.DOTALL)

#: Characters of a text that match: where they start and end, and the node of the query.
Found = tuple[int, int, int]


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
        self._phrases: list[tuple[Sequence[Sequence[str]], int]] = []
        for number, node in enumerate(nodes):
            self._learn(node, number)
        self._sought = Sought(self._terms, self._prefixes, self._phrases, self._reach if lexicon else None)

    def _learn(self, node: Node, number: int) -> None:
        match node:
            case AnyTerm(terms):
                for term in terms:
                    self._terms.setdefault(term, number)
            case Prefix(prefix):
                self._prefixes.append((prefix, number))
            case Phrase(places):
                self._phrases.append((places, number))
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
        for text, start, end, node in passages.places(self._sought):
            mine = found.setdefault(text, [])
            if not mine or start >= mine[-1][1]:
                mine.append((start, end, node))
            elif mine[-1][0] == start and end > mine[-1][1]:
                mine[-1] = (start, end, node)
        return Marked(passages, found)

    def _reach(self, term: str, following: Following) -> int:
        """How many tokens a match takes: all words of a label where a label of several words was matched."""
        first, *second = following(2)
        if self._lexicon is not None and term != first and second:
            for stems, identifier in self._lexicon.phrases.get((first, second[0]), ()):
                same = following(len(stems)) == stems
                if same and term[1:] in (identifier.value, *self._lexicon.broader(identifier)):
                    return len(stems)
        return 1


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
        end = _cut(texts[text], window.start)
        return Quoted(_shown(texts[text], window.start, end, self.found[text]), equal)


class _Window(NamedTuple):
    """A stretch of text and its worth: different nodes, then matches, then an early place."""

    worth: tuple[int, int, int]
    start: int


def _best_window(text: str, found: Sequence[Found]) -> _Window:
    best = _window(text, found, 0)
    nodes = len({node for _, _, node in found})
    ends = [end for _, end, _ in found]
    for index in range(1, len(found)):
        # A window begins at its first match or before it, so that it holds no more than these.
        most = bisect_right(ends, found[index][0] + LONGEST) - index
        if (min(most, nodes), min(most, _ENOUGH)) > best.worth[:2]:
            best = max(best, _window(text, found, index))
    return best


def _window(text: str, found: Sequence[Found], first: int) -> _Window:
    """The window that begins with the sentence of a match, or shortly before it."""
    start = _window_start(text, found[first][0])
    nodes = [node for _, end, node in found[first : first + 4 * _ENOUGH] if end <= start + LONGEST]
    return _Window((len(set(nodes)), min(len(nodes), _ENOUGH), -start), start)


def _window_start(text: str, first: int) -> int:
    """The start of the sentence of the first match, if that leaves room after it, else the word a little before."""
    earliest = first - LONGEST // 2
    sentence = _sentence_start(text, earliest - 1, first)
    if sentence is not None:
        return sentence
    if earliest <= 0 and not text[:1].isspace():
        return 0
    near = max(0, first - LONGEST // 4)
    space = text.find(" ", near, first)
    return space + 1 if near and space >= 0 else near


def _sentence_start(text: str, earliest: int, latest: int) -> int | None:
    """Where the last sentence or line up to a place starts, if the one before ends at `earliest` or later."""
    found = _UP_TO_SENTENCE.match(text, max(0, earliest), latest + 1)
    return found.end() if found else None


def _cut(text: str, start: int) -> int:
    """Where a window that begins at `start` ends: at the end of a word within the longest length."""
    if len(text) - start <= LONGEST:
        return len(text)
    end = max(text.rfind(" ", start, start + LONGEST + 1), text.rfind("\n", start, start + LONGEST + 1))
    return end if end > start else start + LONGEST


def _shown(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    begins = start == 0 or _sentence_start(text, start - 8, start) == start
    return f"{'' if begins else '… '}{_marked(text, start, end, found)}{' …' if end < len(text) else ''}"


def _marked(text: str, start: int, end: int, found: Sequence[Found]) -> str:
    parts, place = list[str](), start
    for first, behind, _ in found:
        if first >= place and behind <= end:
            parts += [escape(text[place:first]), "<mark>", escape(text[first:behind]), "</mark>"]
            place = behind
    parts.append(escape(text[place:end]))
    return "".join(parts).replace("\n", " ")
