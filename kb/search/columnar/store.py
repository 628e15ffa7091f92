"""The postings of a generation as they lie on disk, and what reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import Places, damaged, open_arrays, ranges, read_json
from kb.search.columnar.dictionary import Dictionary
from kb.search.postings import NOTHING, NOWHERE, Spots, TermPostings, gathered, located, spots

#: Another number means that an index cannot be read by this version.
FORMAT = 2
MANIFEST, DICTIONARY, DOCUMENTS, FREQUENCIES, COUNTS, POSITIONS = (
    "columnar.json", "terms.arrays", "documents.arrays", "frequencies.arrays", "counts.arrays", "positions.arrays",
)  # fmt: skip
#: Frequencies are kept as whole numbers of this part: every weight of a field is a multiple of it.
PART = 0.5
#: All of a term's positions are read unless its documents are so many times those that are wanted.
_SPARSE = 4


class StoredPostings:
    """Postings read from the arrays of one folder. Implements `kb.search.postings.Postings`; safe between threads."""

    def __init__(self, folder: Path) -> None:
        about = _manifest(folder)
        self._size: int = about["documents"]
        arrays = open_arrays(folder / DICTIONARY)
        self._dictionary = Dictionary(arrays)
        self._starts: NDArray[np.int64] = arrays["postings"]
        self._occurrences: NDArray[np.int64] = arrays["occurrences"]
        self._documents = open_arrays(folder / DOCUMENTS)["documents"]
        self._frequencies = open_arrays(folder / FREQUENCIES)["frequencies"]
        self._counts = open_arrays(folder / COUNTS)["counts"]
        self._positions = open_arrays(folder / POSITIONS)["positions"]

    def term(self, term: str) -> TermPostings:
        """See `kb.search.postings.Postings.term`."""
        number = self._dictionary.find(term)
        return NOTHING if number is None else self._read(*self._slice(number, number + 1))

    def prefix(self, prefix: str) -> TermPostings:
        """See `kb.search.postings.Postings.prefix`: terms that begin alike lie side by side."""
        found = self._read(*self._slice(*self._dictionary.starting(prefix)))
        return gathered(found.documents, found.frequencies * np.float32(PART), self._size)

    def spots(self, term: str, documents: Places) -> Spots:
        """See `kb.search.postings.Postings.spots`."""
        number = self._dictionary.find(term)
        if number is None:
            return NOWHERE
        first, behind = self._slice(number, number + 1)
        having, counts = self._documents[first:behind], self._counts[first:behind]
        if len(documents) * _SPARSE < len(having):
            _, found = located(having, documents.astype(having.dtype))
            lengths = counts.take(found).astype(np.int64)
            starts = counts.cumsum(dtype=np.int64).take(found) - lengths + self._occurrences[number]
            return spots(having.take(found), lengths, self._positions.take(ranges(starts, lengths)))
        start, end = self._occurrences[number : number + 2].tolist()
        return spots(having, counts, self._positions[start:end])

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """See `kb.search.postings.Postings.terms`."""
        first, behind = self._dictionary.starting(prefix)
        counts = np.diff(self._starts[first : behind + 1]).tolist()
        return [(self._dictionary.term(first + place), count) for place, count in enumerate(counts)]

    def _slice(self, first: int, behind: int) -> tuple[int, int]:
        return int(self._starts[first]), int(self._starts[behind])

    def _read(self, first: int, behind: int) -> TermPostings:
        return TermPostings(self._documents[first:behind].astype(np.int64), self._frequencies[first:behind], PART)


def _manifest(folder: Path) -> dict[str, Any]:
    about = read_json(folder / MANIFEST, dict)
    if about.get("format") != FORMAT:
        raise damaged(folder / MANIFEST, f"its format is {about.get('format')}, not {FORMAT}")
    if not isinstance(about.get("documents"), int):
        raise damaged(folder / MANIFEST, "it does not say how many documents there are")
    return about
