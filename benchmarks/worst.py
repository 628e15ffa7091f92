"""The worst that can be asked of the columnar engine: `python -m benchmarks.worst [--documents 10000]`.

Generated articles, every case several times in one process, each time as if for the first time (a new reader): a term
that every document has, a prefix of one letter, 64 words, a phrase of the two commonest words, eight facets with 200
values selected. Then how much memory a further process takes that answers from the same files.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.engines.articles import articles, commonest
from benchmarks.engines.records import Article
from kb.language.tree import AnyTerm, Matching, Phrase, Prefix, Unit
from kb.search import Entry, Request, Selection, create, open_engine

_TIMES = 15
_ALL = "in-every-document"
#: What a further process runs; it prints its own memory in kB, before it opens the index and after it has answered.
_FURTHER = """
import json, resource, sys
from pathlib import Path
from kb.language.tree import AnyTerm, Matching, Unit
from kb.search import Request, open_engine
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
import kb.search.columnar
before = private()
engine = open_engine("columnar", Path(sys.argv[1]))
for word in json.loads(sys.argv[2]):
    engine.search(Request(Matching((Unit(AnyTerm((word,))),))))
print(private() - before)
"""


def main() -> None:
    """Build, ask, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    documents = articles(options.documents)
    with tempfile.TemporaryDirectory() as folder:
        create("columnar", Path(folder) / "index", map(_entry, documents))
        for name, request in _cases(documents):
            print(
                f"{options.documents} documents, {name}: {_milliseconds(Path(folder) / 'index', request):.2f} ms of CPU"
            )
        if Path("/proc/self/smaps_rollup").exists():
            words = json.dumps(sorted(commonest(100)))
            command = [sys.executable, "-c", _FURTHER, str(Path(folder) / "index"), words]
            taken = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"a further process that answered 100 queries holds {taken / 1024:.1f} MiB of its own")


def _entry(document: Article) -> Entry:
    facets = {**document.facets, **{f"{name}-again": values for name, values in list(document.facets.items())[:3]}}
    fields = {"title": document.title, "body": (*document.body, _ALL)}
    return Entry.from_tokens(document.id, fields, facets, document.date, {"body": document.text})


def _cases(documents: Sequence[Article]) -> Iterator[tuple[str, Request]]:
    words = [token for document in documents[:40] for token in document.body[:3]]
    two = sorted(commonest(2))
    yield "a word of ordinary rarity", _request([Unit(AnyTerm((documents[0].title[0],)))])
    yield "a term in every document", _request([Unit(AnyTerm((_ALL,)))])
    yield "prefix of one letter", _request([Unit(Prefix("s"))])
    yield (
        "64 words, any of them",
        Request(Matching(units=tuple(Unit(AnyTerm((one,))) for one in words[:64]), minimum=1)),
    )
    yield "phrase of the two commonest words", _request([Unit(Phrase(tuple((one,) for one in two)))])
    values = tuple(dict.fromkeys(value for document in documents for value in document.facets["author"]))[:200]
    yield f"8 facets, {len(values)} values selected", Request(selections=(Selection("author", values),))


def _request(required: Sequence[Unit]) -> Request:
    return Request(Matching(tuple(required)))


def _milliseconds(folder: Path, request: Request) -> float:
    """CPU milliseconds of one search at the median, by readers that have answered something else before."""
    taken = []
    for _ in range(_TIMES):
        engine = open_engine("columnar", folder)
        engine.search(_request([Unit(AnyTerm(("nothing-has-this",)))]))
        started = time.process_time()
        engine.search(request)
        taken.append((time.process_time() - started) * 1000)
    return median(taken)


if __name__ == "__main__":
    main()
