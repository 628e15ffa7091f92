"""Identifiers: every class and form in every spelling, what belongs to what, texts that teach their acronyms."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.language.analysis import Analyzer
from kb.language.codes import class_key, code_pattern, codes, form_keys
from kb.language.lexicon import Lexicon
from kb.language.query import QueryReader
from kb.language.tables import table
from kb.language.tree import IDENTIFIER
from kb.vocabulary import Vocabulary

ANALYZER = Analyzer(Lexicon(Vocabulary()))
READER = QueryReader(ANALYZER)
_CLASSES = table("classes")["classes"]
CLASSES = [*_CLASSES["suffixed"], *_CLASSES["plain"], *_CLASSES["hyphened"]]
#: Classes that are read without their hyphen as well.
CLOSED = [*_CLASSES["suffixed"], *_CLASSES["plain"]]
FORMS = sorted(key.upper() for key in form_keys())
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
#: Pieces of text that are near identifiers, or that identifiers are made of.
TEMPTING = st.sampled_from(
    [
        "H",
        "h",
        "1",
        "B",
        "-",
        "–",
        " ",
        "\u00a0",
        "/",
        "I",
        "130",
        "A",
        "EB",
        "visa",
        "Form ",
        "status",
        "s",
        "'s",
        "’",
        ".",
        "_",
        "$",
        "(",
        ")",
        "TN",
        ", ",
        "37201",
        "ICE",
        "storm",
        "OPT",
        "AP",
        "PD",
        "Notice to Appear",
        "(NTA)",
        "245(i)",
        "U4U",
        "Matter of ",
        "E-",
        "DV",
        "2025",
        "ETA ",
        "9089",
        "NATO",
        "Department of",
        "State",
        "é",
        "ß",
        "İ",
        "ǅ",
        "\ufb01",
        "٣",
        "²",
        "\n",
        "\u0301",
        "😀",
    ]
)


def read(text: str) -> list[str]:
    """The values of the identifiers in a text, without what they belong to."""
    firsts = (token.terms[0] for token in ANALYZER.tokens(text))
    return [term.removeprefix(IDENTIFIER) for term in firsts if term.startswith(IDENTIFIER)]


def asked(text: str) -> list[tuple[str, str]]:
    """Kind and value of each unit of a query."""
    return [(mark.kind, mark.value) for mark in READER.read(text).unit_marks]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_read_with_every_dash_and_beside_visa(name: str) -> None:
    key = class_key(name)
    spellings = [*(name.replace("-", dash) for dash in DASHES), f"{name} visa", f"({name})", f"{name}'s", f"{name}s,"]
    spellings += [name.replace("-", "") + " visa", name.replace("-", "") + " status"]
    assert [spelling for spelling in spellings if read(spelling) != [key]] == []


@pytest.mark.parametrize("name", CLOSED)
def test_a_class_without_doubt_is_read_without_its_hyphen_in_any_case(name: str) -> None:
    squeezed = name.replace("-", "")
    small = [] if name.endswith("S") else [name.lower(), squeezed.lower(), name.title()]
    spellings = [squeezed, *small, f"the {squeezed} rule"]
    assert [spelling for spelling in spellings if read(spelling) != [class_key(name)]] == []


@pytest.mark.parametrize("name", [name for name in _CLASSES["suffixed"] if name != "C-1D"])
def test_a_class_with_a_suffix_is_read_with_a_space_and_with_a_second_hyphen(name: str) -> None:
    spellings = [name.replace("-", " "), name.replace("-", "\u00a0"), name[:-1] + "-" + name[-1]]
    assert [spelling for spelling in spellings if read(spelling) != [class_key(name)]] == []


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_in_every_spelling(name: str) -> None:
    spellings = [
        *(name.replace("-", dash) for dash in DASHES),
        f"Form {name}",
        f"Form {name.replace('-', ' ')}",
        f"{name}s",
    ]
    spellings += [name.lower(), f"form {name.lower().replace('-', '')}", f"Forms {name} and", f"{name}'s"]
    assert [spelling for spelling in spellings if read(spelling) != [name.lower()]] == []


@pytest.mark.parametrize("name", FORMS)
def test_a_query_reads_a_form_as_a_text_does(name: str) -> None:
    value = name.lower()
    found = {text: asked(text) for text in (name, value, f"form {value}", f"{value} status", name.replace("-", " ", 1))}
    short = re.fullmatch(r"[ING]-\d{1,2}", name)
    assert {text for text, units in found.items() if units != [("form", value)]} <= (
        {name.replace("-", " ")} if short else set()
    )


def test_at_least_a_hundred_and_twenty_forms_have_titles_that_lead_to_them() -> None:
    titles = {title: key for key, listed in table("forms")["titles"].items() for title in listed}
    codes_inside = [title for title in titles if any(codes(title, 0, len(title))) or title == "LCA"]
    led = [title for title, key in titles.items() if ("form", key) in asked(title)]
    assert len(table("forms")["titles"]) >= 120
    assert {*titles} - {*led} <= {*codes_inside}


@pytest.mark.parametrize(
    ("narrow", "broad"),
    [
        ("H-1B", ["h-1", "h"]),
        ("H-2A", ["h-2", "h"]),
        ("H-1B1", ["h"]),
        ("EB-1A", ["eb-1", "eb"]),
        ("L-1A", ["l-1", "l"]),
        ("L-2", ["l"]),
        ("C-1/D", ["c-1", "c", "d"]),
        ("U-1", ["u"]),
        ("TN", []),
        ("I-130", []),
        ("I-130A", []),
    ],
)
def test_the_broader_class_finds_the_narrower_one(narrow: str, broad: list[str]) -> None:
    token = ANALYZER.tokens(narrow)[0]
    assert [term.removeprefix(IDENTIFIER) for term in token.terms if term.startswith(IDENTIFIER)][1:] == broad


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I-130", "I-131"),
        ("H-1B", "H-2B"),
        ("H-1B", "HB-1"),
        ("L-1", "L-2"),
        ("U visa", "U.S. visa"),
        ("O-1", "01"),
        ("E-3", "3E"),
        ("TN visa", "Nashville, TN 37201"),
        ("I-601", "I-601A"),
        ("F-1", "F-2"),
        ("H-1B", "H-1B1"),
        ("EB-1", "EB-1A"),
        ("ICE", "ice"),
    ],
)
def test_near_misses_stay_apart(one: str, other: str) -> None:
    assert read(one)
    assert not {*read(one)} & {*read(other)}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A Notice to Appear (NTA) begins it. The NTA is served.", ["nta", "nta"]),
        ("NTA (Notice to Appear)", ["nta"]),
        ("A Request for Initial Evidence (“RFIE”) came. RFIE due.", ["rfe", "rfe"]),
        ("The Associated Press (AP) wrote on parole. AP reported on travel.", []),
        ("Optical Projection Tomography (OPT): OPT is slow.", []),
        ("United States Citizenship and Immigration Services (USCIS) and USCIS", ["uscis", "uscis"]),
        ("the Bureau of Immigration and Customs Enforcement (ICE)", ["ice"]),
    ],
)
def test_a_text_teaches_what_its_acronyms_mean(text: str, values: list[str]) -> None:
    assert [value for value in read(text) if value in ("nta", "rfe", "uscis", "ice", "opt", "advance-parole")] == values


@pytest.mark.parametrize(
    ("text", "value", "otherwise"),
    [
        ("pd", "priority-date", "or Prosecutorial discretion"),
        ("opla pd request", "prosecutorial-discretion", "or Priority date"),
        ("cis", "uscis", "or Center for Immigration Studies"),
        ("mtr", "motion-to-reopen", "or Motion to reconsider"),
        ("ap travel", "advance-parole", "or Associated Press"),
    ],
)
def test_an_acronym_of_several_meanings_says_what_else_it_may_be(text: str, value: str, otherwise: str) -> None:
    mark = next(mark for mark in READER.read(text).unit_marks if mark.value == value)
    assert otherwise in mark.also


def test_a_concept_with_a_label_of_an_entry_takes_it_over() -> None:
    vocabulary = Vocabulary.from_mapping(
        {
            "charging-document": {"prefLabel": "Charging document", "altLabel": ["NTA"], "group": "topic"},
            "relative-petition": {"prefLabel": "I-130", "group": "form"},
            "specialty": {"prefLabel": "H-1B", "group": "visa"},
            "police": {"prefLabel": "PD", "group": "agency"},
        }
    )
    reader = QueryReader(Analyzer(Lexicon(vocabulary)))
    texts = ("notice to appear", "i130", "petition for alien relative", "h 1b", "pd current")
    found = [reader.read(text).unit_marks[0].value for text in texts]
    assert found == ["charging-document", "relative-petition", "relative-petition", "specialty", "police"]


@given(st.lists(TEMPTING | st.text(max_size=4), max_size=25).map("".join))
def test_no_text_is_an_error_and_every_token_is_a_part_of_it_in_order(text: str) -> None:
    for lang in ("en", "es"):
        tokens = ANALYZER.tokens(text, lang)
        assert all(0 <= token.start < token.end <= len(text) and token.terms for token in tokens)
        assert all(a.end <= b.start or (a.start, a.end) == (b.start, b.end) for a, b in pairwise(tokens))


@given(st.lists(TEMPTING | st.text(max_size=4), max_size=25).map("".join))
def test_no_query_is_an_error_and_its_marks_are_parts_of_it(text: str) -> None:
    read_query = READER.read(text)
    assert all(0 <= mark.start <= mark.end <= len(text) for mark in (*read_query.unit_marks, *read_query.other_marks))


@given(
    st.sampled_from([*CLASSES, *FORMS]),
    st.sampled_from([", ", "; ", " and ", "\n", "/", " ("]),
    st.sampled_from(CLASSES),
)
def test_two_identifiers_side_by_side_are_two(first: str, between: str, second: str) -> None:
    assert read(f"{first}{between}{second}") == [*read(first), class_key(second)]


def test_the_pattern_takes_no_more_than_linear_time() -> None:
    for piece in ("A-", "H-1B/", "1-", "I 1 ", "visa ", "I-130/130", "(((", "EB-1-", "Form "):
        text = piece * 20_000
        assert sum(1 for _ in codes(text, 0, len(text))) >= 0
        assert len(ANALYZER.tokens(text)) >= 0
    assert code_pattern().match("H-1B")
