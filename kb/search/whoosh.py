"""The `whoosh` engine: postings kept by Whoosh, one field whose positions hold all fields of a document in turn.

Whoosh stores what `kb.search.postings.invert` laid out and is asked for postings alone; it never sees text. Only API
that Whoosh 2.7.4 has as well is used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
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
from kb.search.entry import Entry, FacetSpec
from kb.search.local import LocalEngine
from kb.search.postings import Inverted, TermPositions, TermPostings, invert

_FIELD = "text"
#: Postings of this many terms are kept in memory.
_KEPT_TERMS = 4096


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
    """Hands Whoosh the terms of a document as they were laid out, each with its positions and weight."""

    def __call__(self, value: str, **_: Any) -> Iterator[Token]:
        """The tokens of a `LaidOut`, term by term."""
        assert isinstance(value, LaidOut)
        token = Token(positions=True, boosts=True)
        for term, positions in value.document.positions.items():
            token.text = term
            token.boost = value.document.weights[term] / len(positions)
            for position in positions:
                token.pos = position
                yield token


def build(folder: Path, entries: Sequence[Entry], specs: Sequence[FacetSpec]) -> None:
    """Write postings and columns of the entries, in their order."""
    inverted = [invert(entry) for entry in entries]
    _write_postings(folder / "postings", inverted)
    columns.write(folder, entries, specs, [one.layout for one in inverted])
    similar.write(folder, inverted)


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
        self.term = lru_cache(maxsize=_KEPT_TERMS)(self._term)
        self.positions = lru_cache(maxsize=_KEPT_TERMS // 8)(self._positions)

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """See `kb.search.postings.Postings.terms`."""
        with self._lock:
            found = [bytes(term).decode() for term in self._reader.expand_prefix(_FIELD, prefix)]
            return [(term, self._reader.doc_frequency(_FIELD, term)) for term in found]

    def _term(self, term: str) -> TermPostings:
        documents, weights = [], []
        with self._lock:
            for matcher in self._postings_of(term):
                documents.append(matcher.id())
                weights.append(matcher.weight())
        return TermPostings(np.asarray(documents, np.int32), np.asarray(weights, np.float64))

    def _positions(self, term: str) -> TermPositions:
        documents: list[int] = []
        positions: list[int] = []
        with self._lock:
            for matcher in self._postings_of(term):
                found = matcher.value_as("positions")
                documents += [matcher.id()] * len(found)
                positions += found
        return TermPositions(np.asarray(documents, np.int64), np.asarray(positions, np.int64))

    def _postings_of(self, term: str) -> Iterator[Any]:
        """Whoosh's matcher of a term, standing at each of its documents in turn."""
        try:
            matcher: Any = self._reader.postings(_FIELD, term)
        except TermNotFound:
            return
        while matcher.is_active():
            yield matcher
            matcher.next()
