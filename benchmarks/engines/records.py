"""What goes into the engines and what comes out. Nothing heavy is imported here: a cold start is the engine's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

#: The facets that every document carries, with the number of their values.
FACETS = {"tag": 80, "year": 20, "author": 200, "source": 30, "type": 4}
#: How many hits are shown, and how many characters of each.
LIMIT, QUOTED = 10, 240
#: What an occurrence in the title counts; one in the body counts 1.
TITLE_WEIGHT = 2.5


@dataclass(frozen=True, slots=True)
class Article:
    """One document: the tokens of its fields, its day, and the values that it carries in each facet."""

    id: str
    title: tuple[str, ...]
    body: tuple[str, ...]
    date: dt.date
    facets: dict[str, tuple[str, ...]]

    @property
    def text(self) -> str:
        """What is stored and quoted: the tokens of the body with a space between."""
        return " ".join(self.body)


@dataclass(frozen=True, slots=True)
class Job:
    """One query. A document matches that has, in its title or its body,

    at least `minimum` of the words, the phrase (side by side in one field), a term that begins with the prefix, and
    not the excluded term; and that carries one of the values of every selection. A facet's own selection does not
    narrow its own counts.
    """

    kind: str
    words: tuple[str, ...] = ()
    minimum: int = 0
    phrase: tuple[str, ...] = ()
    prefix: str = ""
    excluded: str = ""
    selections: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def alternatives(self) -> Iterator[tuple[str, ...]]:
        """The same minimum for engines that know AND and OR alone: sets of words of which one must be there whole."""
        return combinations(self.words, self.minimum)


@dataclass(frozen=True, slots=True)
class Result:
    """What an engine answers: facet → value → count, without the values that count nothing."""

    total: int
    ids: tuple[str, ...]
    facets: dict[str, dict[str, int]]
    snippets: tuple[str, ...]
