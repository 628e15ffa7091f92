"""What is read in texts and queries: cases as data, properties for everything else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.fields import TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.query import Term

from kb.language import authorities
from kb.language.analysis import Analyzer
from kb.language.citations import canonical, find_citations
from kb.language.lexicon import Lexicon
from kb.language.query import QueryReader
from kb.language.redaction import PLACEHOLDER, redact
from kb.language.tree import IDENTIFIER
from kb.language.whoosh_analyzer import ImmigrationAnalyzer
from kb.vocabulary import Vocabulary

CASES = Path(__file__).parent / "cases"
ANALYZER = Analyzer(Lexicon(Vocabulary()))
READER = QueryReader(ANALYZER)
#: Pieces that queries are made of, the tempting ones above all.
PIECES = st.sampled_from(
    ['"', "“", "+", "-", "OR", "tag:", "after:", "*", "(", ")", "ice", "ICE", "storm", "H-1B", "8 CFR", "214.2(h)",
     "INA 212(a)", "the", "word", "A-B-", "&&", "😀", "\u202eabc", " ", "\n", "[number]", "visa", "§", "I-130",
     "cites:8 CFR 214.2"]
)  # fmt: skip


def cases(name: str) -> list[Any]:
    return tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))["cases"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(("text", "keys"), cases("citations"))
def test_a_citation_has_one_key_however_it_is_written(text: str, keys: list[str]) -> None:
    assert [key for citation in find_citations(text) for key in citation.keys] == keys


@pytest.mark.parametrize(("text", "values"), cases("identifiers"))
def test_an_identifier_is_read_and_its_near_misses_are_not(text: str, values: list[str]) -> None:
    read = [
        next((term for term in token.terms if term.startswith(IDENTIFIER)), None) for token in ANALYZER.tokens(text)
    ]
    assert [term.removeprefix(IDENTIFIER) for term in read if term] == values


@pytest.mark.parametrize(("text", "marks"), cases("queries"))
def test_a_query_says_how_it_was_read(text: str, marks: list[list[str]]) -> None:
    read = READER.read(text)
    found = sorted((*read.unit_marks, *read.other_marks), key=lambda mark: (mark.start, mark.end))
    assert [[mark.kind, mark.value, mark.occur] for mark in found] == marks


@pytest.mark.parametrize(("text", "expected"), cases("redaction"))
def test_personal_numbers_are_taken_out_and_others_stay(text: str, expected: str) -> None:
    assert redact(text) == (expected, expected.count(PLACEHOLDER))


@given(st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join))
def test_no_query_is_an_error_and_every_mark_is_a_part_of_it(text: str) -> None:
    read = READER.read(text)
    for mark in (*read.unit_marks, *read.other_marks):
        assert 0 <= mark.start <= mark.end <= len(text)
    assert len(read.unit_marks) == len(read.units)


@given(st.text(max_size=200))
def test_tokens_stand_in_order_within_the_text(text: str) -> None:
    tokens = ANALYZER.tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)


_PARTS = st.lists(st.sampled_from(["a", "b", "1", "12", "ii", "iv", "B", "C"]), max_size=4)


@given(st.sampled_from(["INA 212", "8 CFR 214.2", "8 U.S.C. 1232", "18 U.S.C. 1546", "20 CFR 655.730"]), _PARTS)
def test_a_key_and_its_label_name_the_same_authority(base: str, parts: list[str]) -> None:
    key = canonical(base + "".join(f"({part})" for part in parts))
    assert key is not None
    assert canonical(authorities.label(key)) == key
    assert canonical(key) == key


@pytest.mark.parametrize(
    ("key", "covering"),
    [
        ("ina-212-a-9", ("ina-212-a-9", "ina-212-a", "ina-212")),
        ("8-cfr-214.2-h-4", ("8-cfr-214.2-h-4", "8-cfr-214.2-h", "8-cfr-214.2", "8-cfr-214")),
        ("8-cfr-208", ("8-cfr-208",)),
        ("8-usc-1522-note", ("8-usc-1522-note",)),
        ("in-dec-27-316", ("in-dec-27-316",)),
    ],
)
def test_an_authority_is_covered_by_itself_and_what_encloses_it(key: str, covering: tuple[str, ...]) -> None:
    assert authorities.covering(key) == covering


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("8-cfr-214.2-h", "https://www.ecfr.gov/current/title-8/section-214.2"),
        ("8-cfr-208", "https://www.ecfr.gov/current/title-8/part-208"),
        (
            "ina-212-a",
            "https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title8-section1182&num=0&edition=prelim",
        ),
        ("fr-84-41292", "https://www.federalregister.gov/citation/84-FR-41292"),
        ("in-dec-27-316", None),
    ],
)
def test_an_official_link_follows_from_the_citation_alone(key: str, url: str | None) -> None:
    assert authorities.official_url(key) == url


def test_every_section_of_the_act_has_one_section_of_the_code() -> None:
    pairs = [(act, authorities.code_of(act)) for act in ("101", "212", "237", "240", "240a", "245a", "329a", "507")]
    assert pairs == [
        ("101", "1101"), ("212", "1182"), ("237", "1227"), ("240", "1229a"), ("240a", "1229b"), ("245a", "1255a"),
        ("329a", "1440-1"), ("507", "1537"),
    ]  # fmt: skip
    assert all(authorities.ina_of(str(code)) == act for act, code in pairs)


def test_a_plain_whoosh_index_understands_the_language() -> None:
    index = RamStorage().create_index(Schema(body=TEXT(analyzer=ImmigrationAnalyzer())))
    writer = index.writer()
    for body in ("An H1B was denied", "It cost $130 million", "Form I-130 from ICE"):
        writer.add_document(body=body)
    writer.commit()
    with index.searcher() as searcher:
        counts = {
            term: len(searcher.search(Term("body", term))) for term in ("#h-1b", "#i-130", "130", "#ice", "deni", "ice")
        }
    assert counts == {"#h-1b": 1, "#i-130": 1, "130": 1, "#ice": 1, "deni": 1, "ice": 0}
