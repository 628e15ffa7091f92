"""Acronyms that are words too, that stand for several things, or that a text defines for itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from kb.folding import fold
from kb.language.stems import stem, stop_words
from kb.language.tables import table

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PARENTHESIS = re.compile(r"\(([^()\n]{2,90})\)")
_ACRONYM = re.compile(
    r"(?:the |hereinafter |hereafter |or |collectively )*[\"“”'‘’]?([A-Z][A-Za-z&]{0,6}[A-Z])s?[\"“”'‘’,.]*\Z"
)
_ACRONYM_BEFORE = re.compile(r"(?<![\w$-])([A-Z]{2,7}) \Z")
#: How many characters before a parenthesis a definition may reach.
_REACH = 110


@dataclass(frozen=True, slots=True)
class WordRule:
    """An acronym that is an ordinary word too: when small letters mean the acronym, and next to which words never.

    `always` holds the words beside which capitals are the word as well, `near` those that make small letters of a query
    the acronym though `small` is false; `spanish` says that it is a Spanish word.
    """

    beside: frozenset[str]
    small: bool = True
    told: bool = False
    always: frozenset[str] = frozenset()
    spanish: bool = False
    near: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Several:
    """What one acronym may stand for: values with their words, names of what is none of ours with theirs.

    Words are stems, or `#` and a value. With `needs`, one of the words must stand near.
    """

    readings: tuple[tuple[str, frozenset[str]], ...]
    others: tuple[tuple[str, frozenset[str]], ...]
    needs: bool

    def choose(self, near: Collection[str]) -> str | None:
        """The value that the words near speak for, the first where none speaks; None where it is none of ours."""
        ours = [(sum(word in words for word in near), value) for value, words in self.readings]
        best = max(ours, key=lambda one: one[0])
        foreign = max((sum(word in words for word in near) for _, words in self.others), default=0)
        if foreign > best[0] or (self.needs and not best[0]):
            return None
        return best[1]


class Definition(NamedTuple):
    """An acronym that a text defines, and the words that it stands for there."""

    acronym: str
    words: tuple[str, ...]


@cache
def word_rules() -> dict[str, WordRule]:
    """The acronyms that are words, by the folded word."""
    return {
        word: WordRule(
            frozenset(rule["beside"]),
            rule.get("small", True),
            rule.get("told", False),
            frozenset(rule.get("always", ())),
            rule.get("spanish", False),
            frozenset(rule.get("near", ())),
        )
        for word, rule in table("words").items()
    }


@cache
def several() -> dict[str, Several]:
    """The acronyms that stand for several things, in capitals."""
    return {
        acronym: Several(_with_words(entry["readings"]), _with_words(entry.get("else", {})), entry.get("needs", False))
        for acronym, entry in table("acronyms")["several"].items()
    }


def _with_words(readings: dict[str, str]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((value, frozenset(_keys(words.split()))) for value, words in readings.items())


def _keys(words: list[str]) -> Iterator[str]:
    for word in words:
        yield stem(word)
        yield f"#{word}"


@cache
def spanish_words() -> frozenset[str]:
    """Function words of Spanish that are no English words: they tell that a query is Spanish."""
    return stop_words("es") - stop_words("en") - {"esta", "me", "no", "a", "he", "has", "o", "u", "y", "e"}


def definitions(text: str) -> Iterator[Definition]:
    """What a text defines: "Notice to Appear (NTA)" and "NTA (Notice to Appear)"."""
    for match in _PARENTHESIS.finditer(text):
        acronym = _ACRONYM.match(match[1])
        before = text[max(0, match.start() - _REACH) : match.start()]
        if acronym:
            found = _defined(acronym[1], _WORD.findall(before))
            if found:
                yield Definition(acronym[1].upper(), found)
        elif reverse := _ACRONYM_BEFORE.search(before):
            words = _WORD.findall(match[1])
            if _spells(reverse[1].upper(), words):
                yield Definition(reverse[1], tuple(map(fold, words)))


def _defined(acronym: str, before: list[str]) -> tuple[str, ...]:
    """The words at the end of `before` that spell the acronym; empty where none do."""
    letters = re.sub(r"[^A-Z]", "", acronym)
    for length in range(2, min(len(before), 2 * len(letters) + 2) + 1):
        words = before[-length:]
        if _spells(letters, words):
            return tuple(map(fold, words))
    return ()


def _spells(letters: str, words: list[str]) -> bool:
    """Whether the words begin with the letters in turn; small words may be passed over, but not at the ends."""
    counted = [word for word in words if word[0].isupper() or fold(word) not in stop_words()]
    return bool(counted) and counted[0] == words[0] and [fold(word[0]).upper() for word in counted] == list(letters)
