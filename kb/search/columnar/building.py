"""Building a columnar index from documents that come one by one, in bounded memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from kb.search import columns, similar
from kb.search.arrays import ArraysWriter, offsets_of, smallest, write_arrays, write_json
from kb.search.columnar import dictionary, store
from kb.search.columnar.runs import RUN, Merger, Run, TermOrder, rows_of, turn_round
from kb.search.columnar.store import StoredPostings
from kb.search.entry import Entry, FacetSpec
from kb.search.local import LocalEngine
from kb.search.similar import Rows
from kb.search.tokens import TermNumbers, Tokens, lay_out

_RUNS = ".runs"


def build(
    folder: Path, entries: Iterable[Entry], specs: Sequence[FacetSpec], numbers: TermNumbers | None = None
) -> None:
    """Write a whole index of the entries, in their order. Entries that are laid out have their terms by `numbers`."""
    writer = PostingsWriter(folder, TermNumbers() if numbers is None else numbers)
    with columns.ColumnsWriter(folder, specs) as writing:
        for entry in entries:
            writing.add(entry, writer.add(entry))
    writer.finish()


def open_folder(folder: Path) -> LocalEngine:
    """Open a folder that `build` has written. Raises DamagedIndexError."""
    return LocalEngine(StoredPostings(folder), folder)


class PostingsWriter:
    """Takes documents in order and writes their postings, and how alike they are, at the end."""

    def __init__(self, folder: Path, numbers: TermNumbers) -> None:
        self._folder = folder
        self._numbers = numbers
        self._order = TermOrder(numbers)
        self._telling = np.zeros(0, np.bool_)
        self._waiting: list[Tokens] = []
        self._occurrences = 0
        self._documents = 0
        self._runs: list[Run] = []
        self._rows: list[Rows] = []

    def add(self, entry: Entry) -> Tokens:
        """Take a document; returns how it is laid out."""
        fields = entry.fields
        tokens = fields if isinstance(fields, Tokens) else lay_out(fields, self._numbers)
        self._waiting.append(tokens)
        self._occurrences += len(tokens.terms)
        if self._occurrences >= RUN:
            self._end_run()
            self._spill()
        return tokens

    def finish(self) -> None:
        """Merge what was taken and write it."""
        if self._waiting:
            self._end_run()
        merger = Merger(self._runs, self._order)
        _write(self._folder, merger, self._runs, self._documents)
        similar.write(self._folder, self._rows, merger.ranks, len(merger.terms))
        self._runs, self._rows = [], []
        shutil.rmtree(self._folder / _RUNS, ignore_errors=True)

    def _end_run(self) -> None:
        size = len(self._waiting)
        run = turn_round(self._waiting, self._documents, self._order.numbers())
        new = self._order.terms[len(self._telling) :]
        self._telling = np.concatenate((self._telling, similar.telling(new)))
        self._waiting, self._occurrences = [], 0
        self._runs.append(run)
        self._rows.append(rows_of(run, self._documents, size, self._telling))
        self._documents += size

    def _spill(self) -> None:
        """Put the last run on disk."""
        folder = self._folder / _RUNS
        folder.mkdir(parents=True, exist_ok=True)
        number = len(self._runs)
        self._runs[-1] = self._runs[-1].spilled(folder / f"{number}.arrays")
        self._rows[-1] = self._rows[-1].spilled(folder / f"{number}-rows.arrays")


def _write(folder: Path, merger: Merger, runs: Sequence[Run], documents: int) -> None:
    postings, occurrences = offsets_of(merger.postings), offsets_of(merger.occurrences)
    arrays = {**dictionary.arrays_of(merger.terms), "postings": postings, "occurrences": occurrences}
    write_arrays(folder / store.DICTIONARY, arrays)
    with ExitStack() as files:
        writers = []
        for name in ("documents", "frequencies", "counts", "positions"):
            writers.append(files.enter_context(ArraysWriter(folder / f"{name}.arrays")))
            highest = max((run.highest[name] for run in runs), default=0)
            writers[-1].begin(name, smallest(highest))
        for part in merger.parts():
            for writer, array in zip(writers, part, strict=True):
                writer.extend(array)
    about = {
        "format": store.FORMAT,
        "documents": documents,
        "terms": len(merger.terms),
        "postings": int(postings[-1]),
        "occurrences": int(occurrences[-1]),
    }
    write_json(folder / store.MANIFEST, about)
