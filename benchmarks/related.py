"""Which texts read alike: `python -m benchmarks.related [--reuters FOLDER] [--passages FILE] [--queries 2000]`.

FOLDER holds Reuters-21578, distribution 1.0, as Lewis published it (reut2-000.sgm to reut2-021.sgm); the stories with a
body and a topic are used, and two are alike if they share any topic. FILE holds one passage a line as JSON: `text`, and
`label`; two are alike if they have the same label (measured: paragraphs of 8 U.S.C. packed to 60-150 words, with their
section as the label, of sections with six passages or more). Neither is part of the project. Printed, over seeded
queries: the precision of the first five for TF-IDF, for latent vectors, for both, and for Whoosh's `more_like_this`
over its `StemmingAnalyzer` (with 5 terms, its default, and with 20), all in one run. The share of latent vectors that
suits best is sought on every other query, and the precision with it is that of the rest; so is every other figure.
Then what vectors cost: CPU seconds on generated documents of some 300 words, memory by `tracemalloc`, and a likeness.
For one core set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import tempfile
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in

from benchmarks.corpus import PROJECT
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.language.tree import EXACT
from kb.search.scoring import FIELD_WEIGHTS
from kb.search.vectors import LATENT_SHARE, TermMatrix, Vectors, fit, likeness
from kb.vocabulary import Vocabulary

SHARES = tuple(tenth / 10 for tenth in range(11))


@dataclass(frozen=True)
class Text:
    """A text and the labels that say what it is about."""

    title: str
    body: str
    labels: frozenset[str]


def main() -> None:
    """Measure what was given, and the costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reuters", type=Path)
    parser.add_argument("--passages", type=Path)
    parser.add_argument("--queries", type=int, default=2000)
    options = parser.parse_args()
    if options.reuters:
        measure("Reuters-21578", list(reuters(options.reuters)), options.queries)
    if options.passages:
        measure(options.passages.stem, list(passages(options.passages)), options.queries)
    for documents in (1000, 10_000, 100_000):
        cost(documents)


# -- precision ------------------------------------------------------------------------------------------------------


def measure(name: str, texts: Sequence[Text], queries: int) -> None:
    """Print the precision of the first five, of each way."""
    vectors = fit([read(texts)])
    random = np.random.default_rng(1)
    asked = random.permutation(len(texts))[:queries]
    seeking, telling = np.sort(asked[::2]), np.sort(asked[1::2])
    share = max(SHARES, key=lambda one: _blended(vectors, texts, seeking, one))
    figures = {
        "TF-IDF": _blended(vectors, texts, telling, 0),
        "latent": _blended(vectors, texts, telling, 1),
        f"both ({LATENT_SHARE}, as shipped)": _blended(vectors, texts, telling, LATENT_SHARE),
        f"both ({share}, best of the other half)": _blended(vectors, texts, telling, share),
        "Whoosh more_like_this, 5 terms": _whoosh(texts, telling, 5),
        "Whoosh more_like_this, 20 terms": _whoosh(texts, telling, 20),
    }
    print(f"{name}: {len(texts)} texts, {len(telling)} queries, {vectors.latent.shape[1]} dimensions")
    for way, figure in figures.items():
        print(f"  {way:40}{figure:6.3f}")


def read(texts: Sequence[Text]) -> TermMatrix:
    """The texts as this project reads them, words as they stand left out."""
    analyzer = Analyzer(Lexicon(Vocabulary.load(PROJECT / "content" / "vocabulary.toml")))
    numbers: dict[str, int] = {}
    offsets, terms, frequencies = [0], [], []
    for text in texts:
        counted: Counter[str] = Counter()
        for part, weight in ((text.title, FIELD_WEIGHTS["title"]), (text.body, FIELD_WEIGHTS["body"])):
            for token in analyzer.tokens(part):
                for term in token.terms:
                    counted[term] += weight  # type: ignore[assignment]
        kept = {term: weight for term, weight in counted.items() if not term.startswith(EXACT)}
        terms += [numbers.setdefault(term, len(numbers)) for term in kept]
        frequencies += list(kept.values())
        offsets.append(len(terms))
    return TermMatrix(np.array(offsets), np.array(terms, np.int32), np.array(frequencies, np.float32), len(numbers))


def _blended(vectors: Vectors, texts: Sequence[Text], queries: NDArray[np.int64], share: float) -> float:
    found = []
    for query in map(int, queries):
        scores = likeness(vectors, query, share)
        scores[query] = -1
        found.append(_precision(texts, query, np.argsort(-scores, kind="stable")[:5]))
    return float(np.mean(found))


def _precision(texts: Sequence[Text], query: int, found: Sequence[int] | NDArray[np.int64]) -> float:
    return sum(bool(texts[query].labels & texts[int(one)].labels) for one in found) / 5


def _whoosh(texts: Sequence[Text], queries: NDArray[np.int64], terms: int) -> float:
    """The same of Whoosh's own answer to the question."""
    schema = Schema(id=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer(), vector=True))
    with tempfile.TemporaryDirectory() as folder:
        index = create_in(folder, schema)
        writer = index.writer(limitmb=256)
        for number, text in enumerate(texts):
            writer.add_document(id=str(number), text=f"{text.title}\n{text.body}")
        writer.commit(optimize=True)
        with index.searcher() as searcher:
            found = []
            for query in map(int, queries):
                number = searcher.document_number(id=str(query))
                hits = searcher.more_like(number, "text", top=5, numterms=terms)
                found.append(_precision(texts, query, [int(hit["id"]) for hit in hits]))
    return float(np.mean(found))


# -- the collections ------------------------------------------------------------------------------------------------


def reuters(folder: Path) -> Iterator[Text]:
    """The stories that have a body and a topic."""
    for path in sorted(folder.glob("reut2-0*.sgm")):
        for story in re.findall(r"(?s)<REUTERS.*?</REUTERS>", path.read_text(encoding="latin-1")):
            topics = re.findall(r"<D>(.*?)</D>", re.search(r"<TOPICS>.*?</TOPICS>", story)[0])  # type: ignore[index]
            title, body = (re.search(rf"(?s)<{name}>(.*?)</{name}>", story) for name in ("TITLE", "BODY"))
            if topics and body:
                yield Text(html.unescape(title[1]) if title else "", html.unescape(body[1]), frozenset(topics))


def passages(path: Path) -> Iterator[Text]:
    """The passages of a file of JSON lines."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Text("", row["text"], frozenset([row["label"]]))


# -- cost -----------------------------------------------------------------------------------------------------------


def cost(documents: int) -> None:
    """Print CPU seconds and memory of `fit`, the size of what is kept, and the time of a likeness."""
    matrix = generated(documents)
    started = time.process_time()
    vectors = fit([matrix])
    seconds = time.process_time() - started
    tracemalloc.start()
    fit([matrix])
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    kept = sum(getattr(vectors, field.name).nbytes for field in fields(vectors)) / 2**20
    asked = range(0, documents, documents // 200)
    started = time.perf_counter()
    for number in asked:
        likeness(vectors, number)
    each = (time.perf_counter() - started) / len(asked) * 1000
    print(
        f"{documents} documents of {len(matrix.terms) / documents:.0f} different terms: {seconds:.2f} s of CPU,",
        end=" ",
    )
    print(f"{peak:.0f} MiB at the most, {kept:.1f} MiB kept; a likeness {each:.2f} ms")


def generated(documents: int, seed: int = 3) -> TermMatrix:
    """Documents of 260 words, Zipfian, in a vocabulary that grows with them."""
    random = np.random.default_rng(seed)
    size = 20_000 + documents
    chances = np.cumsum(1 / (np.arange(size) + 3))
    terms, frequencies, lengths = [], [], []
    for start in range(0, documents, 5000):
        rows = np.arange(min(5000, documents - start))
        words = np.searchsorted(chances, random.random((len(rows), 260)) * chances[-1])
        found, counts = np.unique(words + rows[:, None] * size, return_counts=True)
        terms.append((found % size).astype(np.int32))
        frequencies.append(counts.astype(np.float32))
        lengths.append(np.bincount(found // size, minlength=len(rows)))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return TermMatrix(offsets, np.concatenate(terms), np.concatenate(frequencies), size)


if __name__ == "__main__":
    main()
