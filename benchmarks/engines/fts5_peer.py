"""SQLite's FTS5: one table with title and body, and one of (document, value) for all facets, counted by GROUP BY.

The values of a facet are numbers side by side, so that one walk through that table counts all facets. A document that
matches is looked for once and kept in a temporary table. Terms are split at spaces alone. There is no `ANALYZE`: with
it SQLite makes a Bloom filter of all that is carried for every count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.engines.records import FACETS, LIMIT, TITLE_WEIGHT, Article, Job, Result

_TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE VIRTUAL TABLE docs USING fts5(id UNINDEXED, title, body, tokenize = "ascii tokenchars '-.'");
INSERT INTO docs(docs, rank) VALUES ('rank', 'bm25(0.0, {TITLE_WEIGHT}, 1.0)');
CREATE TABLE labels (value INTEGER PRIMARY KEY, facet TEXT, label TEXT);
CREATE TABLE carried (document INTEGER, value INTEGER, PRIMARY KEY (document, value)) WITHOUT ROWID;
"""
_DONE = """
INSERT INTO docs(docs) VALUES ('optimize');
"""
#: A snippet of about as many characters as the others have.
_HITS = """
SELECT id, snippet(docs, 2, '<b>', '</b>', '…', 32) FROM docs WHERE docs MATCH ?{} ORDER BY rank LIMIT ?
"""
_COUNTS = """
SELECT value, count(*) FROM found CROSS JOIN carried USING (document) WHERE 1{} GROUP BY value
"""


class Fts5:
    """Module `sqlite3` of the standard library."""

    name = "fts5"

    def __init__(self) -> None:
        self._base: sqlite3.Connection | None = None
        self._labels: dict[int, tuple[str, str]] = {}
        self._values: dict[tuple[str, str], int] = {}
        self._ranges: dict[str, tuple[int, int]] = {}

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""
        base = sqlite3.connect(folder / "docs.sqlite")
        base.executescript(_TABLES)
        carried = {(facet, value) for one in documents for facet in FACETS for value in one.facets[facet]}
        values = {key: number for number, key in enumerate(sorted(carried))}
        base.executemany("INSERT INTO labels VALUES (?, ?, ?)", ((number, *key) for key, number in values.items()))
        base.executemany("INSERT INTO docs(rowid, id, title, body) VALUES (?, ?, ?, ?)", _rows(documents))
        base.executemany("INSERT INTO carried VALUES (?, ?)", _carried(documents, values))
        base.commit()
        base.executescript(_DONE)
        base.close()

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""
        self._base = sqlite3.connect(f"file:{folder / 'docs.sqlite'}?mode=ro&immutable=1", uri=True)
        self._base.executescript(
            "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1000000000; PRAGMA cache_size = -65536;"
            "CREATE TEMP TABLE found (document INTEGER PRIMARY KEY);"
        )
        labels = self._base.execute("SELECT value, facet, label FROM labels ORDER BY value").fetchall()
        self._labels = {value: (facet, label) for value, facet, label in labels}
        self._values = {key: value for value, key in self._labels.items()}
        for facet in FACETS:
            mine = [value for value, (name, _) in self._labels.items() if name == facet]
            self._ranges[facet] = (min(mine), max(mine)) if mine else (0, -1)

    def close(self) -> None:
        """Let go of the files."""
        assert self._base is not None
        self._base.close()

    def run(self, job: Job) -> Result:
        """Ten hits with snippets, the total and every facet."""
        assert self._base is not None
        self._base.execute("DELETE FROM found")
        self._base.execute("INSERT INTO found SELECT rowid FROM docs WHERE docs MATCH ?", (_match(job),))
        hits = self._base.execute(_HITS.format(self._selected(job, "docs.rowid")), (_match(job), LIMIT)).fetchall()
        (total,) = self._base.execute(f"SELECT count(*) FROM found WHERE 1{self._selected(job)}").fetchone()
        ids, snippets = zip(*hits, strict=True) if hits else ((), ())
        return Result(total, ids, self._facets(job), snippets)

    def _selected(self, job: Job, column: str = "found.document", apart_from: str = "") -> str:
        """The selections as conditions on a column; only numbers of our own stand in them."""
        return "".join(
            f" AND EXISTS (SELECT 1 FROM carried AS own WHERE own.document = {column}"
            f" AND own.value IN ({self._numbers(facet, values)}))"
            for facet, values in job.selections
            if facet != apart_from
        )

    def _numbers(self, facet: str, values: Sequence[str]) -> str:
        return ", ".join(str(self._values.get((facet, value), -1)) for value in values)

    def _facets(self, job: Job) -> dict[str, dict[str, int]]:
        own = [facet for facet, _ in job.selections]
        counts = {facet: dict[str, int]() for facet in FACETS}
        for value, count in self._counted(self._selected(job)):
            facet, label = self._labels[value]
            counts[facet][label] = count
        for facet in own:
            low, high = self._ranges[facet]
            rows = self._counted(f" AND value BETWEEN {low} AND {high}{self._selected(job, apart_from=facet)}")
            counts[facet] = {self._labels[value][1]: count for value, count in rows}
        return counts

    def _counted(self, selected: str) -> list[tuple[int, int]]:
        assert self._base is not None
        return self._base.execute(_COUNTS.format(selected)).fetchall()


def _rows(documents: Sequence[Article]) -> Iterator[tuple[int, str, str, str]]:
    return ((number, one.id, " ".join(one.title), one.text) for number, one in enumerate(documents))


def _carried(documents: Sequence[Article], values: dict[tuple[str, str], int]) -> Iterator[tuple[int, int]]:
    for number, one in enumerate(documents):
        for facet in FACETS:
            yield from ((number, values[facet, value]) for value in one.facets[facet])


def _match(job: Job) -> str:
    """A job in FTS5's query language, which knows no minimum: every set of so many words is written out."""
    parts = []
    if job.words:
        parts.append(" OR ".join(f"({' AND '.join(map(_quoted, words))})" for words in job.alternatives))
    if job.phrase:
        parts.append(_quoted(" ".join(job.phrase)))
    if job.prefix:
        parts.append(f"{_quoted(job.prefix)} *")
    wanted = " AND ".join(f"({part})" for part in parts)
    return f"({wanted}) NOT {_quoted(job.excluded)}" if job.excluded else wanted


def _quoted(text: str) -> str:
    return f'"{text}"'
