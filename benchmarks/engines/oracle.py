"""What a job must answer, worked out document by document with sets and loops, and the check of an engine's answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.engines.records import FACETS, LIMIT, Article, Job, Result


class WrongAnswerError(Exception):
    """An engine answered other than the oracle: its times would mean nothing."""


@dataclass
class Expected:
    """The whole answer but for the order: every id that may be shown, and the counts over 0 of every facet."""

    ids: set[str] = field(default_factory=set)
    facets: dict[str, Counter[str]] = field(default_factory=lambda: {facet: Counter() for facet in FACETS})


def expected(documents: Sequence[Article], asked: Sequence[Job]) -> list[Expected]:
    """The answers to all jobs, in one walk through the documents."""
    answers = [Expected() for _ in asked]
    for document in documents:
        terms = {*document.title, *document.body}
        for job, answer in zip(asked, answers, strict=True):
            if _matches(document, terms, job):
                _count(document, job, answer)
    return answers


def _matches(document: Article, terms: set[str], job: Job) -> bool:
    if sum(word in terms for word in job.words) < job.minimum or job.excluded in terms:
        return False
    if job.prefix and not any(term.startswith(job.prefix) for term in terms):
        return False
    return not job.phrase or any(_stands_in(job.phrase, text) for text in (document.title, document.body))


def _stands_in(phrase: tuple[str, ...], text: tuple[str, ...]) -> bool:
    return any(text[at : at + len(phrase)] == phrase for at in range(len(text) - len(phrase) + 1))


def _count(document: Article, job: Job, answer: Expected) -> None:
    missed = [facet for facet, values in job.selections if not set(values) & set(document.facets[facet])]
    if not missed:
        answer.ids.add(document.id)
    for facet, counts in answer.facets.items():
        if not missed or missed == [facet]:
            counts.update(document.facets[facet])


def check(engine: str, job: Job, result: Result, right: Expected, counts: bool = True) -> None:
    """Raise where an answer is wrong. Without `counts` (an engine that only ranks) the hits alone are looked at."""
    problems = []
    if counts and result.total != len(right.ids):
        problems.append(f"total {result.total}, not {len(right.ids)}")
    if counts and result.facets != {facet: dict(found) for facet, found in right.facets.items()}:
        wrong = [facet for facet in FACETS if result.facets.get(facet) != dict(right.facets[facet])]
        problems.append(f"facets {', '.join(wrong)}")
    if not set(result.ids) <= right.ids or len(set(result.ids)) != min(LIMIT, len(right.ids)):
        problems.append(f"hits {result.ids}")
    if len(result.snippets) != (len(result.ids) if counts else 0):
        problems.append(f"{len(result.snippets)} snippets")
    if problems:
        raise WrongAnswerError(f"{engine} answered {job} with {'; '.join(problems)}")
