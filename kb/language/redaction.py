"""Personal numbers found and taken out: A-numbers, receipt numbers, social security numbers, passport numbers.

Forms of the numbers: 8 CFR 103.2 (receipt notices, three letters and ten digits) and the A-number as USCIS prints it
(seven to nine digits after an A). A social security number has the grouping 3-2-4, which no telephone number has.
A passport number looks like many others, so the word must stand near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

PLACEHOLDER = "[number]"

_DASH = r"[-\u2010-\u2015\u2212]"
_GAP = rf"(?:\s|{_DASH}){{0,3}}"
_NUMBER_WORD = r"(?:no|nos|nr|num|number|n[uú]mero|n\.?[º°])\b\.?"
_IS = r"[\s:.#=]{0,3}(?:is\s|es\s)?[\s:#]{0,2}"
_PASSPORT = r"(?:[A-Z]{1,2}\d{6,8}|\d{7,9})(?![\w-])"
_PASSPORT_WORD = r"\b(?:passports?|pasaportes?)\b"


def _alien_digits(name: str) -> str:
    """Two or three digits, three, three, with the same sign or none between them; or seven in a row."""
    gap = rf"(?P<{name}>\s?{_DASH}\s?|\s)"
    return rf"(?:\d{{2,3}}{gap}\d{{3}}(?P={name})\d{{3}}|\d{{2,3}}{_DASH}?\d{{3}}{_DASH}?\d{{3}}|\d{{7}})"


_NUMBERS = re.compile(
    rf"""
      (?<![\w$])A(?:[\s#.:]|{_DASH}){{0,3}}(?:{_NUMBER_WORD}{_IS})?{_alien_digits("first")}(?![\w])(?!,\d|%)
    | (?<!\w)(?P<alien>(?:alien|registration|uscis)(?:\s+registration)?(?:\s?\#|\s+{_NUMBER_WORD}){_IS})
        A?{_GAP}{_alien_digits("second")}(?!\w)
    | (?<!\w)(?:EAC|WAC|LIN|SRC|MSC|NBC|IOE|YSC|VSC|TSC|NSC|CSC|ESC|PSC|WSC|SSC)(?:\s|{_DASH}|\*){{0,3}}
        \d{{2}}{_GAP}\d{{3}}{_GAP}\d{{5}}(?!\w)
    | (?<![\w$-])\d{{3}}(?P<ssn>{_DASH}|[ \u00a0])\d{{2}}(?P=ssn)\d{{4}}(?![\w-])
    | (?P<social>(?<!\w)(?:ssn|ss\s?\#|social\s+security)(?:\s+{_NUMBER_WORD})?{_IS})\d{{9}}(?!\w)
    | (?P<passport>{_PASSPORT_WORD}(?:\s?\#|[^\n\d.;$]|{_NUMBER_WORD}){{0,30}}?\b){_PASSPORT}
    | \b{_PASSPORT}(?P<after>[\s,(]{{1,3}}(?:\w{{1,6}}\s){{0,2}}{_PASSPORT_WORD})
    """,
    re.IGNORECASE | re.VERBOSE,
)
#: Six digits near each other: every personal number has as many. Only around these the numbers are looked for.
_DIGITS = re.compile(r"\d(?:[-\s*\u2010-\u2015\u2212]{0,3}\d){5,}")
_AROUND = 70
#: Words that stay before or after the number.
_BEFORE = ("alien", "social", "passport")


def redact(text: str) -> tuple[str, int]:
    """The text with each personal number replaced by `[number]`, and how many were replaced."""
    shown: list[str] = []
    position = count = 0
    for match in _personal(text):
        shown += (text[position : match.start()], _without_number(match))
        position = match.end()
        count += 1
    return "".join([*shown, text[position:]]) if count else text, count


def _personal(text: str) -> Iterator[re.Match[str]]:
    for start, end in _windows(text):
        yield from _NUMBERS.finditer(text, start, end)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of text around digits, those that touch joined to one, so that no number is cut."""
    start = end = 0
    for run in _DIGITS.finditer(text):
        if run.start() - _AROUND > end:
            yield start, end
            start = run.start() - _AROUND
        end = run.end() + _AROUND
    yield start, min(end, len(text))


def _without_number(match: re.Match[str]) -> str:
    before = next((match[name] for name in _BEFORE if match[name]), "")
    return before + PLACEHOLDER + (match["after"] or "")
