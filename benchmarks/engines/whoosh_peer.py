"""Whoosh's own faceted search as its manual has it: sortable columns, `groupedby`, `filter`, `highlights`.

A facet with a selection of its own takes a search of its own without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh import highlight, query, sorting
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, KEYWORD, TEXT, Schema
from whoosh.index import create_in, open_dir

from benchmarks.engines.records import FACETS, LIMIT, QUOTED, TITLE_WEIGHT, Article, Job, Result


class PlainWhoosh:
    """Whoosh without this project's engine upon it."""

    name = "plain-whoosh"

    def __init__(self) -> None:
        self._index: Any = None
        self._searcher: Any = None

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""
        fields = {facet: KEYWORD(sortable=True) for facet in FACETS}
        spaces: Any = SpaceSeparatedTokenizer()
        text = {name: TEXT(analyzer=spaces, stored=True) for name in ("title", "body")}
        index = create_in(str(folder), Schema(id=ID(stored=True), **text, **fields))
        writer = index.writer(limitmb=256)
        for one in documents:
            carried = {facet: " ".join(values) for facet, values in one.facets.items()}
            writer.add_document(id=one.id, title=" ".join(one.title), body=one.text, **carried)
        writer.commit(optimize=True)
        index.close()

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""
        self._index = open_dir(str(folder), readonly=True)
        self._searcher = self._index.searcher()

    def close(self) -> None:
        """Let go of the files."""
        self._searcher.close()
        self._index.close()

    def run(self, job: Job) -> Result:
        """Ten hits with snippets, the total and every facet."""
        text, own = _text(job), [facet for facet, _ in job.selections]
        found = self._search(text, _filter(job), [facet for facet in FACETS if facet not in own], LIMIT)
        found.fragmenter = highlight.ContextFragmenter(maxchars=QUOTED, surround=QUOTED // 4)
        facets = {facet: _counts(found, facet) for facet in FACETS if facet not in own}
        for facet in own:
            facets[facet] = _counts(self._search(text, _filter(job, facet), [facet], 1), facet)
        # With `groupedby` Whoosh keeps all hits, whatever the limit.
        shown = found[:LIMIT]
        snippets = tuple(hit.highlights("body", top=1) for hit in shown)
        return Result(len(found), tuple(hit["id"] for hit in shown), facets, snippets)

    def _search(self, text: Any, allowed: Any, counted: Sequence[str], limit: int) -> Any:
        facets = sorting.Facets()
        for facet in counted:
            facets.add_facet(facet, sorting.FieldFacet(facet, allow_overlap=True, maptype=sorting.Count))
        return self._searcher.search(text, limit=limit, filter=allowed, groupedby=facets)


def _text(job: Job) -> Any:
    """What the words, the phrase, the prefix and the excluded term ask. Whoosh knows no minimum."""
    parts: list[Any] = []
    if job.words:
        parts.append(query.Or([query.And([_either(query.Term, word) for word in words]) for words in job.alternatives]))
    if job.phrase:
        parts.append(_either(query.Phrase, list(job.phrase)))
    if job.prefix:
        parts.append(_either(query.Prefix, job.prefix))
    if job.excluded:
        parts.append(query.Not(_either(query.Term, job.excluded)))
    return query.And(parts).normalize()


def _either(make: Any, what: str | list[str]) -> Any:
    return query.Or([make("title", what, boost=TITLE_WEIGHT), make("body", what)])


def _filter(job: Job, apart_from: str = "") -> Any:
    chosen = [
        query.Or([query.Term(facet, value) for value in values])
        for facet, values in job.selections
        if facet != apart_from
    ]
    return query.And(chosen) if chosen else None


def _counts(found: Any, facet: str) -> dict[str, int]:
    """The counts by value; documents without one stand under nothing."""
    return {str(value): count for value, count in found.groups(facet).items() if value}
