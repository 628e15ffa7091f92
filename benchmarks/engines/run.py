"""Engines beside each other: `python -m benchmarks.engines.run --sizes 1000,10000 --out results.json --report docs`.

The job: ten hits with snippets, the total, and every facet counted (a facet's own selection does not narrow it).
Every engine gets the same tokens and is checked against a brute-force oracle before it is timed. Building and cold
start are measured in processes of their own; the jobs in one process, the engines by turns.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import random
import shlex
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.engines import alone, report
from benchmarks.engines.articles import articles, describe
from benchmarks.engines.figures import Engine, Results, Times
from benchmarks.engines.jobs import jobs
from benchmarks.engines.oracle import Expected, WrongAnswerError, check, expected
from benchmarks.engines.peers import ENGINES, Peer, can, make, missing
from benchmarks.engines.rebuilding import rebuild
from benchmarks.engines.records import Job, Result

#: The jobs of the checks are others than those that are timed: nobody's cache is warm.
_CHECKED_SEED = 12
#: How many jobs an engine has before the next one's turn.
_TURN = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: which engines, at which sizes, how many jobs timed and how many checked, and page files rebuilt."""

    engines: Sequence[str] = tuple(ENGINES)
    sizes: Sequence[int] = (1000, 10_000)
    queries: int = 300
    checks: int = 50
    starts: int = 5
    rebuilds: Sequence[int] = ()


def main() -> None:
    """Read the command, measure, and write the figures, and with --report the page and the charts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", type=lambda text: text.split(","), default=list(ENGINES))
    parser.add_argument("--sizes", type=_numbers, default=[1000, 10_000])
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--checks", type=int, default=50)
    parser.add_argument(
        "--rebuilds", type=_numbers, default=[1000], help="numbers of pages for kb rebuild-index; 0: none"
    )
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    parser.add_argument(
        "--report", type=Path, help="the folder of performance.md and charts/, to be brought up to date"
    )
    options = parser.parse_args()
    rebuilds = [pages for pages in options.rebuilds if pages]
    plan = Plan(options.engines, options.sizes, options.queries, options.checks, rebuilds=rebuilds)
    with tempfile.TemporaryDirectory() as folder:
        results = measure(plan, Path(folder))
    print(report.tables(results))
    if options.out:
        results.write(options.out)
    if options.report:
        report.write(results, options.report)


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.replace("_", "").split(",")]


def measure(plan: Plan, folder: Path) -> Results:
    """The whole run; what it makes goes into the folder."""
    results = Results(_command(), _machine(), _versions())
    here = []
    for name in plan.engines:
        if reason := missing(name):
            results.skipped.append(reason)
            _say(reason)
        else:
            here.append(name)
    for size in plan.sizes:
        left_out = [name for name in here if size > ENGINES[name].largest]
        results.skipped += [
            f"{name} takes too long to build at {size:,} documents: left out there." for name in left_out
        ]
        names = [name for name in here if name not in left_out]
        results.sizes[size], results.corpora[size] = _at(size, names, plan, folder / str(size))
    for pages in plan.rebuilds:
        ours = [name for name in here if ENGINES[name].ours and pages <= ENGINES[name].largest]
        _say(f"{pages:,} pages: kb rebuild-index with {', '.join(ours)}")
        results.rebuilds[pages] = {name: rebuild(name, folder / f"{name}-{pages}", pages) for name in ours}
    return results


def _at(size: int, names: Sequence[str], plan: Plan, folder: Path) -> tuple[dict[str, Engine], dict[str, float]]:
    builds = {}
    for name in names:
        _say(f"{size:,} documents: {name} is built")
        builds[name] = alone.build(name, folder / name, size)
    documents = articles(size)
    asked, checking = jobs(documents, plan.queries), jobs(documents, plan.checks, _CHECKED_SEED)
    _say(f"{size:,} documents: {len(checking)} jobs are checked, {len(asked)} timed")
    right, corpus = expected(documents, checking), describe(documents)
    del documents
    peers = {name: make(name) for name in names}
    for name, peer in peers.items():
        peer.open(folder / name)
        checked(name, peer, checking, right)
    first = Job("all", next(job.words[:1] for job in checking if job.words), 1)
    times = _timed(peers, asked, first)
    for peer in peers.values():
        peer.close()
    starts = {name: alone.start(name, folder / name, first, plan.starts) for name in names}
    return {name: Engine(builds[name], starts[name], times[name]) for name in names}, corpus


def checked(name: str, peer: Peer, asked: Sequence[Job], right: Sequence[Expected]) -> None:
    """Hold an engine's answers against the oracle's."""
    for job, expect in zip(asked, right, strict=True):
        if can(name, job):
            check(name, job, peer.run(job), expect, counts=ENGINES[name].whole)


def _timed(peers: Mapping[str, Peer], asked: Sequence[Job], first: Job) -> dict[str, Times]:
    """The engines by turns, some jobs each; whole answers must agree.

    `first` comes first in every turn and is not timed: an engine finds the processor's caches as it has them when it
    serves alone, not as another left them.
    """
    gc.collect()
    gc.freeze()
    times: dict[str, list[tuple[str, float]]] = {name: [] for name in peers}
    order = random.Random(1)
    for start in range(0, len(asked), _TURN):
        turn = asked[start : start + _TURN]
        answers: list[dict[str, Result]] = [{} for _ in turn]
        for name in order.sample(list(peers), len(peers)):
            mine = [(job, given) for job, given in zip(turn, answers, strict=True) if can(name, job)]
            peers[name].run(first)
            for job, given in mine:
                began = time.process_time()
                given[name] = peers[name].run(job)
                times[name].append((job.kind, (time.process_time() - began) * 1000))
        for job, given in zip(turn, answers, strict=True):
            _agree(job, {name: answer for name, answer in given.items() if ENGINES[name].whole})
    gc.unfreeze()
    return {name: Times.of(found) for name, found in times.items()}


def _agree(job: Job, answers: Mapping[str, Result]) -> None:
    """Every engine counts the same."""
    counted = {name: (answer.total, answer.facets) for name, answer in answers.items()}
    first = next(iter(counted), "")
    for name, counts in counted.items():
        if counts != counted[first]:
            raise WrongAnswerError(f"{first} and {name} answer {job} otherwise")


def _command() -> str:
    return f"python -m benchmarks.engines.run {shlex.join(sys.argv[1:])}".strip()


def _machine() -> str:
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def _versions() -> dict[str, str]:
    import sqlite3

    packages = [known.package for name, known in ENGINES.items() if known.package and not missing(name)]
    found = {name: version(name) for name in ("numpy", "whoosh3", *packages)}
    return {**found, "SQLite": sqlite3.sqlite_version}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
