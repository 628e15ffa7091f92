"""Every engine against brute force over plain tokens: matches, totals, facets, order and scores of random requests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Phrase, Prefix, Unit
from kb.search import Entry, Request, create, open_engine
from kb.search.engine import ENGINES, Engine
from tests.oracle.plain import PlainOracle
from tests.oracle.plain_agreement import Judge, asked, rounds
from tests.oracle.plain_random import SPECS, Maker

#: Requests, in rounds about one corpus each. `python -m benchmarks.agreement` asks a hundred thousand.
REQUESTS = int(os.environ.get("KB_EXAMPLES", "2000"))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_and_brute_force_agree_on_every_answer(engine: str, tmp_path: Path) -> None:
    # Whoosh is slow to build, and what it shares with the other engine is judged there.
    for one in rounds(REQUESTS if engine == "columnar" else REQUESTS // 4):
        for number, (judge, request) in enumerate(asked(engine, one, tmp_path / str(one.seed))):
            assert judge.differences(request) == [], f"{one}, {request}"
            assert number or judge.facts() == [], one


def test_all_engines_hold_the_same_documents_for_alike(tmp_path: Path) -> None:
    entries = Maker(7).entries(150)
    opened = []
    for name in ENGINES:
        create(name, tmp_path / name, entries, SPECS)
        opened.append(open_engine(name, tmp_path / name))
    found = [[{one.id: one.score for one in engine.similar(entry.id, 150)} for entry in entries] for engine in opened]
    assert sum(map(bool, found[0])) > 100
    for other in found[1:]:
        for mine, theirs in zip(found[0], other, strict=True):
            assert theirs == pytest.approx(mine, abs=1e-4)


# -- by example, where random requests seldom come -------------------------------------------------------------------


def made(name: str, folder: Path, entries: list[Entry]) -> tuple[Engine, Judge]:
    create(name, folder, entries)
    engine = open_engine(name, folder)
    return engine, Judge(engine, PlainOracle(entries), entries)


def word(*terms: str) -> Unit:
    return Unit(AnyTerm(terms))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_phrase_reaches_across_neither_fields_nor_stretches(engine: str, tmp_path: Path) -> None:
    entries = [
        Entry("fields", {"title": [["mass"]], "body": [["surveillance"]]}),
        Entry("stretches", {"body": [["mass"], ["surveillance"]]}),
        Entry("side by side", {"body": [["of"], ["mass", "surveillance"]]}),
    ]
    opened, judge = made(engine, tmp_path, entries)
    request = Request(Matching((Unit(Phrase((("mass",), ("surveillance",)))),)))
    assert [match.id for match in opened.search(request).matches] == ["side by side"]
    assert judge.differences(request) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_phrase_of_one_term_over_and_over_counts_every_start(engine: str, tmp_path: Path) -> None:
    entries = [Entry.from_tokens("a", {"body": ["ha"] * 5}), Entry.from_tokens("b", {"body": ["ha", "hm", "ha"]})]
    _, judge = made(engine, tmp_path, entries)
    assert judge.differences(Request(Matching((Unit(Phrase((("ha",),) * 3)),)), limit=2)) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_phrase_of_ten_places_with_alternatives_is_found(engine: str, tmp_path: Path) -> None:
    text = [f"w{number}" for number in range(40)]
    entries = [Entry.from_tokens("a", {"title": text[:9], "body": text}), Entry.from_tokens("b", {"body": text[::-1]})]
    opened, judge = made(engine, tmp_path, entries)
    request = Request(Matching((Unit(Phrase(tuple((f"w{at}", f"w{at + 1}", "x") for at in range(5, 15)))),)), limit=2)
    assert opened.search(request).total == 1
    assert judge.differences(request) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_words_of_a_name_count_one_by_one_and_its_other_names_together(engine: str, tmp_path: Path) -> None:
    entries = [
        Entry.from_tokens("words", {"body": ["green", "other", "card"]}),
        Entry.from_tokens("name", {"body": ["lawful", "resident"]}),
        Entry.from_tokens("half", {"body": ["green"]}),
    ]
    green_card = Named((AnyTerm(("green",)), AnyTerm(("card",))), (Phrase((("lawful",), ("resident",))),))
    opened, judge = made(engine, tmp_path, entries)
    request = Request(Matching((Unit(green_card),)), limit=3)
    assert [match.id for match in opened.search(request).matches] == ["words", "name"]
    assert judge.differences(request) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_minimum_that_no_unit_is_there_for_matches_nothing(engine: str, tmp_path: Path) -> None:
    opened, _ = made(engine, tmp_path, [Entry.from_tokens("a", {"body": ["one", "two"]})])
    assert opened.total(Matching(units=(word("one"), word("two")), minimum=3)) == 0
    assert opened.total(Matching(units=(word("one"), word("two")), minimum=2, minimum_words=3)) == 0
    assert opened.total(Matching(excluded=(AnyTerm(("three",)),))) == 1
    assert opened.total(Matching(excluded=(AnyOf((AnyTerm(("three",)), Prefix("tw"))),))) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_document_that_stands_twice_in_the_words_is_scored_as_often(engine: str, tmp_path: Path) -> None:
    entries = [Entry.from_tokens("a", {"body": ["one"]}), Entry.from_tokens("b", {"body": ["two"]})]
    opened, _ = made(engine, tmp_path, entries)
    (once,) = opened.search(Request(Matching((word("one"),)))).matches
    (twice,) = opened.search(Request(Matching((word("one"), word("one"))))).matches
    assert twice.score == pytest.approx(2 * once.score)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rare_word_is_found_beside_one_that_stands_there_hundreds_of_times(engine: str, tmp_path: Path) -> None:
    often = ["the"] * 400
    entries = [Entry.from_tokens(f"d{number}", {"body": [*often, "rare", *often]}) for number in range(3)]
    entries.append(Entry.from_tokens("apart", {"title": ["rare"], "body": often}))
    opened, judge = made(engine, tmp_path, entries)
    for places in ((("the",), ("rare",)), (("rare",), ("the",)), (("the",), ("rare", "the"), ("the",))):
        request = Request(Matching((Unit(Phrase(places)),)), limit=4)
        assert opened.search(request).total >= 3
        assert judge.differences(request) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("stretch", [["one", ("two",)], [("one",), "two"]])
def test_a_stretch_of_strings_and_tuples_is_refused(engine: str, stretch: list[object], tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"sequence item|either strings or sequences of strings"):
        create(engine, tmp_path / "new", [Entry("a", {"body": [stretch]})])  # type: ignore[list-item]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_value_of_a_document_with_many_more_than_others_is_counted(engine: str, tmp_path: Path) -> None:
    many = tuple(f"v{number}" for number in range(40))
    entries = [Entry.from_tokens("many", {"body": ["word"]}, {"colour": many})]
    entries += [Entry.from_tokens(f"one {n}", {"body": ["word", f"w{n}"]}, {"colour": many[:1]}) for n in range(60)]
    opened, judge = made(engine, tmp_path, entries)
    for left_out in ("", "12", "12345"):
        matching = Matching((word("word"),), excluded=tuple(Prefix(f"w{digit}") for digit in left_out))
        assert judge.differences(Request(matching, limit=100)) == []
    assert {one.value: one.count for one in opened.search(Request()).facets["colour"]} == {
        **dict.fromkeys(many, 1), many[0]: 61
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_half_a_character_is_in_no_term(engine: str, tmp_path: Path) -> None:
    opened, _ = made(engine, tmp_path, [Entry.from_tokens("a", {"body": ["one"]})])
    for node in (AnyTerm(("\ud800",)), Prefix("\ud800"), Phrase((("one",), ("\udfff",)))):
        assert opened.total(Matching((Unit(node),))) == 0
    assert opened.terms("\ud800") == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_facet_may_have_any_name(engine: str, tmp_path: Path) -> None:
    opened, judge = made(engine, tmp_path, [Entry.from_tokens("a", {"body": ["one"]}, {"": ["v"], "status": ["mine"]})])
    found = opened.search(Request()).facets
    assert {name: [tuple(one) for one in values] for name, values in found.items()} == {
        "": [("v", 1)],
        "status": [("mine", 1)],
    }
    assert judge.differences(Request()) == []
