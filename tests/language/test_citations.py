"""Citations: what holds for every text, and what an authority's key tells."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.language import authorities
from kb.language.citation_lists import LONGEST_RANGE, members, members_of_sections
from kb.language.citations import canonical, find_citations

#: Pieces that citations are made of, whole and broken.
PIECES = st.sampled_from(
    [
        "§ 212(a)(", "section 212(a), ", "of the Act ", "8 CFR 214.2(h)", "8 CFR ", "INA ", "(a)", "(i)", "U.S.C. ",
        "8 U.S.C. § ", ", and ", "212(a)", "212 ", "1182", "–", "-", "27 I&N Dec. ", "Act ", "title 8 ", "  ", "\n",
        "Pub. L. 104-208, ", "note ", "(2012)", "(some words) ", "F.3d ", "84 Fed. Reg. ", "1 ", "the Act § 212, ", "(",
        "to ", "sections ", "\u00a0", "at ", "2000e-2", "110 Stat. 3009-546", ".47", "E.O. 13,780", "(iv)", "(aa)",
        "United States Code ", "et seq.", "’", "0", "parts ",
    ]
)  # fmt: skip
#: Repeated over a megabyte, each of these once made a reader of citations slow.
TEDIOUS = [
    "§ 212(a)(",
    "section 212(a), ",
    "INA ",
    "8 CFR ",
    "of the Act ",
    "8 CFR 214.2(h)",
    "212(a)",
    "(a)",
    "title 8 ",
    " ",
    "1",
]
CODE = "https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-{}&num=0&edition=prelim"
MEGABYTE = 1_000_000


@settings(max_examples=400)
@given(st.lists(PIECES | st.text(max_size=4), max_size=16).map("".join))
def test_no_text_is_an_error_and_citations_stand_in_order_within_it(text: str) -> None:
    end = 0
    for citation in find_citations(text):
        assert end <= citation.start < citation.end <= len(text)
        assert citation.keys
        assert all(authorities.is_key(key) for key in citation.keys)
        end = citation.end


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_read_reads_the_same_by_its_label(text: str) -> None:
    for citation in find_citations(text):
        for key in citation.keys:
            assert canonical(authorities.label(key)) == key
            assert canonical(key) == key


@pytest.mark.parametrize("piece", TEDIOUS)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    text = piece * (MEGABYTE // len(piece))
    started = time.process_time()
    find_citations(text)
    assert time.process_time() - started < 60, "a megabyte takes a second or two; what grows faster takes minutes"


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("ina-212-a-9-b-i-ii", "INA 212(a)(9)(B)(i)(II)"),
        ("ina-240a-b-1", "INA 240A(b)(1)"),
        ("ina-101-a-15-h-i-b", "INA 101(a)(15)(H)(i)(b)"),
        ("ina-101-a-15-h-i-b1", "INA 101(a)(15)(H)(i)(b1)"),
        ("ina-204-a-1-a-iii-ii-aa", "INA 204(a)(1)(A)(iii)(II)(aa)"),
        ("8-usc-1232", "8 U.S.C. 1232"),
        ("8-usc-1522-note", "8 U.S.C. 1522 note"),
        ("18-usc-2339b-a-1", "18 U.S.C. 2339B(a)(1)"),
        ("28-usc-2241-c-3", "28 U.S.C. 2241(c)(3)"),
        ("42-usc-2000e-2-a", "42 U.S.C. 2000e-2(a)"),
        ("5-usc-706-2-a", "5 U.S.C. 706(2)(A)"),
        ("5-usc-552a-b", "5 U.S.C. 552a(b)"),
        ("8-cfr-208", "8 CFR part 208"),
        ("8-cfr-214.2-h-4-iii-a-1", "8 CFR 214.2(h)(4)(iii)(A)(1)"),
        ("8-cfr-214.2-h-8-iii-a-4-ii", "8 CFR 214.2(h)(8)(iii)(A)(4)(ii)"),
        ("8-cfr-1274a.9-e", "8 CFR 1274a.9(e)"),
        ("in-dec-27-316", "27 I&N Dec. 316"),
        ("us-593-155", "593 U.S. 155"),
        ("sct-141-1474", "141 S. Ct. 1474"),
        ("f2d-351-429", "351 F.2d 429"),
        ("f3d-971-220", "971 F.3d 220"),
        ("f4th-82-250", "82 F.4th 250"),
        ("fsupp-500-1000", "500 F. Supp. 1000"),
        ("fsupp2d-99-3", "99 F. Supp. 2d 3"),
        ("fsupp3d-4-126", "4 F. Supp. 3d 126"),
        ("fr-84-41292", "84 FR 41292"),
        ("pl-104-208", "Pub. L. 104-208"),
        ("stat-110-3009-546", "110 Stat. 3009-546"),
        ("stat-113-1501a-312", "113 Stat. 1501A-312"),
        ("stat-66-163", "66 Stat. 163"),
        ("eo-13769", "Executive Order 13769"),
        ("proc-9645", "Proclamation 9645"),
    ],
)
def test_a_label_is_written_as_lawyers_write_and_leads_back_to_its_key(key: str, label: str) -> None:
    assert authorities.label(key) == label
    assert authorities.is_key(key)
    assert canonical(label) == key
    assert canonical(key) == key


def test_a_label_of_no_known_form_is_shown_as_it_is() -> None:
    assert authorities.label("something-else") == "something-else"
    assert not authorities.is_key("something-else")


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("8-usc-1522-note", CODE.format("title8-section1522")),
        ("ina-329a-a", CODE.format("title8-section1440-1")),
        ("42-usc-2000e-2-a", CODE.format("title42-section2000e-2")),
        ("18-usc-2339b", CODE.format("title18-section2339B")),
        ("20-cfr-656", "https://www.ecfr.gov/current/title-20/part-656"),
        ("ina-321-a", None),
        ("ina-999", None),
        ("pl-104-208", None),
        ("stat-66-163", None),
        ("us-593-155", None),
        ("eo-13769", None),
    ],
)  # fmt: skip
def test_an_official_link_is_given_where_it_follows_from_the_citation(key: str, url: str | None) -> None:
    assert authorities.official_url(key) == url


def test_a_former_section_of_the_act_is_a_section_without_a_twin() -> None:
    assert authorities.is_section_of_the_act("242B")
    assert authorities.code_of("242b") is None
    assert canonical("8 U.S.C. 1252b") == "8-usc-1252b"
    assert not authorities.is_section_of_the_act("999")


def test_a_note_of_title_8_is_not_its_section() -> None:
    assert authorities.twin("8-usc-1182-note") == "8-usc-1182-note"
    assert authorities.twin("8-usc-1182-a") == "ina-212-a"
    assert authorities.enclosing("8-usc-1182-note") == ()


def test_every_section_that_the_code_credits_to_the_act_leads_there_and_back() -> None:
    table = Path(authorities.__file__).parent / "data" / "crosswalk.tsv"
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines() if line[0] != "#"]
    assert [row for row in rows if row[1] and authorities.ina_of(row[1]) != row[0]] == []
    assert [row for row in rows if row[1] and canonical(f"8 U.S.C. {row[1]}") != f"ina-{row[0]}"] == []
    assert [row for row in rows if canonical(f"INA {row[0].upper()}") != f"ina-{row[0]}"] == []


def test_more_than_one_citation_has_no_single_key() -> None:
    assert canonical("INA 212(a) or 8 CFR 214.2") is None
    assert canonical("see INA 212(a)") is None
    assert canonical("INA 212(a) and more") is None


@pytest.mark.parametrize(
    ("first", "last", "kind", "between"),
    [
        ("i", "iv", "small roman", ["ii", "iii"]),
        ("i", "l", "small letter", ["j", "k"]),
        ("viii", "xi", "small roman", ["ix", "x"]),
        ("9", "12", "digit", ["10", "11"]),
        ("aa", "cc", "small letter", ["bb"]),
        ("z", "bb", "small letter", ["aa"]),
        ("A", "D", "capital letter", ["b", "c"]),
        ("1", "12", "digit", [str(number) for number in range(2, 12)]),
        ("1", "13", "digit", []),
        ("d", "a", "small letter", []),
        ("a", "3", "small letter", []),
    ],
)
def test_a_range_holds_what_lies_between_its_ends(first: str, last: str, kind: str, between: list[str]) -> None:
    assert members(first, last, [kind]) == between
    assert len(between) <= LONGEST_RANGE - 2


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [
        ("701", "704", ["702", "703"]),
        ("214.1", "214.3", ["214.2"]),
        ("1229", "1229c", ["1229a", "1229b"]),
        ("1229a", "1229c", ["1229b"]),
        ("2000e-2", "2000e-4", ["2000e-3"]),
        ("701", "712", [str(number) for number in range(702, 712)]),
        ("701", "713", []),
        ("214.1", "215.3", []),
        ("1229a", "1230", []),
        ("704", "701", []),
    ],
)
def test_a_range_of_sections_holds_what_lies_between(first: str, last: str, between: list[str]) -> None:
    assert members_of_sections(first, last) == between
