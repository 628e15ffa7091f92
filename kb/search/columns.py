"""Everything that is per document: facet values, dates, ids, stored text. Exact facets, filters and order.

Every local engine uses these columns, so that totals, counts and order are the same whatever matched and scored.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.model import STATUSES
from kb.search.arrays import Blobs, load, ragged, save
from kb.search.entry import Entry, FacetSpec
from kb.search.request import STATUS, Counted, Request, Selection

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """One facet: its values, which of them each document carries (ragged codes), and how values read."""

    spec: FacetSpec
    values: tuple[str, ...]
    codes_by_value: Mapping[str, int]
    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    documents: NDArray[np.int32]

    def mask(self, values: Sequence[str], size: int) -> Mask:
        """The documents that carry at least one of the values; unknown values add nothing."""
        wanted = [self.codes_by_value[value] for value in values if value in self.codes_by_value]
        chosen = np.zeros(len(self.values) + 1, np.bool_)
        chosen[wanted] = True
        mask = np.zeros(size, np.bool_)
        mask[self.documents[chosen[self.codes]]] = True
        return mask

    def counts(self, mask: Mask) -> NDArray[np.int64]:
        """How many documents of the mask carry each value, by code."""
        return np.bincount(self.codes[mask[self.documents]], minlength=len(self.values))


class Columns:
    """The columns of one generation, read-only and shared between threads."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
        self.ids: list[str] = about["ids"]
        self.numbers = {document_id: number for number, document_id in enumerate(self.ids)}
        self.dates: NDArray[np.int32] = load(folder, "dates")
        self.updated: NDArray[np.int32] = load(folder, "updated")
        self.reviewed: NDArray[np.int32] = load(folder, "reviewed")
        self.fades: Mask = load(folder, "fades")
        self.weights: NDArray[np.float64] = load(folder, "weights")
        self.successors: NDArray[np.int32] = load(folder, "successors")
        self._superseded: Mask = load(folder, "superseded")
        self.lengths: NDArray[np.float32] = load(folder, "lengths")
        self.boundaries: NDArray[np.int32] = load(folder, "boundaries")
        self.field_weights: NDArray[np.float64] = load(folder, "field-weights")
        self._change_documents: NDArray[np.int32] = load(folder, "change-documents")
        self._change_days: NDArray[np.int32] = load(folder, "change-days")
        self.facets = {spec["name"]: _open_facet(folder, n, spec) for n, spec in enumerate(about["facets"])}
        self._stored = Blobs(folder, "stored")
        self._status = lru_cache(maxsize=8)(self._statuses)

    def __len__(self) -> int:
        return len(self.ids)

    def stored(self, number: int) -> Mapping[str, Any]:
        """What was stored with a document."""
        return self._stored.get(number)  # type: ignore[no-any-return]

    @cached_property
    def newest(self) -> int:
        """The newest date, as an ordinal; 0 where no document has one."""
        return int(self.dates.max()) if len(self) else 0

    @cached_property
    def average_length(self) -> float:
        """The mean weighted length."""
        return float(self.lengths.mean()) if len(self) else 0.0

    @cached_property
    def _id_ranks(self) -> NDArray[np.int64]:
        """The place of each id by code point."""
        order = sorted(range(len(self.ids)), key=self.ids.__getitem__)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        return ranks

    # -- filters --------------------------------------------------------------------------------------------------

    def within(self, request: Request) -> Mask:
        """The documents that the dates and conditions of a request allow (facet selections apart)."""
        mask = np.ones(len(self), np.bool_) if not request.nothing else np.zeros(len(self), np.bool_)
        if request.date_from:
            mask &= self.dates >= request.date_from.toordinal()
        if request.date_to:
            mask &= (self.dates > 0) & (self.dates <= request.date_to.toordinal())
        if request.as_of:
            mask &= self.dates <= request.as_of.toordinal()
        for condition in request.conditions:
            held = self._selected(Selection(condition.facet, condition.values), request)
            mask &= ~held if condition.excluded else held
        return mask

    def _selected(self, selection: Selection, request: Request) -> Mask:
        if selection.facet == STATUS and STATUS not in self.facets:
            wanted = [STATUSES.index(value) for value in selection.values if value in STATUSES]
            return np.isin(self.statuses(request), wanted)
        column = self.facets.get(selection.facet)
        return column.mask(selection.values, len(self)) if column else np.zeros(len(self), np.bool_)

    # -- status ---------------------------------------------------------------------------------------------------

    def statuses(self, request: Request) -> NDArray[np.int8]:
        """Each document's status on the day of the request, as an index into `kb.model.STATUSES`."""
        return self._status((request.as_of or request.today).toordinal(), request.as_of is not None)

    def _statuses(self, day: int, as_of: bool) -> NDArray[np.int8]:
        """As it stood on `day`: with `as_of`, reviews, updates and successors of later days are not there yet."""
        reviewed = np.where(self.reviewed <= day, self.reviewed, 0) if as_of else self.reviewed
        status = np.where(reviewed > 0, STATUSES.index("current"), STATUSES.index("unreviewed")).astype(np.int8)
        later = self._later_changes(day, as_of)
        status[self._change_documents[later]] = STATUSES.index("law-changed")
        superseded = self._superseded.copy()
        if as_of:
            known = self.successors >= 0
            superseded[known] &= self.dates[self.successors[known]] <= day
        status[superseded] = STATUSES.index("superseded")
        return status

    def _later_changes(self, day: int, as_of: bool) -> Mask:
        """Which changes of the law came after the document that cites it, and by `day`."""
        dates = [
            np.where(column <= day, column, 0) if as_of else column
            for column in (self.dates, self.updated, self.reviewed)
        ]
        latest = np.maximum.reduce(dates)[self._change_documents]
        found: Mask = (latest > 0) & (self._change_days > latest) & (self._change_days <= day)
        return found

    def later_changes(self, number: int, request: Request) -> tuple[dt.date, ...]:
        """The days on which law that a document cites changed after it, newest first."""
        day = (request.as_of or request.today).toordinal()
        mine = self._change_documents == number
        if not mine.any():
            return ()
        days = self._change_days[mine & self._later_changes(day, request.as_of is not None)]
        return tuple(dt.date.fromordinal(int(found)) for found in np.unique(days)[::-1])

    # -- facets ---------------------------------------------------------------------------------------------------

    def select(self, base: Mask, request: Request) -> tuple[Mask, Mapping[str, tuple[Counted, ...]]]:
        """The documents of `base` that every selection allows, and the facets counted over it.

        count(facet, value) = documents of `base` under every other facet's selection that carry the value.
        """
        masks = {selection.facet: self._selected(selection, request) for selection in request.selections}
        chosen = _all_of(base, masks.values())
        if not request.facets:
            return chosen, {}
        selected = {selection.facet: selection.values for selection in request.selections}
        counted: dict[str, tuple[Counted, ...]] = {}
        for name in dict.fromkeys((*self.facets, STATUS)):
            others = (mask for other, mask in masks.items() if other != name)
            held = _all_of(base, others) if name in masks else chosen
            counted[name] = self._count(name, held, selected.get(name, ()), request)
        return chosen, counted

    def _count(self, name: str, mask: Mask, selected: tuple[str, ...], request: Request) -> tuple[Counted, ...]:
        if name == STATUS and STATUS not in self.facets:
            counts = np.bincount(self.statuses(request)[mask], minlength=len(STATUSES))
            return _listed(FacetSpec(STATUS), STATUSES, counts, selected)
        column = self.facets[name]
        return _listed(column.spec, column.values, column.counts(mask), selected)

    # -- order ----------------------------------------------------------------------------------------------------

    def order(
        self, documents: NDArray[np.int64], scores: NDArray[np.float64] | None, oldest: bool = False
    ) -> NDArray[np.int64]:
        """Documents by score (if given), then date (newer first, undated last), then id by code point."""
        days = self.dates[documents].astype(np.int64)
        by_date = np.where(days > 0, days if oldest else -days, np.iinfo(np.int64).max)
        keys = [self._id_ranks[documents], by_date]
        if scores is not None:
            keys.append(-scores)
        return documents[np.lexsort(keys)]


def _all_of(base: Mask, masks: Iterable[Mask]) -> Mask:
    """The documents that lie in all the masks."""
    held = base.copy()
    for mask in masks:
        held &= mask
    return held


def _listed(
    spec: FacetSpec, values: Sequence[str], counts: NDArray[np.int64], selected: tuple[str, ...]
) -> tuple[Counted, ...]:
    found = [
        Counted(values[code], int(counts[code]))
        for code in map(int, np.flatnonzero(counts))
        if values[code] not in spec.unlisted or values[code] in selected
    ]
    missing = set(selected) - {counted.value for counted in found}
    found += [Counted(value, 0) for value in dict.fromkeys(selected) if value in missing]
    if spec.descending:
        return tuple(sorted(found, key=lambda counted: counted.value, reverse=True))
    labels = spec.labels
    return tuple(sorted(found, key=lambda counted: (-counted.count, labels.get(counted.value, counted.value))))


# -- building -------------------------------------------------------------------------------------------------------


def write(folder: Path, entries: Sequence[Entry], specs: Sequence[FacetSpec], layout: Sequence[Layout]) -> None:
    """Write the columns of entries; `layout` says where in each document's positions its fields lie."""
    numbers = {entry.id: number for number, entry in enumerate(entries)}
    names = {spec.name: spec for spec in specs}
    for entry in entries:
        names |= {name: FacetSpec(name) for name in entry.facets if name not in names}
    about = {"ids": [entry.id for entry in entries], "facets": [_spec_json(spec) for spec in names.values()]}
    (folder / "columns.json").write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    for name in ("date", "updated", "reviewed"):
        save(folder, "dates" if name == "date" else name, _ordinals([getattr(entry, name) for entry in entries]))
    save(folder, "weights", np.asarray([entry.weight for entry in entries], np.float64))
    save(folder, "fades", np.asarray([entry.fades for entry in entries], np.bool_))
    save(folder, "superseded", np.asarray([entry.successor is not None for entry in entries], np.bool_))
    successors = [numbers.get(entry.successor, -1) if entry.successor else -1 for entry in entries]
    save(folder, "successors", np.asarray(successors, np.int32))
    changes = [(number, day.toordinal()) for number, entry in enumerate(entries) for day in entry.changes]
    save(folder, "change-documents", np.asarray([number for number, _ in changes], np.int32))
    save(folder, "change-days", np.asarray([day for _, day in changes], np.int32))
    _write_layout(folder, layout)
    for number, name in enumerate(names):
        _write_facet(folder, number, [entry.facets.get(name, ()) for entry in entries])
    Blobs.write(folder, "stored", (entry.stored for entry in entries))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a document lie: the weight of each, its first position, and the weighted length of all."""

    weights: tuple[float, ...]
    starts: tuple[int, ...]
    length: float


def _write_layout(folder: Path, layout: Sequence[Layout]) -> None:
    fields = max((len(one.starts) for one in layout), default=0)
    boundaries = np.full((len(layout), fields), np.iinfo(np.int32).max, np.int32)
    weights = np.ones((len(layout), fields), np.float64)
    for number, one in enumerate(layout):
        boundaries[number, : len(one.starts)] = one.starts
        weights[number, : len(one.weights)] = one.weights
    save(folder, "boundaries", boundaries)
    save(folder, "field-weights", weights)
    save(folder, "lengths", np.asarray([one.length for one in layout], np.float32))


def _write_facet(folder: Path, number: int, rows: Sequence[Sequence[str]]) -> None:
    values = sorted({value for row in rows for value in row})
    codes = {value: code for code, value in enumerate(values)}
    offsets, flat = ragged([sorted({codes[value] for value in row}) for row in rows])
    save(folder, f"facet-{number}-offsets", offsets)
    save(folder, f"facet-{number}-codes", flat)
    (folder / f"facet-{number}.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")


def _open_facet(folder: Path, number: int, spec: Mapping[str, Any]) -> FacetColumn:
    values = tuple(json.loads((folder / f"facet-{number}.json").read_text(encoding="utf-8")))
    offsets = load(folder, f"facet-{number}-offsets")
    documents = np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))
    made = FacetSpec(spec["name"], spec["labels"], spec["parents"], frozenset(spec["unlisted"]), spec["descending"])
    by_value = {value: code for code, value in enumerate(values)}
    return FacetColumn(made, values, by_value, offsets, load(folder, f"facet-{number}-codes"), documents)


def _spec_json(spec: FacetSpec) -> dict[str, object]:
    return {**asdict(spec), "unlisted": sorted(spec.unlisted)}


def _ordinals(days: Sequence[dt.date | None]) -> NDArray[np.int32]:
    return np.asarray([day.toordinal() if day else 0 for day in days], np.int32)
