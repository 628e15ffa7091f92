"""Every engine against the oracle, over random documents, queries and selections."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.model import Change, Document, Facet, Hit, Query, Results
from kb.search.engine import ENGINES
from tests.oracle.oracle import Expected, Oracle
from tests.search.corpora import SETTINGS, VOCABULARY, changes, documents, queries

#: Corpora, each with several queries. KB_EXAMPLES asks for more (and for others than the gate's).
EXAMPLES = int(os.environ.get("KB_EXAMPLES", "80"))
#: A failure is as small as it was found, but for those who ask: to shrink one takes minutes.
PHASES = [Phase.generate, Phase.shrink] if "KB_EXAMPLES" in os.environ else [Phase.generate]
#: In memory, where the system has a folder there: an index is some forty files.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
#: What a mark of a query is that is no unit.
_NO_UNITS = ("filter", "ignored", "redacted")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_and_the_oracle_agree_on_every_answer(engine: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize="KB_EXAMPLES" not in os.environ,
        database=None,
        phases=PHASES,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(documents(), changes, st.lists(queries(), min_size=6, max_size=10))
    def agree(corpus: list[Document], ledger: list[Change], asked: list[Query]) -> None:
        oracle = Oracle(corpus, VOCABULARY, ledger, [heading.slug for heading in SETTINGS.heading])
        with TemporaryDirectory(dir=_MEMORY) as folder:
            made = KnowledgeBase.from_documents(
                corpus, VOCABULARY, folder, changes=ledger, engine=engine, settings=SETTINGS
            )
            for query in asked:
                compare(made, oracle, query)

    agree()


def compare(made: KnowledgeBase, oracle: Oracle, query: Query) -> None:
    """Hold one answer to the oracle's, whole."""
    expected = oracle.search(query)
    found = made.search(replace(query, per_page=100))
    assert (found.total, {hit.id for hit in found.hits}) == (len(expected.ids), set(expected.ids))
    assert found.relaxed == expected.relaxed
    assert found.sort == expected.sort
    assert {(one.parameter, one.value) for one in found.unknown} == expected.unknown
    assert occurs(found) == expected.occurs
    assert {hit.id: hit.status for hit in found.hits} == expected.statuses
    assert counts(found.facets) == expected.facets
    assert all(in_order(facet) for facet in found.facets)
    order(found.hits, expected, oracle)
    assert pages(made, query, found.total) == [hit.id for hit in found.hits]


def occurs(found: Results) -> tuple[str, ...]:
    """How the units of a query ran, in the order typed."""
    return tuple(mark.occur for mark in found.read_as if mark.kind not in _NO_UNITS and mark.occur != "not")


def counts(facets: Sequence[Facet]) -> dict[str, dict[str, tuple[int, bool, str | None]]]:
    """Every value of every facet, each of which must be listed once."""
    assert all(len({one.value for one in facet.values}) == len(facet.values) for facet in facets)
    return {facet.name: {one.value: (one.count, one.selected, one.parent) for one in facet.values} for facet in facets}


def in_order(facet: Facet) -> bool:
    """Whether the greatest count comes first, then the label; years always downwards."""
    if facet.name == "year":
        return list(facet.values) == sorted(facet.values, key=lambda one: one.label, reverse=True)
    return list(facet.values) == sorted(facet.values, key=lambda one: (-one.count, one.label))


def order(hits: Sequence[Hit], expected: Expected, oracle: Oracle) -> None:
    """The order, and under relevance the scores, of what is placed by its score."""
    found = [hit.id for hit in hits]
    if expected.sort != "relevance":
        assert found == list(expected.ids)
        return
    placed = expected.placed
    assert [one for one in found if one not in placed] == [one for one in expected.ids if one not in placed]
    for hit in hits:
        assert not set(oracle.successors(hit.id)) & set(found[found.index(hit.id) :])
        if hit.id not in placed:
            assert hit.score == pytest.approx(expected.scores[hit.id], rel=1e-5, abs=1e-5)


def pages(made: KnowledgeBase, query: Query, total: int) -> list[str]:
    """The ids of all pages of an answer, one page after the other, and of one page too many."""
    last = -(-total // query.per_page) + 1
    found = [made.search(replace(query, page=page)) for page in range(1, last + 1)]
    assert not found[-1].hits
    assert {one.total for one in found} == {total}
    return [hit.id for one in found for hit in one.hits]
