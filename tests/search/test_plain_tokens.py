"""An engine built alone: plain tokens, fields and facets of any name, no language and no files of anybody."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Node, Phrase, Prefix, Unit
from kb.search import Condition, Entry, FacetSpec, Request, Selection, create, open_engine
from kb.search.engine import ENGINES, UnknownEngineError

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
_TOKENS = ["red", "redder", "blue", "blues", "grün", "§", "two words", "'"]
_DAYS = [dt.date(1, 1, 1), dt.date(1999, 12, 31), dt.date(2000, 1, 1), dt.date(9999, 12, 31)]
_FACETS = {"colour": ["red", "blue", "rot"], "size of it": ["1", "2", "10"]}
_SPECS = [
    FacetSpec("colour", labels={"red": "Z", "blue": "A"}, unlisted=frozenset(["rot"])),
    FacetSpec("size of it", descending=True),
]

_tokens = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=6)
_fields = st.dictionaries(st.sampled_from(["title", "body", "anything else"]), _tokens, min_size=1, max_size=3)
_carried = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from(values), max_size=2) for name, values in _FACETS.items()}
)
_entries = st.lists(
    st.builds(
        Entry.from_tokens,
        id=st.text("abZÄ /", min_size=1, max_size=2),
        fields=_fields,
        facets=_carried,
        date=st.none() | st.sampled_from(_DAYS),
        stored=st.fixed_dictionaries({"n": st.integers(0, 9)}),
    ),
    min_size=3,
    max_size=8,
    unique_by=lambda entry: entry.id,
)

_places = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=2).map(tuple)
_simple: st.SearchStrategy[Node] = st.one_of(
    st.builds(AnyTerm, _places),
    st.builds(Phrase, st.lists(_places, min_size=1, max_size=3).map(tuple)),
    st.builds(Prefix, st.sampled_from(["re", "blue", "g", "x"])),
)
_named_thing = st.builds(
    Named,
    words=st.lists(st.builds(AnyTerm, _places), min_size=1, max_size=2).map(tuple),
    names=st.lists(_simple, max_size=1).map(tuple),
)
_node: st.SearchStrategy[Node] = st.one_of(
    _simple, _named_thing, st.builds(AnyOf, st.lists(_simple | _named_thing, min_size=1, max_size=3).map(tuple))
)
_units = st.lists(st.builds(Unit, _node, strong=st.booleans()), max_size=3).map(tuple)
_matching = st.one_of(
    st.builds(Matching, required=_units.map(lambda units: units[:1]), units=_units),
    st.builds(Matching, units=_units, minimum=st.integers(0, 3)),
    st.builds(Matching, units=_units, minimum_words=st.integers(0, 2), one_strong=st.booleans()),
    st.builds(Matching, units=_units, minimum=st.just(1), excluded=st.tuples(_node)),
)
_named = st.sampled_from([(name, value) for name, values in _FACETS.items() for value in [*values, "none"]])
_selections = st.lists(_named, min_size=1, max_size=2, unique_by=lambda named: named[0]).map(
    lambda found: tuple(Selection(name, (value, "red")) for name, value in found)
)
_conditions = st.builds(lambda named, excluded: Condition(named[0], (named[1],), excluded), _named, st.booleans())
#: What may be asked for beside a matching. One at a time, or hardly a document is left.
_ASKED: list[st.SearchStrategy[dict[str, Any]]] = [
    st.just({}),
    st.fixed_dictionaries({"selections": _selections}),
    st.fixed_dictionaries({"conditions": st.tuples(_conditions)}),
    st.fixed_dictionaries({"nodes": st.tuples(_node)}),
    st.fixed_dictionaries({"excluded_nodes": st.tuples(_node)}),
    st.fixed_dictionaries({name: st.sampled_from(_DAYS) for name in ("date_from", "date_to")}),
    st.fixed_dictionaries({"as_of": st.sampled_from(_DAYS)}),
    st.just({"nothing": True}),
]
_requests = st.builds(
    lambda matching, asked, sort: Request(matching, sort=sort, limit=100, **asked),
    _matching,
    st.one_of(_ASKED),
    st.sampled_from(["newest", "oldest"]),
)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_of_plain_tokens_agrees_with_brute_force(engine: str) -> None:
    @settings(
        max_examples=int(os.environ.get("KB_EXAMPLES", "50")),
        derandomize="KB_EXAMPLES" not in os.environ,
        database=None,
        # A failure is as small as it was found, but for those who ask: to shrink one takes minutes.
        phases=[Phase.generate, Phase.shrink] if "KB_EXAMPLES" in os.environ else [Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(_entries, st.lists(_requests, min_size=4, max_size=8))
    def agree(entries: list[Entry], asked: list[Request]) -> None:
        with TemporaryDirectory(dir=_MEMORY) as folder:
            create(engine, Path(folder) / "new", entries, _SPECS)
            made = open_engine(engine, Path(folder) / "new")
            for request in asked:
                answer = made.search(request)
                ids, facets = _brute(entries, request)
                assert (answer.total, [match.id for match in answer.matches]) == (len(ids), ids)
                assert {match.id: match.stored for match in answer.matches} == {
                    entry.id: entry.stored for entry in entries if entry.id in ids
                }
                found = {name: {one.value: one.count for one in answer.facets.get(name, ())} for name in _FACETS}
                assert found == facets
                part = made.search(replace(request, offset=1, limit=2))
                assert [match.id for match in part.matches] == ids[1:3]
            assert made.terms("r") == _terms(entries, "r")

    agree()


def _brute(entries: list[Entry], request: Request) -> tuple[list[str], dict[str, dict[str, int]]]:
    base = [entry for entry in entries if _within(entry, request)]
    chosen = [entry for entry in base if _selected(entry, request)]
    by_id = sorted(chosen, key=lambda entry: entry.id)
    if request.sort == "newest":
        dated = sorted((entry for entry in by_id if entry.date), key=lambda entry: -_ordinal(entry))
    else:
        dated = sorted((entry for entry in by_id if entry.date), key=_ordinal)
    ids = [entry.id for entry in (*dated, *(entry for entry in by_id if not entry.date))]
    facets: dict[str, dict[str, int]] = {}
    for name, values in _FACETS.items():
        wanted = [value for one in request.selections if one.facet == name for value in one.values]
        others = [entry for entry in base if _selected(entry, request, apart_from=name)]
        counted = {value: sum(value in entry.facets.get(name, ()) for entry in others) for value in {*values, *wanted}}
        facets[name] = {
            value: count for value, count in counted.items() if value in wanted or (count and value != "rot")
        }
    return ids, facets


def _ordinal(entry: Entry) -> int:
    assert entry.date is not None
    return entry.date.toordinal()


def _selected(entry: Entry, request: Request, apart_from: str = "") -> bool:
    return all(
        set(one.values) & set(entry.facets.get(one.facet, ())) for one in request.selections if one.facet != apart_from
    )


def _within(entry: Entry, request: Request) -> bool:
    if request.nothing or not _matches(entry, request.matching):
        return False
    if request.date_from and (entry.date is None or entry.date < request.date_from):
        return False
    if request.date_to and (entry.date is None or entry.date > request.date_to):
        return False
    if request.as_of and entry.date and entry.date > request.as_of:
        return False
    if not all(_has(entry, node) for node in request.nodes):
        return False
    if any(_has(entry, node) for node in request.excluded_nodes):
        return False
    return all(
        bool(set(one.values) & set(entry.facets.get(one.facet, ()))) != one.excluded for one in request.conditions
    )


def _matches(entry: Entry, matching: Matching) -> bool:
    if not all(_has(entry, unit.node) for unit in matching.required):
        return False
    if any(_has(entry, node) for node in matching.excluded):
        return False
    found = [unit for unit in matching.units if _has(entry, unit.node)]
    strong = any(unit.strong for unit in found) or not any(unit.strong for unit in matching.units)
    words = sum(not unit.strong for unit in found)
    return len(found) >= matching.minimum and words >= matching.minimum_words and (strong or not matching.one_strong)


def _has(entry: Entry, node: Node) -> bool:
    match node:
        case Named(words, names):
            return all(_has(entry, word) for word in words) or any(_has(entry, name) for name in names)
        case AnyOf(nodes):
            return any(_has(entry, one) for one in nodes)
        case AnyTerm() | Prefix() | Phrase():
            return any(_stands(node, tokens) for tokens in _texts(entry))


def _texts(entry: Entry) -> list[list[str]]:
    assert isinstance(entry.fields, Mapping)
    return [[str(token) for token in stretch] for stretches in entry.fields.values() for stretch in stretches]


def _stands(node: AnyTerm | Prefix | Phrase, tokens: list[str]) -> bool:
    match node:
        case AnyTerm(terms):
            return any(token in terms for token in tokens)
        case Prefix(prefix):
            return any(token.startswith(prefix) for token in tokens)
        case Phrase(places):
            starts = range(len(tokens) - len(places) + 1)
            return any(all(tokens[at + n] in terms for n, terms in enumerate(places)) for at in starts)


def _terms(entries: list[Entry], prefix: str) -> list[tuple[str, int]]:
    each = [{token for tokens in _texts(entry) for token in tokens} for entry in entries]
    every = sorted({token for tokens in each for token in tokens if token.startswith(prefix)})
    return [(token, sum(token in tokens for tokens in each)) for token in every]


# -- by example ------------------------------------------------------------------------------------------------------

_BOOKS = [
    Entry.from_tokens("b", {"title": ["whale"], "text": ["sea"]}, {"shelf": ["1", "1a"]}, dt.date(1851, 1, 1)),
    Entry.from_tokens("a", {"text": ["whale", "whale", "sea"]}, {"shelf": ["1"], "hand": ["left"]}),
    Entry.from_tokens("c", {"text": ["land"]}, {"hand": ["left"]}, stored={"page": 3}),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_facet_of_any_name_is_counted(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", _BOOKS)
    answer = open_engine(engine, tmp_path / "new").search(Request(Matching((Unit(AnyTerm(("sea",))),))))
    shown = {name: [(one.value, one.count) for one in values] for name, values in answer.facets.items()}
    assert shown == {"shelf": [("1", 2), ("1a", 1)], "hand": [("left", 1)], "status": [("unreviewed", 2)]}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_facet_may_bear_the_name_of_the_one_that_engines_work_out(engine: str, tmp_path: Path) -> None:
    lent = [Entry.from_tokens("a", {}, {"status": ["lent"]}), Entry.from_tokens("b", {}, {"status": ["lost"]})]
    create(engine, tmp_path / "new", lent)
    answer = open_engine(engine, tmp_path / "new").search(Request(selections=(Selection("status", ("lost",)),)))
    assert [match.id for match in answer.matches] == ["b"]
    assert [(one.value, one.count) for one in answer.facets["status"]] == [("lent", 1), ("lost", 1)]


@pytest.mark.parametrize("engine", ENGINES)
def test_tokens_may_be_any_text(engine: str, tmp_path: Path) -> None:
    odd = ["", " ", "\n", "é", "e\u0301", "𝔘", "a" * 300, "*", '"']
    create(engine, tmp_path / "new", [Entry.from_tokens(token, {"body": [token]}, {token: [token]}) for token in odd])
    made = open_engine(engine, tmp_path / "new")
    for token in odd:
        matching = Matching((Unit(AnyTerm((token,))),))
        answer = made.search(Request(matching, (Selection(token, (token,)),)))
        assert [match.id for match in answer.matches] == [token]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_title_counts_more_than_another_field(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", _BOOKS)
    made = open_engine(engine, tmp_path / "new")
    answer = made.search(Request(Matching((Unit(AnyTerm(("whale",))),))))
    assert [match.id for match in answer.matches] == ["b", "a"]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_stored_comes_back(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", _BOOKS)
    made = open_engine(engine, tmp_path / "new")
    assert made.stored("c") == {"page": 3}
    assert made.stored("nobody") is None


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_and_values_of_facets_are_listed(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", _BOOKS)
    made = open_engine(engine, tmp_path / "new")
    assert list(made.ids()) == ["b", "a", "c"]
    assert list(made.facet_values("shelf")) == ["1", "1a"]
    assert list(made.facet_values("nobody's")) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_without_documents_answers_nothing(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", [], _SPECS)
    made = open_engine(engine, tmp_path / "new")
    whole: Mapping[str, object] = {"colour": (), "size of it": (), "status": ()}
    asked = Request(Matching((Unit(AnyTerm(("sea",))),), (Unit(Phrase((("a",), ("b",)))),)))
    for request in (asked, Request(), Request(selections=(Selection("colour", ()),))):
        answer = made.search(request)
        assert (answer.total, answer.matches, answer.facets) == (0, (), whole)
    assert made.terms("") == []
    assert made.coverage(Matching(units=(Unit(AnyTerm(("sea",))),))) == 0


def test_an_engine_that_nobody_knows_is_refused_with_the_names_of_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownEngineError, match=r"There is no engine “lucene”\. Choose: .*whoosh"):
        create("lucene", tmp_path, [])


@pytest.mark.parametrize("engine", ENGINES)
def test_two_selections_of_one_facet_are_one_with_the_values_of_both(engine: str, tmp_path: Path) -> None:
    create(engine, tmp_path / "new", _BOOKS)
    apart = Request(selections=(Selection("hand", ("left",)), Selection("hand", ("right",))))
    joined = Request(selections=(Selection("hand", ("left", "right")),))
    made = open_engine(engine, tmp_path / "new")
    assert made.search(apart) == made.search(joined)
    assert made.search(apart).total == 2
