from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.folding import fold, fold_label, fold_name, slug


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("ICE", "ice"),
        ("Sharon & Kálnoki", "sharon & kalnoki"),
        ("MUÑOZ", "munoz"),
        ("Straße", "strasse"),
        ("deportacio\u0301n", "deportacion"),
        ("\N{LATIN SMALL LIGATURE FI}ling", "filing"),
        ("H\N{EN DASH}1B", "h\N{EN DASH}1b"),
    ],
)
def test_case_and_accents_are_folded_and_punctuation_stays(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "spelling", ["H-1B", "h1b", "H 1B", "H\N{EN DASH}1B", "H\N{NON-BREAKING HYPHEN}1B", "h_1_b", " H.1.B. "]
)
def test_a_label_is_one_label_however_it_is_spelt(spelling: str) -> None:
    assert fold_label(spelling) == "h1b"


def test_labels_that_differ_in_a_letter_or_digit_stay_apart() -> None:
    assert len({fold_label(label) for label in ("H-1B", "H-2B", "H-1B1", "I-130", "I-131")}) == 5


@pytest.mark.parametrize("name", ["Penélope Cruz", "PENELOPE  CRUZ", "  penelope\tcruz\n", "Pene\u0301lope Cruz"])
def test_a_name_is_one_name_whatever_its_case_accents_and_spaces(name: str) -> None:
    assert fold_name(name) == "penelope cruz"


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("H-1B Visas for Physicians", "h-1b-visas-for-physicians"),
        ("I-601A/I-212", "i-601a-i-212"),
        ("Matter of A\N{EN DASH}B\N{EN DASH}", "matter-of-a-b"),
        ("ICE\N{RIGHT SINGLE QUOTATION MARK}s Surveillance", "ices-surveillance"),
        ("Peña & O'Neil", "pena-oneil"),
        ("移民", ""),
        ("---", ""),
    ],
)
def test_a_slug_keeps_letters_and_digits_joined_by_hyphens(text: str, segment: str) -> None:
    assert slug(text) == segment


@given(st.text())
def test_every_slug_is_empty_or_a_segment_of_an_id(text: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(text))
