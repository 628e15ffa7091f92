"""Texts with their tokens, as a generation keeps them, so that no hit is analysed again to be quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.language.analysis import Token


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and its tokens. Tokens with the same terms have the same code.

    `codes` has one code for each token; `terms` says which codes have a term, `first` the first term of each code;
    `spans` has two numbers for each token, where it starts and where it ends in the text.
    """

    text: str
    terms: Mapping[str, Sequence[int]]
    first: Sequence[str]
    codes: Sequence[int]
    spans: Sequence[int]

    @classmethod
    def of(cls, text: str, tokens: Sequence[Token]) -> Passage:
        """A passage from an analysed text."""
        spans = [place for token in tokens for place in (token.start, token.end)]
        return unpack(pack([text], [[token.terms for token in tokens]], [spans]))[0]


def pack(
    texts: Sequence[str], stretches: Sequence[Sequence[Sequence[str]]], spans: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """Passages of one document as a JSON object; they share their codes."""
    numbers: dict[tuple[str, ...], int] = {}
    codes = [[numbers.setdefault(tuple(terms), len(numbers)) for terms in stretch] for stretch in stretches]
    by_term: dict[str, list[int]] = {}
    for terms, code in numbers.items():
        for term in terms:
            by_term.setdefault(term, []).append(code)
    first = [terms[0] for terms in numbers]
    return {
        "texts": list(texts),
        "terms": by_term,
        "first": first,
        "codes": codes,
        "spans": [list(one) for one in spans],
    }


def unpack(data: Mapping[str, Any]) -> list[Passage]:
    """The passages that `pack` made an object of."""
    rows = zip(data["texts"], data["codes"], data["spans"], strict=True)
    return [Passage(text, data["terms"], data["first"], codes, spans) for text, codes, spans in rows]
