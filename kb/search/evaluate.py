"""Matching and scoring of a query tree over postings: sets of documents as ascending arrays, never one by one.

A node's postings are the documents that match it, each with its field-weighted frequency. Which documents match a query
is settled first, then filtered by the caller; only what is left is scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Node, Phrase, Prefix
from kb.search.arrays import Places, beginnings
from kb.search.columns import Columns, Mask
from kb.search.postings import NOTHING, NOWHERE, POSITION_BITS, Postings, Spots, TermPostings, located, summed
from kb.search.recent import Recent
from kb.search.scoring import K1, NEAR_WEIGHT, OTHER_NAMES_WEIGHT, Floats, inverse_document_frequency

#: Bisection is quicker where one list is so many times as long as the other, else a row over all documents.
_LONGER = 12
#: Where two lists together have no more than one in so many documents, sorting them is quicker than such a row.
_SPARSE = 8
#: The postings of this many nodes are kept in memory: those of the queries of the moment.
_KEPT_NODES = 128
#: The total that settles how a query runs, and its page, ask for the same documents one after the other.
_KEPT_MATCHINGS = 8


class Evaluator:
    """Evaluates over one generation: its postings and its columns. Safe to share between threads."""

    def __init__(self, postings: Postings, columns: Columns) -> None:
        self._postings = postings
        self._columns = columns
        self._size = len(columns)
        self._nodes: Recent[Node, TermPostings] = Recent(_KEPT_NODES)
        self._matchings: Recent[Matching, Places] = Recent(_KEPT_MATCHINGS)

    def postings(self, node: Node) -> TermPostings:
        """The documents that match a node, each with its frequency."""
        return self._nodes.get(node, self._read)

    # -- which documents match ------------------------------------------------------------------------------------

    def matching(self, matching: Matching) -> Places:
        """The documents that match, ascending."""
        return self._matchings.get(matching, self._match)

    def _match(self, matching: Matching) -> Places:
        required = [self.postings(unit.node).documents for unit in matching.required]
        units = [self.postings(unit.node).documents for unit in matching.units]
        if units and matching.minimum == len(units) and not matching.minimum_words:
            required += units
        elif matching.minimum or matching.minimum_words or matching.one_strong:
            required.append(self._enough(matching, units))
        found = self._all_of(required) if required else self._columns.every
        return self.filtered(found, (), matching.excluded)

    def _enough(self, matching: Matching, units: Sequence[Places]) -> Places:
        """The documents that have as many units as must match."""
        if not any(unit.strong for unit in matching.units):
            return self._at_least(max(matching.minimum, matching.minimum_words), units)
        words, strong = (np.zeros(self._size, np.int16) for _ in range(2))
        for unit, documents in zip(matching.units, units, strict=True):
            (strong if unit.strong else words)[documents] += 1
        mask: Mask = (words + strong >= matching.minimum) & (words >= matching.minimum_words)
        if matching.one_strong:
            mask &= strong > 0
        return mask.nonzero()[0]

    def _at_least(self, minimum: int, lists: Sequence[Places]) -> Places:
        """The documents that stand in at least so many of the lists."""
        if not minimum or sum(map(len, lists)) * _SPARSE > self._size:
            counts = np.zeros(self._size, np.int16)
            for documents in lists:
                counts[documents] += 1
            return (counts >= minimum).nonzero()[0]
        merged = np.concatenate([NOWHERE, *lists])
        merged.sort(kind="stable")
        if minimum > 1:
            merged = merged[: 1 - minimum].compress(merged[minimum - 1 :] == merged[: 1 - minimum])
        return merged.compress(beginnings(merged))

    def _all_of(self, lists: Sequence[Places]) -> Places:
        """The documents of all lists, from the shortest on."""
        first, *others = sorted(lists, key=len)
        for documents in others:
            if not len(first):
                break
            first = self._common(first, documents)
        return first

    def _common(self, documents: Places, others: Places) -> Places:
        """Those of the documents that are among others."""
        if len(documents) * _LONGER < len(others):
            return documents.take(located(others, documents)[0])
        return documents.compress(self._mask(others).take(documents))

    def _mask(self, documents: Places) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        mask[documents] = True
        return mask

    def coverage(self, matching: Matching) -> int:
        """The greatest number of `units` that any document allowed by `required` and `excluded` matches."""
        counts = np.zeros(self._size, np.int32)
        for unit in matching.units:
            counts[self.postings(unit.node).documents] += 1
        allowed = counts[self.matching(Matching(matching.required, excluded=matching.excluded))]
        return int(allowed.max()) if len(allowed) else 0

    def filtered(self, documents: Places, nodes: Sequence[Node], excluded: Sequence[Node]) -> Places:
        """Those of the documents that match all of `nodes` and none of `excluded`."""
        for node in nodes:
            documents = self._common(documents, self.postings(node).documents)
        for node in excluded:
            documents = documents.compress(~self._mask(self.postings(node).documents).take(documents))
        return documents

    # -- how well they match ----------------------------------------------------------------------------------------

    def scores(self, matching: Matching, documents: Places) -> Floats:
        """The score of each of the documents (ascending)."""
        scores = np.zeros(len(documents), np.float64)
        norms = self._columns.norms.take(documents)
        for unit in matching.scored:
            self._score(unit.node, unit.weight, documents, norms, scores)
        self._score_pairs(matching, documents, norms, scores)
        return scores

    def contributions(self, matching: Matching, number: int) -> tuple[tuple[float, ...], float]:
        """What each scored unit adds to the score of one document, and what units side by side add."""
        documents = np.asarray([number], np.int64)
        norms, added = self._columns.norms[documents], []
        for unit in matching.scored:
            scores = np.zeros(1, np.float64)
            self._score(unit.node, unit.weight, documents, norms, scores)
            added.append(float(scores[0]))
        near = np.zeros(1, np.float64)
        self._score_pairs(matching, documents, norms, near)
        return tuple(added), float(near[0])

    def _score(self, node: Node, weight: float, documents: Places, norms: Floats, scores: Floats) -> None:
        """Add what a node is worth; the members of an OR count one by one, other names less."""
        match node:
            case AnyOf(nodes):
                for one in nodes:
                    self._score(one, weight, documents, norms, scores)
            case Named(words, names):
                for word in words:
                    self._add(self.postings(word), weight, documents, norms, scores)
                others = summed([self.postings(name) for name in names], self._size)
                self._add(others, weight * OTHER_NAMES_WEIGHT, documents, norms, scores)
            case _:
                self._add(self.postings(node), weight, documents, norms, scores)

    def _score_pairs(self, matching: Matching, documents: Places, norms: Floats, scores: Floats) -> None:
        for pair in matching.near:
            self._add(self.postings(pair), NEAR_WEIGHT, documents, norms, scores)

    def _add(self, postings: TermPostings, weight: float, documents: Places, norms: Floats, scores: Floats) -> None:
        """Add BM25F of one unit: idf · f · (k1 + 1) / (f + norm), where f is the frequency in each document."""
        if not len(postings) or not len(documents):
            return
        worth = weight * inverse_document_frequency(self._size, len(postings)) * (K1 + 1)
        frequencies = self._frequencies(postings, documents)
        scores += worth * frequencies / (frequencies + norms)

    def _frequencies(self, postings: TermPostings, documents: Places) -> Floats:
        """The frequency in each of the documents, 0 where it is none of the postings."""
        if len(documents) * _LONGER < len(postings):
            frequencies = np.zeros(len(documents), np.float64)
            places, found = located(postings.documents, documents)
            frequencies[places] = postings.frequencies.take(found)
        else:
            row = np.zeros(self._size, np.float64)
            row[postings.documents] = postings.frequencies
            frequencies = row.take(documents)
        return frequencies * postings.part

    # -- the postings of nodes --------------------------------------------------------------------------------------

    def _read(self, node: Node) -> TermPostings:
        match node:
            case AnyTerm(terms):
                return self._any_term(terms)
            case Prefix(prefix):
                return self._postings.prefix(prefix)
            case Phrase(places):
                return self._phrase(places)
            case AnyOf(nodes):
                return summed([self.postings(one) for one in nodes], self._size)
            case Named(words, names):
                own = reduce(self._both, map(self.postings, words))
                return summed([own, *map(self.postings, names)], self._size)

    def _any_term(self, terms: Sequence[str]) -> TermPostings:
        return summed([self._postings.term(term) for term in terms], self._size)

    @staticmethod
    def _both(one: TermPostings, other: TermPostings) -> TermPostings:
        """Documents that have both, with the lower of the two frequencies."""
        mine, theirs = located(one.documents, other.documents)[::-1]
        frequencies = np.minimum(one.frequencies[mine] * one.part, other.frequencies[theirs] * other.part)
        return TermPostings(one.documents[mine], frequencies.astype(np.float32))

    def _phrase(self, places: Sequence[Sequence[str]]) -> TermPostings:
        """Where terms stand behind each other: the first positions of the runs, each with the weight of its field."""
        if len(places) == 1:
            return self._any_term(places[0])
        single = [self._any_term(terms) for terms in places]
        documents = self._all_of([one.documents for one in single])
        rarest_first = sorted(range(len(places)), key=lambda place: len(single[place]))
        starts, begins = None, NOWHERE
        for distance in rarest_first:
            if not len(documents):
                return NOTHING
            here = self._spots(places[distance], documents) - distance
            starts = here if starts is None else _in_both(starts, here)
            found = starts >> POSITION_BITS
            begins = beginnings(found).nonzero()[0]
            documents = found.take(begins)
        assert starts is not None
        if not len(documents):
            return NOTHING
        return TermPostings(documents, np.add.reduceat(self._weights_at(starts), begins))

    def _spots(self, terms: Sequence[str], documents: Places) -> Spots:
        """Where any of the terms stands in the documents, and maybe in others; ascending, each once."""
        found = [self._postings.spots(term, documents) for term in terms]
        if len(found) == 1 and (found[0][1:] > found[0][:-1]).all():
            return found[0]
        merged = np.concatenate([NOWHERE, *found])
        merged.sort(kind="stable")
        return merged.compress(beginnings(merged))

    def _weights_at(self, spots: Spots) -> NDArray[np.float32]:
        """The weight of the field in which each spot lies."""
        documents, positions = spots >> POSITION_BITS, spots & ((1 << POSITION_BITS) - 1)
        first, *others = zip(self._columns.boundaries, self._columns.field_weights, strict=True)
        weights: NDArray[np.float32] = first[1].take(documents)
        for boundaries, field_weights in others:
            behind = boundaries.take(documents) <= positions
            weights[behind] = field_weights.take(documents.compress(behind))
        return weights


def _in_both(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """What two ascending arrays, each number once, have in common."""
    few, many = sorted((one, other), key=len)
    if len(few) * _LONGER < len(many):
        return few.take(located(many, few)[0])
    # Two ascending runs are merged by a stable sort without comparing each with each.
    merged = np.concatenate((few, many))
    merged.sort(kind="stable")
    found: NDArray[np.int64] = merged[:-1].compress(merged[1:] == merged[:-1])
    return found
