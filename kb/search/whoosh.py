"""The `whoosh` engine: postings kept by Whoosh, one field whose positions hold all fields of a document in turn.

Whoosh stores what `kb.search.tokens.lay_out` laid out and is asked for postings alone; it never sees text. Only API
that Whoosh 2.7.4 has as well is used.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.analysis.acore import Token
from whoosh.analysis.analyzers import Analyzer
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import IndexReader, TermNotFound

from kb.search import columns, similar
from kb.search.arrays import Places
from kb.search.columnar.runs import Merger, TermOrder, rows_of, turn_round
from kb.search.entry import Entry, FacetSpec
from kb.search.local import LocalEngine
from kb.search.postings import Spots, TermPostings, spots, summed
from kb.search.recent import Recent
from kb.search.tokens import TermNumbers, Tokens, lay_out

_FIELD = "text"
#: Postings of this many terms are kept in memory.
_KEPT_TERMS = 4096


@dataclass(frozen=True, slots=True)
class Inverted:
    """One document turned round: its terms with their positions and field-weighted frequencies."""

    positions: Mapping[str, Sequence[int]]
    frequencies: Mapping[str, float]

    @classmethod
    def of(cls, tokens: Tokens, terms: Sequence[str]) -> Inverted:
        """A document that was laid out; `terms` are all terms by number."""
        positions: dict[str, list[int]] = defaultdict(list)
        frequencies: dict[str, float] = defaultdict(float)
        weights = np.repeat(tokens.weights, tokens.occurrences).tolist()
        for number, position, weight in zip(tokens.terms.tolist(), tokens.positions.tolist(), weights, strict=True):
            positions[terms[number]].append(position)
            frequencies[terms[number]] += weight
        return cls(positions, frequencies)


class LaidOut(str):
    """Passes for the text of a field (Whoosh takes nothing else to an analyser) and carries the document laid out."""

    __slots__ = ("document",)
    document: Inverted

    @classmethod
    def of(cls, document: Inverted) -> LaidOut:
        """A stand-in for the text of this document."""
        text = cls()
        text.document = document
        return text


class Laid(Analyzer):
    """Hands Whoosh the terms of a document as they were laid out, each with its positions and frequency."""

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        """The tokens of a `LaidOut`, term by term."""
        assert isinstance(value, LaidOut)
        token = Token(positions=True, boosts=True)
        for term, positions in value.document.positions.items():
            token.text = term
            token.boost = value.document.frequencies[term] / len(positions)
            for position in positions:
                token.pos = position
                yield token


def build(
    folder: Path, entries: Iterable[Entry], specs: Sequence[FacetSpec], numbers: TermNumbers | None = None
) -> None:
    """Write postings and columns of the entries, in their order. Whoosh's writer takes all of them at once."""
    numbers = TermNumbers() if numbers is None else numbers
    laid = []
    with columns.ColumnsWriter(folder, specs) as writing:
        for entry in entries:
            fields = entry.fields
            laid.append(fields if isinstance(fields, Tokens) else lay_out(fields, numbers))
            writing.add(entry, laid[-1])
    order = TermOrder(numbers)
    runs = [turn_round(laid, 0, order.numbers())] if laid else []
    merger, telling = Merger(runs, order), similar.telling(order.terms)
    _write_postings(folder / "postings", [Inverted.of(tokens, order.terms) for tokens in laid])
    similar.write(folder, [rows_of(run, 0, len(laid), telling) for run in runs], merger.ranks, len(merger.terms))


def open_folder(folder: Path) -> LocalEngine:
    """Open a folder that `build` has written."""
    return LocalEngine(WhooshPostings(folder / "postings"), folder)


def _write_postings(folder: Path, inverted: Sequence[Inverted]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    schema = Schema(**{_FIELD: TEXT(analyzer=Laid(), phrase=True)})
    storage: Any = FileStorage
    index = storage(str(folder)).create_index(schema)
    writer = index.writer(limitmb=256)
    for one in inverted:
        writer.add_document(**{_FIELD: LaidOut.of(one)})
    writer.commit(optimize=True)
    index.close()


class WhooshPostings:
    """Postings read from a Whoosh index of one segment, whose document numbers are the order of building."""

    def __init__(self, folder: Path) -> None:
        storage: Any = FileStorage
        opened: Any = FileIndex
        self._reader: IndexReader = opened(storage(str(folder), readonly=True)).reader()
        # Whoosh's files have one place of reading, which threads would move under each other.
        self._lock = threading.Lock()
        self._terms: Recent[str, TermPostings] = Recent(_KEPT_TERMS)
        self._spots: Recent[str, Spots] = Recent(_KEPT_TERMS // 8)
        self._size: int = self._reader.doc_count_all()

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """See `kb.search.postings.Postings.terms`."""
        if _has_surrogates(prefix):
            return []
        with self._lock:
            found = [bytes(term).decode() for term in self._reader.expand_prefix(_FIELD, prefix)]
            return [(term, self._reader.doc_frequency(_FIELD, term)) for term in found]

    def term(self, term: str) -> TermPostings:
        """See `kb.search.postings.Postings.term`."""
        return self._terms.get(term, self._term)

    def prefix(self, prefix: str) -> TermPostings:
        """See `kb.search.postings.Postings.prefix`."""
        return summed([self.term(term) for term, _ in self.terms(prefix)], self._size)

    def spots(self, term: str, documents: Places) -> Spots:  # noqa: ARG002 - more than asked for are allowed
        """See `kb.search.postings.Postings.spots`: these are all of the term's."""
        return self._spots.get(term, self._all_spots)

    def _term(self, term: str) -> TermPostings:
        documents, frequencies = [], []
        with self._lock:
            for matcher in self._postings_of(term):
                documents.append(matcher.id())
                frequencies.append(matcher.weight())
        return TermPostings(np.asarray(documents, np.int64), np.asarray(frequencies, np.float32))

    def _all_spots(self, term: str) -> Spots:
        documents: list[int] = []
        counts: list[int] = []
        positions: list[int] = []
        with self._lock:
            for matcher in self._postings_of(term):
                found = matcher.value_as("positions")
                documents.append(matcher.id())
                counts.append(len(found))
                positions += found
        return spots(np.asarray(documents, np.int64), np.asarray(counts, np.int64), np.asarray(positions, np.int64))

    def _postings_of(self, term: str) -> Iterator[Any]:
        """Whoosh's matcher of a term, standing at each of its documents in turn."""
        if _has_surrogates(term):
            return
        try:
            matcher: Any = self._reader.postings(_FIELD, term)
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher
            matcher.next()


def _has_surrogates(text: str) -> bool:
    """Whether a text holds halves of characters, which no term does and Whoosh cannot look for."""
    return any("\ud800" <= character <= "\udfff" for character in text)
