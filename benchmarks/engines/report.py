"""The figures as Markdown tables in docs/performance.md, between two markers, and as charts beside it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.engines.charts import Row, chart, shown
from benchmarks.engines.figures import Engine, Rebuild, Results
from benchmarks.engines.peers import ENGINES

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_HEAD = (
    "engine", "job: CPU ms, median", "90th", "99th", "build: CPU s", "by the clock", "index MB", "memory MB",
    "cold start: CPU s",
)  # fmt: skip


def main() -> None:
    """Bring the page and the charts up to date from figures that were written before."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("docs", type=Path)
    options = parser.parse_args()
    write(Results.read(options.results), options.docs)


def write(results: Results, docs: Path) -> None:
    """Replace what stands between the markers of performance.md, and the charts that belong to it."""
    page = docs / "performance.md"
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.write_text(f"{before}{BEGIN}\n{tables(results, pictures=True)}\n{END}{after}", encoding="utf-8")
    folder = docs / "charts"
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in charts(results).items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def tables(results: Results, pictures: bool = False) -> str:
    """Everything measured, as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in results.versions.items())
    parts = [f"Made by `{results.command}` ({results.machine}; {versions})."]
    for size, engines in results.sizes.items():
        corpus = results.corpora[size]
        parts.append(f"### {size:,} documents\n")
        parts.append(f"{corpus['tokens'] / 1e6:.1f} million tokens, {corpus['terms']:,.0f} different ones.")
        if pictures:
            parts.append(f"![{_jobs_sentence(size, engines)}](charts/jobs-{size}.svg)")
            parts.append(f"![{_builds_sentence(size, engines)}](charts/build-{size}.svg)")
        parts += [_engines(engines), "Medians by kind of query:", _kinds(engines)]
    for pages, rebuilds in results.rebuilds.items():
        parts += [f"### `kb rebuild-index` of {pages:,} page files\n", _rebuilds(rebuilds)]
    if results.skipped:
        parts.append("\n".join(f"- {reason}" for reason in results.skipped))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _engines(engines: Mapping[str, Engine]) -> str:
    return _table(_HEAD, (_figures(name, one) for name, one in engines.items()))


def _figures(name: str, one: Engine) -> list[str]:
    label = name if ENGINES[name].whole else f"{name} (hits alone, {one.times.jobs} jobs)"
    build, times = one.build, one.times
    return [
        label,
        *(shown(value) for value in (times.median, times.p90, times.p99, build.cpu, build.wall, build.index)),
        f"{shown(build.peak)} ({shown(build.documents)} before)",
        shown(one.start.cpu),
    ]


def _kinds(engines: Mapping[str, Engine]) -> str:
    kinds = sorted({kind for one in engines.values() for kind in one.times.kinds})
    rows = ([name, *(_median(one, kind) for kind in kinds)] for name, one in engines.items())
    return _table(["engine", *kinds], rows)


def _median(one: Engine, kind: str) -> str:
    return shown(one.times.kinds[kind]) if kind in one.times.kinds else "–"


def _rebuilds(rebuilds: Mapping[str, Rebuild]) -> str:
    head = ["engine", "all read anew: s by the clock", "CPU s", "one page changed", "CPU s", "nothing changed", "CPU s"]
    rows = [
        [name, *(shown(value) for one in (r.first, r.one_change, r.no_change) for value in (one.wall, one.cpu))]
        for name, r in rebuilds.items()
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def charts(results: Results) -> dict[str, str]:
    """Pictures by the name of their file."""
    found = {}
    for size, engines in results.sizes.items():
        whole = {name: one for name, one in engines.items() if ENGINES[name].whole}
        jobs = [Row(name, one.times.median, one.times.p99, ENGINES[name].ours) for name, one in whole.items()]
        title = f"One job at {size:,} documents: median and 99th percentile"
        found[f"jobs-{size}"] = chart(title, _jobs_sentence(size, engines), "CPU ms, logarithmic", jobs)
        builds = [Row(name, one.build.cpu, one.build.cpu, ENGINES[name].ours) for name, one in engines.items()]
        title = f"Building {size:,} documents"
        found[f"build-{size}"] = chart(title, _builds_sentence(size, engines), "CPU s, logarithmic", builds)
    return found


def _jobs_sentence(size: int, engines: Mapping[str, Engine]) -> str:
    """What a chart shows, for those who do not see it."""
    medians = [f"{name} {shown(one.times.median)}" for name, one in engines.items() if ENGINES[name].whole]
    return f"CPU milliseconds of one job at {size:,} documents, at the median: {', '.join(medians)}."


def _builds_sentence(size: int, engines: Mapping[str, Engine]) -> str:
    listed = ", ".join(f"{name} {shown(one.build.cpu)}" for name, one in engines.items())
    return f"CPU seconds of building {size:,} documents: {listed}."


if __name__ == "__main__":
    main()
