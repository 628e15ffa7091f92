"""Spelling of ordinary words, from the index's own words by edit distance, sound and frequency; never identifiers.

Distance: Damerau, "A technique for computer detection and correction of spelling errors" (1964), optimal string
alignment as `rapidfuzz` computes it. Sound: a key in the manner of Soundex and Metaphone, for endings that are written
as they are heard ("deportashun").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.language.stems import stop_words

#: Shorter words are not corrected: too much is one letter away from them.
SHORTEST = 4
#: Words that sound alike may differ by so many letters.
_SOUND_DISTANCE = 4
_SOUNDS = (
    (re.compile(r"(?:t|s|c|sh|ch)(?:io|u|o|e|ia)+n"), "xn"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gh|(?<=\w)h"), ""),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"ck|qu|[ckq]"), "k"),
    (re.compile(r"(?<=\w)[aeiouy]+"), ""),
    (re.compile(r"(\w)\1+"), r"\1"),
)


class Speller:
    """Knows the words of a generation and in how many documents each stands.

    Nothing is corrected into a stop word: it would be left out of the search, not looked for.
    """

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        counted = ((word, count) for word, count in words if word not in stop_words())
        self._frequencies = {word: count for word, count in counted if word.isalpha() and len(word) >= SHORTEST}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._frequencies:
            self._by_length[len(word)].append(word)
            self._by_sound[sound(word)].append(word)
        self.nearest = lru_cache(maxsize=4096)(self._nearest)

    def _nearest(self, word: str) -> str | None:
        """The likeliest word that is meant by a folded word; None where it is known, or nothing is near."""
        if word in self._frequencies or len(word) < SHORTEST or not word.isalpha():
            return None
        most = 1 if len(word) < 6 else 2
        near = self._of_length(len(word), most)
        return (
            self._best(word, near, 1)
            or self._in_two(word)
            or self._best(word, near, most)
            or self._best(word, self._by_sound.get(sound(word), []), _SOUND_DISTANCE)
        )

    def _in_two(self, word: str) -> str | None:
        """Two known words that were written as one ("greencard"), the pair whose rarer word is commonest."""
        pairs = [(word[:end], word[end:]) for end in range(SHORTEST, len(word) - SHORTEST + 1)]
        known = [pair for pair in pairs if all(part in self._frequencies for part in pair)]
        best = max(known, key=lambda pair: min(self._frequencies[part] for part in pair), default=None)
        return " ".join(best) if best else None

    def _of_length(self, length: int, most: int) -> list[str]:
        lengths = range(length - most, length + most + 1)
        return [known for one in lengths for known in self._by_length.get(one, ())]

    def _best(self, word: str, words: list[str], most: int) -> str | None:
        """The nearest of the words within a distance: fewest edits, then the same sound, first letter, frequency."""
        found = process.extract(word, words, scorer=OSA.distance, score_cutoff=most, limit=50)
        key = sound(word)

        def rank(match: tuple[str, float, int]) -> tuple[float, bool, bool, int, str]:
            known = match[0]
            return match[1], sound(known) != key, known[:1] != word[:1], -self._frequencies[known], known

        return min(found, key=rank)[0] if found else None


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """How a folded word sounds, roughly: consonants in a few classes, no vowels but a first one."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word
