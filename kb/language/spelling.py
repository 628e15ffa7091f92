"""Spelling of ordinary words, from the index's own words by edit distance and frequency. Identifiers never change.

Distance: Damerau, "A technique for computer detection and correction of spelling errors" (1964), optimal string
alignment as `rapidfuzz` computes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: Shorter words are not corrected: too much is one letter away from them.
SHORTEST = 4


class Speller:
    """Knows the words of a generation and in how many documents each stands."""

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        self._frequencies = {word: count for word, count in words if word.isalpha() and len(word) >= SHORTEST}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._frequencies:
            self._by_length[len(word)].append(word)
        self.nearest = lru_cache(maxsize=4096)(self._nearest)

    def _nearest(self, word: str) -> str | None:
        """The likeliest word that is meant by a folded word; None where it is known, or nothing is near."""
        if word in self._frequencies or len(word) < SHORTEST or not word.isalpha():
            return None
        most = 1 if len(word) < 6 else 2
        lengths = range(len(word) - most, len(word) + most + 1)
        near = [known for length in lengths for known in self._by_length.get(length, ())]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=50)
        ranked = sorted(
            found, key=lambda match: (match[1], match[0][:1] != word[:1], -self._frequencies[match[0]], match[0])
        )
        return ranked[0][0] if ranked else None
