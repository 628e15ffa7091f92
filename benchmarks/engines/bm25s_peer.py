"""bm25s: scores of all documents from a matrix, nothing else.

It knows neither phrases, prefixes, exclusions and minima above one, nor filters, counts, totals and snippets. It is
asked what it can answer: one of several words, no selection; and gives ten hits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.engines.records import LIMIT, Article, Job, Result


class Bm25s:
    """Package `bm25s`. Title and body are one bag of words."""

    name = "bm25s"

    def __init__(self) -> None:
        self._package: Any = import_module("bm25s")
        self._scores: Any = None
        self._ids: list[str] = []

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""
        scores = self._package.BM25(k1=1.6, b=0.6)
        scores.index([[*one.title, *one.body] for one in documents], show_progress=False)
        scores.save(str(folder), show_progress=False)
        (folder / "ids.json").write_text(json.dumps([one.id for one in documents]), encoding="utf-8")

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""
        self._scores = self._package.BM25.load(str(folder), mmap=False)
        self._ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))

    def close(self) -> None:
        """Let go of the files."""
        self._scores = None

    def run(self, job: Job) -> Result:
        """Ten hits."""
        known = [word for word in job.words if word in self._scores.vocab_dict]
        if not known:
            return Result(0, (), {}, ())
        limit = min(LIMIT, len(self._ids))
        places, scores = self._scores.retrieve([known], k=limit, show_progress=False, return_as="tuple")
        ids = tuple(self._ids[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0)
        return Result(0, ids, {}, ())
