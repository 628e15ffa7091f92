"""The query as a small frozen tree: what engines are given to match. Terms are those of `kb.language.analysis`."""

from __future__ import annotations

from dataclasses import dataclass

#: What terms begin with that are no stems: words as typed, identifiers, citations, words of titles alone (`title:`).
EXACT, IDENTIFIER, AUTHORITY, TITLE = "'", "#", "§", "^"


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """A text matches that has at least one of the terms: the readings of one word, identifier or citation."""

    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text matches that has, at consecutive positions of one field, one of the terms of each place in turn."""

    places: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """A text matches that has a term beginning with this one."""

    prefix: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A text matches that matches at least one of the nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A text matches that has all of the words of a name, wherever they stand, or another name of the same thing.

    Other names count less in a score (`kb.search.scoring.OTHER_NAMES_WEIGHT`).
    """

    words: tuple[AnyTerm, ...]
    names: tuple[Node, ...]


Node = AnyTerm | Phrase | Prefix | AnyOf | Named


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a query (DESIGN.md 6).

    `strong` units are identifiers and citations; `required` ones were typed with `+` or in quotes; `weight` multiplies
    what the unit adds to a score.
    """

    node: Node
    strong: bool = False
    required: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Matching:
    """Which texts match: at least `minimum` of `units`, and at least `minimum_words` of those that are not strong.

    With `one_strong` at least one of the strong units, if there are any. All of `required` must match, none of
    `excluded`. With neither units nor required, every text matches that is not excluded.
    """

    required: tuple[Unit, ...] = ()
    units: tuple[Unit, ...] = ()
    minimum: int = 0
    minimum_words: int = 0
    one_strong: bool = False
    excluded: tuple[Node, ...] = ()
    #: Pairs of units that stand side by side in the query: they add to the score of texts where they do so too.
    near: tuple[Phrase, ...] = ()

    @property
    def scored(self) -> tuple[Unit, ...]:
        """The units that add to a score."""
        return (*self.required, *self.units)
