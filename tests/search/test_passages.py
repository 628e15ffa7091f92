"""What of stored texts matches: both ways of keeping them find what going through their tokens one by one finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.passages import AnalysedPassages, Sought, WordPassages, pack, pack_words, unpack

_WORDS = ["a", "ab", "b", "é", "", "<i>"]
_words = st.sampled_from(_WORDS)
_texts = st.lists(st.lists(_words, max_size=7), min_size=1, max_size=3)
_terms = st.sampled_from([*_WORDS[:4], "two words", "none", "a b"])
_places = st.lists(_terms, min_size=1, max_size=2)
_sought = st.builds(
    Sought,
    terms=st.dictionaries(_terms, st.integers(0, 3), max_size=3),
    prefixes=st.lists(st.tuples(st.sampled_from(["a", "<", "x", "a b"]), st.integers(0, 3)), max_size=2),
    phrases=st.lists(st.tuples(st.lists(_places, min_size=1, max_size=3), st.integers(0, 3)), max_size=2),
)


def expected(texts: Sequence[Sequence[str]], sought: Sought) -> set[tuple[int, int, int]]:
    """(text, start, end) of every match, token by token."""
    found = set()
    for number, words in enumerate(texts):
        starts = list(accumulate((len(word) + 1 for word in words), initial=0))
        for token, length in _matches(words, sought):
            found.add((number, starts[token], starts[token + length] - 1))
    return found


def _matches(words: Sequence[str], sought: Sought) -> Iterator[tuple[int, int]]:
    for token, word in enumerate(words):
        if word in sought.terms or any(word.startswith(prefix) for prefix, _ in sought.prefixes):
            yield token, 1
        for places, _ in sought.phrases:
            run = words[token : token + len(places)]
            if len(run) == len(places) and all(one in terms for one, terms in zip(run, places, strict=True)):
                yield token, len(places)


@given(texts=_texts, sought=_sought)
def test_words_are_found_where_they_stand(texts: list[list[str]], sought: Sought) -> None:
    passages = unpack(pack_words(texts))
    assert isinstance(passages, WordPassages)
    places = passages.places(sought)
    assert {place[:3] for place in places} == expected(texts, sought)
    assert places == sorted(places)


@given(texts=st.lists(st.lists(_words | st.just("two words"), max_size=7), min_size=1, max_size=3), sought=_sought)
def test_tokens_are_found_where_they_stand(texts: list[list[str]], sought: Sought) -> None:
    passages = unpack(pack_words([*texts, ["two words"]]))
    assert isinstance(passages, AnalysedPassages)
    assert {place[:3] for place in passages.places(sought)} == expected([*texts, ["two words"]], sought)


def test_a_token_has_several_terms_and_any_span() -> None:
    spans = [[], [0, 4, 6, 11]]
    passages = unpack(pack(["", "H–1B, visas"], [[], [("#h-1b", "h"), ("visa", "'visas")]], spans))
    sought = Sought({"h": 0}, [("'vis", 1)], [([["#h-1b"], ["visa"]], 2)])
    assert passages.places(sought) == [(1, 0, 4, 0), (1, 0, 11, 2), (1, 6, 11, 1)]


def test_nothing_kept_is_an_empty_title() -> None:
    passages = unpack([])
    assert (passages.texts, passages.places(Sought({"": 0}, [], []))) == ([""], [])


def test_an_empty_prefix_is_that_of_every_word() -> None:
    everything = Sought({}, [("", 0)], [])
    assert unpack(pack_words([["a"], ["b", "cd"]])).places(everything) == [(0, 0, 1, 0), (1, 0, 1, 0), (1, 2, 4, 0)]
    analysed = unpack(pack(["a bc"], [[("a",), ("bc", "'bc")]], [[0, 1, 2, 4]]))
    assert {place[:3] for place in analysed.places(everything)} == {(0, 0, 1), (0, 2, 4)}


@pytest.mark.parametrize("odd", ["x\x1ey", "x\x1fy", "\x1e", ""])
def test_a_term_that_cannot_be_kept_is_never_marked_and_moves_no_mark(odd: str) -> None:
    passages = unpack(pack_words([[odd, "c d", "z"]]))
    assert passages.places(Sought({odd: 0, "x": 0, "y": 0}, [("x", 1), (odd or "?", 2)], [])) == []
    start = len(odd) + 1
    assert passages.places(Sought({"c d": 0, "z": 1}, [], [])) == [
        (0, start, start + 3, 0),
        (0, start + 4, start + 5, 1),
    ]


def test_a_word_is_found_as_often_as_it_stands_side_by_side() -> None:
    again = [["ha", "ha", "ha"]]
    expected_places = [(0, 0, 2, 0), (0, 3, 5, 0), (0, 6, 8, 0)]
    assert unpack(pack_words(again)).places(Sought({"ha": 0}, [], [])) == expected_places
    pairs = Sought({}, [], [([["ha"], ["ha"]], 0)])
    assert unpack(pack_words(again)).places(pairs) == [(0, 0, 5, 0), (0, 3, 8, 0)]


def test_every_one_of_very_many_different_tokens_is_found() -> None:
    # So many kinds that their numbers would fall among the surrogates.
    number = 0xD800 + 3
    terms = [(f"w{one}",) for one in range(number)]
    spans = [place for one in range(number) for place in (2 * one, 2 * one + 1)]
    passages = unpack(pack([" ".join("x" * number)], [terms], [spans]))
    for one in (0, 0xD7FF, 0xD800, number - 1):
        assert passages.places(Sought({f"w{one}": 0}, [], [])) == [(0, 2 * one, 2 * one + 1, 0)]
