"""Which documents of a generation read alike: what `kb.search.vectors` works out, kept with the generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import methodcaller
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.language.tree import EXACT, TITLE
from kb.search import vectors
from kb.search.arrays import OnDisk, on_disk, write_arrays
from kb.search.columns import Columns
from kb.search.request import Likeness
from kb.search.vectors import TermMatrix

#: Exact words and words of titles repeat what stems say; they are left out of vectors.
_REPEATS = (EXACT, TITLE)


class Similarity:
    """Likeness over one generation."""

    def __init__(self, folder: Path, columns: Columns) -> None:
        # At once: the folder may be gone when the first page is asked for.
        self._vectors = vectors.open_vectors(folder)
        self._columns = columns

    def similar(self, number: int, limit: int) -> tuple[Likeness, ...]:
        """The documents most like the one with this number, best first."""
        scores = vectors.likeness(self._vectors, number)
        scores[number] = 0
        others = np.flatnonzero(scores > 0)
        best = others[self._columns.first(others, scores[others], min(limit, len(others)))]
        return tuple(Likeness(self._columns.ids[one], round(float(scores[one]), 6)) for one in best.tolist())


@dataclass(frozen=True, slots=True)
class Rows:
    """Consecutive documents with their terms, by number, and frequencies; row d begins at `offsets[d]`."""

    offsets: NDArray[np.int64]
    numbers: NDArray[np.int32] | OnDisk
    frequencies: NDArray[np.float32] | OnDisk

    def spilled(self, path: Path) -> Rows:
        """The rows with their long arrays in a file."""
        write_arrays(path, {"numbers": self.numbers[:], "frequencies": self.frequencies[:]})
        columns: dict[str, Any] = {**on_disk(path)}
        return replace(self, **columns)


def telling(terms: Sequence[str]) -> NDArray[np.bool_]:
    """Which terms are compared."""
    return ~np.fromiter(map(methodcaller("startswith", _REPEATS), terms), np.bool_, len(terms))


class _Matrices(Sequence[TermMatrix]):
    """Rows as matrices whose terms are numbered anew; each is made when it is asked for."""

    def __init__(self, rows: Sequence[Rows], ranks: NDArray[np.int32], size: int) -> None:
        self._rows, self._ranks, self._size = rows, ranks, size

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> TermMatrix:  # type: ignore[override]
        row = self._rows[place]
        return TermMatrix(row.offsets, self._ranks[row.numbers[:]], row.frequencies[:], self._size)


def write(folder: Path, rows: Sequence[Rows], ranks: NDArray[np.int32], size: int) -> None:
    """Write the vectors of all documents; `ranks` has the place of each of `size` terms by its number."""
    vectors.write(folder, vectors.fit(_Matrices(rows, ranks, size)))
