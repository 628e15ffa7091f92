"""Postings: for each term the documents that have it, how much it weighs there, and at which positions it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.columns import Layout
from kb.search.entry import Entry, Stretch
from kb.search.scoring import FIELD_WEIGHTS

#: Positions left free between two stretches, so that no phrase reaches across.
GAP = 10


@dataclass(frozen=True, slots=True)
class TermPostings:
    """`documents` ascending; `weights` the field-weighted frequency in each."""

    documents: NDArray[np.int32]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TermPositions:
    """Every occurrence of a term: document and position, ascending."""

    documents: NDArray[np.int64]
    positions: NDArray[np.int64]


class Postings(Protocol):
    """What an engine's store must answer. Terms are plain strings, never looked into."""

    def term(self, term: str) -> TermPostings:
        """The postings of a term; empty ones where no document has it."""

    def positions(self, term: str) -> TermPositions:
        """The occurrences of a term."""

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin with `prefix` and how many documents have each, in order of code points."""


@dataclass(frozen=True, slots=True)
class Inverted:
    """One document turned round: its terms with their positions and weights, and the layout of its fields."""

    positions: Mapping[str, Sequence[int]]
    weights: Mapping[str, float]
    layout: Layout


def invert(entry: Entry) -> Inverted:
    """Lay the fields of an entry one after another and list where each term stands."""
    positions: dict[str, list[int]] = defaultdict(list)
    weights: dict[str, float] = defaultdict(float)
    field_weights, starts = [], []
    place, length = 0, 0.0
    for name, stretches in entry.fields.items():
        weight = FIELD_WEIGHTS.get(name, 1.0)
        starts.append(place)
        field_weights.append(weight)
        for stretch in stretches:
            for term, position in _placed(stretch, place):
                positions[term].append(position)
                weights[term] += weight
            length += weight * len(stretch)
            place += len(stretch) + GAP
    return Inverted(positions, weights, Layout(tuple(field_weights), tuple(starts), length))


def _placed(stretch: Stretch, start: int) -> Iterator[tuple[str, int]]:
    """Each term of a stretch that begins at position `start`, with the position where it stands."""
    return ((term, position) for position, terms in enumerate(stretch, start) for term in terms)
