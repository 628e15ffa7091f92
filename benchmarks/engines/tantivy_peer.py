"""tantivy through its Python binding, set up in the fastest way that the binding offers for the job.

Title and body stand in one indexed field with a token between them that no query has, so that a word is looked up once
(two fields, each word in either, took 1.3 to 2 times as long); the title is indexed a second time for its weight alone.
All facets are counted in one pass: string fast fields, and filter aggregations for facets with a selection of their
own. A prefix is a fuzzy term at distance 0 (a regular expression and a set of terms took longer, a phrase prefix stops
after some terms). One thread and room enough in memory that one segment comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.engines.records import FACETS, LIMIT, QUOTED, TITLE_WEIGHT, Article, Job, Result

#: Room for the postings of 100,000 documents.
_HEAP_BYTES = 2_000_000_000
_BETWEEN = "|"


class Tantivy:
    """Package `tantivy`."""

    name = "tantivy"

    def __init__(self) -> None:
        self._package: Any = import_module("tantivy")
        self._query: Any = self._package.Query
        self._searcher: Any = None
        builder = self._package.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name="spaces", index_option="freq")
        builder.add_text_field("text", stored=True, tokenizer_name="spaces", index_option="position")
        for facet in FACETS:
            builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
        self._schema = builder.build()

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""
        writer = self._index(folder).writer(heap_size=_HEAP_BYTES, num_threads=1)
        for one in documents:
            text = " ".join((*one.title, _BETWEEN, *one.body))
            carried = {facet: list(values) for facet, values in one.facets.items()}
            writer.add_document(self._package.Document(id=one.id, title=" ".join(one.title), text=text, **carried))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""
        self._searcher = self._index(folder).searcher()

    def _index(self, folder: Path) -> Any:
        index = self._package.Index(self._schema, path=str(folder))
        spaces = self._package.TextAnalyzerBuilder(self._package.Tokenizer.whitespace()).build()
        index.register_tokenizer("spaces", spaces)
        return index

    def close(self) -> None:
        """Let go of the files."""
        self._searcher = None

    def run(self, job: Job) -> Result:
        """Ten hits with snippets, the total and every facet."""
        text = self._text(job)
        selected = [(self._package.Occur.Must, self._selected(*selection)) for selection in job.selections]
        query = self._query.boolean_query([*text, *selected])
        found = self._searcher.search(self._query.boolean_query([*text, *selected, *self._boosts(job)]), LIMIT)
        snippets = self._package.SnippetGenerator.create(self._searcher, query, self._schema, "text")
        snippets.set_max_num_chars(QUOTED)
        shown = [self._searcher.doc(address) for _, address in found.hits]
        return Result(
            total=found.count,
            ids=tuple(document.get_first("id") for document in shown),
            facets=self._facets(self._query.boolean_query(text), job),
            snippets=tuple(snippets.snippet_from_doc(document).to_html() for document in shown),
        )

    def _text(self, job: Job) -> list[tuple[Any, Any]]:
        """What the words, the phrase, the prefix and the excluded term ask."""
        occur, query, schema = self._package.Occur, self._query, self._schema
        words = [query.term_query(schema, "text", word) for word in job.words]
        if job.minimum == len(words):
            parts = [(occur.Must, word) for word in words]
        else:
            either = [(occur.Should, word) for word in words]
            least = job.minimum if job.minimum > 1 else None
            parts = [(occur.Must, query.boolean_query(either, least))]
        if job.phrase:
            parts.append((occur.Must, query.phrase_query(schema, "text", list(job.phrase))))
        if job.prefix:
            parts.append((occur.Must, query.fuzzy_term_query(schema, "text", job.prefix, 0, True, True)))
        if job.excluded:
            parts.append((occur.MustNot, query.term_query(schema, "text", job.excluded)))
        return parts

    def _boosts(self, job: Job) -> list[tuple[Any, Any]]:
        """What a word in the title counts more."""
        terms = (self._query.term_query(self._schema, "title", term) for term in (*job.words, *job.phrase))
        return [(self._package.Occur.Should, self._query.boost_query(term, TITLE_WEIGHT - 1)) for term in terms]

    def _selected(self, facet: str, values: Sequence[str]) -> Any:
        if len(values) == 1:
            held = self._query.term_query(self._schema, facet, values[0], "basic")
        else:
            held = self._query.term_set_query(self._schema, facet, list(values))
        return self._query.const_score_query(held, 0.0)

    def _facets(self, text: Any, job: Job) -> dict[str, dict[str, int]]:
        own = dict(job.selections)
        if not own:
            found = self._searcher.aggregate(text, _counting(FACETS))
            return {facet: _counts(found[facet]) for facet in FACETS}
        filters = {facet: _written(facet, values) for facet, values in own.items()}
        asked = {"": _within(filters.values(), [facet for facet in FACETS if facet not in own])}
        for facet in own:
            others = [other for name, other in filters.items() if name != facet]
            asked[facet] = _within(others, [facet]) if others else _counting([facet])[facet]
        found = self._searcher.aggregate(text, asked)
        places = {facet: found[facet if facet in own else ""] for facet in FACETS}
        return {facet: _counts(place.get(facet, place)) for facet, place in places.items()}


def _counting(facets: Iterable[str]) -> dict[str, Any]:
    return {facet: {"terms": {"field": facet, "size": FACETS[facet]}} for facet in facets}


def _within(filters: Iterable[str], facets: Iterable[str]) -> dict[str, Any]:
    """The counts of facets over what all the filters let pass."""
    return {"filter": " AND ".join(filters), "aggs": _counting(facets)}


def _written(facet: str, values: Sequence[str]) -> str:
    """A selection in tantivy's query language."""
    alternatives = " OR ".join(f'{facet}:"{value}"' for value in values)
    return f"({alternatives})"


def _counts(found: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in found["buckets"]}
