"""The behaviours of search, each a case in `cases/*.toml` named by the sentence that it proves, on every engine.

A file holds `[[document]]`, `[vocabulary.<id>]` and `[[change]]`, which its cases share. A `[[case]]` has `proves`,
`query` (as `kb.Query`), and either `ids` (the hits in order) or `matches` (in any order). What else it names is
compared whole: `total`, `relaxed` (false unless said), `unknown` (none unless said), `sort`, `read_as` ([kind, text,
occur]),
`facets.<name>` ([value, count] as listed), `parents.<name>` (those that have one), `selected`, `statuses`, `suggestion`
([text, used]).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kb import Change, Document, KnowledgeBase, Query, Results, Source
from kb.language.citations import canonical
from kb.search.engine import ENGINES
from kb.vocabulary import Vocabulary
from tests.oracle.oracle import Oracle
from tests.search.test_against_oracle import compare

_FILES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


@cache
def _file(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


_CASES = [pytest.param(path, case, id=case["proves"]) for path in _FILES for case in _file(path)["case"]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Builds the documents of a file once for each engine."""

    @cache
    def build(path: Path, engine: str) -> KnowledgeBase:
        documents, vocabulary, changes = _corpus(path)
        folder = tmp_path_factory.mktemp(path.stem)
        return KnowledgeBase.from_documents(documents, vocabulary, folder, changes=changes, engine=engine)

    return build


def _corpus(path: Path) -> tuple[list[Document], Vocabulary, list[Change]]:
    data = _file(path)
    changes = [Change(**one, key=canonical(one["authority"]) or "") for one in data.get("change", [])]
    return [_document(one) for one in data["document"]], Vocabulary.from_mapping(data.get("vocabulary", {})), changes


def _document(values: Mapping[str, Any]) -> Document:
    source = {"source": Source(values["source"])} if "source" in values else {}
    return Document(**{**values, **source})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("path", "case"), _CASES)
def test_behaviour(path: Path, case: Mapping[str, Any], engine: str, made: Any) -> None:
    found: Results = made(path, engine).search(Query(**{"per_page": 100, **case["query"]}))
    expected = {"relaxed": False, "unknown": [], **case}
    seen = {key: _SEEN[key](found, value) for key, value in expected.items() if key not in ("proves", "query")}
    assert seen == {key: _sorted(key, expected[key]) for key in seen}


@pytest.mark.parametrize(("path", "case"), _CASES)
def test_the_oracle_knows_the_behaviour(path: Path, case: Mapping[str, Any], made: Any) -> None:
    if "suggestion" in case:
        pytest.skip("the oracle corrects no spelling, which has a say in scores")
    compare(made(path, "whoosh"), Oracle(*_corpus(path)), Query(**{**case["query"], "page": 1}))


def _sorted(key: str, value: Any) -> Any:
    return sorted(value) if key == "matches" else value


def _marks(found: Results, _: Any) -> list[list[str]]:
    return [[mark.kind, mark.text, mark.occur] for mark in found.read_as]


def _facets(found: Results, wanted: Mapping[str, Any]) -> dict[str, list[list[Any]]]:
    return {facet.name: [[v.value, v.count] for v in facet.values] for facet in found.facets if facet.name in wanted}


def _parents(found: Results, wanted: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    facets = [facet for facet in found.facets if facet.name in wanted]
    return {facet.name: {v.value: v.parent for v in facet.values if v.parent} for facet in facets}


def _selected(found: Results, _: Any) -> dict[str, list[str]]:
    chosen = {facet.name: [v.value for v in facet.values if v.selected] for facet in found.facets}
    return {name: values for name, values in chosen.items() if values}


def _suggestion(found: Results, _: Any) -> list[object] | None:
    return [found.suggestion.text, found.suggestion.used] if found.suggestion else None


#: What a case may name, and how it is seen in an answer (given what the case wants of it).
_SEEN = {
    "ids": lambda found, _: [hit.id for hit in found.hits],
    "matches": lambda found, _: sorted(hit.id for hit in found.hits),
    "total": lambda found, _: found.total,
    "relaxed": lambda found, _: found.relaxed,
    "unknown": lambda found, _: [[one.parameter, one.value] for one in found.unknown],
    "sort": lambda found, _: found.sort,
    "read_as": _marks,
    "facets": _facets,
    "parents": _parents,
    "selected": _selected,
    "statuses": lambda found, _: {hit.id: hit.status for hit in found.hits},
    "suggestion": _suggestion,
}
