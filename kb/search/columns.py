"""Everything that is per document: facet values, dates, ids, stored text. Exact facets, filters and order.

Every local engine uses these columns, so that totals, counts and order are the same whatever matched and scored.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.model import STATUSES
from kb.search.arrays import Array, Blobs, BlobsWriter, Places, open_arrays, packed, read_json, write_arrays, write_json
from kb.search.entry import Entry, FacetSpec
from kb.search.facets import Facets, FacetsWriter
from kb.search.recent import Recent
from kb.search.request import STATUS, Counted, Request
from kb.search.scoring import K1, B
from kb.search.tokens import Tokens

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int32]

_ARRAYS, _IDS, _STORED, _PASSAGES = "columns.arrays", "ids.json", "stored.arrays", "passages.arrays"
_CURRENT, _UNREVIEWED, _LAW_CHANGED, _SUPERSEDED = map(
    STATUSES.index, ("current", "unreviewed", "law-changed", "superseded")
)
#: Statuses and the like of this many days are kept in memory.
_KEPT_DAYS = 8


#: A day (as an ordinal), and whether everything is wanted as it stood then.
_Day = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class OfDay:
    """Each document's status on a day, as an index into `kb.model.STATUSES`, and of those whose law changed when."""

    statuses: NDArray[np.int8]
    changes: Mapping[int, tuple[dt.date, ...]]


class Columns:
    """The columns of one generation, read-only and shared between threads."""

    def __init__(self, folder: Path) -> None:
        arrays = open_arrays(folder / _ARRAYS)
        self.ids: list[str] = read_json(folder / _IDS, list)
        self.dates: Numbers = arrays["dates"]
        self.updated: Numbers = arrays["updated"]
        self.reviewed: Numbers = arrays["reviewed"]
        self.fades: Mask = arrays["fades"]
        self.weights: NDArray[np.float64] = arrays["weights"]
        self.successors: Numbers = arrays["successors"]
        self.lengths: NDArray[np.float32] = arrays["lengths"]
        self.boundaries: Array = arrays["boundaries"]
        self.field_weights: NDArray[np.float32] = arrays["field-weights"]
        self._superseded: Mask = arrays["superseded"]
        self._change_documents: Numbers = arrays["change-documents"]
        self._change_days: Numbers = arrays["change-days"]
        self._newest_first: Numbers = arrays["newest-first"]
        self._oldest_first: Numbers = arrays["oldest-first"]
        self.facets = Facets(folder, len(self.ids))
        self._stored = Blobs(folder / _STORED)
        self._passages = Blobs(folder / _PASSAGES)
        self._days: Recent[_Day, OfDay] = Recent(_KEPT_DAYS)

    def __len__(self) -> int:
        return len(self.ids)

    def stored(self, number: int) -> Mapping[str, Any]:
        """What was stored with a document."""
        return self._stored.get(number) or {}

    def passages(self, number: int) -> Any:
        """The packed passages of a document."""
        return self._passages.get(number) or ()

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each document by its id."""
        return {document_id: number for number, document_id in enumerate(self.ids)}

    @cached_property
    def every(self) -> Places:
        """The numbers of all documents."""
        return np.arange(len(self))

    @cached_property
    def newest(self) -> int:
        """The newest date, as an ordinal; 0 where no document has one."""
        return int(self.dates.max()) if len(self) else 0

    @cached_property
    def norms(self) -> NDArray[np.float64]:
        """What is added to frequencies in the divisor of BM25: how far each document's length is held against it."""
        lengths = self.lengths.astype(np.float64)
        average = float(self.lengths.mean()) if len(self) else 0.0
        return K1 * (1 - B + B * lengths / average) if average else np.full(len(self), K1)

    @cached_property
    def fading(self) -> Mask:
        """The documents that lose weight with age: those that are news and have a date."""
        return self.fades & (self.dates > 0)

    @cached_property
    def has_fading(self) -> bool:
        """Whether any document fades."""
        return bool(self.fading.any())

    @cached_property
    def has_successors(self) -> bool:
        """Whether any document has a successor here."""
        return bool((self.successors >= 0).any())

    # -- filters --------------------------------------------------------------------------------------------------

    def within(self, request: Request) -> Mask | None:
        """The documents that the dates and conditions of a request allow (facet selections apart); None for all."""
        masks = []
        if request.nothing:
            masks.append(np.zeros(len(self), np.bool_))
        if request.date_from:
            masks.append(self.dates >= request.date_from.toordinal())
        if request.date_to:
            masks.append((self.dates > 0) & (self.dates <= request.date_to.toordinal()))
        if request.as_of:
            masks.append(self.dates <= request.as_of.toordinal())
        for condition in request.conditions:
            held = self._carrying(condition.facet, condition.values, request)
            masks.append(~held if condition.excluded else held)
        return np.logical_and.reduce(masks) if masks else None

    def _carrying(self, facet: str, values: Sequence[str], request: Request) -> Mask:
        """The documents that carry one of the values of a facet."""
        column = self.facets.get(facet)
        if column is not None:
            return self.facets.carrying(column, values)
        if facet != STATUS:
            return np.zeros(len(self), np.bool_)
        chosen = np.zeros(len(STATUSES), np.bool_)
        chosen[[STATUSES.index(value) for value in values if value in STATUSES]] = True
        return chosen[self.of_day(request).statuses]

    # -- status ---------------------------------------------------------------------------------------------------

    def of_day(self, request: Request) -> OfDay:
        """The statuses on the day of a request, and what changed by then."""
        return self._days.get(((request.as_of or request.today).toordinal(), request.as_of is not None), self._of_day)

    def _of_day(self, asked: _Day) -> OfDay:
        """As it stood on a day: with `as_of`, reviews, updates and successors of later days are not there yet."""
        day, as_of = asked
        changed = self._law_changed(day, as_of)
        reviewed = np.where(self.reviewed <= day, self.reviewed, 0) if as_of else self.reviewed
        status = np.where(reviewed > 0, _CURRENT, _UNREVIEWED).astype(np.int8)
        status[list(changed)] = _LAW_CHANGED
        superseded = self._superseded.copy()
        if as_of:
            known = self.successors >= 0
            superseded[known] &= self.dates[self.successors[known]] <= day
        status[superseded] = _SUPERSEDED
        return OfDay(status, changed)

    def _law_changed(self, day: int, as_of: bool) -> Mapping[int, tuple[dt.date, ...]]:
        """The documents that cite law that changed after them and by `day`, with the days of it, newest first."""
        dates = [
            np.where(column <= day, column, 0) if as_of else column
            for column in (self.dates, self.updated, self.reviewed)
        ]
        latest = np.maximum.reduce(dates)[self._change_documents]
        later = (latest > 0) & (self._change_days > latest) & (self._change_days <= day)
        days: dict[int, set[int]] = {}
        pairs = zip(self._change_documents[later].tolist(), self._change_days[later].tolist(), strict=True)
        for document, change in pairs:
            days.setdefault(document, set()).add(change)
        return {one: tuple(map(dt.date.fromordinal, sorted(found, reverse=True))) for one, found in days.items()}

    # -- facets ---------------------------------------------------------------------------------------------------

    def select(self, base: Places, request: Request) -> tuple[Places, Mapping[str, tuple[Counted, ...]]]:
        """The documents of `base` that every selection allows, and the facets counted over it.

        count(facet, value) = documents of `base` under every other facet's selection that carry the value.
        """
        selected: dict[str, tuple[str, ...]] = {}
        for one in request.selections:
            selected[one.facet] = selected.get(one.facet, ()) + one.values
        masks = {facet: self._carrying(facet, values, request).take(base) for facet, values in selected.items()}
        chosen = base.compress(np.logical_and.reduce(list(masks.values()))) if masks else base
        if not request.facets:
            return chosen, {}
        counts, statuses = self._counts(chosen, request)
        for name, facet in self.facets.items() if masks else ():
            if name in masks:
                others = [mask for other, mask in masks.items() if other != name]
                mine, theirs = self._counts(base.compress(np.logical_and.reduce(others)) if others else base, request)
                counts[facet.first : facet.behind] = mine[facet.first : facet.behind]
                statuses = theirs if facet is self.facets.status else statuses
        return chosen, self.facets.listed(counts, statuses, selected)

    def _counts(self, documents: Places, request: Request) -> tuple[Array, Array]:
        """How many of the documents carry each value, and have each status."""
        statuses = np.bincount(self.of_day(request).statuses.take(documents), minlength=len(STATUSES))
        return self.facets.counts(documents), statuses

    # -- order ----------------------------------------------------------------------------------------------------

    def first(self, documents: Places, scores: Array | None, number: int, oldest: bool = False) -> Places:
        """The first so many places of `documents`: by score (if given), then newer first, undated last, then by id.

        `scores` has one for each of `documents`; ids are compared by code point.
        """
        ranks = self._oldest_first if oldest else self._newest_first
        keys = -scores if scores is not None else ranks.take(documents)
        if 0 < number < len(documents):
            places = (keys <= np.partition(keys, number - 1)[number - 1]).nonzero()[0]
        else:
            places = np.arange(len(documents) if number else 0)
        keys = keys.take(places)
        order = keys.argsort() if scores is None else np.lexsort((ranks.take(documents.take(places)), keys))
        found: Places = places.take(order[:number])
        return found

    def ranks(self, documents: Places) -> Numbers:
        """The place of each document among all, newest first."""
        return self._newest_first.take(documents)


# -- building -------------------------------------------------------------------------------------------------------


class ColumnsWriter(AbstractContextManager["ColumnsWriter"]):
    """Takes documents in order and writes their columns."""

    def __init__(self, folder: Path, specs: Sequence[FacetSpec]) -> None:
        self._folder = folder
        self._ids: list[str] = []
        self._days: dict[str, array[int]] = {name: array("i") for name in ("date", "updated", "reviewed")}
        self._weights, self._lengths, self._fades = array("d"), array("f"), array("b")
        self._successors: dict[int, str] = {}
        self._changes: list[tuple[int, int]] = []
        self._layouts: list[tuple[tuple[int, ...], tuple[float, ...]]] = []
        self._facets = FacetsWriter(specs)
        self._stored = BlobsWriter(folder / _STORED)
        self._passages = BlobsWriter(folder / _PASSAGES)

    def add(self, entry: Entry, tokens: Tokens) -> None:
        """Take a document and how its tokens are laid out."""
        number = len(self._ids)
        self._ids.append(entry.id)
        for name, column in self._days.items():
            day = getattr(entry, name)
            column.append(day.toordinal() if day else 0)
        self._weights.append(entry.weight)
        self._fades.append(entry.fades)
        self._lengths.append(tokens.length)
        if entry.successor:
            self._successors[number] = entry.successor
        self._changes += ((number, day.toordinal()) for day in entry.changes)
        self._layouts.append((tokens.starts, tokens.weights))
        self._facets.add(number, entry.facets)
        self._stored.add(_packed(entry.stored))
        self._passages.add(_packed(entry.passages))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stored.close()
        self._passages.close()
        if kind is None:
            self._facets.write(self._folder, len(self._ids))
            write_arrays(self._folder / _ARRAYS, self._arrays())
            write_json(self._folder / _IDS, self._ids)

    def _arrays(self) -> dict[str, Array]:
        size = len(self._ids)
        dates = np.asarray(self._days["date"], np.int32)
        numbers = {document_id: number for number, document_id in enumerate(self._ids)} if self._successors else {}
        successors = np.full(size, -1, np.int32)
        superseded = np.zeros(size, np.bool_)
        for number, successor in self._successors.items():
            successors[number], superseded[number] = numbers.get(successor, -1), True
        changes = np.asarray(self._changes, np.int32).reshape(-1, 2)
        by_id = np.empty(size, np.int64)
        by_id[sorted(range(size), key=self._ids.__getitem__)] = np.arange(size)
        return {
            "dates": dates,
            "updated": np.asarray(self._days["updated"], np.int32),
            "reviewed": np.asarray(self._days["reviewed"], np.int32),
            "weights": np.asarray(self._weights, np.float64),
            "fades": np.asarray(self._fades, np.bool_),
            "superseded": superseded,
            "successors": successors,
            "change-documents": changes[:, 0],
            "change-days": changes[:, 1],
            "newest-first": _ranked(by_id, np.where(dates > 0, -dates, 1)),
            "oldest-first": _ranked(by_id, np.where(dates > 0, dates, np.iinfo(np.int32).max)),
            "lengths": np.asarray(self._lengths, np.float32),
            **_layout(self._layouts),
        }


def _packed(value: bytes | Mapping[str, object] | Sequence[object]) -> bytes:
    """A value as it is kept: what is empty takes no bytes, and no time to open."""
    if isinstance(value, bytes):
        return value
    return packed(value) if value else b""


def _ranked(by_id: NDArray[np.int64], by_date: Numbers) -> Numbers:
    """The place of each document, by date and then by id."""
    ranks = np.empty(len(by_id), np.int32)
    ranks[np.lexsort((by_id, by_date))] = np.arange(len(by_id))
    return ranks


def _layout(layouts: Sequence[tuple[tuple[int, ...], tuple[float, ...]]]) -> dict[str, Array]:
    """Where the first, second, … field of each document begins, and what each counts (fields × documents).

    Documents with fewer fields than others have the rest beyond every position.
    """
    fields = max((len(starts) for starts, _ in layouts), default=1)
    boundaries = np.full((len(layouts), fields), np.iinfo(np.int32).max, np.int32)
    weights = np.ones((len(layouts), fields), np.float32)
    counts = np.fromiter((len(starts) for starts, _ in layouts), np.int64, len(layouts))
    filled = np.arange(fields) < counts[:, None]
    boundaries[filled] = [start for starts, _ in layouts for start in starts]
    weights[filled] = [weight for _, mine in layouts for weight in mine]
    return {"boundaries": boundaries.T, "field-weights": weights.T}
