"""Facets: which values each document carries, exact counts over any set of documents, documents by value.

The values of all facets are numbered in one row, so that one pass over a set of documents counts every facet.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.model import STATUSES
from kb.search.arrays import (
    Array,
    Places,
    damaged,
    offsets_of,
    open_arrays,
    ranges,
    read_json,
    smallest,
    write_arrays,
    write_json,
)
from kb.search.entry import FacetSpec
from kb.search.request import STATUS, Counted
from kb.search.tokens import TermNumbers

_ARRAYS, _VALUES = "facets.arrays", "facets.json"
#: The name of the engine's own facet of statuses where documents carry one of that name: nobody's else, and not shown.
_HIDDEN = "\0status"
#: A value that one in so many documents carries has a bitmap.
_COMMON = 80
#: A row of the table has room for the values of so many in a hundred documents, or for those of all where that is no
#: more than so many times as wide.
_FITTING, _WIDER = 95, 1.5

#: Facets are kept apart in a key by this many bits; documents times values of a facet stay below half of it.
_FACET_BITS = 50

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: its values by code point, numbered from `first` to before `behind` in the row of all."""

    spec: FacetSpec
    values: tuple[str, ...]
    first: int
    behind: int
    numbers: Mapping[str, int]

    @classmethod
    def of(cls, spec: FacetSpec, values: Sequence[str], first: int) -> Facet:
        """A facet with its values in order."""
        numbers = {value: number for number, value in enumerate(values, first)}
        return cls(spec, tuple(values), first, first + len(values), numbers)

    def order(self) -> list[int]:
        """The numbers of its values as they are listed where all have the same count."""
        labels = self.spec.labels
        if self.spec.descending:
            return sorted(self.numbers.values(), reverse=True)
        return sorted(
            self.numbers.values(),
            key=lambda one: labels.get(self.values[one - self.first], self.values[one - self.first]),
        )

    def with_missing(self, counted: Iterable[Counted], missing: Iterable[str]) -> tuple[Counted, ...]:
        """Values with a count and selected ones without, as they are listed."""
        every = [*counted, *(Counted(value, 0) for value in missing)]
        if self.spec.descending:
            return tuple(sorted(every, key=lambda one: one.value, reverse=True))
        return tuple(sorted(every, key=lambda one: (-one.count, self.spec.labels.get(one.value, one.value))))


class _Listing:
    """How the values of all facets are listed: by facet, then by count and label, or by value downwards."""

    def __init__(self, facets: Sequence[Facet]) -> None:
        self._facets = facets
        size = facets[-1].behind
        self._values = np.empty(size, object)
        self._listed = np.ones(size, np.bool_)
        self._keys = np.empty(size, np.int64)
        #: What one document more is worth in a key: less than one facet, more than all labels.
        self._worth = np.full(size, size, np.int64)
        for place, facet in enumerate(facets):
            self._values[facet.first : facet.behind] = facet.values
            self._listed[[facet.numbers[value] for value in facet.spec.unlisted if value in facet.numbers]] = False
            order = facet.order()
            self._keys[order] = np.arange(len(order)) + (place << _FACET_BITS)
            if facet.spec.descending:
                self._worth[facet.first : facet.behind] = 0
        self._bounds = np.arange(1, len(facets)) * (1 << _FACET_BITS) - (1 << (_FACET_BITS - 1))

    def of(self, counts: Array, selected: Mapping[str, Sequence[str]]) -> dict[str, tuple[Counted, ...]]:
        """Every facet's values with a count, and its selected ones. `counts` has one for each value of all facets."""
        shown = self._listed & (counts > 0)
        missing: dict[str, list[str]] = {}
        for facet in self._facets:
            for value in dict.fromkeys(selected.get(facet.spec.name, ())):
                number = facet.numbers.get(value)
                if number is not None and counts[number]:
                    shown[number] = True
                else:
                    missing.setdefault(facet.spec.name, []).append(value)
        found = shown.nonzero()[0]
        keys = self._keys[found] - counts[found] * self._worth[found]
        order = keys.argsort()
        found = found[order]
        ends = [*keys[order].searchsorted(self._bounds).tolist(), len(found)]
        counted = tuple(map(_new_counted, zip(self._values[found].tolist(), counts[found].tolist(), strict=True)))
        listed = {}
        for facet, start, end in zip(self._facets, (0, *ends), ends, strict=False):
            listed[facet.spec.name] = counted[start:end]
        for facet in self._facets:
            if facet.spec.name in missing:
                name = facet.spec.name
                listed[name] = facet.with_missing(listed[name], missing[name])
        return listed


#: Makes a `Counted` of (value, count) without a call into Python.
_new_counted: Callable[[tuple[str, int]], Counted] = partial(tuple.__new__, Counted)


class Facets:
    """The facets of one generation, read-only."""

    def __init__(self, folder: Path, size: int) -> None:
        arrays = open_arrays(folder / _ARRAYS)
        self._size = size
        #: Row d: the numbers of the values that document d carries, filled up with the number of all values.
        self._rows: Array = arrays["rows"]
        #: Those that did not fit into its row.
        self._more_offsets: NDArray[np.int64] = arrays["more-offsets"]
        self._more_values: Array = arrays["more-values"]
        #: Row v of `_documents`: the documents that carry value v, ascending.
        self._starts: NDArray[np.int64] = arrays["starts"]
        self._documents: Numbers = arrays["documents"]
        self._common: Numbers = arrays["common"]
        self._bitmaps: NDArray[np.uint64] = arrays["bitmaps"]
        self.totals = np.diff(self._starts)
        self._by_name = {facet.spec.name: facet for facet in _read(folder)}
        self._listing = _Listing([*self._by_name.values(), self.status])

    def get(self, name: str) -> Facet | None:
        """A facet, or None where there is none of this name."""
        return self._by_name.get(name)

    def items(self) -> Iterable[tuple[str, Facet]]:
        """Every facet by name, that of statuses last."""
        return *self._by_name.items(), (self.status.spec.name, self.status)

    @cached_property
    def status(self) -> Facet:
        """The facet of statuses, which stands last: the engine's own unless documents carry one of this name."""
        return Facet.of(FacetSpec(_HIDDEN if STATUS in self._by_name else STATUS), STATUSES, len(self.totals))

    def carrying(self, facet: Facet, values: Iterable[str]) -> NDArray[np.bool_]:
        """Which documents carry at least one of the values; unknown values add nothing."""
        wanted = [facet.numbers[value] for value in values if value in facet.numbers]
        parts = [self._documents[self._starts[value] : self._starts[value + 1]] for value in wanted]
        mask = np.zeros(self._size, np.bool_)
        mask[np.concatenate([_NONE, *parts]).astype(np.int64)] = True
        return mask

    def listed(
        self, counts: Array, statuses: Array, selected: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[Counted, ...]]:
        """Every facet's values as they are listed; `statuses` are the counts of the statuses."""
        listed = self._listing.of(np.concatenate((counts, statuses)), selected)
        if STATUS in self._by_name:
            del listed[_HIDDEN]
        return listed

    def counts(self, documents: Places) -> NDArray[np.int64]:
        """How many of the documents (ascending, each once) carry each value, by number."""
        if len(documents) * 2 <= self._size:
            return self._counted(documents)
        if len(documents) == self._size:
            return self.totals.copy()
        others = np.ones(self._size, np.bool_)
        others[documents] = False
        return self.totals - self._counted(others.nonzero()[0])

    def _counted(self, documents: Places) -> NDArray[np.int64]:
        size = len(self.totals)
        # A number of a row is looked at in the time of a word of bitmaps.
        if len(documents) * self._rows.shape[1] < self._bitmaps.size + len(self._rare):
            counts = np.bincount(self._rows.take(documents, axis=0).ravel(), minlength=size + 1)[:size]
            if len(self._more_values):
                starts = self._more_offsets.take(documents)
                more = ranges(starts, self._more_offsets.take(documents + 1) - starts)
                counts += np.bincount(self._more_values.take(more), minlength=size)
            return counts
        bits = _bits(documents, self._size)
        counts = np.bincount(self._rare_values.compress(bits.take(self._rare)), minlength=size)
        both = self._bitmaps & _bitmap(bits)
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
        write_json(folder / _VALUES, abouts)


_NONE = np.zeros(0, np.int32)


def _arrays(documents: Numbers, numbers: Numbers, size: int, values: int) -> dict[str, Array]:
    """The arrays of facets in which document `documents[i]` carries value `numbers[i]`, each pair once."""
    totals = np.bincount(numbers, minlength=values)
    starts = offsets_of(totals)
    carrying = documents[np.lexsort((documents, numbers))]
    common = np.flatnonzero(totals * _COMMON > size)
    return {
        **_table(documents, numbers, size, values),
        "starts": starts,
        "documents": carrying,
        "common": common.astype(np.int32),
        "bitmaps": np.asarray(
            [_bitmap(_bits(carrying[starts[value] : starts[value + 1]], size)) for value in common], "<u8"
        ).reshape(len(common), -(-size // 64)),
    }


def _table(documents: Numbers, numbers: Numbers, size: int, values: int) -> dict[str, Array]:
    """The values of each document: as many as fit as a row of a table, the others one document's behind another's."""
    order = np.lexsort((numbers, documents))
    documents, numbers = documents[order], numbers[order].astype(smallest(values))
    lengths = np.bincount(documents, minlength=size)
    ascending = np.sort(lengths).tolist() or [0]
    fitting, widest = ascending[(len(ascending) - 1) * _FITTING // 100], ascending[-1]
    width = widest if widest <= fitting * _WIDER else fitting
    places = np.arange(len(documents)) - offsets_of(lengths)[documents]
    fits = places < width
    rows = np.full((size, width), values, smallest(values))
    rows[documents[fits], places[fits]] = numbers[fits]
    return {
        "rows": rows,
        "more-offsets": offsets_of(np.maximum(lengths - width, 0)),
        "more-values": numbers[~fits],
    }


def _bits(documents: Array, size: int) -> NDArray[np.bool_]:
    """Which of `size` documents are among these, filled up to a multiple of 64."""
    bits = np.zeros(-(-size // 64) * 64, np.bool_)
    bits[documents] = True
    return bits


def _bitmap(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """One bit for each document, the first lowest, in whole words of 64."""
    return np.packbits(bits, bitorder="little").view("<u8")


def _read(folder: Path) -> Iterable[Facet]:
    first = 0
    for about in read_json(folder / _VALUES, list):
        try:
            unlisted = frozenset(about["unlisted"])
            spec = FacetSpec(about["name"], about["labels"], about["parents"], unlisted, about["descending"])
            yield Facet.of(spec, about["values"], first)
            first += len(about["values"])
        except (KeyError, TypeError) as error:
            raise damaged(folder / _VALUES, f"no facet: {error}") from error
