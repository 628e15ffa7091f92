"""Identifiers with a number or by pattern: classes, forms, single letters beside "visa", initials of cases.

The pattern is made from the tables, generous about spelling; whether a match is an identifier at all, what stands
around it decides (`read_code`): I-95 beside "highway" is a road, "need a visa" names no class A.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from kb.folding import fold, fold_label
from kb.language.tables import table

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_DASH = rf"[{DASHES}]"
_SPACE = r"[ \u00a0\u2009\u202f]"
#: What may stand between the letters and the number of an identifier.
_GAPS = frozenset(DASHES + " \u00a0\u2009\u202f")
#: How far around a code words are looked at, in characters.
_AROUND = 40
_WORDS = re.compile(r"[^\W_]+")
_FORM_LETTERS = ("EOIR", "ETA", "DS", "CBP", "SF", "AR", "WH", "I", "N", "G")
#: Between the letters of a list: "F, J and M visas".
_AND = rf"(?:,{_SPACE}|/|,?{_SPACE}(?:and|or|&){_SPACE})"
#: Where an identifier may be: at a digit close behind the letters of one, at initials, at a letter beside "visa".
_DIGIT = re.compile(
    rf"[0-9](?:(?<=[A-Za-z][0-9])|(?<=[A-Za-z]{_DASH}[0-9])|(?<=\b[A-Za-z]{_SPACE}[0-9])|(?<=\b[A-Z][A-Z]{_SPACE}[0-9])"
    rf"|(?<=\b(?:eb|Eb|ds|cw|dv|ac|fb|wh){_SPACE}[0-9])|(?<=\b(?i:eta|cbp){_SPACE}[0-9])"
    rf"|(?<=\b(?i:eoir|nato|form|orms|ario){_SPACE}[0-9])|(?=[0-9]{{2}}{_SPACE}?\(?[GgIi]\b))"
)
_LETTERS = re.compile(
    rf"[{DASHES}B-HJ-Vvsnc](?:(?<=\b[A-Za-z]{_DASH})(?=[A-Za-z](?:{_DASH}|\b))"
    rf"|(?<=\b[A-Za-z](?:{_SPACE}|-)[VvSsNnCc])(?:isa|tatu|oni|on-|la[sS]s|ateg|ISA|TATU|ONI|ATEG)"
    rf"|(?:isas?|ISAS?){_SPACE}(?=[A-Za-z]\b)|(?<=\b[B-HJ-V])(?={_AND}[A-Z]\b))"
)
#: What may stand before the letters or the number of an identifier and belongs to it.
_LEAD = re.compile(
    rf"(?:(?:forms?|formularios?){_SPACE}(?:(?:no\.|number){_SPACE})?|(?:eta|cbp){_SPACE}form{_SPACE}"
    rf"|(?:section|sec\.|§){_SPACE}?)\Z",
    re.IGNORECASE,
)
_LONGEST_LEAD = 20
_LETTERS_FIRST = re.compile(r"^([a-z]+)(?=\d)")
_ANY_DASH = re.compile(_DASH)


class Code(NamedTuple):
    """What a match names: `key` is the value (`h-1b`), `kind` visa, form, case or named."""

    key: str
    kind: str


@cache
def code_pattern() -> re.Pattern[str]:
    """One pattern for every identifier with a number, for single-letter classes, and for initials of cases."""
    named = "|".join(f"(?:{pattern})" for pattern in table("acronyms")["patterns"].values())
    followers = _any_of(table("classes")["classes"]["followers"])
    letters = table("classes")["classes"]["letters"]
    plural = r"(?:['’]?[sS])?"
    end = rf"(?![\w$])(?!{_DASH}\d|\.\d)"
    return re.compile(
        rf"""
        (?<![\w$.])(?<!\w['’ʼ])(?<!\d{_DASH})(?:
          (?P<case>(?:[A-Z]{_DASH}){{2,6}}(?:[A-Z]{_DASH}?(?=\W|\Z))?
            |(?:(?<=[Mm]atter{_SPACE}of{_SPACE})|(?<=\b[Ii]n{_SPACE}re{_SPACE}))(?:[A-Za-z]{_DASH}){{1,6}}(?:[A-Za-z]{_DASH}?(?=\W|\Z))?)(?!\w)
        | (?P<named>{named})(?!\w)
        | (?:[Ff]orms?{_SPACE})?(?P<visa>{_classes()}){plural}{end}
            (?P<more>(?:/(?:\d?[A-Ca-c]|\d)(?![{DASHES}\w]))+|{_SPACE}(?:and|or|&){_SPACE}[BC](?![{DASHES}\w]))?
        | (?:(?P<word>(?i:forms?|formularios?){_SPACE}(?:(?:[Nn]o\.|number){_SPACE})?))?
            (?P<form>(?P<form_letters>(?i:{"|".join(_FORM_LETTERS)}))(?P<space>{_DASH}|{_SPACE})?
              (?P<again>[Ff]orm{_SPACE})?(?P<number>\d{{1,4}})(?P<suffix>{_DASH}?[A-Za-z]{{1,3}}?)??)
            (?P<plural>['’]?s)?{end}
            (?:{_SPACE}(?i:supp(?:lement|\.)?){_SPACE}(?P<supplement>[A-Ja-j])(?!\w)|(?P<others>(?:/\d{{3}}[A-Z]?(?!\w))+))?
        | [Ff]orm{_SPACE}(?P<alone>\d{{4}}[A-Z]?)(?!\w)
        | (?P<letter>[{letters}{letters.lower()}]|[AaIi])
            (?=(?P<list>(?:{_AND}[{letters}](?!\w)){{0,4}})(?:{_SPACE}|-)(?P<follower>(?i:{followers}))(?!\w))
        | (?i:visas?){_SPACE}(?P<after>(?-i:[B-DF-HJ-NP-V]|[bfhjklrt])|u(?!{_SPACE}h?[oO])|(?<=isa{_SPACE})[EO])
            (?![{DASHES}\w'’]|{_SPACE}\d|\.\w)
        )""",
        re.VERBOSE,
    )


def _classes() -> str:
    """Every symbol of a class in every spelling, the longest before what they begin with."""
    tables = table("classes")["classes"]
    followers = _any_of(tables["followers"])
    spaced = rf"(?={_SPACE}(?i:{_any_of([*tables['followers'], *tables['spaced']])})(?!\w))"
    numbered = [_split(name) for name in (*tables["plain"], *tables["hyphened"])]
    together = [
        *(_suffixed(*_split(name)) for name in (*tables["suffixed"], *table("classes")["same"])),
        *(_plain(*_split(name)) for name in tables["plain"]),
        *(_either_case(letters) + _DASH + rest for letters, rest in map(_split, tables["hyphened"])),
    ]
    apart = [
        *(_either_case(letters) + rest for letters, rest in map(_split, tables["hyphened"])),
        *(_either_case(letters) + _SPACE + rest for letters, rest in numbered if letters not in ("A", "I")),
    ]
    wide = [_wide(*_split(name)) for name in tables["suffixed"] if _may_be_wide(*_split(name))]
    return "|".join(
        (
            rf"(?:{'|'.join(wide)})(?:(?<=[A-CRb])|(?=\Z)|{spaced})",
            *sorted(together, key=len, reverse=True),
            rf"(?:{'|'.join(apart)})(?={_SPACE}(?i:{followers})(?!\w)|{spaced})",
        )
    )


def _suffixed(letters: str, rest: str) -> str:
    """Letters, a hyphen, a space or nothing, and a number with a suffix, which may have its own hyphen or brackets."""
    special = rest[-1].isalpha() or len(letters) > 1 or len(rest) > 2
    hyphen = rf"(?:{_DASH}|{_SPACE})?" if special else f"{_DASH}?"
    inner = (f"(?:{_DASH}|/)?" if rest == "1D" else f"{_DASH}?").join(
        rf"(?:{_either_case(char)}|\({_either_case(char)}\))" if char in "ABC" else _either_case(char) for char in rest
    )
    return _either_case(letters) + hyphen + inner


def _plain(letters: str, rest: str) -> str:
    hyphen = rf"(?:{_DASH}|{_SPACE})?" if letters in ("EB", "CW", "NATO") else f"{_DASH}?"
    return _either_case(letters) + hyphen + (rest if rest.isdigit() else rest[0] + rest[1])


def _may_be_wide(letters: str, rest: str) -> bool:
    return len(rest) == 2 and rest[1] in "ABCR" and letters in ("H", "EB", "L", "O", "P")


def _wide(letters: str, rest: str) -> str:
    """With a space before the suffix: `H 1 B`, `EB1 A`."""
    return rf"{_either_case(letters)}(?:{_DASH}|{_SPACE})?{rest[0]}{_SPACE}{_either_case(rest[1])}"


def _split(name: str) -> tuple[str, str]:
    """Letters and rest of a symbol: `H-1B` or `h1b` are (`H`, `1B`)."""
    squeezed = name.replace("-", "").upper()
    letters = re.match("[A-Z]+", squeezed)
    assert letters
    return letters[0], squeezed[letters.end() :]


def _either_case(letters: str) -> str:
    return "".join(f"[{char}{char.lower()}]" if char.isalpha() else char for char in letters)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def codes(
    text: str, start: int, end: int, taken: Sequence[tuple[int, int]] = ()
) -> Iterator[tuple[re.Match[str], tuple[Code, ...]]]:
    """The matches of `code_pattern` within `text[start:end]` that are identifiers, tried only where one may begin.

    `taken` are stretches, in order, that hold something else already.
    """
    match_at = code_pattern().match
    spans = iter((*taken, (end, end + 1)))
    taken_from, taken_to = next(spans)
    for anchor in _anchors(text, start, end):
        while taken_to <= anchor:
            start = max(start, taken_to)
            taken_from, taken_to = next(spans)
        if anchor < start or anchor >= taken_from:
            continue
        for place in _starts(text, anchor):
            match = match_at(text, place, taken_from) if place >= start else None
            read = read_code(match) if match and match.end() + 1 >= anchor else ()
            if match and read:
                yield match, read
                start = match.end()
                break


def _anchors(text: str, start: int, end: int) -> list[int]:
    """Where an identifier may be: at its first digit, or at what shows that a letter is one."""
    found = [match.start() for match in _DIGIT.finditer(text, start, end)]
    lettered = [match.start() for match in _LETTERS.finditer(text, start, end)]
    return sorted((*found, *lettered)) if lettered else found


def _starts(text: str, digit: int) -> tuple[int, ...]:
    """Where an identifier with an anchor at `digit` may begin: at its letters, at "Form" before them."""
    if not text[digit].isdigit():
        return max(digit - 2, 0), max(digit - 1, 0), digit
    first = digit - 1 if text[digit - 1 : digit] in _GAPS else digit
    letters = first
    while letters and first - letters < 5 and text[letters - 1].isalpha():
        letters -= 1
    begin = letters if letters < first else digit
    if begin and text[begin - 1] in " \u00a0§" and (lead := _LEAD.search(text, max(0, begin - _LONGEST_LEAD), begin)):
        return lead.start(), begin
    if digit - begin > 4 and (lead := _LEAD.search(text, max(0, digit - _LONGEST_LEAD), digit)):
        return (lead.start(),)
    return (begin,)


# -- what a match is ------------------------------------------------------------------------------------------------


def read_code(match: re.Match[str]) -> tuple[Code, ...]:
    """The identifiers that a match of `code_pattern` names; none where it is something else after all."""
    if match["case"]:
        value = _ANY_DASH.sub("-", match["case"]).upper()
        return (Code((value if value.endswith("-") else value + "-").lower(), "case"),)
    if match["named"]:
        return tuple(Code(value, "named") for value in _named(match["named"]))
    if match["visa"]:
        return _read_class(match)
    if match["letter"] or match["after"]:
        return _read_letter(match)
    if match["alone"]:
        found = next((form for form in _standing_alone() if form.split("-")[1] == match["alone"].lower()), None)
        return (Code(found, "form"),) if found else ()
    return _read_form(match)


def _named(text: str) -> list[str]:
    patterns = table("acronyms")["patterns"].items()
    return [value for value, pattern in patterns if re.fullmatch(pattern, text)][:1]


def _read_class(match: re.Match[str]) -> tuple[Code, ...]:
    first = class_key(match["visa"])
    before, after = _around(match)
    if not after[:1] or after[0] not in _followers():
        roads, others = _excluded()
        near = {*before[-2:], *after[:2]}
        own = table("classes")["not_beside"]["one"].get(first, ())
        if near & others or near.intersection(own) or (first[0] in "hi" and near & roads):
            return ()
    preference = table("classes")["preference"]
    squeezed = match["visa"].lower()
    if squeezed in preference and {*before[-3:], *after[:4]} & set(preference["words"]):
        first = preference[squeezed]
    return (Code(first, "visa"), *(Code(key, "visa") for key in _further(first, match["more"])))


def _further(first: str, more: str | None) -> Iterator[str]:
    """`/B` after `h-2a` is `h-2b`; `/3` after `eb-2` is `eb-3`; what names no class is passed over."""
    stem = re.match(r"([a-z]+-)(\d)", first)
    for part in re.findall(r"\d?[A-Ca-c]\b|\d", more or "") if stem else ():
        key = stem[1] + part.lower() if part[0].isdigit() else stem[0] + part.lower()  # type: ignore[index]
        if key in _class_keys():
            yield key


@lru_cache(maxsize=4096)
def class_key(spelled: str) -> str:
    """The value of a class however it is spelled: `H 1B` is `h-1b`, `EB-11` is `eb-1a`."""
    squeezed = fold_label(spelled)
    same: str | None = table("classes")["same"].get(squeezed)
    return same or _LETTERS_FIRST.sub(r"\1-", squeezed, count=1)


@cache
def _class_keys() -> frozenset[str]:
    tables = table("classes")
    lists = (tables["classes"][name] for name in ("suffixed", "plain", "hyphened"))
    return frozenset({class_key(name) for names in lists for name in names} | set(tables["same"].values()))


@cache
def _excluded() -> tuple[frozenset[str], frozenset[str]]:
    """Words near a symbol that make it something else: roads, and the others."""
    words = table("classes")["not_beside"]
    return frozenset(words["roads"]), frozenset(words["any"])


@cache
def _followers() -> frozenset[str]:
    return frozenset(table("classes")["classes"]["followers"])


def _read_letter(match: re.Match[str]) -> tuple[Code, ...]:
    if match["after"]:
        return (Code(match["after"].lower(), "visa"),)
    letter, follower = match["letter"], fold(match["follower"])
    if match["list"] and letter not in table("classes")["classes"]["letters"]:
        return ()
    before = _around(match)[0]
    alone = match.start() == 0 and match.string[match.end() + 1 :].strip().lower() == follower
    tables = table("classes")["classes"]
    if letter in "AaIi":
        initial = letter == "I" and follower[:4] == "visa" and not before
        named = alone or initial or set(before[-1:]) & set(tables["before"])
        return (Code(letter.lower(), "visa"),) if letter.isupper() and named else ()
    hyphened = match.string[match.end()] == "-"
    if letter in "Ee" and hyphened and follower.startswith("visa"):
        return ()
    if before[-1:] == ["u"] and letter in "Ss":
        return ()
    earlier = before[-3:] if {*before[-1:]} & {"and", "or"} else before[-1:]
    if set(earlier) & set(tables["not_after"]) and not follower.startswith("visa"):
        return ()
    if letter.islower() and follower in ("class", "category"):
        return ()
    return (Code(letter.lower(), "visa"),)


@cache
def form_keys() -> frozenset[str]:
    """Every form of the table, as `i-130`."""
    numbers = table("forms")["numbers"].items()
    return frozenset(f"{letters}-{number}".lower() for letters, listed in numbers for number in listed.split())


@cache
def _standing_alone() -> tuple[str, ...]:
    numbers = table("forms")["numbers_alone"].items()
    return tuple(f"{letters}-{number}".lower() for letters, listed in numbers for number in listed.split())


def _read_form(match: re.Match[str]) -> tuple[Code, ...]:
    letters, number = match["form_letters"].lower(), match["number"]
    suffix = _ANY_DASH.sub("", match["suffix"] or "").lower()
    base = f"{letters}-{number}"
    key = base + suffix
    if key not in form_keys() and suffix == "s":
        key = base
    elif match["plural"] == "s" and key + "s" in form_keys() and (letters == match["form_letters"] or suffix):
        key += "s"
    if not _is_form(match, key, base):
        return ()
    if match["supplement"] and key + match["supplement"].lower() in form_keys():
        key += match["supplement"].lower()
    others = (f"{letters}-{other.lower()}" for other in (match["others"] or "").split("/")[1:])
    return (Code(key, "form"), *(Code(other, "form") for other in others if other in form_keys()))


def _is_form(match: re.Match[str], key: str, base: str) -> bool:
    if match["word"] or match["again"]:
        return True
    space, known = match["space"] or "", key in form_keys()
    if space and space not in DASHES:
        return known and _spaced_form(match)
    if not known and not _unlisted(match, space, base):
        return False
    if key in ("n-4", "g-28i") and not space:
        return False
    before, after = _around(match)
    return match["form_letters"] not in "Ii" or not {*before[-3:], *after[:2]} & _excluded()[0]


def _unlisted(match: re.Match[str], space: str, base: str) -> bool:
    """Whether a number that is in no list is a form all the same: a known one with a new suffix, or three digits."""
    letters, digits = match["form_letters"].upper(), len(match["number"])
    if letters in ("EOIR", "ETA", "DS"):
        return bool(space) or digits >= 3
    if letters not in "ING":
        return False
    if match["suffix"]:
        return base in form_keys() and match["suffix"].isupper() and digits >= 3
    return bool(space) and digits == 3 and match["form_letters"].isupper()


def _spaced_form(match: re.Match[str]) -> bool:
    """`I 130` is the form; "am I 20 years old" is not, but "I 20" at the beginning, or beside "form", is."""
    if len(match["form_letters"]) > 1 or len(match["number"]) > 2:
        return True
    before, after = _around(match)
    beside = {"form", "card", "record", "verification", "number", "status", "formulario"}
    return bool(set(after[:1]) & beside) or (not before and match.start() == 0)


def _around(match: re.Match[str]) -> tuple[list[str], list[str]]:
    """The words shortly before and after a match, within its line, in small letters."""
    text, start, end = match.string, match.start(), match.end()
    before = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    after = text[end : end + _AROUND].partition("\n")[0]
    return _WORDS.findall(before.lower()), _WORDS.findall(after.lower())
