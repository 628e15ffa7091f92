"""What stands around an article on a page: navigation, share links, related lists, disclaimers. The rules are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from bs4 import Tag

#: Elements that no class makes furniture: themes hang words such as "has-sidebar" on them.
_NEVER = frozenset({"html", "body", "main"})


@dataclass(frozen=True, slots=True)
class LineRule:
    """A kind of line: `ends` the article, or opens a `list` of links."""

    kind: str
    pattern: re.Pattern[str]
    ends: bool = False
    list: bool = False
    longest: int = 30


@dataclass(frozen=True, slots=True)
class ElementRule:
    """How elements of a kind are known: by their name, role, `itemprop`, or one class or id."""

    kind: str
    tags: frozenset[str]
    roles: frozenset[str]
    itemprop: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Furniture:
    """The rules of `furniture.toml`. Classes are looked up once each."""

    parts: tuple[ElementRule, ...]
    containers: tuple[ElementRule, ...]
    lines: tuple[LineRule, ...]
    _seen: dict[tuple[str, str], int | None] = field(default_factory=dict, repr=False, compare=False)

    def kind_of(self, tag: Tag) -> str | None:
        """The kind of furniture that an element is, or None."""
        if tag.name in _NEVER:
            return None
        number = self._match("part", self.parts, tag)
        return None if number is None else self.parts[number].kind

    def rank_of(self, tag: Tag) -> int | None:
        """The rank (0 is surest) of an element as a container of the article, or None."""
        return self._match("container", self.containers, tag)

    def line(self, text: str) -> LineRule | None:
        """The rule of a line that is furniture, or None."""
        count = len(text.split())
        fitting = (rule for rule in self.lines if 0 < count <= rule.longest)
        return next((rule for rule in fitting if rule.pattern.fullmatch(text)), None)

    def _match(self, group: str, rules: tuple[ElementRule, ...], tag: Tag) -> int | None:
        attributes = tag.attrs
        role, itemprop = str(attributes.get("role") or ""), str(attributes.get("itemprop") or "").lower()
        if tag.name in ("aside", "nav", "menu", "article", "main") or role or itemprop:
            for number, rule in enumerate(rules):
                if tag.name in rule.tags or role in rule.roles or (itemprop and itemprop == rule.itemprop):
                    return number
        found = [self._of_token(group, rules, token) for token in tokens(tag)]
        return min((number for number in found if number is not None), default=None)

    def _of_token(self, group: str, rules: tuple[ElementRule, ...], token: str) -> int | None:
        key = (group, token)
        if key not in self._seen:
            self._seen[key] = next((n for n, rule in enumerate(rules) if rule.pattern.fullmatch(token)), None)
        return self._seen[key]


def tokens(tag: Tag) -> list[str]:
    """The classes and the id of an element, in lower case."""
    found: object = tag.attrs.get("class")
    classes = [str(token) for token in found] if isinstance(found, list) else str(found or "").split()
    names = [*classes, str(tag.attrs.get("id") or "")]
    return [name.lower() for name in names if 0 < len(name) < 100]


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("furniture.toml").read_text(encoding="utf-8"))


def load() -> Furniture:
    """The rules that the package ships."""
    found = _rules()
    return Furniture(
        tuple(_element_rule(table) for table in found["part"]),
        tuple(_element_rule(table) for table in found["container"]),
        tuple(LineRule(table.pop("kind"), _one_of(table.pop("match")), **table) for table in map(dict, found["line"])),
    )


def _element_rule(table: Mapping[str, Any]) -> ElementRule:
    return ElementRule(
        table.get("kind", ""),
        frozenset(table.get("tags", ())),
        frozenset(table.get("roles", ())),
        table.get("itemprop", ""),
        _one_of(table.get("classes", ())),
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def _one_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return _compiled("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")
