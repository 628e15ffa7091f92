"""The engines of this project, by the name that `kb.search` knows them by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines.records import FACETS, LIMIT, Article, Job, Result
from kb.language.tree import AnyTerm, Matching, Phrase, Prefix, Unit
from kb.search import Entry, Request, Selection, create, open_engine
from kb.search.engine import Engine
from kb.search.snippets import Highlighter

#: Statuses are asked for on one day, so that the same is asked whenever the benchmark runs.
_TODAY = dt.date(2026, 1, 1)


class Ours:
    """One engine of `kb.search`. It does more than the others: it counts the statuses, and marks titles too."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._engine: Engine | None = None

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""
        create(self.name, folder, map(_entry, documents))

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""
        self._engine = open_engine(self.name, folder)

    def close(self) -> None:
        """Let go of the files."""
        self._engine = None

    def run(self, job: Job) -> Result:
        """Ten hits with snippets, the total and every facet."""
        assert self._engine is not None
        asked = request(job)
        answer = self._engine.search(asked)
        highlighter = Highlighter([unit.node for unit in (*asked.matching.required, *asked.matching.units)])
        marked = [highlighter.mark(self._engine.passages(match.id)) for match in answer.matches]
        return Result(
            total=answer.total,
            ids=tuple(match.id for match in answer.matches),
            facets={name: {one.value: one.count for one in answer.facets[name] if one.count} for name in FACETS},
            snippets=tuple(f"{one.title}\n{one.quote('').html}" for one in marked),
        )


def _entry(document: Article) -> Entry:
    fields = {"title": document.title, "body": document.body}
    return Entry.from_tokens(document.id, fields, document.facets, document.date, quoted=("title", "body"))


def request(job: Job) -> Request:
    """A job as an engine of `kb.search` is asked."""
    required = []
    if job.phrase:
        required.append(Unit(Phrase(tuple((term,) for term in job.phrase))))
    if job.prefix:
        required.append(Unit(Prefix(job.prefix)))
    matching = Matching(
        required=tuple(required),
        units=tuple(Unit(AnyTerm((word,))) for word in job.words),
        minimum=job.minimum,
        excluded=(AnyTerm((job.excluded,)),) if job.excluded else (),
    )
    selections = tuple(Selection(facet, values) for facet, values in job.selections)
    return Request(matching, selections, today=_TODAY, limit=LIMIT)
