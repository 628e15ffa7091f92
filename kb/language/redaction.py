"""Personal numbers found and taken out: A-numbers, receipt numbers, social security numbers, passport numbers.

Forms of the numbers: 8 CFR 103.2 (receipt notices, three letters and ten digits) and the A-number as USCIS prints it
(seven to nine digits after an A). A social security number has the grouping 3-2-4, which no telephone number has.
"""

from __future__ import annotations

import re

PLACEHOLDER = "[number]"

_DASH = r"[-\u2010-\u2015\u2212]"
_NUMBERS = re.compile(
    rf"""
      (?<![\w])A(?:[\s#.:]|{_DASH})*(?:(?:no|number|nr)\b[.:#\s]*)?
        \d{{2,3}}[\s]?{_DASH}?\s?\d{{3}}[\s]?{_DASH}?\s?\d{{3}}(?![\w])
    | (?<![\w])(?:alien|registration)\s+(?:registration\s+)?(?:number|no\.?|\#)[\s:#]*A?\d{{7,9}}(?![\w])
    | (?<![\w])(?:EAC|WAC|LIN|SRC|MSC|NBC|IOE|YSC|VSC|TSC|NSC|CSC)(?:\s|{_DASH}|\*)*
        \d{{2}}(?:\s|{_DASH})?\d{{3}}(?:\s|{_DASH})?\d{{5}}(?![\w])
    | (?<![\w-])\d{{3}}(?:{_DASH}|[ ])\d{{2}}(?:{_DASH}|[ ])\d{{4}}(?![\w-])
    | (?:(?<=ssn)|(?<=ssn\s)|(?<=ssn:)|(?<=ssn:\s)|(?<=security\snumber\s))\d{{9}}(?!\w)
    | (?<=passport\s)(?:(?:no|number|nr)\b[.:#\s]*|\#\s*)?[A-Z]{{0,2}}\d{{6,9}}(?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_DIGITS = re.compile(r"\d{2}")


def redact(text: str) -> tuple[str, int]:
    """The text with each personal number replaced by `[number]`, and how many were replaced."""
    if not _DIGITS.search(text):
        return text, 0
    return _NUMBERS.subn(PLACEHOLDER, text)
