"""A page of facets on the whoosh engine beside plain Whoosh: `python -m benchmarks.whoosh_page [--articles 1000]`.

The job: ten hits with snippets, the total, and exact facets. The peer is Whoosh as its manual uses it
(`MultifieldParser`, `StemmingAnalyzer`, `groupedby` of four facets, ten highlights), over the same documents.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from whoosh import sorting
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, KEYWORD, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import MultifieldParser

from benchmarks.corpus import queries, write_root
from kb.core import KnowledgeBase
from kb.model import Query


def main() -> None:
    """Build both, ask both the same, alternating, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.articles, options.queries)


def run(folder: Path, articles: int, number: int) -> None:
    """One whole measurement."""
    base = KnowledgeBase.open(write_root(folder / "root", articles))
    for what in ("first rebuild", "rebuild with nothing changed"):
        wall, cpu = time.monotonic(), time.process_time()
        base.rebuild()
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
        print(f"{articles} articles, {what}: {wall:.1f} s wall, {cpu:.1f} s CPU")
    peer = _peer(folder / "peer", base)
    reader = base.reader()
    ours, theirs = [], []
    for text in queries(number):
        ours.append(_cpu(partial(reader.search, Query(text=text))))
        theirs.append(_cpu(partial(peer, text)))
    _print("kb, whoosh engine, 12 facets", ours)
    _print("plain Whoosh, 4 facets", theirs)
    print(f"ratio of medians {statistics.median(ours) / statistics.median(theirs):.2f}")


def _cpu(job: Callable[[], object]) -> float:
    """CPU milliseconds of a job."""
    started = time.process_time()
    job()
    return (time.process_time() - started) * 1000


def _print(name: str, times: Sequence[float]) -> None:
    cuts = statistics.quantiles(times, n=100)
    print(f"{name}: CPU ms median {statistics.median(times):.1f}, 90th {cuts[89]:.1f}, 99th {cuts[98]:.1f}")


def _peer(folder: Path, base: KnowledgeBase) -> Callable[[str], object]:
    """Plain Whoosh over the same documents; returns what answers one query."""
    folder.mkdir()
    schema = Schema(
        id=ID(stored=True),
        title=TEXT(stored=True, analyzer=StemmingAnalyzer()),
        body=TEXT(stored=True, analyzer=StemmingAnalyzer()),
        tags=KEYWORD(stored=True, sortable=True),
        author=KEYWORD(stored=True, sortable=True),
        year=ID(stored=True, sortable=True),
        source=ID(stored=True, sortable=True),
    )
    index = create_in(str(folder), schema)
    writer = index.writer(limitmb=256)
    reader = base.reader()
    for ref in reader.refs():
        page = reader.document(ref.id)
        document = page.document
        text = " ".join(page.html.split())
        writer.add_document(
            id=ref.id, title=ref.title, body=text, tags=" ".join(document.tags), author="_".join(document.authors),
            year=str(ref.date.year) if ref.date else "", source=document.source.name if document.source else "",
        )  # fmt: skip
    writer.commit(optimize=True)
    searcher = index.searcher()
    asked = MultifieldParser(["title", "body"], schema)

    def answer(text: str) -> Any:
        facets = sorting.Facets()
        facets.add_field("tags", allow_overlap=True)
        for name in ("author", "year", "source"):
            facets.add_field(name)
        found = searcher.search(asked.parse(text), limit=10, groupedby=facets)
        return [hit.highlights("body") for hit in found[:10]], [
            found.groups(name) for name in ("tags", "author", "year", "source")
        ]

    return answer


if __name__ == "__main__":
    main()
