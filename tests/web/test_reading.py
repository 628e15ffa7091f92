"""The line “Read as”."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.model import Mark, Query, Results, Suggestion
from kb.vocabulary import Vocabulary
from kb.web import reading
from kb.web.params import search_url
from kb.web.words import catalogue

WORDS = catalogue("en")


def mark(text: str, part: str, kind: str = "word", label: str = "", **more: object) -> Mark:
    """A mark of the first place of `part` in `text`."""
    start = text.index(part)
    made = Mark(kind, part, part.lower(), label or part, "must", (), start, start + len(part))
    return replace(made, **more)  # type: ignore[arg-type]  # the tests give each field what it holds


def results(text: str, *marks: Mark, relaxed: bool = False, suggestion: Suggestion | None = None) -> Results:
    return Results(Query(text=text, page=3), marks, suggestion, relaxed, (), 0, 3, 10, "relevance", (), ())


def line(found: Results) -> reading.Reading | None:
    return reading.reading(found, found.query, WORDS)


@pytest.mark.parametrize(
    ("text", "part", "left"),
    [
        ("h1b denied", "h1b", "denied"),
        ("h1b denied", "denied", "h1b"),
        ("bond -lottery cap", "-lottery", "bond cap"),
        ("bond -lottery cap", "lottery", "bond cap"),
        ("bond +hearing", "hearing", "bond"),
        ('bond "border patrol" cap', '"border patrol"', "bond cap"),
        ('bond -"border patrol" cap', "border patrol", "bond cap"),
        ("asylum OR bond hearing", "asylum", "bond hearing"),
        ("asylum OR bond hearing", "bond", "asylum hearing"),
        ("asylum OR bond OR visa", "bond", "asylum OR visa"),
        ("hearing asylum OR bond", "bond", "hearing asylum"),
        ("tag:h-1b lottery", "tag:h-1b", "lottery"),
        ("green card renewal", "green card", "renewal"),
        ("bond", "bond", ""),
    ],
)
def test_a_part_is_left_out_with_its_sign_its_quotes_and_one_or(text: str, part: str, left: str) -> None:
    start = text.index(part)
    assert reading.without_part(text, start, start + len(part)) == left


@pytest.mark.parametrize(
    ("text", "marks", "exact"),
    [
        ("h1b denied", [("h1b", "visa"), ("denied", "word")], 'h1b "denied"'),
        ("ice raid", [("ice", "agency"), ("raid", "word")], '"ice" "raid"'),
        ("ICE raid", [("ICE", "agency"), ("raid", "word")], 'ICE "raid"'),
        ("border patrol", [("border patrol", "agency")], '"border" "patrol"'),
        ("Green card fee", [("Green card", "topic"), ("fee", "word")], '"Green" "card" "fee"'),
        ("8 CFR 214.2(h) cap", [("8 CFR 214.2(h)", "citation"), ("cap", "word")], '8 CFR 214.2(h) "cap"'),
        ('"fair share" tag:cbp', [('"fair share"', "phrase"), ("tag:cbp", "filter")], '"fair share" tag:cbp'),
        ("bond -cap", [("bond", "word"), ("-cap", "word")], '"bond" -"cap"'),
        ("asylum OR bond", [("asylum OR bond", "word")], '"asylum" OR "bond"'),
        ("lott* && [number]", [("lott*", "prefix"), ("&&", "ignored"), ("[number]", "redacted")], "lott* && [number]"),
    ],
)
def test_exact_words_quote_each_ordinary_word_and_nothing_else(
    text: str, marks: list[tuple[str, str]], exact: str
) -> None:
    assert reading.exact_words(text, tuple(mark(text, part, kind) for part, kind in marks)) == exact


def test_plain_words_and_phrases_have_no_line() -> None:
    text = 'bond "fair share"'
    assert line(results(text, mark(text, "bond"), mark(text, '"fair share"', "phrase"))) is None


def test_each_part_says_its_kind_what_it_also_finds_and_how_to_leave_it_out() -> None:
    text = "h1b denied -cap tag:cbp &&"
    found = line(
        results(
            text,
            mark(text, "h1b", "visa", "H-1B", also=("H-1B visa", "Specialty worker", "Third", "Fourth")),
            mark(text, "denied"),
            mark(text, "-cap", occur="not"),
            mark(text, "tag:cbp", "filter", "topic: CBP"),
            mark(text, "&&", "ignored"),
        )
    )
    assert found is not None
    assert [(part.text, part.note) for part in found.parts] == [
        ("H-1B", "visa class; also: Specialty worker, Third, Fourth"),
        ("denied", ""),
        ("without: cap", ""),
        ("topic: CBP", ""),
        ("not used: &&", ""),
    ]
    assert found.parts[0].drop_url == search_url(Query(text="denied -cap tag:cbp &&"))
    assert found.parts[4].drop_url == ""
    assert found.exact_url == search_url(Query(text='h1b "denied" -"cap" tag:cbp &&'))


def test_a_number_that_was_taken_out_is_only_called_that() -> None:
    text = "[number] bond"
    found = line(results(text, mark(text, "[number]", "redacted"), mark(text, "bond")))
    assert found is not None
    assert found.parts[0].text == "number removed"


def test_a_relaxed_search_says_that_results_may_lack_parts() -> None:
    found = line(results("bond cap", mark("bond cap", "bond"), relaxed=True))
    assert found is not None
    assert found.partial


def test_a_corrected_search_leaves_out_of_the_corrected_words() -> None:
    corrected = "asylum h1b"
    marks = (mark(corrected, "asylum"), mark(corrected, "h1b", "visa", "H-1B"))
    found = line(results("assylum h1b", *marks, suggestion=Suggestion(corrected, used=True)))
    assert found is not None
    assert found.parts[1].drop_url == search_url(Query(text="asylum"))
    assert found.exact_url == ""


def test_ice_in_lower_case_is_undone_by_quotes_around_it_alone() -> None:
    text = "ice detention"
    found = results(text, mark(text, "ice", "agency", "ICE"), mark(text, "detention"))
    read = reading.read_as_agency(found)
    assert read is not None
    assert reading.quoted(found.query, read) == Query(text='"ice" detention')


def test_ice_in_capitals_needs_no_undoing() -> None:
    assert reading.read_as_agency(results("ICE", mark("ICE", "ICE", "agency", "ICE"))) is None


TOPICS = Vocabulary.from_mapping(
    {
        "removal": {
            "prefLabel": "Removal",
            "altLabel": ["Deportation"],
            "prefLabel_es": "Deportación",
            "group": "topic",
        },
        "asylum": {"prefLabel": "Asylum", "prefLabel_es": "Asilo", "group": "topic"},
        "visa": {"prefLabel": "Visa", "prefLabel_es": "Visa", "group": "topic"},
    }
)


@pytest.mark.parametrize(
    ("typed", "concept", "also", "note"),
    [
        ("deportation", "removal", ("Removal", "Removal proceedings", "Expulsion"), "also: Removal, Expulsion"),
        ("Deportation", "removal", ("One", "Two", "Three", "Four"), "also: One, Two, Three"),
        ("asilo", "asylum", ("Asylum", "Political asylum", "Refuge"), "Spanish for Asylum; also: Refuge"),
        ("asylum", "asylum", (), "topic"),
        ("visa", "visa", (), "topic"),
    ],
)
def test_a_topic_is_shown_as_typed_with_its_other_names_and_what_spanish_means(
    typed: str, concept: str, also: tuple[str, ...], note: str
) -> None:
    label = TOPICS[concept].pref_label
    found = results(f"{typed} zz", mark(f"{typed} zz", typed, "topic", label, value=concept, also=also))
    line = reading.reading(found, found.query, WORDS, TOPICS)
    assert line is not None
    assert (line.parts[0].text, line.parts[0].note) == (typed, note)
    assert line.parts[0].drop_url == search_url(Query(text="zz"))
    assert line.exact_url == search_url(Query(text=f'"{typed}" zz'))


def test_ice_has_a_notice_of_its_own_that_names_the_agency() -> None:
    found = line(results("ice", mark("ice", "ice", "agency", "ICE", also=("Immigration and Customs Enforcement",))))
    assert found is not None
    assert (found.parts[0].text, found.parts[0].note) == ("ICE", "agency")
