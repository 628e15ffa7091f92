"""Answers as a terminal shows them: plain text, or JSON."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any

from kb.errors import KnowledgeBaseError, ParameterError
from kb.model import Facet, Hit, Problem, RelatedPage, Results, Status, Summary

#: How many values of a facet are shown.
_VALUES = 6
#: Seconds between two lines of progress.
_SECONDS_BETWEEN = 5.0


def results_text(results: Results, explained: Mapping[str, Sequence[str]]) -> str:
    """A page of results: how the query was read, the hits, the facets."""
    lines = [*_reading(results), ""]
    first = (results.page - 1) * results.per_page + 1
    for number, hit in enumerate(results.hits, first):
        lines += _hit(number, hit, explained.get(hit.id, ()))
    lines += [f"{facet.label}: {_values(facet)}" for facet in results.facets if facet.values]
    return "\n".join(lines)


def _reading(results: Results) -> list[str]:
    noun = "result" if results.total == 1 else "results"
    lines = [f"{results.total:,} {noun}, page {results.page}, by {results.sort}"]
    marks = [f"{'without ' if mark.occur == 'not' else ''}{mark.label} ({mark.kind})" for mark in results.read_as]
    if marks:
        lines.append(f"Read as: {' · '.join(marks)}")
    if results.relaxed:
        lines.append("No page has all your words. These have some of them.")
    if results.suggestion:
        used = results.suggestion.used
        lines.append(f"Showing “{results.suggestion.text}”." if used else f"Did you mean “{results.suggestion.text}”?")
    return lines + [f"Unknown {one.parameter}: “{one.value}”" for one in results.unknown]


def _hit(number: int, hit: Hit, explained: Sequence[str]) -> list[str]:
    about = [
        hit.type,
        *([hit.date.isoformat()] if hit.date else []),
        *([hit.status] if hit.status != "unreviewed" else []),
    ]
    return [
        f"{number:>3}. {hit.title}",
        f"     {hit.id} · {' · '.join(about)}",
        f"     {unescape(re.sub('</?mark>', '', hit.snippet_html))}",
        *(f"       {line}" for line in explained),
        "",
    ]


def _values(facet: Facet) -> str:
    shown = [f"{'✓ ' if value.selected else ''}{value.label} {value.count}" for value in facet.values[:_VALUES]]
    more = len(facet.values) - _VALUES
    return " · ".join(shown) + (f" · {more} more" if more > 0 else "")


def related_lines(pages: Sequence[RelatedPage]) -> list[str]:
    """Related pages, three lines each: id, title, reasons."""
    found = ((page.id, f"    {page.title}", f"    {'; '.join(one.label for one in page.reasons)}") for page in pages)
    return [line for lines in found for line in lines]


def status_text(found: Status) -> str:
    """The state of the index, a line each."""
    stale = f"{len(found.stale)} changed since: {', '.join(found.stale[:10])}" if found.stale else "up to date"
    lines = [
        f"engine      {found.engine}",
        f"generation  {found.generation}",
        f"built       {found.built.isoformat()} ({_age(found)})",
        f"documents   {found.documents:,}",
        f"size        {found.size / 1e6:.1f} MB",
        f"content     {stale}",
    ]
    return "\n".join([*lines, *(["checksums   all right"] if found.verified else [])])


def status_json(found: Status) -> dict[str, Any]:
    """The state of the index as JSON."""
    return {
        "engine": found.engine,
        "generation": found.generation,
        "built": found.built.isoformat(),
        "age_seconds": _seconds(found),
        "documents": found.documents,
        "size": found.size,
        "previous": found.previous,
        "stale": list(found.stale),
        "verified": found.verified,
    }


def _seconds(found: Status) -> int:
    return int((dt.datetime.now(dt.UTC) - found.built).total_seconds())


def _age(found: Status) -> str:
    minutes = _seconds(found) // 60
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"


# -- rebuilding and checking ----------------------------------------------------------------------------------------


def summary_text(summary: Summary) -> str:
    """What a rebuild did, in a line."""
    return (
        f"{counted(summary.documents, 'page')}: {summary.added} added, {summary.changed} changed, "
        f"{summary.removed} removed. {summary.seconds:.1f} s, {summary.size / 1e6:.1f} MB, "
        f"generation {summary.generation}."
    )


def summary_json(summary: Summary) -> dict[str, Any]:
    """What a rebuild did, as JSON."""
    return {
        "engine": summary.engine,
        "generation": summary.generation,
        "documents": summary.documents,
        "added": summary.added,
        "changed": summary.changed,
        "removed": summary.removed,
        "read": summary.read,
        "seconds": summary.seconds,
        "size": summary.size,
        "notes": list(summary.notes),
        "problems": _problems_json(summary.problems),
    }


def check_lines(problems: Sequence[Problem]) -> list[str]:
    """Problems of every level, a line each."""
    return [f"{one.path}:{max(1, one.line)}: {one.level}: {one.what}: {one.fix}" for one in problems]


def check_counts(problems: Sequence[Problem]) -> str:
    """How many problems there are of each level."""
    levels = [problem.level for problem in problems]
    return ", ".join(counted(levels.count(level), level) for level in ("error", "warning", "note")) + "."


def check_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """Problems of every level, and how many of them are errors."""
    errors = sum(problem.level == "error" for problem in problems)
    return {"problems": _problems_json(problems), "errors": errors}


def _problems_json(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {"path": one.path, "line": max(1, one.line), "level": one.level, "what": one.what, "fix": one.fix}
        for one in problems
    ]


def error_json(error: KnowledgeBaseError) -> dict[str, Any]:
    """An error as JSON: a code, the sentence, and every problem that it carries."""
    words = re.findall("[A-Z][a-z]*", type(error).__name__.removesuffix("Error"))
    code = "bad-parameter" if isinstance(error, ParameterError) else "-".join(words).lower()
    about: dict[str, Any] = {"code": code, "message": str(error)}
    if isinstance(error, ParameterError):
        about["parameter"] = error.parameter
    problems = getattr(error, "problems", None)
    return {"error": about} if problems is None else {"error": about, "problems": _problems_json(problems)}


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it takes one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class ProgressLines:
    """Progress as plain lines: one where a stage begins, and now and then one with an estimate of the time left."""

    def __init__(self, show: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._stage = ""
        self._began = self._told = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take word of how far a stage is."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._told = stage, now, now
            self._show(f"{stage.capitalize()} {counted(total, 'page')} …")
        elif now - self._told >= _SECONDS_BETWEEN and 0 < done < total:
            self._told = now
            left = (now - self._began) * (total - done) / done
            self._show(f"{done:,} of {counted(total, 'page')}, about {_duration(left)} left")


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
