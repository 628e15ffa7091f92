"""An engine in this process: any postings, with the columns of the generation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.language.tree import Matching
from kb.model import STATUSES
from kb.search.columns import Columns, Mask
from kb.search.evaluate import Evaluator
from kb.search.postings import Postings
from kb.search.request import Answer, Explanation, Likeness, Match, Request
from kb.search.scoring import Floats, fading
from kb.search.similar import Similarity


class LocalEngine:
    """Matches and scores with postings, filters and counts with columns. Implements `kb.search.engine.Engine`."""

    def __init__(self, postings: Postings, folder: Path) -> None:
        self._columns = Columns(folder)
        self._postings = postings
        self._evaluator = Evaluator(postings, self._columns)
        self._similarity = Similarity(postings, folder, self._columns)

    def search(self, request: Request) -> Answer:
        """See `kb.search.engine.Engine.search`."""
        evaluated = self._evaluator.evaluate(request.matching)
        base = evaluated.mask & self._columns.within(request)
        for node in request.nodes:
            base &= self._evaluator.matches(node)
        for node in request.excluded_nodes:
            base &= ~self._evaluator.matches(node)
        chosen, facets = self._columns.select(base, request)
        ordered, scores = self._ordered(chosen, evaluated.scores, request)
        offset = min(request.offset, len(ordered))
        page = ordered[offset : offset + request.limit]
        matches = tuple(self._match(int(number), float(scores[number]), request) for number in page)
        return Answer(len(ordered), matches, facets)

    def explain(self, request: Request, document_id: str) -> Explanation:
        """See `kb.search.engine.Engine.explain`."""
        number = self._columns.numbers[document_id]
        parts = self._evaluator.contributions(request.matching, number)
        near = self._evaluator.nearness(request.matching, number)
        weight = float(self._columns.weights[number])
        factor = float(self._faded(np.ones(len(self._columns), np.float64), request)[number])
        return Explanation(parts, near, weight, factor / weight, document_id in request.promoted)

    def total(self, matching: Matching) -> int:
        """See `kb.search.engine.Engine.total`."""
        return self._evaluator.total(matching)

    def coverage(self, matching: Matching) -> int:
        """See `kb.search.engine.Engine.coverage`."""
        return self._evaluator.coverage(matching)

    def similar(self, document_id: str, limit: int) -> tuple[Likeness, ...]:
        """See `kb.search.engine.Engine.similar`."""
        number = self._columns.numbers.get(document_id)
        return () if number is None else self._similarity.similar(number, limit)

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """See `kb.search.engine.Engine.terms`."""
        return self._postings.terms(prefix)

    def stored(self, document_id: str) -> Mapping[str, Any] | None:
        """See `kb.search.engine.Engine.stored`."""
        number = self._columns.numbers.get(document_id)
        return None if number is None else self._columns.stored(number)

    def status(self, document_id: str, day: dt.date) -> tuple[str, tuple[dt.date, ...]]:
        """See `kb.search.engine.Engine.status`."""
        number, request = self._columns.numbers[document_id], Request(today=day)
        return STATUSES[int(self._columns.statuses(request)[number])], self._columns.later_changes(number, request)

    def ids(self) -> Sequence[str]:
        """See `kb.search.engine.Engine.ids`."""
        return self._columns.ids

    def facet_values(self, facet: str) -> Sequence[str]:
        """See `kb.search.engine.Engine.facet_values`."""
        column = self._columns.facets.get(facet)
        return column.values if column else ()

    def _match(self, number: int, score: float, request: Request) -> Match:
        columns = self._columns
        status = STATUSES[int(columns.statuses(request)[number])]
        changes = columns.later_changes(number, request)
        return Match(columns.ids[number], score, status, columns.stored(number), changes)

    def _ordered(self, chosen: Mask, scores: Floats, request: Request) -> tuple[NDArray[np.int64], Floats]:
        documents = np.flatnonzero(chosen)
        if request.sort != "relevance":
            return self._columns.order(documents, None, oldest=request.sort == "oldest"), scores
        scores = self._faded(scores, request)
        self._promote(chosen, scores, request)
        self._demote_superseded(chosen, scores)
        return self._columns.order(documents, scores[documents]), scores

    def _faded(self, scores: Floats, request: Request) -> Floats:
        """Scores times the documents' weights; news fades with age, from the newest date there is, or from `as_of`."""
        columns = self._columns
        newest = request.as_of.toordinal() if request.as_of else columns.newest
        fading_news = columns.fades & (columns.dates > 0)
        factors = np.where(fading_news, fading((newest - columns.dates).astype(np.float64)), 1.0)
        return scores * factors * columns.weights

    def _promote(self, chosen: Mask, scores: Floats, request: Request) -> None:
        """Put the promoted documents of the result above all others."""
        numbers = [self._columns.numbers[one] for one in request.promoted if one in self._columns.numbers]
        numbers = [number for number in numbers if chosen[number]]
        if numbers:
            others = np.setdiff1d(np.flatnonzero(chosen), numbers)
            above = float(scores[others].max()) if len(others) else 0.0
            for number in numbers:
                scores[number] = max(scores[number], above + 1.0)

    def _demote_superseded(self, chosen: Mask, scores: Floats) -> None:
        """No superseded page above its successor where both match, along whole chains of successors."""
        superseded = np.flatnonzero(chosen & (self._columns.successors >= 0))
        if not len(superseded):
            return
        ties = np.zeros(len(self._columns), np.int64)
        newest_first = self._columns.order(np.flatnonzero(chosen), None)
        ties[newest_first] = np.arange(len(newest_first))
        for number in superseded:
            shown = [one for one in reversed(self._chain(int(number))) if chosen[one]]
            for newer, older in pairwise(shown):
                if (-scores[older], ties[older]) < (-scores[newer], ties[newer]):
                    scores[older] = np.nextafter(scores[newer], -np.inf)

    def _chain(self, number: int) -> list[int]:
        """A document and its successors, nearest first."""
        chain = [number]
        while (following := int(self._columns.successors[chain[-1]])) >= 0 and following not in chain:
            chain.append(following)
        return chain
