"""Dates read strictly: a day, a month and a year that exist, or nothing. Nothing is filled in from today."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from kb.folding import fold

_NAMES = (
    ("january", "jan", "enero"),
    ("february", "feb", "febrero"),
    ("march", "mar", "marzo"),
    ("april", "apr", "abril"),
    ("may", "mayo"),
    ("june", "jun", "junio"),
    ("july", "jul", "julio"),
    ("august", "aug", "agosto"),
    ("september", "sept", "sep", "septiembre", "setiembre"),
    ("october", "oct", "octubre"),
    ("november", "nov", "noviembre"),
    ("december", "dec", "diciembre"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"""(?<![\w/])(?:
      (?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}})(?=\D|\Z)
    | (?P<m2>{_MONTH})\.?[ ]+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,[ ]*|[ ]+)(?:del?[ ]+)?(?P<y2>\d{{4}})(?!\d)
    | (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[ -]+(?:of[ ]+|de[ ]+)?
      (?P<m3>{_MONTH})\.?(?:,[ ]*|[ -]+)(?:del?[ ]+)?(?P<y3>\d{{4}})(?!\d)
    | (?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<y4>\d{{4}}|\d\d)(?!\d)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
    "|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
)
_LABEL = r"(?:originally )?(?:date|posted|published|publication date|updated|last updated|release date|fecha|publicado)"
#: What may stand around a date in a line that is a date line: a weekday, "Posted on", a time of day.
_AROUND = re.compile(
    rf"\A[\W_]*(?:{_LABEL}(?: on| el)?\W*)?(?:(?:{_WEEKDAY})\W*)?\Z|"
    r"\A\W*(?:at |@ ?)?(?:t?\d{1,2}:\d\d(?::\d\d)?\S*)?\s*(?:a\.?m\.?|p\.?m\.?)?\s*(?:[a-z]{2,4}t|utc|gmt|z)?\W*\Z"
)
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/\-_.?#]|\Z)")
EARLIEST, LATEST = 1980, 2100


@dataclass(frozen=True, slots=True)
class DateRead:
    """A day, the words it was read from, where they stand, and whether day and month could be the other way round."""

    date: dt.date
    words: str
    start: int
    end: int
    ambiguous: bool = False


def read_date(text: str) -> DateRead | None:
    """The first date of the text that exists in the calendar, or None."""
    folded = fold(text) if len(fold(text)) == len(text) else text
    for found in _DATE.finditer(folded):
        if (date := _calendar_day(found)) is not None:
            return DateRead(date, text[found.start() : found.end()], found.start(), found.end(), _is_ambiguous(found))
    return None


def read_date_line(text: str) -> DateRead | None:
    """The date of a line that is a date and nothing else ("Posted on Tuesday, August 20, 2019 at 9:30 am")."""
    if len(text) > 90 or (found := read_date(text)) is None:
        return None
    before, after = fold(text[: found.start]), fold(text[found.end :])
    return found if _AROUND.match(before) and _AROUND.match(after) else None


def impossible_date(text: str) -> str | None:
    """The words of a date that is none in the calendar ("February 31, 2019"), if the text has one."""
    found = _DATE.search(text)
    return found[0] if found and _calendar_day(found) is None else None


def url_date(url: str) -> dt.date | None:
    """The day in the path of a URL (`/2019/08/14/`), or None."""
    found = _URL_DATE.search(url)
    return _day(int(found[1]), int(found[2]), int(found[3])) if found else None


def _calendar_day(found: re.Match[str]) -> dt.date | None:
    part = found.groupdict()
    if part["y1"]:
        return _day(int(part["y1"]), int(part["m1"]), int(part["d1"]))
    if part["y2"]:
        return _day(int(part["y2"]), _MONTHS[part["m2"].lower()], int(part["d2"]))
    if part["y3"]:
        return _day(int(part["y3"]), _MONTHS[part["m3"].lower()], int(part["d3"]))
    year = int(part["y4"]) + (2000 if len(part["y4"]) == 2 else 0)
    month, day = int(part["a"]), int(part["b"])
    return _day(year, day, month) if month > 12 else _day(year, month, day)


def _is_ambiguous(found: re.Match[str]) -> bool:
    one, other = found["a"], found["b"]
    return bool(one) and one != other and int(one) <= 12 and int(other) <= 12


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not EARLIEST <= year <= LATEST:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
