"""Cutting a snippet out of a stored text, for engines that bring none of their own."""

from __future__ import annotations

from benchmarks.engines.records import QUOTED, Job


def quote(text: str, job: Job) -> str:
    """The text around the first term that was asked for, with all such terms of it marked."""
    wanted = {*job.words, *job.phrase}
    padded = f" {text} "
    places = [padded.find(f" {term} ") for term in wanted]
    if job.prefix:
        places.append(padded.find(f" {job.prefix}"))
    first = min((place for place in places if place >= 0), default=0)
    start = padded.rfind(" ", 0, max(1, first - QUOTED // 4)) + 1
    end = padded.rfind(" ", start, start + QUOTED + 1)
    return " ".join(_marked(term, wanted, job.prefix) for term in padded[start:end].split(" "))


def _marked(term: str, wanted: set[str], prefix: str) -> str:
    return f"<b>{term}</b>" if term in wanted or (prefix and term.startswith(prefix)) else term
