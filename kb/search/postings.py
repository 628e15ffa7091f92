"""Postings: for each term the documents that have it, how much it weighs there, and at which positions it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import Array, Places, beginnings

#: Documents and positions in them, each as one number: the document shifted by `POSITION_BITS`, and the position.
Spots = NDArray[np.int64]
POSITION_BITS = 32
NOWHERE: Spots = np.zeros(0, np.int64)


def spots(documents: Array, counts: Array, positions: Array) -> Spots:
    """The spots of documents, each with its count of positions."""
    found: Spots = (documents.astype(np.int64) << POSITION_BITS).repeat(counts)
    found += positions
    return found


@dataclass(frozen=True, slots=True)
class TermPostings:
    """`documents` ascending, each once; `frequencies` times `part` the field-weighted frequency in each, above 0."""

    documents: Places
    frequencies: Array
    part: float = 1.0

    def __len__(self) -> int:
        return len(self.documents)


class Postings(Protocol):
    """What an engine's store must answer. Terms are plain strings, never looked into."""

    def term(self, term: str) -> TermPostings:
        """The postings of a term; empty ones where no document has it."""

    def prefix(self, prefix: str) -> TermPostings:
        """The postings of all terms that begin so, frequencies added up."""

    def spots(self, term: str, documents: Places) -> Spots:
        """Where a term stands in the given documents, and maybe in others; ascending, each once."""

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin with `prefix` and how many documents have each, in order of code points."""


def summed(parts: list[TermPostings], size: int) -> TermPostings:
    """The postings of several terms as one: frequencies added up. `size` is the number of all documents."""
    parts = [part for part in parts if len(part)]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NOTHING
    documents = np.concatenate([part.documents for part in parts])
    frequencies = np.concatenate([part.frequencies * np.float32(part.part) for part in parts])
    return gathered(documents, frequencies, size)


def gathered(documents: Places, frequencies: NDArray[np.float32], size: int) -> TermPostings:
    """Postings in any order, with documents several times, as `TermPostings` has them."""
    if len(documents) * 8 > size:
        sums = np.bincount(documents, frequencies, minlength=size)
        found = (sums > 0).nonzero()[0]
        return TermPostings(found, sums.take(found).astype(np.float32))
    order = documents.argsort(kind="stable")
    documents = documents.take(order)
    starts = beginnings(documents).nonzero()[0]
    added = np.add.reduceat(frequencies.take(order), starts) if len(starts) else frequencies
    return TermPostings(documents.take(starts), added)


def located(among: Array, wanted: Array) -> tuple[Places, Places]:
    """Where ascending `wanted` stand in ascending `among`: (places in `wanted`, places in `among`) of those found."""
    if not len(among):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing
    places = among.searchsorted(wanted)
    places[places == len(among)] = 0
    found = (among[places] == wanted).nonzero()[0]
    return found, places[found]


NOTHING = TermPostings(np.zeros(0, np.int64), np.zeros(0, np.float32))
