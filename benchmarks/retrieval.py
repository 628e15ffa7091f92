"""Ranking on public test collections: `python -m benchmarks.retrieval FOLDER`, where FOLDER holds CACM, LISA and TIME.

The collections are those of the University of Glasgow (cacm.all, query.text, qrels.text; LISA*.*, LISA.QUE, LISA.REL;
TIME.ALL, TIME.QUE, TIME.REL). They are for development: every weight was chosen on them. They are not part of the
project.
Printed: nDCG@10 (Järvelin, Kekäläinen 2002; gain 1 for a relevant document) with `match` any and most, beside Whoosh's
default and SQLite's FTS5 with its Porter stemmer, in one run.
"""

from __future__ import annotations

import argparse
import math
import re
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import MultifieldParser, OrGroup

from kb.core import KnowledgeBase
from kb.model import Document, Query

Run = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Collection:
    """Documents as (id, title, text), queries by id, and the relevant documents of each query."""

    name: str
    documents: Sequence[tuple[str, str, str]]
    queries: dict[str, str]
    relevant: dict[str, set[str]]


def main() -> None:
    """Measure every collection that the folder holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(f"{'':10}{'any':>8}{'most':>8}{'whoosh':>8}{'fts5':>8}")
    rows = [measure(load(folder)) for load in (cacm, lisa, time_magazine)]
    for row in (*rows, ("mean", [sum(one[1][n] for one in rows) / len(rows) for n in range(4)])):
        print(f"{row[0]:10}" + "".join(f"{value:8.3f}" for value in row[1]))


def measure(collection: Collection) -> tuple[str, list[float]]:
    """nDCG@10 of ours with `any` and `most`, of Whoosh's default, of FTS5."""
    base = KnowledgeBase.from_documents(
        Document(id=one, title=title, body=text) for one, title, text in collection.documents
    )
    reader = base.reader()

    def ours(match: str) -> Run:
        return lambda text: [hit.id for hit in reader.search(Query(text=text[:1000], match=match)).hits]

    runs = (ours("any"), ours("most"), _whoosh(collection), _fts5(collection))
    return collection.name, [ndcg(run, collection) for run in runs]


def ndcg(run: Run, collection: Collection) -> float:
    """The mean over the queries that have relevant documents."""
    values = []
    for number, text in collection.queries.items():
        relevant = collection.relevant.get(number, set())
        if relevant:
            found = sum(1 / math.log2(rank + 2) for rank, one in enumerate(run(text)[:10]) if one in relevant)
            values.append(found / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(relevant)))))
    return sum(values) / len(values)


def _whoosh(collection: Collection) -> Run:
    analyzer = StemmingAnalyzer()
    schema = Schema(id=ID(stored=True), title=TEXT(analyzer=analyzer), body=TEXT(analyzer=analyzer))
    index = create_in(tempfile.mkdtemp(), schema)
    writer = index.writer(limitmb=256)
    for one, title, text in collection.documents:
        writer.add_document(id=one, title=title, body=text)
    writer.commit(optimize=True)
    searcher, parser = index.searcher(), MultifieldParser(["title", "body"], schema, group=OrGroup)
    return lambda text: [
        hit["id"] for hit in searcher.search(parser.parse(" ".join(re.findall(r"\w+", text))), limit=10)
    ]


def _fts5(collection: Collection) -> Run:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')")
    database.executemany("INSERT INTO docs VALUES (?, ?, ?)", collection.documents)

    def run(text: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        found = database.execute(
            "SELECT id FROM docs WHERE docs MATCH ? ORDER BY bm25(docs, 0, 2, 1) LIMIT 10", (words,)
        )
        return [row[0] for row in found]

    return run


# -- the collections ------------------------------------------------------------------------------------------------


def cacm(folder: Path) -> Collection:
    """Communications of the ACM: titles and abstracts, 52 judged queries."""
    documents = []
    for number, fields in _smart(folder / "cacm.all"):
        documents.append((number, fields.get("T", ""), "\n".join(fields.get(name, "") for name in "WAK")))
    queries = {number: fields.get("W", "") for number, fields in _smart(folder / "query.text")}
    relevant: dict[str, set[str]] = {}
    for row in (folder / "qrels.text").read_text().splitlines():
        query, document = row.split()[:2]
        relevant.setdefault(str(int(query)), set()).add(str(int(document)))
    return Collection("CACM", documents, queries, relevant)


def _smart(path: Path) -> list[tuple[str, dict[str, str]]]:
    found = []
    for record in re.split(r"(?m)^\.I ", path.read_text(encoding="latin-1"))[1:]:
        number, *parts = re.split(r"(?m)^\.([TWBAKNXC])\s*$", record)
        found.append((number.strip(), dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))))
    return found


def lisa(folder: Path) -> Collection:
    """Library and Information Science Abstracts: 6,004 abstracts, 35 queries."""
    documents = []
    for path in sorted(path for path in folder.glob("LISA[0-9].*") if path.suffix[1:].isdigit()):
        for record in re.split(r"(?m)^\*{40,}\s*$", path.read_text(encoding="latin-1")):
            match = re.match(r"\s*Document\s+(\d+)\s*\n(.*?)(?:\n\s*\n|\Z)(.*)", record, re.DOTALL)
            if match:
                documents.append((match[1], " ".join(match[2].split()), match[3]))
    text = (folder / "LISA.QUE").read_text(encoding="latin-1")
    queries = dict(re.findall(r"(?s)\s*(\d+)\s*\n(.*?)#", text))
    rows = re.findall(r"Query (\d+)\s+\d+ Relevant Refs:\s+([\d\s]+?)-1", (folder / "LISA.REL").read_text())
    return Collection("LISA", documents, queries, {query: set(refs.split()) for query, refs in rows})


def time_magazine(folder: Path) -> Collection:
    """TIME magazine 1963: 425 articles, 83 queries; judgements name documents by their place."""
    records = re.split(r"(?m)^\*TEXT .*$", (folder / "TIME.ALL").read_text(encoding="latin-1"))[1:]
    documents = [(str(place), "", record.replace("*STOP", "")) for place, record in enumerate(records, 1)]
    parts = re.split(r"(?m)^\*FIND\s+(\d+)\s*$", (folder / "TIME.QUE").read_text(encoding="latin-1"))[1:]
    queries = {number: text.replace("*STOP", "") for number, text in zip(parts[::2], parts[1::2], strict=True)}
    relevant = {}
    for row in (folder / "TIME.REL").read_text().splitlines():
        if row.split():
            query, *found = row.split()
            relevant[query] = set(found)
    return Collection("TIME", documents, queries, relevant)


if __name__ == "__main__":
    main()
