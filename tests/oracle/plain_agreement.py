"""Where an engine's answer differs from the oracle's, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from kb.search import Answer, Entry, Request, create, open_engine
from kb.search.engine import Engine
from tests.oracle.plain import Expected, PlainOracle
from tests.oracle.plain_random import DAYS, SPECS, Maker

#: Frequencies and lengths are kept as float32.
TOLERANCE = 1e-5
#: Documents of one round after the other: mostly few, now and then enough for the ways of many, and hardly any.
_SIZES = (60, 300, 60, 7, 60, 60, 1, 60, 0, 60)
#: Requests of a round.
_REQUESTS = 250


@dataclass(frozen=True)
class Round:
    """Some requests about one corpus; `seed` and `size` make both again."""

    seed: int
    size: int
    requests: int


def rounds(requests: int, first: int = 0) -> Iterator[Round]:
    """Rounds that have so many requests together."""
    for place, done in enumerate(range(0, requests, _REQUESTS)):
        yield Round(first + place, _SIZES[place % len(_SIZES)], min(_REQUESTS, requests - done))


def asked(engine: str, one: Round, folder: Path) -> Iterator[tuple[Judge, Request]]:
    """Build the corpus of a round in an empty folder; the requests of it, each with who judges the answer."""
    maker = Maker(one.seed)
    entries = maker.entries(one.size)
    create(engine, folder, entries, SPECS)
    judge = Judge(open_engine(engine, folder), PlainOracle(entries, SPECS), entries)
    for _ in range(one.requests):
        yield judge, maker.request()


class Judge:
    """Compares the answers of an engine with those of an oracle over the same entries."""

    def __init__(self, engine: Engine, oracle: PlainOracle, entries: Sequence[Entry]) -> None:
        self._engine = engine
        self._oracle = oracle
        self._entries = {entry.id: entry for entry in entries}
        self._random = Random(0)

    def facts(self) -> list[str]:
        """What is wrong with what an engine says of its documents and terms, whatever is searched."""
        engine, oracle = self._engine, self._oracle
        found = []
        if list(engine.ids()) != list(self._entries):
            found.append(f"ids {engine.ids()}")
        found += [
            f"terms {prefix!r}: {engine.terms(prefix)}, not {oracle.terms(prefix)}"
            for prefix in ("", "remova", "removal", "nul", "nul\0", "\U0001d518", "absent")
            if engine.terms(prefix) != oracle.terms(prefix)
        ]
        found += [
            f"values of {facet}: {engine.facet_values(facet)}"
            for facet in ("colour", "size", "many", "absent")
            if list(engine.facet_values(facet)) != oracle.facet_values(facet)
        ]
        for one, entry in self._entries.items():
            if engine.stored(one) != entry.stored:
                found.append(f"{one} was stored as {engine.stored(one)}")
            found += [f"status of {one} on {day}" for day in DAYS if engine.status(one, day) != oracle.status(one, day)]
        return found

    def differences(self, request: Request) -> list[str]:
        """What is wrong with the whole answer to a request, and with one page of it."""
        answer = self._engine.search(request)
        expected = self._oracle.answer(request)
        ids = [match.id for match in answer.matches]
        found = [*self._matches(ids, answer, expected, request), *self._facets(answer, expected)]
        offset, limit = self._random.randint(0, len(ids) + 1), self._random.randint(0, 12)
        part = self._engine.search(replace(request, offset=offset, limit=limit))
        if [match.id for match in part.matches] != ids[offset : offset + limit] or part.facets != answer.facets:
            found.append(f"page of {limit} from {offset} is {[match.id for match in part.matches]}, all are {ids}")
        if self._engine.total(request.matching) != self._oracle.total(request.matching):
            found.append(f"total of the matching {self._engine.total(request.matching)}")
        if self._engine.coverage(request.matching) != self._oracle.coverage(request.matching):
            found.append(f"coverage {self._engine.coverage(request.matching)}")
        return found

    def _matches(self, ids: Sequence[str], answer: Answer, expected: Expected, request: Request) -> Iterator[str]:
        if (answer.total, sorted(ids)) != (len(expected.ids), sorted(expected.ids)):
            yield f"matches {answer.total}, {sorted(ids)}, not {sorted(expected.ids)}"
            return
        if request.sort == "relevance":
            yield from self._ranking(ids, answer, expected, request)
        elif tuple(ids) != expected.ids:
            yield f"order {ids}, not {expected.ids}"
        for one in answer.matches:
            if (one.status, one.changes) != (expected.statuses[one.id], expected.changes[one.id]):
                yield f"{one.id} is {one.status} {one.changes}, not {expected.statuses[one.id]}"
            if one.stored != self._entries[one.id].stored:
                yield f"{one.id} was stored as {one.stored}"

    def _ranking(self, ids: Sequence[str], answer: Answer, expected: Expected, request: Request) -> Iterator[str]:
        scores = {match.id: match.score for match in answer.matches}
        for one, score in scores.items():
            if not _close(score, expected.scores[one]):
                yield f"{one} scores {score}, not {expected.scores[one]}"
        order = sorted(ids, key=lambda one: (-scores[one], *_newest_first(self._entries[one])))
        if list(ids) != order:
            yield f"order {ids}, not {order}"
        for place, one in enumerate(ids):
            if set(self._oracle.line(one)) & set(ids[place:]):
                yield f"{one} stands above its successor: {ids}"
        if ids:
            yield from self._explanation(ids[0], request)

    def _explanation(self, document_id: str, request: Request) -> Iterator[str]:
        parts = self._engine.explain(request, document_id)
        score = (sum(parts.units) + parts.near) * parts.weight * parts.fading
        right = self._oracle.own_score(document_id, request)
        if not _close(score, right) or parts.promoted != (document_id in request.promoted):
            yield f"{document_id} is explained as {parts}, not {right}"

    @staticmethod
    def _facets(answer: Answer, expected: Expected) -> Iterator[str]:
        found = {name: [(one.value, one.count) for one in values] for name, values in answer.facets.items()}
        for name in {*found, *expected.facets}:
            if found.get(name) != expected.facets.get(name):
                yield f"facet {name} {found.get(name)}, not {expected.facets.get(name)}"


def _close(score: float, right: float) -> bool:
    return math.isclose(score, right, rel_tol=TOLERANCE, abs_tol=1e-9)


def _newest_first(entry: Entry) -> tuple[int, str]:
    return (-entry.date.toordinal() if entry.date else 1), entry.id
