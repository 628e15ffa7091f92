"""Citations found in text: one canonical key for every spelling, with lists and ranges.

Own grammar, since the kept libraries for court reporters do not read the Act, the regulations or the Code with their
paragraphs. Forms: The Bluebook, rules 12 (statutes), 14 (regulations), 10 (cases); the drafting style of 8 CFR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.language import authorities

#: A longer range than this gives both ends only (DESIGN.md 6).
LONGEST_RANGE = 12

_SPACE = r"[\s\u00a0\u2009\u202f]"
_DASH = r"[-\u2010-\u2015\u2212]"
_SIGN = rf"(?:§{_SPACE}*§?|[Ss]ec(?:tion|tions|s|\.)?\.?|SECTIONS?){_SPACE}*"
_PATH = rf"(?:{_SPACE}?\([0-9A-Za-z]{{1,5}}\))"
_ACT = rf"(?:INA|I\.{_SPACE}?N\.{_SPACE}?A\.|Immigration{_SPACE}and{_SPACE}Nationality{_SPACE}Act(?:{_SPACE}\(INA\))?)"
_ACT_SECTION = r"[1-5]\d{2}[A-Ea-e]?(?![\d])"

_REPORTER = (
    rf"U\.{_SPACE}?S\.|S\.{_SPACE}?Ct\.|F\.{_SPACE}?Supp\.{_SPACE}?[23]d|F\.{_SPACE}?Supp\.|F\.{_SPACE}?(?:2d|3d|4th)"
)
_NUMBER = rf"{_SPACE}*(?:[Nn]o\.{_SPACE}*)?"
_FAMILIES = re.compile(
    rf"""
      \b(?P<cfr_title>\d{{1,2}}){_SPACE}*C\.?{_SPACE}?F\.?{_SPACE}?R\.?{_SPACE}*
        (?:{_SIGN}|[Pp](?:ar)?ts?\.?{_SPACE}+)?(?P<cfr>\d{{1,4}}[a-z]?(?:\.\d+[a-z]?)?)(?P<cfr_path>{_PATH}*)
    | \b(?P<usc_title>\d{{1,2}}){_SPACE}*U\.?{_SPACE}?S\.?{_SPACE}?C\.?(?:{_SPACE}?A\.?)?(?:{_SPACE}*{_SIGN}|{_SPACE}*)
        (?P<usc>\d+[a-zA-Z]{{0,2}}(?:-1(?=\b))?)(?P<usc_path>{_PATH}*)(?P<note>{_SPACE}+note\b)?
    | \b{_ACT}(?:{_SPACE}+(?:at{_SPACE}+)?|,{_SPACE}*)?(?:{_SIGN})?(?P<ina>{_ACT_SECTION})(?P<ina_path>{_PATH}*)
    | (?:§{_SPACE}*§?|\b[Ss]ec(?:tion|tions|s|\.)\.?){_SPACE}*(?P<act>{_ACT_SECTION})(?P<act_path>{_PATH}*)
        (?P<act_more>[^.;]{{0,80}}?)(?:,?{_SPACE}+of{_SPACE}+)?(?:the{_SPACE}+(?:Act\b|{_ACT})|\b{_ACT})
    | \b(?P<in_volume>\d{{1,2}}){_SPACE}+I\.?{_SPACE}?(?:&|and|&amp;){_SPACE}?N\.?,?{_SPACE}+Dec\.?{_SPACE}+
        (?P<in_page>\d{{1,4}})
    | \b(?P<rep_volume>\d{{1,4}}){_SPACE}+(?P<reporter>{_REPORTER}){_SPACE}+(?P<rep_page>\d{{1,4}})(?![\d(-])
    | \b(?P<fr_volume>\d{{2,3}}){_SPACE}+(?:Fed\.{_SPACE}?Reg\.|FR|F\.{_SPACE}?R\.|Federal{_SPACE}Register){_SPACE}+
        (?P<fr_page>\d{{1,3}}(?:,\d{{3}})|\d{{1,6}})
    | \b(?:Pub(?:lic|\.){_SPACE}*L(?:aw|\.)|P\.{_SPACE}?L\.){_NUMBER}
        (?P<pl_congress>\d{{1,3}}){_DASH}(?P<pl_law>\d{{1,4}})
    | \b(?P<stat_volume>\d{{1,3}}){_SPACE}+Stat\.{_SPACE}+(?P<stat_page>\d{{1,4}}(?:{_DASH}\d{{1,4}})?)
    | \b(?:Executive{_SPACE}+Order|E\.{_SPACE}?O\.|Exec\.{_SPACE}+Order){_NUMBER}(?P<eo>\d{{2}},?\d{{3}})
    | \b(?:Presidential{_SPACE}+)?Proclamation{_SPACE}{_NUMBER}(?P<proc>\d{{1,2}},?\d{{3}})
    """,
    re.VERBOSE,
)
#: (prefix of the key, group of the volume, group of the page)
_PAGED = (
    ("in-dec", "in_volume", "in_page"),
    ("fr", "fr_volume", "fr_page"),
    ("pl", "pl_congress", "pl_law"),
    ("stat", "stat_volume", "stat_page"),
)
_LABEL = re.compile(r"\(([0-9A-Za-z]{1,5})\)")
_JOIN = rf",{_SPACE}*(?:and|or|&)?|;{_SPACE}*(?:and)?|/|\band\b|\bor\b|&|(?P<range>{_DASH}|\bto\b|\bthrough\b)"
_MORE = re.compile(
    rf"(?P<join>{_SPACE}*(?:{_JOIN}){_SPACE}*(?:§{_SPACE}*§?{_SPACE}*)?)"
    rf"(?:(?P<path>{_PATH}+)|(?P<number>\d+[a-zA-Z]?(?:\.\d+[a-z]?)?)(?P<number_path>{_PATH}*)(?![\w%]))"
)
#: What every citation holds: found fast, and only around it is the grammar tried.
_ANCHOR = re.compile(
    r"§|\b(?:INA\b|I\.\s?N\.\s?A\.|Act\b|Immigration and Nat)|C\.?\s?F\.?\s?R\b|U\.?\s?S\.?\s?C\b|N\.?,?\s+Dec\b"
    r"|Reg\.|Federal Reg|\bFR\s\d|F\.\s?R\.\s\d|F\.\s?(?:2d|3d|4th|Supp)|S\.\s?Ct\.|U\.\s?S\.\s\d"
    r"|Public Law|Pub\.|P\.\s?L\.|Stat\.|Executive\sO|Exec\.|E\.\s?O\.|Proclamation"
)
#: A citation begins at most so many characters before its anchor, and its first item ends at most so many after.
_BEFORE, _AFTER = 130, 160
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of text (character offsets) and the keys that it cites, in the order of the text."""

    start: int
    end: int
    keys: tuple[str, ...]


def find_citations(text: str) -> list[Citation]:
    """Every citation of the text, from left to right, none overlapping."""
    return list(_scan(text))


def canonical(text: str) -> str | None:
    """The key that `text` names, as a key or in any spelling; None where it names none, or more than a citation."""
    stripped = text.strip()
    if authorities.is_key(stripped.lower()):
        return _twin(stripped.lower())
    upper = re.sub(r"(?i)\b(ina|cfr|usc|fr)\b", lambda m: m[1].upper(), stripped)
    for spelling in (stripped, upper):
        found = find_citations(spelling)
        if len(found) == 1 and found[0].start == 0 and found[0].end >= len(spelling.rstrip(" .,;")):
            return found[0].keys[0]
    return None


def _twin(key: str) -> str:
    """A key of title 8 as the key of the Act where it has a twin."""
    match = re.match(r"8-usc-(\d+[a-z]*)((?:-[a-z0-9]+)*)\Z", key)
    act = authorities.ina_of(match[1]) if match and match[2] != "-note" else None
    return f"ina-{act}{match[2]}" if match and act else key


def _scan(text: str) -> Iterator[Citation]:
    position = 0
    for anchor in _ANCHOR.finditer(text):
        if anchor.end() <= position:
            continue
        end = min(len(text), anchor.end() + _AFTER)
        start = max(position, anchor.start() - _BEFORE)
        while near := _FAMILIES.search(text, start, end):
            # Matched again without the end of the window, which could have cut a number short.
            match = _FAMILIES.match(text, near.start())
            citation = _read(text, match) if match else None
            if citation is None:
                start = near.start() + 1
                continue
            yield citation
            start = position = citation.end


def _read(text: str, match: re.Match[str]) -> Citation | None:
    """The citation of a match; None where what looked like one turns out not to be."""
    if match["cfr"]:
        return _listed(text, match, f"{match['cfr_title']}-cfr-", "cfr")
    if match["usc"]:
        prefix = f"{match['usc_title']}-usc-"
        note = f"{prefix}{match['usc'].lower()}-note"
        return _single(match, note) if match["note"] else _listed(text, match, prefix, "usc")
    if match["ina"]:
        return _listed(text, match, "ina-", "ina")
    return _of_the_act(text, match) if match["act"] else _flat(match)


def _single(match: re.Match[str], key: str) -> Citation:
    return Citation(match.start(), match.end(), (key,))


def _listed(text: str, match: re.Match[str], prefix: str, group: str) -> Citation:
    """A section (in `group`) with its paragraphs (in `<group>_path`), and the list that may follow it."""
    plural = "§§" in match[0] or bool(re.search(r"(?i)sections|parts|secs", match[0]))
    reader = _ListReader(prefix, match[group], match[f"{group}_path"], plain_sections=plural)
    end = reader.read(text, match.end(), len(text))
    return Citation(match.start(), end, reader.keys)


def _of_the_act(text: str, match: re.Match[str]) -> Citation | None:
    """A section "of the Act"; nothing but a list may stand between the two."""
    start, end = match.span("act_more")
    reader = _ListReader("ina-", match["act"], match["act_path"], plain_sections=True)
    leftover = text[reader.read(text, start, end) : end]
    return None if re.sub(r"[\s,]|\bof\b", "", leftover) else Citation(match.start(), match.end(), reader.keys)


def _flat(match: re.Match[str]) -> Citation:
    """A citation without parts: volume and page, or a number."""
    for prefix, volume, page in _PAGED:
        if match[volume]:
            number = re.sub(_DASH, "-", match[page].replace(",", ""))
            return _single(match, f"{prefix}-{match[volume]}-{number}")
    for prefix in ("eo", "proc"):
        if match[prefix]:
            return _single(match, f"{prefix}-{match[prefix].replace(',', '')}")
    reporter = re.sub(r"[\s.]", "", match["reporter"]).lower()
    return _single(match, f"{reporter}-{match['rep_volume']}-{match['rep_page']}")


class _ListReader:
    """Reads what follows a first section: further paragraphs, further sections, ranges of either."""

    def __init__(self, prefix: str, section: str, path: str, plain_sections: bool) -> None:
        self._prefix = prefix
        self._plain = plain_sections
        self._section = section
        self._path = _LABEL.findall(path)
        self._keys = [self._key(section, self._path)]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys read so far, each once."""
        return tuple(dict.fromkeys(self._keys))

    def read(self, text: str, start: int, end: int) -> int:
        """Read on from `start`; returns where the list ends."""
        while match := _MORE.match(text, start, end):
            if not self._take(match):
                break
            start = match.end()
        return start

    def _key(self, section: str, path: list[str]) -> str:
        key = "-".join([self._prefix + section.lower(), *(part.lower() for part in path)])
        return _twin(key)

    def _take(self, match: re.Match[str]) -> bool:
        if match["path"]:
            return self._take_path(_LABEL.findall(match["path"]), bool(match["range"]))
        return self._take_section(match)

    def _take_path(self, labels: list[str], is_range: bool) -> bool:
        level = _level_of(labels[0], self._path)
        if level is None:
            return False
        before, last = self._path[:level], self._path[level] if level < len(self._path) else None
        if is_range and last is not None:
            self._keys += [self._key(self._section, [*before, member]) for member in _members(last, labels[0])]
        self._path = [*before, *labels]
        self._keys.append(self._key(self._section, self._path))
        return True

    def _take_section(self, match: re.Match[str]) -> bool:
        section, labels = match["number"], _LABEL.findall(match["number_path"])
        if not self._is_section(section, bool(labels)):
            return False
        if match["range"] and not self._path and not labels:
            self._keys += [self._key(member, []) for member in _members(self._section, section)]
        self._section, self._path = section, labels
        self._keys.append(self._key(section, labels))
        return True

    def _is_section(self, section: str, has_path: bool) -> bool:
        if "-cfr-" in self._prefix:
            return ("." in section) == ("." in self._section) and ("." in section or self._plain)
        if "." in section or (self._prefix == "ina-" and not re.fullmatch(_ACT_SECTION, section)):
            return False
        return self._plain or has_path


def _level_of(first: str, path: list[str]) -> int | None:
    """At which level of `path` a list goes on with `(first)`: the deepest label of its kind; None where none is."""
    for level in range(len(path) - 1, -1, -1):
        if _kinds(first) & _kinds(path[level]):
            return level
    return 0 if not path else None


def _kinds(part: str) -> set[str]:
    if part.isdigit():
        return {"digit"}
    case = "upper" if part.isupper() else "lower"
    kinds = set()
    if re.fullmatch(r"[ivxlc]+", part.lower()):
        kinds.add(f"{case} roman")
    if len(part) == 1 or len(set(part)) == 1:
        kinds.add(f"{case} letter")
    return kinds


def _members(first: str, last: str) -> list[str]:
    """What lies between the ends of a range, without them; nothing where it is longer than twelve or no range."""
    for to_number, to_text in ((int, str), (_roman, _to_roman), (_letter, _to_letter)):
        try:
            low, high = to_number(first), to_number(last)
        except ValueError:
            continue
        if low < high < low + LONGEST_RANGE:
            return [to_text(number) for number in range(low + 1, high)]
    return []


def _roman(text: str) -> int:
    if not re.fullmatch(r"[ivxlc]+", text.lower()):
        raise ValueError(text)
    digits = [_ROMAN_DIGITS[char] for char in text.lower()]
    return sum(
        -digit if digit < following else digit for digit, following in zip(digits, [*digits[1:], 0], strict=True)
    )


def _to_roman(number: int) -> str:
    text = ""
    for value, digits in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        text += digits * (number // value)
        number %= value
    return text


def _letter(text: str) -> int:
    if len(text) != 1 or not text.isalpha():
        raise ValueError(text)
    return ord(text.lower())


def _to_letter(number: int) -> str:
    return chr(number)
