"""Everyday words that lead to terms of art: a topic typed by any of its labels also finds its other labels.

The labels are the vocabulary's (SKOS prefLabel and altLabel, English and Spanish). The visitor's own words count in
full, the other labels less. Identifiers have their own way (`kb.language.lexicon`): a topic here has
only ordinary words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.folding import fold
from kb.language.lexicon import Lexicon
from kb.language.stems import stem
from kb.language.tree import AnyTerm, Node, Phrase
from kb.vocabulary import Concept

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: What is found as an identifier: acronyms, codes, letters of classes.
_CODE = re.compile(r"[A-Z]{2,}|.*\d|[A-Z]\Z")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that some words name: `words` of them; `names` match its other labels, `also` are those in words."""

    concept_id: str
    group: str
    label: str
    words: int
    names: tuple[Node, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Label:
    """A label as stems of its language."""

    text: str
    lang: str
    stems: tuple[str, ...]

    @property
    def node(self) -> Node:
        """What finds the label in a text of its language."""
        if len(self.stems) == 1:
            return AnyTerm(self.stems)
        return Phrase(tuple((one,) for one in self.stems))


class Topics:
    """The topics of a vocabulary, found by the words that name them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._labels: dict[str, list[_Label]] = {}
        self._by_first: defaultdict[tuple[str, str], list[tuple[_Label, Concept]]] = defaultdict(list)
        vocabulary = lexicon.vocabulary
        for concept in vocabulary:
            living = vocabulary[vocabulary.successor(concept.id)]
            for label in _labels(concept):
                if (label.stems[0], *label.stems[1:2]) not in lexicon.phrases or len(label.stems) == 1:
                    self._labels.setdefault(living.id, []).append(label)
                    self._by_first[label.lang, label.stems[0]].append((label, living))
        for found in self._by_first.values():
            found.sort(key=lambda pair: -len(pair[0].stems))

    def at(self, words: Sequence[str]) -> Topic | None:
        """The topic that the longest label at the beginning of `words` (folded) names, English before Spanish."""
        best: tuple[_Label, Concept] | None = None
        for lang in ("en", "es"):
            stems = tuple(stem(word, lang) for word in words[:8])
            for label, concept in self._by_first.get((lang, stems[0]), ()) if stems else ():
                if stems[: len(label.stems)] == label.stems and (best is None or len(label.stems) > len(best[0].stems)):
                    best = label, concept
        return self._topic(*best) if best else None

    def _topic(self, typed: _Label, concept: Concept) -> Topic:
        others = [label for label in self._labels[concept.id] if label.stems != typed.stems]
        nodes = tuple(dict.fromkeys(label.node for label in others))
        also = tuple(dict.fromkeys(label.text for label in others if label.lang == "en"))
        return Topic(concept.id, concept.group, concept.pref_label, len(typed.stems), nodes, also)


def _labels(concept: Concept) -> Iterator[_Label]:
    english = (concept.pref_label, *concept.alt_labels)
    spanish = (*([concept.pref_label_es] if concept.pref_label_es else []), *concept.alt_labels_es)
    for lang, labels in (("en", english), ("es", spanish)):
        for text in labels:
            words = _WORD.findall(text)
            if words and not any(map(_CODE.match, words)):
                yield _Label(text, lang, tuple(stem(fold(word), lang) for word in words))
