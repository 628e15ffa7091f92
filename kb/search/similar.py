"""Which texts read alike: cosine of TF-IDF vectors (Salton, Buckley 1988), over the terms that tell documents apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kb.search.arrays import Blobs, load, save
from kb.search.columns import Columns
from kb.search.postings import Inverted, Postings
from kb.search.request import Likeness

#: Terms of a document that are compared with others: the weightiest ones carry nearly all of the likeness.
KEY_TERMS = 40
#: Exact words and words of titles repeat what stems say; they are left out of vectors.
_REPEATS = ("'", "^")


class Similarity:
    """Likeness over one generation."""

    def __init__(self, postings: Postings, folder: Path, columns: Columns) -> None:
        self._postings = postings
        self._columns = columns
        self._norms = load(folder, "norms")
        self._keys = Blobs(folder, "keys")

    def similar(self, number: int, limit: int) -> tuple[Likeness, ...]:
        """The documents most like the one with this number, best first."""
        products = np.zeros(len(self._columns), np.float64)
        for term, weight in self._keys.get(number):
            postings = self._postings.term(term)
            rarity = _rarity(len(self._columns), len(postings.documents))
            products[postings.documents] += weight * (1 + np.log(np.maximum(postings.weights, 1))) * rarity
        products[number] = 0.0
        cosines = products / np.maximum(self._norms * self._norms[number], 1e-9)
        best = self._columns.order(np.flatnonzero(products), cosines[products > 0])[:limit]
        return tuple(Likeness(self._columns.ids[one], round(float(cosines[one]), 6)) for one in best)


def write(folder: Path, inverted: Sequence[Inverted]) -> None:
    """Write the vectors' lengths and the weightiest terms of each document."""
    frequencies = Counter(term for one in inverted for term in one.weights if not term.startswith(_REPEATS))
    norms, keys = [], []
    for one in inverted:
        vector = {
            term: (1 + math.log(max(weight, 1))) * _rarity(len(inverted), frequencies[term])
            for term, weight in one.weights.items()
            if not term.startswith(_REPEATS)
        }
        norms.append(math.sqrt(sum(weight * weight for weight in vector.values())))
        shared = [(term, weight) for term, weight in vector.items() if frequencies[term] > 1]
        keys.append(sorted(shared, key=lambda pair: (-pair[1], pair[0]))[:KEY_TERMS])
    save(folder, "norms", np.asarray(norms, np.float64))
    Blobs.write(folder, "keys", keys)


def _rarity(documents: int, having: int) -> float:
    return math.log((1 + documents) / (1 + having)) if having else 0.0
