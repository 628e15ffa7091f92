"""Where an engine's answer differs from the oracle's, in words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.search import Answer, Entry, Request
from kb.search.engine import Engine
from tests.oracle.plain import Expected, PlainOracle

#: Frequencies and lengths are kept as float32.
TOLERANCE = 1e-5


class Judge:
    """Compares the answers of an engine with those of an oracle over the same entries."""

    def __init__(self, engine: Engine, oracle: PlainOracle, entries: Sequence[Entry]) -> None:
        self._engine = engine
        self._oracle = oracle
        self._entries = {entry.id: entry for entry in entries}

    def differences(self, request: Request, page: tuple[int, int] = (1, 3)) -> list[str]:
        """What is wrong with the whole answer to a request, and with one page (offset, limit) of it."""
        answer = self._engine.search(request)
        expected = self._oracle.answer(request)
        ids = [match.id for match in answer.matches]
        found = [*self._matches(ids, answer, expected, request), *self._facets(answer, expected)]
        offset, limit = page
        part = self._engine.search(replace(request, offset=offset, limit=limit))
        if [match.id for match in part.matches] != ids[offset : offset + limit] or part.facets != answer.facets:
            found.append(f"page {page} is {[match.id for match in part.matches]}, all are {ids}")
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
            yield from self._ranking(ids, answer, expected)
        elif tuple(ids) != expected.ids:
            yield f"order {ids}, not {expected.ids}"
        for one in answer.matches:
            if (one.status, one.changes) != (expected.statuses[one.id], expected.changes[one.id]):
                yield f"{one.id} is {one.status} {one.changes}, not {expected.statuses[one.id]}"
            if one.stored != self._entries[one.id].stored:
                yield f"{one.id} was stored as {one.stored}"

    def _ranking(self, ids: Sequence[str], answer: Answer, expected: Expected) -> Iterator[str]:
        for one in answer.matches:
            if not math.isclose(one.score, expected.scores[one.id], rel_tol=TOLERANCE, abs_tol=1e-9):
                yield f"{one.id} scores {one.score}, not {expected.scores[one.id]}"
        scores = {match.id: match.score for match in answer.matches}
        right = sorted(ids, key=lambda one: (-scores[one], *_newest_first(self._entries[one])))
        if list(ids) != right:
            yield f"order {ids}, not {right}"
        for place, one in enumerate(ids):
            if set(self._oracle.line(one)) & set(ids[place:]):
                yield f"{one} stands above its successor: {ids}"

    @staticmethod
    def _facets(answer: Answer, expected: Expected) -> Iterator[str]:
        found = {name: [(one.value, one.count) for one in values] for name, values in answer.facets.items()}
        for name in {*found, *expected.facets}:
            if found.get(name) != expected.facets.get(name):
                yield f"facet {name} {found.get(name)}, not {expected.facets.get(name)}"


def _newest_first(entry: Entry) -> tuple[int, str]:
    return -(entry.date or dt.date.min).toordinal() if entry.date else 1, entry.id
