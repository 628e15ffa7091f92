"""The law that the pages of one generation cite: a tree of authorities, who cites which part, what of it changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.language import authorities
from kb.model import Change

#: Courts by the order in which their decisions are listed: the Supreme Court, the courts of appeals, the districts.
_COURTS = ("us", "sct", "f2d", "f3d", "f4th", "fsupp", "fsupp2d", "fsupp3d")
_KINDS = ("ina", "usc", "cfr", "in-dec", "court", "fr", "statute", "order")
_FLAT_KINDS = {
    "in-dec": "in-dec", **dict.fromkeys(_COURTS, "court"), "fr": "fr", "pl": "statute", "stat": "statute",
    "eo": "order", "proc": "order",
}  # fmt: skip
_SECTION = re.compile(r"(?:(?P<title>\d+)-)?(?P<code>ina|usc|cfr)-(?P<section>[^-]+)(?P<parts>(?:-[a-z0-9]+)*)\Z")
_FLAT = re.compile(rf"(?P<name>{'|'.join(sorted(_FLAT_KINDS, key=len, reverse=True))})-(?P<numbers>.+)\Z")
_NUMBER_OR_LETTERS = re.compile(r"\d+|[a-z]+")
_ROMAN = re.compile(r"[ivx]+\Z")
#: The levels of paragraphs that are counted in Roman numerals: (a)(1)(A)(i)(I) in the Code, (a)(1)(i) in the rules.
_ROMAN_LEVELS = {"ina": (3, 4), "usc": (3, 4), "cfr": (2, 5)}
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}

#: A place in a list: numbers before letters, each in their order.
Place = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """A part of the law that pages cite, with the parts below it; `count` pages cite it or something below it.

    `other_name` is the section of title 8 that codifies a part of the Act, `official` where its text is published; both
    are empty where nothing follows from the citation.
    """

    key: str
    label: str
    other_name: str
    official: str
    count: int
    children: tuple[Authority, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorityGroup:
    """The authorities of one kind: `ina`, `usc`, `cfr` of one `title`, `in-dec`, `court`, `fr`, `statute`, `order`."""

    kind: str
    title: str
    authorities: tuple[Authority, ...]


class Cited:
    """What is cited, by the keys that each document cites (docs/design.md) and the ledger of changes."""

    def __init__(self, cites: Mapping[str, Sequence[str]], changes: Sequence[Change], keys: Iterable[str]) -> None:
        self._cites = cites
        self._changes = changes
        #: Every key that a page cites, and everything that encloses one.
        self.keys = frozenset(keys)

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for cited in self._cites.values():
            for key in {key for one in cited for key in authorities.covering(one)}:
                counts[key] += 1
        return counts

    @cached_property
    def listed(self) -> frozenset[str]:
        """Every cited key and what encloses it; a part of the regulations only where it is cited as such."""
        cited = {key for keys in self._cites.values() for key in keys}
        return frozenset(cited | {key for one in cited for key in authorities.enclosing(one)})

    @cached_property
    def _below(self) -> Mapping[str | None, Sequence[str]]:
        below: dict[str | None, list[str]] = defaultdict(list)
        for key in sorted(self.listed, key=place):
            below[next((one for one in self.above(key) if one in self.listed), None)].append(key)
        return below

    def authority(self, key: str) -> Authority | None:
        """The authority of a canonical key with all below it, or None where no page cites it or a part of it."""
        if key not in self.keys:
            return None
        children = (self.authority(one) for one in self._children(key))
        return Authority(
            key,
            authorities.label(key),
            other_name(key),
            authorities.official_url(key) or "",
            self._counts[key],
            tuple(one for one in children if one),
        )

    def _children(self, key: str) -> Sequence[str]:
        if key in self.listed:
            return self._below.get(key, ())
        # A part of the regulations that only its sections make: they stand at the top.
        return [one for one in self._below[None] if key in authorities.covering(one)]

    @cached_property
    def groups(self) -> tuple[AuthorityGroup, ...]:
        """Every authority by kind, in the order in which lawyers look them up."""
        grouped: dict[tuple[int, int], list[Authority]] = defaultdict(list)
        for key in self._below.get(None, ()):
            found = self.authority(key)
            if found:
                grouped[_group(key)].append(found)
        return tuple(
            AuthorityGroup(_KINDS[kind], str(title) if title else "", tuple(found))
            for (kind, title), found in sorted(grouped.items())
        )

    @staticmethod
    def above(key: str) -> tuple[str, ...]:
        """What encloses a key, nearest first, the part of the regulations last."""
        return authorities.covering(key)[1:]

    def nearest(self, key: str) -> str | None:
        """The nearest part enclosing a key that pages cite, or None."""
        return next((one for one in self.above(key) if one in self.keys), None)

    def parts(self, key: str, document_id: str) -> tuple[str, ...]:
        """The deepest parts of an authority that a document cites."""
        within = [one for one in self._cites.get(document_id, ()) if key in authorities.covering(one)]
        above = {one for cited in within for one in self.above(cited)}
        return tuple(one for one in within if one not in above)

    def changes(self, key: str) -> tuple[Change, ...]:
        """The changes of an authority, of what encloses it and of its parts, newest first."""
        around = authorities.covering(key)
        found = [one for one in self._changes if one.key in around or key in authorities.covering(one.key)]
        return tuple(sorted(found, key=lambda one: (-one.date.toordinal(), place(one.key), one.title)))


def other_name(key: str) -> str:
    """The other name of a part of the Act: `ina-212-a` is also 8 U.S.C. 1182(a). Empty for everything else."""
    match = _SECTION.match(key)
    section = match["section"] if match and match["code"] == "ina" else ""
    code = authorities.code_of(section) if section else None
    return f"8 U.S.C. {code}{authorities.label(key).removeprefix(f'INA {section.upper()}')}" if code else ""


def kind_of(key: str) -> tuple[str, str]:
    """(kind, title) of a key; the title is that of regulations alone."""
    kind, title = _group(key)
    return _KINDS[kind], str(title) if title else ""


def _group(key: str) -> tuple[int, int]:
    """Where the group of a key stands: its kind, and for regulations their title."""
    match = _SECTION.match(key)
    if match and match["code"] == "cfr":
        return _KINDS.index("cfr"), int(match["title"])
    if match:
        return _KINDS.index("ina" if match["code"] == "ina" or match["title"] == "8" else "usc"), 0
    flat = _FLAT.match(key)
    return _KINDS.index(_FLAT_KINDS[flat["name"]] if flat else "order"), 0


def place(key: str) -> tuple[int, Place]:
    """Where a key stands among those of its kind: by number, each level of paragraphs as it is counted."""
    match = _SECTION.match(key)
    if match:
        section = _numbers(match["section"])
        title = int(match["title"] or 0)
        return title, (*section, *_paragraphs(match["code"], match["parts"].split("-")[1:]))
    flat = _FLAT.match(key)
    if flat is None:
        return 0, _numbers(key)
    return list(_FLAT_KINDS).index(flat["name"]), _numbers(flat["numbers"])


def _numbers(text: str) -> Place:
    return tuple(_token(part, roman=False) for part in _NUMBER_OR_LETTERS.findall(text))


def _paragraphs(code: str, parts: list[str]) -> Place:
    found, level = [], -1
    for part in parts:
        level = 1 if part.isdigit() and level < 1 else level + 1
        found.append(_token(part, level in _ROMAN_LEVELS[code]))
    return tuple(found)


def _token(part: str, roman: bool) -> tuple[int, int, str]:
    if part.isdigit():
        return 0, int(part), ""
    if roman and _ROMAN.match(part):
        return 0, _roman(part), ""
    # (a) to (z), then (aa): the shorter first; a note after every paragraph.
    return (2, 0, "") if part == "note" else (1, len(part), part)


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))
