"""Documents turned round in bounded memory: sorted runs of some million occurrences, merged by windows of terms.

Sort-based inversion: Witten, Moffat, Bell, "Managing Gigabytes" (1999), section 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import Array, OnDisk, offsets_of, on_disk, ordered, ranges, windows, write_arrays
from kb.search.columnar.store import PART
from kb.search.similar import Rows
from kb.search.tokens import TermNumbers, Tokens

#: Occurrences of a run; the sort needs some 60 bytes for each at once.
RUN = 1_500_000
#: Occurrences of a window of terms that is merged at once.
WINDOW = 1_000_000


Column = NDArray[Any] | OnDisk


@dataclass(frozen=True, slots=True)
class Run:
    """Some consecutive documents turned round.

    `numbers` are the numbers of its T terms, in the order of the terms; `postings` (T + 1) says where those of a term
    begin, `occurrences` (T + 1) the same for positions. One number for each posting: `documents`, `frequencies` (in
    parts, see `PART`), `counts` (of positions). `highest` has the highest number of each of the last four.
    """

    numbers: NDArray[np.int32]
    postings: NDArray[np.int64]
    occurrences: NDArray[np.int64]
    highest: Mapping[str, int]
    documents: Column
    frequencies: Column
    counts: Column
    positions: Column

    def spilled(self, path: Path) -> Run:
        """The run with its long arrays in a file."""
        write_arrays(path, {name: np.asarray(getattr(self, name)) for name in self.highest})
        columns: dict[str, Any] = {**on_disk(path)}
        return replace(self, **columns)


class Part(NamedTuple):
    """The postings of a window of terms, in order of term and document."""

    documents: Array
    frequencies: Array
    counts: Array
    positions: Array


class TermOrder:
    """The terms that have numbers, in order: by code points, which is that of their bytes."""

    def __init__(self, numbers: TermNumbers) -> None:
        self._numbers = numbers
        #: Every term by its number.
        self.terms: list[str] = []
        self._order: list[int] = []

    def numbers(self) -> NDArray[np.int32]:
        """The numbers of all terms that there are by now."""
        known = len(self.terms)
        self.terms += islice(self._numbers, known, None)
        # The sort finds two ascending runs and merges them: only what is new is sorted.
        new = sorted(range(known, len(self.terms)), key=self.terms.__getitem__)
        self._order = sorted(self._order + new, key=self.terms.__getitem__)
        return np.asarray(self._order, np.int32)


def turn_round(documents: Sequence[Tokens], first: int, order: NDArray[np.int32]) -> Run:
    """The run of some documents, of which the first has the number `first`; `order` has all terms in order."""
    numbers = _joined([one.terms for one in documents], np.int32)
    positions = _joined([one.positions for one in documents], np.int32)
    places = np.repeat(np.arange(first, first + len(documents), dtype=np.int32), [len(one.terms) for one in documents])
    weights = [round(weight / PART) for one in documents for weight in one.weights]
    parts = np.repeat(np.asarray(weights, np.uint32), [count for one in documents for count in one.occurrences])

    mine, ranks = _ranked([numbers], order)
    keys = ranks[numbers]
    sorting = ordered(keys, len(mine))
    keys, places = keys[sorting], places[sorting]
    begins = np.ones(len(keys), np.bool_)
    begins[1:] = (keys[1:] != keys[:-1]) | (places[1:] != places[:-1])
    starts = begins.nonzero()[0]
    sums = offsets_of(parts[sorting])
    arrays = {
        "documents": places[starts],
        "frequencies": np.diff(sums[starts], append=sums[-1]).astype(np.uint32),
        "counts": np.diff(starts, append=len(keys)).astype(np.uint32),
        "positions": positions[sorting],
    }
    return Run(
        mine,
        offsets_of(np.bincount(keys[starts], minlength=len(mine))),
        offsets_of(np.bincount(keys, minlength=len(mine))),
        {name: int(array.max(initial=0)) for name, array in arrays.items()},
        **arrays,
    )


def _ranked(
    numbers: Sequence[NDArray[np.int32]], order: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The different numbers in order of their terms; and for every number of a term its place among them."""
    present = np.zeros(len(order), np.bool_)
    for some in numbers:
        present[some] = True
    mine = order[present[order]]
    ranks = np.zeros(len(order), np.int32)
    ranks[mine] = np.arange(len(mine))
    return mine, ranks


def _joined(parts: Sequence[Array], dtype: type[np.generic]) -> Array:
    return np.concatenate([np.zeros(0, dtype), *parts])


def rows_of(run: Run, first: int, size: int, telling: NDArray[np.bool_]) -> Rows:
    """The `size` documents of a run from number `first` on, each with its terms that tell how alike documents are.

    `telling` says of each number whether its term is one of these.
    """
    lengths = np.diff(run.postings)
    kept = np.repeat(telling[run.numbers], lengths)
    documents = run.documents[:][kept] - first
    order = ordered(documents, size)
    return Rows(
        offsets_of(np.bincount(documents, minlength=size)),
        np.repeat(run.numbers, lengths)[kept][order],
        (run.frequencies[:][kept] * PART).astype(np.float32)[order],
    )


class Merger:
    """Several runs as one: their terms in order, and the postings of all terms, window by window."""

    def __init__(self, runs: Sequence[Run], order: TermOrder) -> None:
        found, ranks = _ranked([run.numbers for run in runs], order.numbers())
        #: The place of each term of the index by its number.
        self.ranks = ranks
        self._runs = [(self.ranks[run.numbers], run) for run in runs]
        #: The terms of the index in order.
        self.terms = [order.terms[number] for number in found.tolist()]
        #: How many postings and occurrences each term has.
        self.postings, self.occurrences = (np.zeros(len(found), np.int64) for _ in range(2))
        for mine, run in self._runs:
            self.postings[mine] += np.diff(run.postings)
            self.occurrences[mine] += np.diff(run.occurrences)

    def parts(self) -> Iterator[Part]:
        """The postings of all terms."""
        for first, behind in windows(self.occurrences, WINDOW):
            yield self._window(first, behind)

    def _window(self, first: int, behind: int) -> Part:
        cuts = [_Cut.of(ranks, run, first, behind) for ranks, run in self._runs]
        # Runs hold ascending documents, so that a stable order by term keeps each term's documents ascending.
        order = ordered(np.concatenate([cut.ranks for cut in cuts]), len(self.terms))
        postings = _reordered([cut.postings for cut in cuts], order)
        occurrences = _reordered([cut.occurrences for cut in cuts], order)
        return Part(
            np.concatenate([cut.run.documents[cut.of_postings] for cut in cuts])[postings],
            np.concatenate([cut.run.frequencies[cut.of_postings] for cut in cuts])[postings],
            np.concatenate([cut.run.counts[cut.of_postings] for cut in cuts])[postings],
            np.concatenate([cut.run.positions[cut.of_occurrences] for cut in cuts])[occurrences],
        )


class _Cut(NamedTuple):
    """The part of a run that holds some consecutive terms: their places among all, and the bounds of their postings."""

    run: Run
    ranks: NDArray[np.int32]
    postings: NDArray[np.int64]
    occurrences: NDArray[np.int64]

    @classmethod
    def of(cls, ranks: NDArray[np.int32], run: Run, first: int, behind: int) -> _Cut:
        low, high = ranks.searchsorted([first, behind]).tolist()
        return cls(run, ranks[low:high], run.postings[low : high + 1], run.occurrences[low : high + 1])

    @property
    def of_postings(self) -> slice:
        return slice(self.postings[0], self.postings[-1])

    @property
    def of_occurrences(self) -> slice:
        return slice(self.occurrences[0], self.occurrences[-1])


def _reordered(bounds: Sequence[NDArray[np.int64]], order: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """What to take from stretches of several runs, put behind each other, so that they stand in another order."""
    if len(bounds) == 1:
        return slice(None)
    lengths = np.concatenate([np.diff(one) for one in bounds])
    return ranges(offsets_of(lengths)[:-1][order], lengths[order])
