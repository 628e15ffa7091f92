"""Postings: for each term the documents that have it, how much it weighs there, and at which positions it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TermPostings:
    """`documents` ascending, each once; `frequencies` the field-weighted frequency in each, always above 0."""

    documents: NDArray[np.int32]
    frequencies: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class TermPositions:
    """Occurrences of a term in some documents: `places` in the list of those documents, and positions; ascending."""

    places: NDArray[np.int64]
    positions: NDArray[np.int64]


class Postings(Protocol):
    """What an engine's store must answer. Terms are plain strings, never looked into."""

    def term(self, term: str) -> TermPostings:
        """The postings of a term; empty ones where no document has it."""

    def prefix(self, prefix: str) -> TermPostings:
        """The postings of all terms that begin so, frequencies added up."""

    def positions(self, term: str, documents: NDArray[np.int32]) -> TermPositions:
        """The occurrences of a term in the given documents (ascending, each once)."""

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
    frequencies = np.concatenate([part.frequencies for part in parts])
    return gathered(documents, frequencies, size)


def gathered(documents: NDArray[np.int32], frequencies: NDArray[np.float32], size: int) -> TermPostings:
    """Postings in any order, with documents several times, as `TermPostings` has them."""
    if len(documents) * 8 > size:
        sums = np.bincount(documents, frequencies, minlength=size)
        found = sums.nonzero()[0]
        return TermPostings(found.astype(np.int32), sums[found].astype(np.float32))
    order = documents.argsort(kind="stable")
    documents = documents[order]
    first = np.empty(len(documents), np.bool_)
    first[:1] = True
    np.not_equal(documents[1:], documents[:-1], out=first[1:])
    starts = first.nonzero()[0]
    return TermPostings(documents[starts], np.add.reduceat(frequencies[order], starts) if len(starts) else frequencies)


def located(among: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where ascending `wanted` stand in ascending `among`: (places in `wanted`, places in `among`) of those found."""
    if not len(among):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing
    places = among.searchsorted(wanted)
    places[places == len(among)] = 0
    found = (among[places] == wanted).nonzero()[0]
    return found, places[found]


NOTHING = TermPostings(np.zeros(0, np.int32), np.zeros(0, np.float32))
