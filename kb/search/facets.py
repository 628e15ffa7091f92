"""Facets: which values each document carries, exact counts over any set of documents, documents by value.

The values of all facets are numbered in one row, so that one pass over a set of documents counts every facet.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import Array, offsets_of, open_arrays, ranges, write_arrays
from kb.search.entry import FacetSpec
from kb.search.request import Counted
from kb.search.tokens import TermNumbers

_ARRAYS, _VALUES = "facets.arrays", "facets.json"
#: A value that one in so many documents carries has a bitmap.
_COMMON = 32
#: Looking up the values of one document costs as much as so many 64-bit words of bitmaps.
_WORDS_A_DOCUMENT = 64

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its values by code point, numbered from `first` in the row of all; how they are listed."""

    spec: FacetSpec
    values: tuple[str, ...]
    first: int
    numbers: Mapping[str, int]
    ranks: NDArray[np.int64]
    listed: NDArray[np.bool_]

    @classmethod
    def of(cls, spec: FacetSpec, values: Sequence[str], first: int = 0) -> Facet:
        """A facet with its values in order."""
        labels = spec.labels
        order = sorted(range(len(values)), key=lambda one: labels.get(values[one], values[one]))
        ranks = np.empty(len(values), np.int64)
        ranks[order] = np.arange(len(values))
        listed = np.asarray([value not in spec.unlisted for value in values], np.bool_)
        return cls(spec, tuple(values), first, {value: n for n, value in enumerate(values, first)}, ranks, listed)

    def counted(self, counts: Array, selected: Sequence[str]) -> tuple[Counted, ...]:
        """The values with a count, and the selected ones, as they are listed. `counts` has one for each value."""
        shown = self.listed & (counts > 0)
        others = []
        for value in dict.fromkeys(selected):
            number = self.numbers.get(value)
            if number is None or not counts[number - self.first]:
                others.append(Counted(value, 0))
            else:
                shown[number - self.first] = True
        found = np.flatnonzero(shown)
        if self.spec.descending:
            order = found[::-1]
        else:
            # Ranks are below the number of values, so that one number orders by count and then by label.
            order = found[np.argsort(self.ranks[found] - counts[found] * len(self.values))]
        values = self.values
        listed = [Counted(values[n], count) for n, count in zip(order.tolist(), counts[order].tolist(), strict=True)]
        if others:
            listed += others
            listed.sort(key=self._descending if self.spec.descending else self._place, reverse=self.spec.descending)
        return tuple(listed)

    def _place(self, counted: Counted) -> tuple[int, str]:
        return -counted.count, self.spec.labels.get(counted.value, counted.value)

    @staticmethod
    def _descending(counted: Counted) -> str:
        return counted.value


class Facets:
    """The facets of one generation, read-only."""

    def __init__(self, folder: Path, size: int) -> None:
        arrays = open_arrays(folder / _ARRAYS)
        self._size = size
        #: Row d of `_values`: the numbers of the values that document d carries.
        self._offsets: NDArray[np.int64] = arrays["offsets"]
        self._values: Numbers = arrays["values"]
        #: Row v of `_documents`: the documents that carry value v, ascending.
        self._starts: NDArray[np.int64] = arrays["starts"]
        self._documents: Numbers = arrays["documents"]
        self._common: Numbers = arrays["common"]
        self._bitmaps: NDArray[np.uint64] = arrays["bitmaps"]
        self.totals = np.diff(self._starts)
        self._by_name = {facet.spec.name: facet for facet in _read(folder)}

    def get(self, name: str) -> Facet | None:
        """A facet, or None where there is none of this name."""
        return self._by_name.get(name)

    @property
    def names(self) -> Sequence[str]:
        """The names of all facets."""
        return tuple(self._by_name)

    def carrying(self, facet: Facet, values: Iterable[str]) -> NDArray[np.bool_]:
        """Which documents carry at least one of the values; unknown values add nothing."""
        wanted = np.asarray([facet.numbers[value] for value in values if value in facet.numbers], np.int64)
        mask = np.zeros(self._size, np.bool_)
        mask[self._documents[ranges(self._starts[wanted], self.totals[wanted])]] = True
        return mask

    def counts(self, documents: Numbers) -> NDArray[np.int64]:
        """How many of the documents (ascending, each once) carry each value, by number."""
        if len(documents) * 2 > self._size:
            others = np.ones(self._size, np.bool_)
            others[documents] = False
            return self.totals - self._counted(np.flatnonzero(others).astype(np.int32))
        return self._counted(documents)

    def _counted(self, documents: Numbers) -> NDArray[np.int64]:
        if len(documents) * _WORDS_A_DOCUMENT < self._bitmaps.size + len(self._rare):
            starts, ends = self._offsets[documents], self._offsets[documents + 1]
            found = self._values[ranges(starts, ends - starts)]
            return np.bincount(found, minlength=len(self.totals))
        mask = np.zeros(self._size, np.bool_)
        mask[documents] = True
        counts = np.bincount(self._rare_values[mask[self._rare]], minlength=len(self.totals))
        both = self._bitmaps & _bitmap(documents, self._size)
        counts[self._common] = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        return counts

    @cached_property
    def _is_rare(self) -> NDArray[np.bool_]:
        rare = np.ones(len(self.totals), np.bool_)
        rare[self._common] = False
        return rare

    @cached_property
    def _rare(self) -> Numbers:
        """The documents of all values that have no bitmap."""
        rare = np.flatnonzero(self._is_rare)
        return self._documents[ranges(self._starts[rare], self.totals[rare])]

    @cached_property
    def _rare_values(self) -> NDArray[np.int64]:
        """The value of each of `_rare`."""
        rare = np.flatnonzero(self._is_rare)
        return np.repeat(rare, self.totals[rare])


class FacetsWriter:
    """Takes the values of documents in order and writes the facets at the end."""

    def __init__(self, specs: Sequence[FacetSpec]) -> None:
        self._specs = {spec.name: spec for spec in specs}
        #: Of each facet the numbers of its values, and one (document, value) after the other.
        self._numbers: dict[str, TermNumbers] = {name: TermNumbers() for name in self._specs}
        self._pairs: dict[str, tuple[array[int], array[int]]] = {name: (array("i"), array("i")) for name in self._specs}

    def add(self, document: int, facets: Mapping[str, Sequence[str]]) -> None:
        """Take the values that a document carries."""
        for name, values in facets.items():
            if name not in self._specs:
                self._specs[name] = FacetSpec(name)
                self._numbers[name] = TermNumbers()
                self._pairs[name] = (array("i"), array("i"))
            documents, numbers = self._pairs[name]
            found = {self._numbers[name][value] for value in values}
            documents.extend([document] * len(found))
            numbers.extend(found)

    def write(self, folder: Path, size: int) -> None:
        """Write the facets of so many documents."""
        abouts, documents, numbers, first = [], [_NONE], [_NONE], 0
        for name, spec in self._specs.items():
            values = sorted(self._numbers[name])
            places = np.empty(len(values), np.int32)
            places[[self._numbers[name][value] for value in values]] = np.arange(first, first + len(values))
            documents.append(np.asarray(self._pairs[name][0], np.int32))
            numbers.append(places[np.asarray(self._pairs[name][1], np.int32)])
            abouts.append({**asdict(spec), "unlisted": sorted(spec.unlisted), "values": values})
            first += len(values)
        write_arrays(folder / _ARRAYS, _arrays(np.concatenate(documents), np.concatenate(numbers), size, first))
        (folder / _VALUES).write_text(json.dumps(abouts, ensure_ascii=False, sort_keys=True), encoding="utf-8")


_NONE = np.zeros(0, np.int32)


def _arrays(documents: Numbers, numbers: Numbers, size: int, values: int) -> dict[str, Array]:
    """The arrays of facets in which document `documents[i]` carries value `numbers[i]`, each pair once."""
    by_document = np.lexsort((numbers, documents))
    totals = np.bincount(numbers, minlength=values)
    starts = offsets_of(totals)
    carrying = documents[np.lexsort((documents, numbers))]
    common = np.flatnonzero(totals * _COMMON > size)
    return {
        "offsets": offsets_of(np.bincount(documents, minlength=size)),
        "values": numbers[by_document],
        "starts": starts,
        "documents": carrying,
        "common": common.astype(np.int32),
        "bitmaps": np.asarray(
            [_bitmap(carrying[starts[value] : starts[value + 1]], size) for value in common], "<u8"
        ).reshape(len(common), -(-size // 64)),
    }


def _bitmap(documents: Numbers, size: int) -> NDArray[np.uint64]:
    """One bit for each document, the first lowest, in whole words of 64."""
    bits = np.zeros(-(-size // 64) * 64, np.bool_)
    bits[documents] = True
    return np.packbits(bits, bitorder="little").view("<u8")


def _read(folder: Path) -> Iterable[Facet]:
    first = 0
    for about in json.loads((folder / _VALUES).read_text(encoding="utf-8")):
        unlisted = frozenset(about["unlisted"])
        spec = FacetSpec(about["name"], about["labels"], about["parents"], unlisted, about["descending"])
        yield Facet.of(spec, about["values"], first)
        first += len(about["values"])
