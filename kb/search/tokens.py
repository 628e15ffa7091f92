"""Documents laid out for an index: every occurrence of a term with its position, fields one behind the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.search.scoring import FIELD_WEIGHTS

#: A stretch of text: at each position the terms that stand there, or at every position one term, a plain string.
#: A phrase never reaches across stretches.
Stretch = Sequence[Sequence[str]] | Sequence[str]
#: Positions left free between two stretches, so that no phrase reaches across.
GAP = 10


_MIXED = "a stretch holds either strings or sequences of strings at all of its positions"
_Key = TypeVar("_Key")


class Numbers(dict[_Key, int]):
    """Numbers from 0 on, given at first sight."""

    def __missing__(self, key: _Key) -> int:
        number = self[key] = len(self)
        return number


class TermNumbers(Numbers[str]):
    """Numbers of terms, given at first sight. Raises TypeError for what is no string."""

    def __missing__(self, key: str) -> int:
        if not isinstance(key, str):
            raise TypeError(_MIXED)
        return super().__missing__(key)


@dataclass(frozen=True, slots=True)
class Tokens:
    """One document laid out. Terms are numbers of a `TermNumbers` that stands beside it.

    `terms` and `positions` have one number for each occurrence, by ascending position. The other four have one for each
    of its fields, in the order in which they lie: its name, its first position, how many occurrences and how many
    positions it has.
    """

    terms: NDArray[np.int32]
    positions: NDArray[np.int32]
    fields: tuple[str, ...]
    starts: tuple[int, ...]
    occurrences: tuple[int, ...]
    lengths: tuple[int, ...]

    @property
    def weights(self) -> tuple[float, ...]:
        """What an occurrence in each of the fields counts."""
        return _weights(self.fields)

    @property
    def length(self) -> float:
        """The weighted number of positions."""
        return float(sum(weight * length for weight, length in zip(self.weights, self.lengths, strict=True)))


@lru_cache(maxsize=256)
def _weights(fields: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(FIELD_WEIGHTS.get(name, 1.0) for name in fields)


def lay_out(fields: Mapping[str, Sequence[Stretch]], numbers: TermNumbers) -> Tokens:
    """Lay the fields of a document one behind the other."""
    terms: list[str] = []
    positions: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    starts, occurrences, lengths = [], [], []
    place = 0
    for stretches in fields.values():
        starts.append(place)
        before = len(terms)
        for stretch in stretches:
            positions.append(_add(stretch, place, terms))
            place += len(stretch) + GAP
        occurrences.append(len(terms) - before)
        lengths.append(sum(map(len, stretches)))
    return Tokens(
        np.fromiter(map(numbers.__getitem__, terms), np.int32, len(terms)),
        np.concatenate(positions),
        tuple(fields),
        tuple(starts),
        tuple(occurrences),
        tuple(lengths),
    )


def _add(stretch: Stretch, place: int, terms: list[str]) -> NDArray[np.int32]:
    """Add the terms of a stretch that begins at a position; returns where each stands."""
    places = np.arange(place, place + len(stretch), dtype=np.int32)
    if not len(stretch) or isinstance(stretch[0], str):
        # Whatever else stands among strings gets no number.
        terms.extend(stretch)  # type: ignore[arg-type]
        return places
    if any(isinstance(one, str) for one in stretch):
        raise TypeError(_MIXED)
    terms.extend(chain.from_iterable(stretch))
    return places.repeat(list(map(len, stretch)))
