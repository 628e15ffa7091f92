"""What reading costs: `python -m benchmarks.reading [--rounds 9]`.

Texts: the bodies of content/, without front matter; once all of them (a citation or an identifier in every other
line), once their paragraphs without digits (ordinary prose). The peer is Whoosh's `StemmingAnalyzer` over the same
texts in the same run, the two alternating. Queries: those of the tests, read with the vocabulary of content/.
Figures are of one core: CPU seconds, the best of the rounds, since whatever else runs only adds.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
import tomllib
from collections.abc import Callable, Sequence

from whoosh.analysis import StemmingAnalyzer

from benchmarks.corpus import PROJECT
from kb.frontmatter import parse
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.language.query import QueryReader
from kb.vocabulary import Vocabulary

#: What is promised (issue "Reading immigration language"): megabytes a second, milliseconds a query.
LEAST_SPEED, MOST_TIME = 4.0, 0.2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    started = time.process_time()
    analyzer = Analyzer(Lexicon(Vocabulary.load(PROJECT / "content" / "vocabulary.toml")))
    print(f"the tables read: {time.process_time() - started:.2f} s, once")
    bodies = _bodies()
    prose = ["\n\n".join(part for part in re.split(r"\n{2,}", body) if not re.search(r"\d|§", part)) for body in bodies]
    measure_texts("all of content/", bodies, analyzer, options.rounds)
    measure_texts("its ordinary prose", prose, analyzer, options.rounds)
    measure_queries(QueryReader(analyzer), options.rounds)


def _bodies() -> list[str]:
    texts = (path.read_text(encoding="utf-8") for path in sorted((PROJECT / "content").rglob("*.md")))
    return [parse(text).body for text in texts]


def measure_texts(name: str, texts: Sequence[str], analyzer: Analyzer, rounds: int) -> None:
    """Megabytes a second of ours and of the peer, and the ratio of the two."""
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    peer = StemmingAnalyzer()
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_seconds(analyzer.tokens, texts))
        theirs.append(_seconds(lambda text: sum(1 for _ in peer(text)), texts))
    speed, other = megabytes / min(ours), megabytes / min(theirs)
    verdict = "" if speed >= LEAST_SPEED else f" (under {LEAST_SPEED})"
    print(f"{name}, {megabytes:.2f} MB: {speed:.2f} MB/s{verdict}, Whoosh {other:.2f} MB/s, ratio {speed / other:.2f}")


def _seconds(read: Callable[[str], object], texts: Sequence[str]) -> float:
    started = time.process_time()
    for text in texts:
        read(text)
    return time.process_time() - started


def measure_queries(reader: QueryReader, rounds: int) -> None:
    """The median, the 95th percentile and the longest of the best times of each query."""
    cases = tomllib.loads((PROJECT / "tests/language/cases/queries.toml").read_text(encoding="utf-8"))["cases"]
    queries = [text for text, _ in cases]
    times = sorted(min(_seconds(reader.read, [query]) for _ in range(rounds)) * 1000 for query in queries)
    verdict = "" if statistics.median(times) <= MOST_TIME else f" (over {MOST_TIME})"
    print(
        f"{len(queries)} queries: median {statistics.median(times):.3f} ms{verdict}, "
        f"95th percentile {times[len(times) * 95 // 100]:.3f} ms, longest {times[-1]:.3f} ms"
    )


if __name__ == "__main__":
    main()
