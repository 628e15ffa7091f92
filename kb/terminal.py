"""Answers as plain text for a terminal."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from kb.model import Facet, Hit, Results, Status

#: How many values of a facet are shown.
_VALUES = 6


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
