"""Corrections of ordinary words."""

from __future__ import annotations

import pytest

from kb.language.spelling import Speller

WORDS = {
    "asylum": 40, "naturalization": 12, "deportation": 30, "crimmigration": 4, "immigration": 60, "detention": 20,
    "petition": 30, "sponsor": 9, "visa": 70, "bond": 15, "bind": 2, "physician": 5, "attorney": 25, "removal": 33,
    "citizen": 8, "citizenship": 9,
}  # fmt: skip
SPELLER = Speller(WORDS.items())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("assylum", "asylum"),
        ("natrualization", "naturalization"),
        ("deportashun", "deportation"),
        ("crimigration", "crimmigration"),
        ("imigration", "immigration"),
        ("detension", "detention"),
        ("petishun", "petition"),
        ("sponser", "sponsor"),
        ("fysician", "physician"),
        ("atorney", "attorney"),
        ("remuval", "removal"),
        ("sitizenship", "citizenship"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest_known_one(typed: str, meant: str) -> None:
    assert SPELLER.nearest(typed) == meant


@pytest.mark.parametrize("typed", ["asylum", "viza", "h1b", "i-130", "xyzzy", "zzzzzzzz", "", "a", "1234", "removals"])
def test_known_short_strange_and_coded_words_are_left_alone(typed: str) -> None:
    found = SPELLER.nearest(typed)
    assert found == {"viza": "visa", "removals": "removal"}.get(typed)


def test_of_two_words_as_near_the_more_frequent_is_meant() -> None:
    assert SPELLER.nearest("bund") == "bond"
