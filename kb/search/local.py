"""An engine in this process: any postings, with the columns of the generation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kb.language.tree import Matching
from kb.model import STATUSES
from kb.search.arrays import Places
from kb.search.columns import Columns, OfDay
from kb.search.evaluate import Evaluator
from kb.search.passages import Passages, unpack
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
        self._similarity = Similarity(folder, self._columns)

    def search(self, request: Request) -> Answer:
        """See `kb.search.engine.Engine.search`."""
        base = self._evaluator.matching(request.matching)
        within = self._columns.within(request)
        if within is not None:
            base = base.compress(within.take(base))
        base = self._evaluator.filtered(base, request.nodes, request.excluded_nodes)
        chosen, facets = self._columns.select(base, request)
        total = len(chosen)
        offset = min(request.offset, total)
        behind = min(offset + request.limit, total)
        if request.sort == "relevance":
            scores = self._scores(chosen, request)
            page = self._columns.first(chosen, scores, behind)[offset:]
            chosen, scores = chosen.take(page), scores.take(page)
        else:
            page = self._columns.first(chosen, None, behind, oldest=request.sort == "oldest")[offset:]
            chosen = chosen[page]
            scores = self._evaluator.scores(request.matching, chosen)
        return Answer(total, self._matches(chosen, scores, self._columns.of_day(request)), facets)

    def explain(self, request: Request, document_id: str) -> Explanation:
        """See `kb.search.engine.Engine.explain`."""
        number = self._columns.numbers[document_id]
        parts, near = self._evaluator.contributions(request.matching, number)
        weight = float(self._columns.weights[number])
        factor = float(self._factors(np.asarray([number], np.int64), request)[0])
        return Explanation(parts, near, weight, factor / weight, document_id in request.promoted)

    def total(self, matching: Matching) -> int:
        """See `kb.search.engine.Engine.total`."""
        return len(self._evaluator.matching(matching))

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

    def passages(self, document_id: str) -> Passages:
        """See `kb.search.engine.Engine.passages`."""
        return unpack(self._columns.passages(self._columns.numbers[document_id]))

    def status(self, document_id: str, day: dt.date) -> tuple[str, tuple[dt.date, ...]]:
        """See `kb.search.engine.Engine.status`."""
        number, known = self._columns.numbers[document_id], self._columns.of_day(Request(today=day))
        return STATUSES[known.statuses[number]], known.changes.get(number, ())

    def ids(self) -> Sequence[str]:
        """See `kb.search.engine.Engine.ids`."""
        return self._columns.ids

    def facet_values(self, facet: str) -> Sequence[str]:
        """See `kb.search.engine.Engine.facet_values`."""
        found = self._columns.facets.get(facet)
        return found.values if found else ()

    def _matches(self, chosen: Places, scores: Floats, known: OfDay) -> tuple[Match, ...]:
        columns, changes = self._columns, known.changes
        statuses = known.statuses.take(chosen).tolist()
        return tuple(
            Match(columns.ids[number], score, STATUSES[status], columns.stored(number), changes.get(number, ()))
            for number, score, status in zip(chosen.tolist(), scores.tolist(), statuses, strict=True)
        )

    # -- scores -----------------------------------------------------------------------------------------------------

    def _scores(self, chosen: Places, request: Request) -> Floats:
        """The score of each of the documents that are left; those of one answer are comparable."""
        scores = self._evaluator.scores(request.matching, chosen)
        scores *= self._factors(chosen, request)
        self._promote(chosen, scores, request)
        self._demote_superseded(chosen, scores)
        return scores

    def _factors(self, documents: Places, request: Request) -> Floats:
        """The documents' weights; news fades with age, from the newest date there is, or from `as_of`."""
        columns = self._columns
        newest = request.as_of.toordinal() if request.as_of else columns.newest
        factors = columns.weights.take(documents)
        if columns.has_fading:
            fades = columns.fading.take(documents)
            factors[fades] *= fading((newest - columns.dates[documents[fades]]).astype(np.float64))
        return factors

    def _promote(self, chosen: Places, scores: Floats, request: Request) -> None:
        """Put the promoted documents of the result above all others."""
        if not request.promoted or not len(chosen):
            return
        wanted = [self._columns.numbers[one] for one in request.promoted if one in self._columns.numbers]
        promoted = np.isin(chosen, wanted)
        others = scores[~promoted]
        above = float(others.max()) if len(others) else 0.0
        scores[promoted] = np.maximum(scores[promoted], above + 1.0)

    def _demote_superseded(self, chosen: Places, scores: Floats) -> None:
        """No superseded page above its successor where both match, along whole chains of successors."""
        successors = self._columns.successors
        if not self._columns.has_successors:
            return
        superseded = chosen[successors[chosen] >= 0]
        if not len(superseded):
            return
        ranks = self._columns.ranks(chosen)
        for number in superseded.tolist():
            chain = np.asarray(self._chain(number)[::-1], np.int64)
            places = np.minimum(chosen.searchsorted(chain), len(chosen) - 1)
            shown = places[chosen[places] == chain].tolist()
            for newer, older in pairwise(shown):
                if (-scores[older], ranks[older]) < (-scores[newer], ranks[newer]):
                    scores[older] = np.nextafter(scores[newer], -np.inf)

    def _chain(self, number: int) -> list[int]:
        """A document and its successors, nearest first."""
        chain = [number]
        while (following := int(self._columns.successors[chain[-1]])) >= 0 and following not in chain:
            chain.append(following)
        return chain
