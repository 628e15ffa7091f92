"""A tiny run of the comparison of engines: answers agree with the oracle, the report is whole. No time is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.engines import report
from benchmarks.engines.articles import articles
from benchmarks.engines.charts import Row, chart
from benchmarks.engines.figures import Results
from benchmarks.engines.jobs import KINDS, jobs
from benchmarks.engines.oracle import Expected, WrongAnswerError, check, expected
from benchmarks.engines.peers import ENGINES, make, missing
from benchmarks.engines.records import FACETS, Article, Job
from benchmarks.engines.run import Plan, checked, measure

_DOCUMENTS, _JOBS = 60, 20
_HERE = [name for name in ENGINES if not missing(name)]
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def documents() -> Sequence[Article]:
    return articles(_DOCUMENTS)


@pytest.fixture(scope="module")
def asked(documents: Sequence[Article]) -> Sequence[Job]:
    return jobs(documents, 3 * _JOBS)


@pytest.fixture(scope="module")
def right(documents: Sequence[Article], asked: Sequence[Job]) -> Sequence[Expected]:
    return expected(documents, asked)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A whole run over every engine that is installed, with figures from processes of their own."""
    plan = Plan(sizes=[_DOCUMENTS], queries=_JOBS, checks=_JOBS, starts=1, rebuilds=[3])
    return measure(plan, tmp_path_factory.mktemp("run"))


def test_our_engines_and_those_of_the_standard_library_are_always_measured() -> None:
    assert {"whoosh", "fts5", "plain-whoosh"} <= set(_HERE)


@pytest.mark.parametrize("name", _HERE)
def test_an_engine_answers_every_job_as_the_oracle_does(
    name: str, documents: Sequence[Article], asked: Sequence[Job], right: Sequence[Expected], tmp_path: Path
) -> None:
    engine = make(name)
    engine.build(tmp_path, documents)
    engine.open(tmp_path)
    checked(name, engine, asked, right)
    engine.close()


def test_a_wrong_answer_is_not_timed(
    documents: Sequence[Article], asked: Sequence[Job], right: Sequence[Expected], tmp_path: Path
) -> None:
    place = next(place for place, one in enumerate(right) if one.ids)
    engine = make("fts5")
    engine.build(tmp_path, documents)
    engine.open(tmp_path)
    answer = engine.run(asked[place])
    engine.close()
    wrong = [
        replace(answer, total=answer.total + 1),
        replace(answer, ids=("nowhere", *answer.ids[1:])),
        replace(answer, ids=answer.ids[1:], snippets=answer.snippets[1:]),
        replace(answer, snippets=()),
        replace(answer, facets={**answer.facets, "type": {"news": 61}}),
    ]
    for one in wrong:
        with pytest.raises(WrongAnswerError, match="fts5 answered"):
            check("fts5", asked[place], one, right[place])


def test_one_seed_makes_one_set_of_articles_and_a_shorter_run_is_its_beginning(documents: Sequence[Article]) -> None:
    assert articles(5) == list(documents[:5])
    assert articles(5, seed=8) != articles(5)
    assert all(set(one.facets) == set(FACETS) for one in documents)


def test_jobs_are_of_every_kind_and_most_find_something(asked: Sequence[Job], right: Sequence[Expected]) -> None:
    assert {job.kind for job in asked} == set(KINDS)
    assert any(len(job.selections) == 2 for job in asked)
    assert sum(bool(one.ids) for one in right) > 0.8 * len(right)


def test_a_run_has_every_figure_of_every_engine(results: Results) -> None:
    engines = results.sizes[_DOCUMENTS]
    assert list(engines) == _HERE
    for name, one in engines.items():
        assert one.build.cpu > 0
        assert one.build.index > 0
        assert one.build.peak >= one.build.documents > 0
        assert one.start.cpu > 0
        assert one.times.jobs == _JOBS or not ENGINES[name].whole
        assert one.times.median <= one.times.p90 <= one.times.p99
    assert all(one.one_change.wall > 0 for one in results.rebuilds[3].values())
    assert len(results.skipped) == len(ENGINES) - len(_HERE)


def test_figures_come_back_from_their_file_as_they_were(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results


def test_the_report_replaces_what_stands_between_its_markers(results: Results, tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{report.BEGIN}\nstale\n{report.END}\nAfter\n", encoding="utf-8")
    report.write(results, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# Before\n{report.BEGIN}\n")
    assert text.endswith(f"\n{report.END}\nAfter\n")
    assert "stale" not in text
    for name in _HERE:
        assert f"\n| {name}" in text
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("| ")]
    assert len(tables) == 3
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
    for link in (f"jobs-{_DOCUMENTS}", f"build-{_DOCUMENTS}"):
        assert (tmp_path / "charts" / f"{link}.svg").exists()


def test_charts_are_well_formed_name_every_engine_and_say_what_they_show(results: Results) -> None:
    for picture in report.charts(results).values():
        root = ET.fromstring(picture)
        assert root.tag == f"{_SVG}svg"
        assert root.findtext(f"{_SVG}title")
        assert root.findtext(f"{_SVG}desc")
        labels = {text.text for text in root.iter(f"{_SVG}text")}
        assert {name for name in _HERE if ENGINES[name].whole} <= labels
        assert "prefers-color-scheme: dark" in picture


def test_a_bar_reaches_from_the_median_to_the_99th_percentile_on_a_logarithmic_scale() -> None:
    root = ET.fromstring(
        chart("A <title>", "What it shows", "ms", [Row("one & only", 1.0, 100.0), Row("two", 10.0, 10.0)])
    )
    wide, none = [float(bar.attrib["width"]) for bar in root.iter(f"{_SVG}rect") if bar.attrib["class"] == "bar"]
    assert wide == 720 - 120 - 150
    assert none == 0
    assert root.findtext(f"{_SVG}title") == "A <title>"


def test_a_peer_that_is_not_here_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.engines.peers.find_spec", lambda package: None)
    assert missing("tantivy").startswith("tantivy is not installed: install the peers with: make peers")
    assert missing("fts5") == ""
    assert "Choose: columnar, whoosh" in missing("solr")
