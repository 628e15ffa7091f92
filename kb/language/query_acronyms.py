"""Acronyms in queries, where people do not press the shift key: which word is one, and what it means there."""

from __future__ import annotations

import re

from kb.folding import fold
from kb.language.acronyms import WordRule, spanish_words, word_rules
from kb.language.analysis import bare, shouted
from kb.language.query_parts import Part, plain_word
from kb.language.stems import stem
from kb.language.tables import table
from kb.language.tree import IDENTIFIER

_ZIP = re.compile(r"\d{5}\Z")


def acronym_of(word: str) -> str:
    """The acronym that a word may be, in capitals: as typed, or in small letters where that is safe; else empty."""
    plain = bare(word)
    folded = fold(plain)
    if folded in table("acronyms")["plurals"]:
        return folded[:-1].upper()
    rule = word_rules().get(folded)
    small = plain.isascii() and (rule is None or rule.small)
    return shouted(word) or (folded.upper() if small else "")


def acronym_among(word: str, parts: list[Part]) -> str:
    """`acronym_of`, or what small letters are that are a word elsewhere, by the other words: `cat` with "torture"."""
    rule = word_rules().get(fold(bare(word)))
    if rule and rule.near and any(fold(bare(part.text)) in rule.near for part in parts):
        return fold(bare(word)).upper()
    return acronym_of(word)


def first_term(part: Part, lang: str) -> str:
    """The first term that a text has for the part: the stem of a word, `#` and the value of an identifier."""
    if part.identifier:
        return IDENTIFIER + part.identifier.value
    return stem(fold(bare(part.text)), lang) if part.kind == "word" else ""


def choose_words(parts: list[Part]) -> None:
    """Acronyms that are words here become words: `ice` beside `storm`, `esta` in a Spanish query."""
    for index, part in enumerate(parts):
        folded = fold(bare(part.text))
        rule = word_rules().get(folded)
        if rule is None or part.identifier is None:
            continue
        if _is_spanish(parts, index, rule) or _is_word_here(part, _near(parts, index), rule):
            parts[index] = plain_word(part.start, part.end, part.text, folded, part.sign)


def _is_spanish(parts: list[Part], index: int, rule: WordRule) -> bool:
    others = parts[:index] + parts[index + 1 :]
    small = not parts[index].text.isupper()
    return rule.spanish and small and any(fold(other.text) in spanish_words() for other in others)


def _near(parts: list[Part], index: int) -> list[Part]:
    """The parts right beside one, and the first on either side that is no stop word."""
    before, after = parts[:index][::-1], parts[index + 1 :]
    near = [*before[:1], *after[:1]]
    for side in (before, after):
        near += [part for part in side if not part.stop][:1]
    return near


def _is_word_here(part: Part, near: list[Part], rule: WordRule) -> bool:
    words = {fold(bare(other.text)) for other in near}
    if words & rule.always:
        return True
    if part.text.lower() == "tn" and any(other.start > part.end and _ZIP.match(other.text) for other in near):
        return True
    if part.text.isupper():
        return any(other.text.isupper() and fold(other.text) in rule.beside for other in near)
    return bool(words & rule.beside)
