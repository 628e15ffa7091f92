"""What follows the first section of a citation: its paragraphs, further paragraphs, further sections, ranges of either.

Paragraphs are lettered by position: (a)(1)(A)(i)(I)(aa) in the Code, (a)(1)(i)(A)(1)(i) in the regulations. The
position tells what "(i)" after "(h)" is, and where a list goes on: after "(a)(1)(A)", "(B)(ii)" is (a)(1)(B)(ii).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kb.language import authorities
from kb.language.citation_grammar import FIRST_PATH, FOLLOWS, LABEL, LABELS, MEMBERS, NOTE

#: A longer range than this gives both ends only (DESIGN.md 6).
LONGEST_RANGE = 12
#: So far a list is read; what is longer is no citation that anybody wrote.
LONGEST_LIST = 120

_CODE_LEVELS = (
    "small letter",
    "digit",
    "capital letter",
    "small roman",
    "capital roman",
    "small letter",
    "capital letter",
)
_RULE_LEVELS = ("small letter", "digit", "small roman", "capital letter", "digit", "small roman", "capital letter")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_DIGITS = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_ROMAN = re.compile(r"(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})\Z")
#: Numbers that are rather the year of an act or of an edition than a section.
_YEARS = range(1990, 2040)
#: Titles whose regulations have hyphens that are no ranges: 26 CFR 1.1441-1, 41 CFR 60-1, 48 CFR 52.222-50.
_HYPHENATED_RULES = ("26-cfr-", "41-cfr-", "48-cfr-")
_HYPHEN = re.compile(r"[-\u2010-\u2015\u2212]")
_COUNTED = re.compile(r"(.*?)(\d+)([a-z]?)\Z")


class ListReader:
    """Reads a list of sections and paragraphs of one code; `prefix` begins its keys (`8-cfr-`, `ina-`)."""

    def __init__(self, prefix: str, family: str, plural: bool) -> None:
        self._prefix = prefix
        self._family = family
        self._plural = plural
        self._levels = _RULE_LEVELS if family == "cfr" else _CODE_LEVELS
        self._section = ""
        self._path: tuple[str, ...] = ()
        self._keys: list[str] = []

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys read so far, each once."""
        return tuple(dict.fromkeys(self._keys))

    def read(self, text: str, section: str, start: int, end: int) -> int | None:
        """Read on after the first section, ending at `start`; returns where the list ends. None: no such section."""
        section, start = self._whole(section, start)
        if not self._exists(section):
            return None
        start = self._begin(text, section, start, end)
        member = MEMBERS[self._family]
        for _ in range(LONGEST_LIST):
            match = member.match(text, start, end)
            following = self._take(text, match, end) if match else None
            if following is None:
                break
            start = following
        return start

    def _begin(self, text: str, section: str, start: int, end: int) -> int:
        """Set the section, with the paragraphs and the "note" that follow it."""
        path = FIRST_PATH.match(text, start, end)
        labels, length = _labels(path["path"], path.start("path") > start) if path else ((), 0)
        if path and labels:
            start = path.start("path") + length
        self._section, self._path = section.lower(), labels
        note = NOTE.match(text, start, end) if self._family == "usc" else None
        if note is None or note["too"]:
            self._keys.append(self._key(self._section, self._path))
        if note:
            self._keys.append(f"{self._prefix}{self._section}-note")
        return note.end() if note else start

    def _whole(self, section: str, end: int) -> tuple[str, int]:
        """The number without what is the end of a range after all (701-706, 701-06), and where it ends."""
        number, hyphen, suffix = _parted(section)
        if not hyphen or self._prefix.startswith(_HYPHENATED_RULES):
            return number + ("-" + suffix if hyphen else ""), end
        if self._family == "cfr" or _first_number(suffix) >= _first_number(number):
            return number, end - len(suffix) - 1
        if number.isdigit() and suffix.isdigit() and len(suffix) > 1 and int(_long(number, suffix)) > int(number):
            return number, end - len(suffix) - 1
        return f"{number}-{suffix}", end

    def _exists(self, section: str) -> bool:
        if self._family == "ina":
            return authorities.is_section_of_the_act(section)
        if section[0] == ".":
            return False
        if self._prefix == "8-cfr-" and section.isdigit() and int(section) in _YEARS:
            return False  # the edition of a year ("8 CFR 2019"): title 8 has no part of that number
        return bool(section.strip("0."))

    def _take(self, text: str, match: re.Match[str], end: int) -> int | None:
        """Take one further member; returns where it ends, or None where the list ended before it."""
        if match["path"]:
            return self._take_path(match)
        return self._take_section(text, match, end)

    def _take_path(self, match: re.Match[str]) -> int | None:
        labels, length = _labels(match["path"], spaced=False)
        level = self._level_of(labels[0]) if labels else None
        if level is None or (match["sign"] and not match["range"]):
            return None
        self._extend(self._section, (*self._path[:level], *labels), bool(match["range"]))
        return match.start("path") + length

    def _take_section(self, text: str, match: re.Match[str], end: int) -> int | None:
        section, start = self._whole(match["section"], match.end("section"))
        section = self._written_out(section.lower(), bool(match["range"]))
        has_path = text.startswith("(", start)
        if not self._belongs(section, has_path, bool(match["sign"]) or FOLLOWS.match(text, start) is not None):
            return None
        before, path = self._section, self._path
        earlier = list(self._keys)
        start = self._begin(text, section, start, end)
        if match["range"]:
            added = self._keys[len(earlier) :]
            self._keys = [*earlier, *self._between(before, path), *added]
        return start

    def _between(self, section: str, path: tuple[str, ...]) -> list[str]:
        """The keys between an earlier section or paragraph and the one reached."""
        if section == self._section:
            return self._keys_between(section, path, self._path)
        if path or self._path:
            return []
        return [self._key(one, ()) for one in members_of_sections(section, self._section) if self._exists(one)]

    def _extend(self, section: str, path: tuple[str, ...], is_range: bool) -> None:
        if is_range:
            self._keys += self._keys_between(section, self._path, path)
        self._path = path
        self._keys.append(self._key(section, path))

    def _keys_between(self, section: str, first: tuple[str, ...], last: tuple[str, ...]) -> list[str]:
        if not first or len(first) != len(last) or first[:-1] != last[:-1]:
            return []
        kinds = self._kinds_at(len(first) - 1, first)
        return [self._key(section, (*first[:-1], one)) for one in members(first[-1], last[-1], kinds)]

    def _written_out(self, section: str, is_range: bool) -> str:
        """An abbreviated number in full: 1003.12-.47, 1003.12-47 and 701-06."""
        part, dot, _ = self._section.partition(".")
        if section[0] == "." or (is_range and dot and "." not in section and len(section) < len(part)):
            return f"{part}.{section.lstrip('.')}"
        if is_range and section.isdigit() and self._section.isdigit() and len(section) < len(self._section):
            return _long(self._section, section)
        return section

    def _belongs(self, section: str, has_path: bool, goes_on: bool) -> bool:
        """Whether a number after a joint is a further section, not a number of the sentence."""
        if not self._exists(section) or (self._family == "cfr" and ("." in section) != ("." in self._section)):
            return False
        if has_path or self._plural:
            return True
        number = _first_number(section)
        if self._prefix == "8-usc-":
            return goes_on and number in authorities.TITLE_8
        return goes_on and (self._family != "usc" or number not in _YEARS)

    def _key(self, section: str, path: Iterable[str]) -> str:
        return authorities.twin("-".join([self._prefix + section, *(label.lower() for label in path)]))

    def _kinds_at(self, level: int, path: tuple[str, ...]) -> frozenset[str]:
        """What the label at a level of a path is: what its position says, if it can be that."""
        kinds = kinds_of(path[level])
        shift = 1 if path[0].isdigit() else 0
        expected = self._levels[level + shift] if level + shift < len(self._levels) else ""
        return frozenset([expected]) if expected in kinds else kinds

    def _level_of(self, label: str) -> int | None:
        """At which level the list goes on with `(label)`: the deepest of its kind; None where there is none."""
        for level in range(len(self._path) - 1, -1, -1):
            if kinds_of(label) & self._kinds_at(level, self._path):
                return None if self._counts_anew(label, level) else level
        return None

    def _counts_anew(self, label: str, level: int) -> bool:
        """Whether "(2)" after "(a)(15)(L)" counts the points of the sentence, not paragraphs."""
        deeper = level < len(self._path) - 1
        return deeper and label.isdigit() and self._path[level].isdigit() and int(label) <= int(self._path[level])


def _labels(path: str, spaced: bool) -> tuple[tuple[str, ...], int]:
    """The labels of a path up to the first that is none (a year, "(the)"), and the length of what they take."""
    labels: list[str] = []
    length = 0
    for match in LABELS.finditer(path):
        label = match[1]
        if not LABEL.fullmatch(label) or (spaced and not labels and not (label.islower() and label.isalpha())):
            break
        labels.append(label)
        length = match.end()
    return tuple(labels), length


def _parted(section: str) -> tuple[str, str, str]:
    parts = _HYPHEN.split(section, maxsplit=1)
    return (parts[0], "-", parts[1]) if len(parts) > 1 else (section, "", "")


def _first_number(section: str) -> int:
    return next(int(match[0]) for match in re.finditer(r"\d+", section))


def _long(first: str, last: str) -> str:
    """The last number of a range with the digits that it left out: 701, 06 → 706."""
    return first[: len(first) - len(last)] + last


@lru_cache(maxsize=4096)
def kinds_of(label: str) -> frozenset[str]:
    """What a label may be: a digit, a letter, a Roman number, in capitals or not."""
    if label.isdigit():
        return frozenset(["digit"])
    case = "capital" if label[0].isupper() else "small"
    kinds = set()
    if _ROMAN.match(label.lower()):
        kinds.add(f"{case} roman")
    if len(set(label)) == 1 or label[1:].isdigit():
        kinds.add(f"{case} letter")
    return frozenset(kinds)


def members(first: str, last: str, kinds: Iterable[str]) -> list[str]:
    """What lies between two labels of one kind, without them; nothing where the range is longer than twelve."""
    for kind in sorted(kinds, reverse=True):
        low, high = _value(first, kind), _value(last, kind)
        if low and high and low < high < low + LONGEST_RANGE:
            return [_shown(number, kind) for number in range(low + 1, high)]
    return []


def members_of_sections(first: str, last: str) -> list[str]:
    """The sections between two, without them: 701 and 706, 214.1 and 214.6, 1229 and 1229c, 2000e-2 and 2000e-5."""
    low, high = _COUNTED.match(first), _COUNTED.match(last)
    if not low or not high or low[1] != high[1]:
        return []
    if low[2] == high[2]:
        begin, end = ord(low[3] or "`") + 1, ord(high[3] or "`")
        return [f"{low[1]}{low[2]}{chr(code)}" for code in range(begin, end)] if end - begin < LONGEST_RANGE - 1 else []
    begin, end = int(low[2]) + 1, int(high[2])
    if low[3] or high[3] or end - begin >= LONGEST_RANGE - 1:
        return []
    return [f"{low[1]}{number}" for number in range(begin, end)]


def _value(label: str, kind: str) -> int:
    """The place of a label in the counting of its kind; 0 where it is not of that kind."""
    if kind not in kinds_of(label):
        return 0
    if kind == "digit":
        return int(label)
    if kind.endswith("roman"):
        digits = [_ROMAN_VALUES[char] for char in label.lower()]
        following = [*digits[1:], 0]
        return sum(-one if one < after else one for one, after in zip(digits, following, strict=True))
    return (ord(label[0].lower()) - 96) + 26 * (len(label) - 1)


def _shown(number: int, kind: str) -> str:
    if kind == "digit":
        return str(number)
    if kind.endswith("letter"):
        times, letter = divmod(number - 1, 26)
        return chr(97 + letter) * (times + 1)
    text = ""
    for value, digits in _ROMAN_DIGITS:
        text += digits * (number // value)
        number %= value
    return text
