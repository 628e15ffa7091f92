"""Legal authorities as canonical keys: their hierarchy, how they read, where their official text is.

A key is lower case: `ina-212-a-9-b`, `8-usc-1232`, `8-cfr-214.2-h-4`, `in-dec-27-316`, `fr-84-41292` (DESIGN.md 6).
The Act and title 8 are one authority; the crosswalk comes from the source credits of the U.S. Code.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

_SECTION = re.compile(
    r"(?P<base>ina-\d+[a-z]*|\d+-usc-\d+[a-z]*|\d+-cfr-\d+[a-z]?(?:\.\d+[a-z]?)?)(?P<rest>(?:-[a-z0-9]+)*)\Z"
)
_FLAT = re.compile(
    r"(?:in-dec|us|sct|f2d|f3d|f4th|fsupp|fsupp2d|fsupp3d|fr|pl)-\d+-\d+|stat-\d+-\d+[a-z]?(?:-\d+)?|(?:eo|proc)-\d+"
)
_REPORTERS = {
    "in-dec": "{0} I&N Dec. {1}",
    "us": "{0} U.S. {1}",
    "sct": "{0} S. Ct. {1}",
    "f2d": "{0} F.2d {1}",
    "f3d": "{0} F.3d {1}",
    "f4th": "{0} F.4th {1}",
    "fsupp": "{0} F. Supp. {1}",
    "fsupp2d": "{0} F. Supp. 2d {1}",
    "fsupp3d": "{0} F. Supp. 3d {1}",
    "fr": "{0} FR {1}",
    "pl": "Pub. L. {0}-{1}",
    "stat": "{0} Stat. {1}",
    "eo": "Executive Order {0}",
    "proc": "Proclamation {0}",
}
_ROMAN = re.compile(r"[ivx]+\Z")
#: Titles of the Code whose lettered sections have capitals: 18 U.S.C. 2339B, 26 U.S.C. 7702B, 28 U.S.C. 530B.
_TITLES_WITH_CAPITALS = ("18", "26", "28", "38")
_TITLE_8_SECTION = re.compile(r"8-usc-(1440-1|\d+[a-z]*)(?!-note)((?:-[a-z0-9]+)*)\Z")
#: The numbers that sections of title 8 have had since 1952.
TITLE_8 = range(1101, 1779)


@cache
def _crosswalk() -> tuple[dict[str, str], dict[str, str]]:
    """(INA section → section of title 8, and the reverse), all lower case."""
    text = (files("kb.language") / "data" / "crosswalk.tsv").read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {act: code for act, code in pairs}, {code: act for act, code in pairs if code}  # noqa: C416 - the pairs are lists


def ina_of(code_section: str) -> str | None:
    """The section of the Act that a section of title 8 codifies (`1182` → `212`), or None."""
    return _crosswalk()[1].get(code_section.lower())


def code_of(act_section: str) -> str | None:
    """The section of title 8 that codifies a section of the Act (`212` → `1182`), or None."""
    return _crosswalk()[0].get(act_section.lower()) or None


def is_section_of_the_act(section: str) -> bool:
    """Whether the Act has, or once had, a section of this number."""
    return section.lower() in _crosswalk()[0]


@lru_cache(maxsize=65536)
def twin(key: str) -> str:
    """A key of title 8 as the key of the Act where it has a twin; every other key as it is."""
    match = _TITLE_8_SECTION.match(key)
    act = ina_of(match[1]) if match else None
    return f"ina-{act}{match[2]}" if match and act else key


def is_key(text: str) -> bool:
    """Whether the text has the form of a key, in lower case."""
    return bool(_SECTION.match(text) or _FLAT.fullmatch(text))


@lru_cache(maxsize=65536)
def enclosing(key: str) -> tuple[str, ...]:
    """The keys that enclose this one, nearest first, up to the section (which has none)."""
    match = _SECTION.match(key)
    if not match or match["rest"] == "-note":
        return ()
    parts = match["rest"].split("-")[1:]
    return tuple("-".join([match["base"], *parts[:n]]) for n in range(len(parts) - 1, -1, -1))


@lru_cache(maxsize=65536)
def covering(key: str) -> tuple[str, ...]:
    """Every key that finds a text citing this one: itself, what encloses it, and the part of the regulations."""
    section = re.match(r"(\d+-cfr-\d+[a-z]?)\.", key)
    return (key, *enclosing(key), *([section[1]] if section else []))


def parent(key: str) -> str | None:
    """The nearest enclosing key; None for a section and for what has no parts."""
    return next(iter(enclosing(key)), None)


@lru_cache(maxsize=65536)
def label(key: str) -> str:
    """The citation as lawyers write it: `ina-212-a-9-b` → `INA 212(a)(9)(B)`. An unknown form is shown as it is."""
    match = _SECTION.match(key)
    if match:
        return _section_label(match["base"], match["rest"].split("-")[1:])
    for prefix, form in _REPORTERS.items():
        if key.startswith(prefix + "-") and _FLAT.fullmatch(key):
            numbers = key.removeprefix(prefix + "-").upper().split("-", 1)
            return form.format(*numbers)
    return key


def _section_label(base: str, parts: list[str]) -> str:
    if parts == ["note"]:
        return _section_label(base, []) + " note"
    if base.startswith("ina-"):
        return "INA " + base[4:].upper() + _parts(parts, upper=(2, 4))
    title, kind, section = base.split("-", 2)
    if kind == "usc":
        section, parts = _code_section(title, section, parts)
        return f"{title} U.S.C. {section}" + _parts(parts, upper=(2, 4))
    if "." not in section:
        return f"{title} CFR part {section}" + _parts(parts, upper=(3,))
    return f"{title} CFR {section}" + _parts(parts, upper=(3,))


def _code_section(title: str, section: str, parts: list[str]) -> tuple[str, list[str]]:
    """The section as the Code prints it (2339B in titles with capitals, 2000e-2 after a letter), and its parts."""
    if title in _TITLES_WITH_CAPITALS:
        return section.upper(), parts
    if title != "8" and parts and not section.isdigit() and parts[0][0].isdigit():
        return f"{section}-{parts[0]}", parts[1:]
    return section, parts


def _parts(parts: list[str], upper: tuple[int, ...]) -> str:
    """Labels in parentheses, with the capitals that their level has (2 U.S.C. drafting style: (a)(1)(A)(i)(I))."""
    shown, level = "", -1
    for part in parts:
        level = 1 if part.isdigit() and level < 1 else level + 1
        capital = level in upper and not (level == 4 and not _ROMAN.match(part))
        shown += f"({part.upper() if capital else part})"
    return shown


def official_url(key: str) -> str | None:
    """Where the government publishes the text, as it follows from the citation alone; None where nothing follows."""
    match = _SECTION.match(key)
    if key.startswith("fr-"):
        _, volume, page = key.split("-")
        return f"https://www.federalregister.gov/citation/{volume}-FR-{page}"
    if not match:
        return None
    base = match["base"]
    if base.startswith("ina-"):
        code = code_of(base[4:])
        return _code_url("8", code) if code else None
    title, kind, section = base.split("-", 2)
    if kind == "usc":
        return _code_url(title, _code_section(title, section, match["rest"].split("-")[1:])[0])
    return f"https://www.ecfr.gov/current/title-{title}/{'section' if '.' in section else 'part'}-{section}"


def _code_url(title: str, section: str) -> str:
    return f"https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title{title}-section{section}&num=0&edition=prelim"
