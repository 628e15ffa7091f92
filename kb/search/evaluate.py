"""Matching and scoring of a query tree over postings, vectorised over documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Node, Phrase, Prefix, Unit
from kb.search.columns import Columns, Mask
from kb.search.postings import Postings, TermPositions
from kb.search.scoring import NEAR_WEIGHT, OTHER_NAMES_WEIGHT, Floats, inverse_document_frequency, saturated

#: Positions fit below this; a document and a position make one number.
_ROOM = 1 << 32


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Which documents match, and the score of each (0 where none)."""

    mask: Mask
    scores: Floats


class Evaluator:
    """Evaluates over one generation: its postings and its columns."""

    def __init__(self, postings: Postings, columns: Columns) -> None:
        self._postings = postings
        self._columns = columns

    def evaluate(self, matching: Matching) -> Evaluated:
        """The documents that match, with their scores."""
        scores = np.zeros(len(self._columns), np.float64)
        found = [self._frequencies(unit.node) for unit in matching.units]
        mask = self._matched(matching, found)
        for unit, frequencies in zip(matching.units, found, strict=True):
            self._score(unit, frequencies, scores)
        for unit in matching.required:
            self._score(unit, self._frequencies(unit.node), scores)
        self._score_pairs(matching, scores)
        return Evaluated(mask, np.where(mask, scores, 0.0))

    def total(self, matching: Matching) -> int:
        """How many documents match; nothing is scored."""
        return int(self._matched(matching, [self._frequencies(unit.node) for unit in matching.units]).sum())

    def _matched(self, matching: Matching, found: Sequence[Floats]) -> Mask:
        """The documents that match; `found` has the frequencies of each of `matching.units`."""
        mask = self._allowed(matching)
        words, strong = (np.zeros(len(self._columns), np.int32) for _ in range(2))
        for unit, frequencies in zip(matching.units, found, strict=True):
            counts = strong if unit.strong else words
            counts += frequencies > 0
        mask &= (words + strong >= matching.minimum) & (words >= matching.minimum_words)
        if matching.one_strong and any(unit.strong for unit in matching.units):
            mask &= strong > 0
        return mask

    def contributions(self, matching: Matching, number: int) -> tuple[float, ...]:
        """What each scored unit of a matching adds to the score of one document."""
        added = []
        for unit in matching.scored:
            scores = np.zeros(len(self._columns), np.float64)
            self._score(unit, self._frequencies(unit.node), scores)
            added.append(float(scores[number]))
        return tuple(added)

    def nearness(self, matching: Matching, number: int) -> float:
        """What pairs of units side by side add to the score of one document."""
        scores = np.zeros(len(self._columns), np.float64)
        self._score_pairs(matching, scores)
        return float(scores[number])

    def coverage(self, matching: Matching) -> int:
        """The greatest number of `units` that any document allowed by `required` and `excluded` matches."""
        counts = np.zeros(len(self._columns), np.int32)
        for unit in matching.units:
            counts += self.matches(unit.node)
        allowed = counts[self._allowed(matching)]
        return int(allowed.max()) if len(allowed) else 0

    def matches(self, node: Node) -> Mask:
        """The documents that match a node."""
        return self._frequencies(node) > 0

    def _allowed(self, matching: Matching) -> Mask:
        mask = np.ones(len(self._columns), np.bool_)
        for unit in matching.required:
            mask &= self.matches(unit.node)
        for node in matching.excluded:
            mask &= ~self.matches(node)
        return mask

    def _score(self, unit: Unit, frequencies: Floats, scores: Floats) -> None:
        """Add what a unit is worth; the members of an OR count one by one, other names less."""
        match unit.node:
            case AnyOf(nodes):
                for node in nodes:
                    self._score(replace(unit, node=node), self._frequencies(node), scores)
            case Named(words, names):
                for word in words:
                    self._add(unit.weight, self._frequencies(word), scores)
                self._add(unit.weight * OTHER_NAMES_WEIGHT, self._other_names(names), scores)
            case _:
                self._add(unit.weight, frequencies, scores)

    def _score_pairs(self, matching: Matching, scores: Floats) -> None:
        """Add what units side by side are worth."""
        for pair in matching.near:
            self._add(NEAR_WEIGHT, self._phrase(pair.places), scores)

    def _add(self, weight: float, frequencies: Floats, scores: Floats) -> None:
        found = np.flatnonzero(frequencies)
        if len(found):
            worth = weight * inverse_document_frequency(len(self._columns), len(found))
            lengths = self._columns.lengths[found].astype(np.float64)
            scores[found] += worth * saturated(frequencies[found], lengths, self._columns.average_length)

    def _frequencies(self, node: Node) -> Floats:
        """The field-weighted frequency of a node in every document."""
        match node:
            case AnyTerm(terms):
                return self._any_term(terms)
            case Prefix(prefix):
                return self._any_term(tuple(term for term, _ in self._postings.terms(prefix)))
            case Phrase(places):
                return self._phrase(places)
            case AnyOf(nodes):
                return reduce(np.add, map(self._frequencies, nodes))
            case Named(words, names):
                return self._named(words, names)

    def _named(self, words: tuple[AnyTerm, ...], names: tuple[Node, ...]) -> Floats:
        """Above 0 where all words stand, or another name does."""
        own = reduce(np.minimum, map(self._frequencies, words))
        return own + self._other_names(names)

    def _other_names(self, names: tuple[Node, ...]) -> Floats:
        return reduce(np.add, map(self._frequencies, names), np.zeros(len(self._columns), np.float64))

    def _any_term(self, terms: tuple[str, ...]) -> Floats:
        found = np.zeros(len(self._columns), np.float64)
        for term in terms:
            postings = self._postings.term(term)
            found[postings.documents] += postings.weights
        return found

    def _phrase(self, places: tuple[tuple[str, ...], ...]) -> Floats:
        if len(places) == 1:
            return self._any_term(places[0])
        starts = self._places(places[0])
        for distance, terms in enumerate(places[1:], 1):
            if not len(starts):
                break
            starts = np.intersect1d(starts, self._places(terms) - distance, assume_unique=True)
        documents, positions = np.divmod(starts, _ROOM)
        weights = self._weights_at(documents, positions)
        return np.bincount(documents, weights, minlength=len(self._columns)).astype(np.float64)

    def _places(self, terms: tuple[str, ...]) -> NDArray[np.int64]:
        found = [_joined(self._postings.positions(term)) for term in terms]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)

    def _weights_at(self, documents: NDArray[np.int64], positions: NDArray[np.int64]) -> Floats:
        """The weight of the field in which each position lies."""
        if not len(documents):
            return np.zeros(0, np.float64)
        boundaries = self._columns.boundaries[documents]
        fields = (boundaries <= positions[:, None]).sum(axis=1) - 1
        weights: Floats = self._columns.field_weights[documents, fields]
        return weights


def _joined(occurrences: TermPositions) -> NDArray[np.int64]:
    return occurrences.documents * _ROOM + occurrences.positions
