"""How well what people type finds the page that answers: `python -m tests.quality.measure [--half HALF]`.

`queries.toml` holds the judged queries. Every query runs twice: against the pages of the site alone, and with the pages
of `corpus/` among them. Beside ours run, over the same texts, Whoosh as it comes (`MultifieldParser`,
`StemmingAnalyzer`; `whoosh or` is the same with its `OrGroup`) and SQLite's FTS5 (Porter stems, titles twice).

| measure | what it is |
|---|---|
| nDCG@10 | Järvelin, Kekäläinen 2002, with the gain 2^grade - 1 |
| first | the share of queries whose first hit has a grade of 2 or more |
| service | of the queries that a service page answers (grade 3), the share with such a page among the first three |
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import shutil
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import AndGroup, MultifieldParser, OrGroup

from kb.content.files import find_pages, parse_page
from kb.core import KnowledgeBase
from kb.model import Document
from kb.vocabulary import Vocabulary

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
#: The folder of the pages that stand beside the site's own, and the beginning of their ids.
BESIDE = "quality"
WORST = 15

Run = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A query with the grade of each page that has one, from 3 (answers) to 1 (related)."""

    text: str
    user: str
    lang: str
    misspelt: bool
    late: bool
    pages: Mapping[str, int]

    @property
    def half(self) -> str:
        """`tuning` or `held-out`, told by a hash of the text."""
        return "held-out" if hashlib.sha256(self.text.encode()).digest()[0] % 2 else "tuning"

    @property
    def services(self) -> frozenset[str]:
        """The service pages that answer."""
        return frozenset(page for page, grade in self.pages.items() if grade == 3 and page.startswith("services/"))

    def is_answered_by_site(self) -> bool:
        """Whether a page of the site itself answers."""
        return any(grade == 3 and not page.startswith(f"{BESIDE}/") for page, grade in self.pages.items())


@dataclass(frozen=True, slots=True)
class Scored:
    """A query with the ids that were found, the best first."""

    query: Judged
    found: tuple[str, ...]

    @property
    def ndcg(self) -> float:
        """The discounted gain of the first ten, of the greatest there could be."""
        grades = [self.query.pages.get(one, 0) for one in self.found[:10]]
        return _discounted(grades) / _discounted(sorted(self.query.pages.values(), reverse=True)[:10])

    @property
    def is_first(self) -> bool:
        """Whether the first hit answers."""
        return bool(self.found) and self.query.pages.get(self.found[0], 0) >= 2

    @property
    def is_service(self) -> bool:
        """Whether a service page that answers is among the first three."""
        return bool(self.query.services & set(self.found[:3]))


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures of some queries."""

    queries: int
    ndcg: float
    first: float
    service: float


def _discounted(grades: Sequence[int]) -> float:
    return math.fsum(((1 << grade) - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def load_queries() -> tuple[Judged, ...]:
    """The judged queries, in the order of their file."""
    rows = tomllib.loads((HERE / "queries.toml").read_text(encoding="utf-8"))["query"]
    return tuple(Judged(**{"misspelt": False, "late": False, **row}) for row in rows)


def measured(scored: Sequence[Scored]) -> Measured:
    """The means over queries."""
    with_service = [one for one in scored if one.query.services]
    return Measured(
        len(scored),
        _share([one.ndcg for one in scored]),
        _share([one.is_first for one in scored]),
        _share([one.is_service for one in with_service]),
    )


def _share(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def score(run: Run, queries: Sequence[Judged]) -> list[Scored]:
    """Every query with what a run finds."""
    return [Scored(query, tuple(run(query.text))) for query in queries]


# -- the engines ----------------------------------------------------------------------------------------------------


@contextmanager
def site(beside: bool) -> Iterator[Path]:
    """A root with the site's pages, and with those beside them if asked for."""
    with tempfile.TemporaryDirectory(prefix="kb-quality-") as folder:
        root = Path(folder)
        shutil.copy(ROOT / "kb.toml", root)
        shutil.copytree(ROOT / "content", root / "content")
        if beside:
            shutil.copytree(HERE / "corpus", root / "content" / BESIDE)
        yield root


def ours(root: Path) -> Run:
    """The knowledge base, as a visitor asks it."""
    base = KnowledgeBase.open(root)
    base.rebuild()
    reader = base.reader()
    return lambda text: [hit.id for hit in reader.search(text).hits]


def texts(root: Path) -> list[tuple[str, str, str]]:
    """(id, title, text) of every page; the text begins with its other names and the labels of its tags."""
    vocabulary = Vocabulary.load(root / "content" / "vocabulary.toml")
    documents = [document for page in find_pages(root) if (document := parse_page(page, vocabulary)[0])]
    return [(one.id, one.title, "\n".join([*_names(one, vocabulary), one.body])) for one in documents]


def _names(document: Document, vocabulary: Vocabulary) -> Iterator[str]:
    yield from document.aliases
    if document.menu_title:
        yield document.menu_title
    for concept in (vocabulary[tag] for tag in document.tags):
        yield from (concept.pref_label, *concept.alt_labels, *concept.alt_labels_es)
        if concept.pref_label_es:
            yield concept.pref_label_es


def whoosh(pages: Sequence[tuple[str, str, str]], group: type[AndGroup] | type[OrGroup] = AndGroup) -> Run:
    """Whoosh as it comes."""
    analyzer = StemmingAnalyzer()
    schema = Schema(id=ID(stored=True), title=TEXT(analyzer=analyzer), body=TEXT(analyzer=analyzer))
    index = create_in(tempfile.mkdtemp(), schema)
    writer = index.writer()
    for one, title, text in pages:
        writer.add_document(id=one, title=title, body=text)
    writer.commit()
    searcher, parser = index.searcher(), MultifieldParser(["title", "body"], schema, group=group)
    return lambda text: [hit["id"] for hit in searcher.search(parser.parse(text), limit=10)]


def fts5(pages: Sequence[tuple[str, str, str]]) -> Run:
    """SQLite's full-text search: any word, ranked by bm25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE pages USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')")
    database.executemany("INSERT INTO pages VALUES (?, ?, ?)", pages)
    ask = "SELECT id FROM pages WHERE pages MATCH ? ORDER BY bm25(pages, 0, 2, 1) LIMIT 10"

    def run(text: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        return [row[0] for row in database.execute(ask, (words,))]

    return run


# -- the report -----------------------------------------------------------------------------------------------------

GROUPS: Mapping[str, Callable[[Judged], bool]] = {
    "all": lambda query: True,
    "tuning": lambda query: query.half == "tuning",
    "held-out": lambda query: query.half == "held-out",
    "visitor": lambda query: query.user == "visitor",
    "attorney": lambda query: query.user == "attorney",
    "editor": lambda query: query.user == "editor",
    "en": lambda query: query.lang == "en",
    "es": lambda query: query.lang == "es",
    "mixed": lambda query: query.lang == "mixed",
    "misspelt": lambda query: query.misspelt,
    "late tuning": lambda query: query.late and query.half == "tuning",
    "late held-out": lambda query: query.late and query.half == "held-out",
}


def main() -> None:
    """Print every measure, by half, kind of user and language, and the worst queries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("tuning", "held-out"), default="tuning", help="whose worst queries to list")
    half = parser.parse_args().half
    for beside in (False, True):
        with site(beside) as root:
            sys.stdout.write("\n".join(_report(root, asked(beside), half)) + "\n\n")


def asked(beside: bool) -> list[Judged]:
    """The queries that a page answers, of the site alone or of those beside it too."""
    return [query for query in load_queries() if beside or query.is_answered_by_site()]


def _report(root: Path, queries: Sequence[Judged], half: str) -> Iterator[str]:
    pages = texts(root)
    runs = {"ours": ours(root), "whoosh": whoosh(pages), "whoosh or": whoosh(pages, OrGroup), "fts5": fts5(pages)}
    scored = {name: score(run, queries) for name, run in runs.items()}
    yield f"{len(queries)} queries, {len(pages)} pages"
    for measure in ("ndcg", "first", "service"):
        yield f"\n{measure:14}{'queries':>9}" + "".join(f"{name:>11}" for name in scored)
        for title, chosen in GROUPS.items():
            rows = [measured([one for one in run if chosen(one.query)]) for run in scored.values()]
            yield f"{title:14}{rows[0].queries:9}" + "".join(f"{getattr(row, measure):11.3f}" for row in rows)
    yield f"\nthe worst of the {half} half (* no service page that answers among the first three)"
    mine = [one for one in scored["ours"] if one.query.half == half]
    for one in sorted(mine, key=lambda one: one.ndcg)[:WORST]:
        mark = " " if one.is_service or not one.query.services else "*"
        yield f"{one.ndcg:.2f}{mark}{one.query.text}  →  {', '.join(page.split('/')[-1] for page in one.found[:3])}"


if __name__ == "__main__":
    main()
