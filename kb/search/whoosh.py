"""The `whoosh` engine: postings kept by Whoosh, one field whose positions hold all fields of a document in turn.

Whoosh stores what `kb.search.postings.invert` laid out and is asked for postings alone; it never sees text. Only API
that Whoosh 2.7.4 has as well is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.analysis import Analyzer, Token
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

    document: Inverted

    @classmethod
    def of(cls, document: Inverted) -> LaidOut:
        """A stand-in for the text of this document."""
        text = cls()
        text.document = document
        return text


class Laid(Analyzer):  # type: ignore[misc]
    """Hands Whoosh the terms of a document as they were laid out, each with its positions and weight."""

    def __call__(self, value: LaidOut, **_: Any) -> Iterator[Token]:
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
    index = FileStorage(str(folder)).create_index(schema)
    writer = index.writer(limitmb=256)
    for one in inverted:
        writer.add_document(**{_FIELD: LaidOut.of(one)})
    writer.commit(optimize=True)
    index.close()


class WhooshPostings:
    """Postings read from a Whoosh index of one segment, whose document numbers are the order of building."""

    def __init__(self, folder: Path) -> None:
        self._reader: IndexReader = FileIndex(FileStorage(str(folder), readonly=True)).reader()
        self.term = lru_cache(maxsize=_KEPT_TERMS)(self._term)
        self.positions = lru_cache(maxsize=_KEPT_TERMS // 8)(self._positions)

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """See `kb.search.postings.Postings.terms`."""
        found = (bytes(term).decode() for term in self._reader.expand_prefix(_FIELD, prefix))
        return [(term, self._reader.doc_frequency(_FIELD, term)) for term in found]

    def _term(self, term: str) -> TermPostings:
        documents, weights = [], []
        matcher = self._matcher(term)
        while matcher is not None and matcher.is_active():
            documents.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return TermPostings(np.asarray(documents, np.int32), np.asarray(weights, np.float64))

    def _positions(self, term: str) -> TermPositions:
        documents: list[int] = []
        positions: list[int] = []
        matcher = self._matcher(term)
        while matcher is not None and matcher.is_active():
            found = matcher.value_as("positions")
            documents += [matcher.id()] * len(found)
            positions += found
            matcher.next()
        return TermPositions(np.asarray(documents, np.int64), np.asarray(positions, np.int64))

    def _matcher(self, term: str) -> Any:
        try:
            return self._reader.postings(_FIELD, term)
        except TermNotFound:
            return None
