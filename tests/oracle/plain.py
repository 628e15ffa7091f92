"""What an engine must answer about entries of plain tokens, worked out in loops: matches, scores, facets, statuses.

A second opinion, written from the contract (`kb.search.engine`, `kb.language.tree`, `kb.search.scoring`) and from no
code that it judges; it takes the weights from their one table.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Node, Phrase, Prefix, Unit
from kb.search import Entry, FacetSpec, Request
from kb.search.request import STATUS
from kb.search.scoring import FADED, FIELD_WEIGHTS, HALF_LIFE_DAYS, K1, NEAR_WEIGHT, OTHER_NAMES_WEIGHT, B

#: A stretch: the terms of each position.
_Stretch = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Expected:
    """The whole answer: `ids` by date under `newest` and `oldest`, in no order under `relevance`."""

    ids: tuple[str, ...]
    scores: Mapping[str, float]
    statuses: Mapping[str, str]
    changes: Mapping[str, tuple[dt.date, ...]]
    #: Every facet's values as they are listed, each with its count.
    facets: Mapping[str, Sequence[tuple[str, int]]]


class Plain:
    """One entry as the oracle looks at it."""

    def __init__(self, entry: Entry) -> None:
        assert isinstance(entry.fields, Mapping)
        self.entry = entry
        self.carries = {name: set(values) for name, values in entry.facets.items()}
        self.texts = [
            (FIELD_WEIGHTS.get(name, 1.0), tuple((one,) if isinstance(one, str) else tuple(one) for one in stretch))
            for name, stretches in entry.fields.items()
            for stretch in stretches
        ]
        self.length = sum(weight * len(stretch) for weight, stretch in self.texts)

    def frequency(self, node: Node) -> float:
        """How often a simple node stands here, each time weighed by its field; several of an OR together."""
        if isinstance(node, AnyOf):
            return sum(self.frequency(one) for one in node.nodes)
        return sum(weight * _times(node, stretch) for weight, stretch in self.texts)

    def has(self, node: Node) -> bool:
        """Whether a node matches."""
        match node:
            case Named(words, names):
                return all(self.has(word) for word in words) or any(self.has(name) for name in names)
            case AnyOf(nodes):
                return any(self.has(one) for one in nodes)
            case AnyTerm() | Prefix() | Phrase():
                return any(_times(node, stretch) for _, stretch in self.texts)


def _times(node: Node, stretch: _Stretch) -> int:
    match node:
        case AnyTerm(terms) | Phrase((terms,)):
            return sum(place.count(term) for place in stretch for term in terms)
        case Prefix(prefix):
            return sum(term.startswith(prefix) for place in stretch for term in place)
        case Phrase(places):
            starts = range(len(stretch) - len(places) + 1)
            return sum(all(_shares(stretch[at + n], terms) for n, terms in enumerate(places)) for at in starts)
    raise AssertionError(node)


def _shares(place: Sequence[str], terms: Sequence[str]) -> bool:
    return any(term in terms for term in place)


class PlainOracle:
    """Answers requests over entries. What it found out about a node it keeps: the same are asked again."""

    def __init__(self, entries: Sequence[Entry], specs: Sequence[FacetSpec] = ()) -> None:
        self._plain = [Plain(entry) for entry in entries]
        self._by_id = {one.entry.id: one for one in self._plain}
        names = dict.fromkeys([spec.name for spec in specs])
        names |= dict.fromkeys(name for entry in entries for name in entry.facets)
        self._specs = {name: FacetSpec(name) for name in names} | {spec.name: spec for spec in specs}
        lengths = [one.length for one in self._plain]
        self._average = sum(lengths) / len(lengths) if lengths else 0.0
        self._newest = max((entry.date for entry in entries if entry.date), default=None)
        self._having: dict[Node, frozenset[int]] = {}
        self._frequencies: dict[Node, list[float]] = {}

    # -- which match ---------------------------------------------------------------------------------------------------

    def total(self, matching: Matching) -> int:
        """How many documents match."""
        return sum(self._matches(number, matching) for number in range(len(self._plain)))

    def coverage(self, matching: Matching) -> int:
        """The greatest number of units that one document allowed by `required` and `excluded` has."""
        allowed = Matching(matching.required, excluded=matching.excluded)
        numbers = [number for number in range(len(self._plain)) if self._matches(number, allowed)]
        return max((sum(self._has(number, unit.node) for unit in matching.units) for number in numbers), default=0)

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin so, with the number of documents that have each."""
        counts = Counter[str]()
        for one in self._plain:
            counts.update({term for _, stretch in one.texts for place in stretch for term in place})
        return sorted((term, count) for term, count in counts.items() if term.startswith(prefix))

    def _has(self, number: int, node: Node) -> bool:
        if node not in self._having:
            self._having[node] = frozenset(n for n, one in enumerate(self._plain) if one.has(node))
        return number in self._having[node]

    def _matches(self, number: int, matching: Matching) -> bool:
        if not all(self._has(number, unit.node) for unit in matching.required):
            return False
        if any(self._has(number, node) for node in matching.excluded):
            return False
        found = [unit for unit in matching.units if self._has(number, unit.node)]
        words = sum(not unit.strong for unit in found)
        needed = matching.one_strong and any(unit.strong for unit in matching.units)
        return (
            len(found) >= matching.minimum and words >= matching.minimum_words and not (needed and len(found) == words)
        )

    def _within(self, number: int, request: Request, statuses: Mapping[str, str]) -> bool:
        date = self._plain[number].entry.date
        return (
            not request.nothing
            and not (request.date_from and (date is None or date < request.date_from))
            and not (request.date_to and (date is None or date > request.date_to))
            and not (request.as_of and date is not None and date > request.as_of)
            and all(self._has(number, node) for node in request.nodes)
            and not any(self._has(number, node) for node in request.excluded_nodes)
            and all(
                self._carries(number, one.facet, one.values, statuses) != one.excluded for one in request.conditions
            )
        )

    def _carries(self, number: int, facet: str, values: Sequence[str], statuses: Mapping[str, str]) -> bool:
        one = self._plain[number]
        if facet == STATUS and facet not in self._specs:
            return statuses[one.entry.id] in values
        return not one.carries.get(facet, set()).isdisjoint(values)

    # -- the whole answer ----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Expected:
        """What an engine must answer, but for the page that it is asked for."""
        statuses = {one.entry.id: self._status(one.entry, request) for one in self._plain}
        base = [
            number
            for number in range(len(self._plain))
            if self._matches(number, request.matching) and self._within(number, request, statuses)
        ]
        missed = {
            number: [
                one.facet for one in request.selections if not self._carries(number, one.facet, one.values, statuses)
            ]
            for number in base
        }
        chosen = [number for number in base if not missed[number]]
        ids = tuple(self._plain[number].entry.id for number in self._by_date(chosen, request.sort))
        return Expected(
            ids,
            self._scores(chosen, request),
            {one: statuses[one] for one in ids},
            {one: self._changes(self._by_id[one].entry, request) for one in ids},
            self._facets(missed, request, statuses) if request.facets else {},
        )

    def _by_date(self, numbers: Sequence[int], sort: str) -> list[int]:
        days = {number: self._plain[number].entry.date for number in numbers}
        by_id = sorted(numbers, key=lambda number: self._plain[number].entry.id)
        dated = [(date.toordinal(), number) for number in by_id if (date := days[number])]
        dated.sort(key=lambda one: one[0] if sort == "oldest" else -one[0])
        return [*(number for _, number in dated), *(number for number in by_id if not days[number])]

    # -- facets and statuses -------------------------------------------------------------------------------------------

    def _facets(
        self, missed: Mapping[int, Sequence[str]], request: Request, statuses: Mapping[str, str]
    ) -> dict[str, list[tuple[str, int]]]:
        counts = {name: Counter[str]() for name in (*self._specs, STATUS)}
        for number, facets in missed.items():
            if len(facets) > 1:
                continue
            entry = self._plain[number].entry
            carried = {STATUS: {statuses[entry.id]}, **self._plain[number].carries}
            for name in [facets[0]] if facets else carried:
                counts.setdefault(name, Counter()).update(carried.get(name, ()))
        selected = {one.facet: one.values for one in request.selections}
        listed = {}
        for name in (*self._specs, STATUS):
            spec = self._specs.get(name, FacetSpec(name))
            mine = selected.get(name, ())
            values = {value for value, count in counts[name].items() if count and value not in spec.unlisted} | {*mine}
            listed[name] = _listed(spec, {value: counts[name][value] for value in values})
        return listed

    def _status(self, entry: Entry, request: Request) -> str:
        day = request.as_of or request.today
        if entry.successor:
            after = self._by_id.get(entry.successor)
            known = after.entry.date if after else None
            if not (request.as_of and known and known > day):
                return "superseded"
        if self._changes(entry, request):
            return "law-changed"
        reviewed = entry.reviewed and not (request.as_of and entry.reviewed > day)
        return "current" if reviewed else "unreviewed"

    @staticmethod
    def _changes(entry: Entry, request: Request) -> tuple[dt.date, ...]:
        day = request.as_of or request.today
        days = [one for one in (entry.date, entry.updated, entry.reviewed) if one]
        latest = max((one for one in days if not request.as_of or one <= day), default=None)
        if latest is None:
            return ()
        return tuple(sorted({one for one in entry.changes if latest < one <= day}, reverse=True))

    def status(self, document_id: str, day: dt.date) -> tuple[str, tuple[dt.date, ...]]:
        """A document's status on a day, and the days on which law that it cites changed after it."""
        entry, request = self._by_id[document_id].entry, Request(today=day)
        return self._status(entry, request), self._changes(entry, request)

    def facet_values(self, facet: str) -> list[str]:
        """Every value of a facet, by code point."""
        return sorted({value for one in self._plain for value in one.carries.get(facet, ())})

    # -- scores --------------------------------------------------------------------------------------------------------

    def own_score(self, document_id: str, request: Request) -> float:
        """The score of a document before anything is put first or below its successor."""
        number = [one.entry.id for one in self._plain].index(document_id)
        return self._score(number, request.matching) * self._factor(number, request)

    def _scores(self, chosen: Sequence[int], request: Request) -> dict[str, float]:
        """With weights, fading, what is put first, and what may not stand above its successor."""
        found = {
            self._plain[number].entry.id: self._score(number, request.matching) * self._factor(number, request)
            for number in chosen
        }
        others = [score for document, score in found.items() if document not in request.promoted]
        above = max(others, default=0.0) + 1
        found = {one: max(score, above) if one in request.promoted else score for one, score in found.items()}
        return {one: min([score, *(found[later] for later in self.line(one) if later in found)])
                for one, score in found.items()}  # fmt: skip

    def line(self, document_id: str) -> list[str]:
        """The successors of a document, nearest first."""
        line = [document_id]
        while (following := self._by_id[line[-1]].entry.successor) in self._by_id and following not in line:
            line.append(following)
        return line[1:]

    def _factor(self, number: int, request: Request) -> float:
        entry = self._plain[number].entry
        newest = request.as_of or self._newest
        if not (entry.fades and entry.date and newest):
            return entry.weight
        age = max((newest - entry.date).days, 0)
        return entry.weight * (FADED + (1 - FADED) * math.exp2(-age / HALF_LIFE_DAYS))

    def _score(self, number: int, matching: Matching) -> float:
        return sum(self._worth(number, node, weight) for weight, node in _weighed(matching))

    def _worth(self, number: int, node: Node, weight: float) -> float:
        """BM25F of one part of a query."""
        if node not in self._frequencies:
            self._frequencies[node] = [one.frequency(node) for one in self._plain]
        frequencies = self._frequencies[node]
        if not frequencies[number]:
            return 0.0
        having = sum(frequency > 0 for frequency in frequencies)
        rarity = math.log(1 + (len(self._plain) - having + 0.5) / (having + 0.5))
        norm = K1 * (1 - B + B * self._plain[number].length / self._average)
        return weight * rarity * frequencies[number] * (K1 + 1) / (frequencies[number] + norm)


def _listed(spec: FacetSpec, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    if spec.descending:
        return sorted(counts.items(), reverse=True)
    return sorted(counts.items(), key=lambda one: (-one[1], spec.labels.get(one[0], one[0]), one[0]))


def _weighed(matching: Matching) -> Iterator[tuple[float, Node]]:
    """What adds to a score, each part with its weight; units side by side as phrases of their own."""
    for unit in (*matching.required, *matching.units):
        yield from _parts(unit, unit.node)
    for pair in matching.near:
        yield NEAR_WEIGHT, pair


def _parts(unit: Unit, node: Node) -> Iterator[tuple[float, Node]]:
    """The members of an OR count one by one, and so do the words of a name; its other names count together."""
    match node:
        case AnyOf(nodes):
            for one in nodes:
                yield from _parts(unit, one)
        case Named(words, names):
            yield from ((unit.weight, word) for word in words)
            yield unit.weight * OTHER_NAMES_WEIGHT, AnyOf(names)
        case AnyTerm() | Phrase() | Prefix():
            yield unit.weight, node
