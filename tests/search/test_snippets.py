"""What a snippet shows: the stretch with most of what was asked, whole words, matches marked, the rest escaped."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.language.tree import AnyTerm, Node, Phrase, Prefix
from kb.search.passages import pack_words, unpack
from kb.search.snippets import LONGEST, Highlighter, Quoted

FILL = " ".join(["and so on"] * 40)


def quoted(*texts: str, nodes: tuple[Node, ...], otherwise: str = "") -> Quoted:
    passages = unpack(pack_words([[], *(text.split(" ") for text in texts)]))
    return Highlighter(nodes).mark(passages).quote(otherwise)


def words(*terms: str) -> tuple[Node, ...]:
    return tuple(AnyTerm((term,)) for term in terms)


@pytest.mark.parametrize(
    ("texts", "shown", "passages"),
    [
        ([f"visa {FILL} bond {FILL} a bond and a visa {FILL}"], "a <mark>bond</mark> and a <mark>visa</mark>", (0,)),
        ([f"visa {FILL} visa and visa again {FILL}"], "<mark>visa</mark> and <mark>visa</mark> again", (0,)),
        ([f"one visa {FILL} another visa {FILL}"], "one <mark>visa</mark> and", (0,)),
        ([f"only a visa {FILL}", "a visa and a bond"], "a <mark>visa</mark> and a <mark>bond</mark>", (1,)),
        (["a visa first", "none", "a visa last"], "a <mark>visa</mark> first", (0, 2)),
        (["a <b> visa & more"], "a &lt;b&gt; <mark>visa</mark> &amp; more", (0,)),
    ],
    ids=["different words", "more of one", "the first of equals", "the text with more", "equal texts", "escaped"],
)
def test_the_stretch_with_most_is_shown(texts: list[str], shown: str, passages: tuple[int, ...]) -> None:
    found = quoted(*texts, nodes=words("visa", "bond"))
    assert shown in found.html
    assert found.passages == passages


def test_without_a_match_the_beginning_of_another_text_is_shown() -> None:
    found = quoted("nothing here", nodes=words("visa"), otherwise=f"The beginning {FILL}")
    assert found.html.startswith("The beginning and so on")
    assert found.html.endswith((" and …", " so …", " on …"))
    assert (len(found.html) <= LONGEST + 2, found.passages) == (True, ())


def test_a_snippet_begins_with_the_sentence_of_the_match() -> None:
    found = quoted(f"{FILL}. Here begins the one with a visa in it {FILL}", nodes=words("visa"))
    assert found.html.startswith("Here begins the one with a <mark>visa</mark> in it")


def test_a_phrase_and_a_prefix_are_marked_whole() -> None:
    nodes = (Phrase((("adjustment",), ("of",), ("status",))), Prefix("asyl"))
    assert quoted("the adjustment of status of asylees", nodes=nodes).html == (
        "the <mark>adjustment of status</mark> of <mark>asylees</mark>"
    )


_TERMS = ["visa", "bond", "form"]


@given(st.lists(st.sampled_from([*_TERMS, *["filling"] * 9, "a"]), min_size=1, max_size=200))
def test_no_stretch_of_that_length_has_more_different_words(tokens: list[str]) -> None:
    text = " ".join(tokens)
    found = quoted(text, nodes=words(*_TERMS))
    marked = set(re.findall("<mark>(.*?)</mark>", found.html))
    # A window may begin a quarter before its first match.
    room = LONGEST - LONGEST // 4
    stretches = [text[place : place + room].rpartition(" ")[0] for place in range(len(text))]
    assert len(marked) >= max(len(set(_TERMS) & set(one.split(" ")[1:])) for one in stretches)
    assert len(re.sub("<.*?>", "", found.html)) <= LONGEST + 4
