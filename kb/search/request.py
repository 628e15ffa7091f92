"""What is asked of an engine, and what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kb import clock
from kb.language.tree import Matching, Node

#: The facet that engines compute from dates, unless entries carry one of this name: its values are `kb.model.STATUSES`.
STATUS = "status"


EVERYTHING = Matching()


@dataclass(frozen=True, slots=True)
class Selection:
    """Values chosen in a facet: a document needs one of them. Selections of several facets all hold.

    Two selections of one facet are one with the values of both.
    """

    facet: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter that belongs to the query and not to the facets: `excluded` turns it round."""

    facet: str
    values: tuple[str, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A whole search. Dates include their day; `as_of` keeps what was dated by then and all undated documents.

    `today` is the day on which statuses are asked for where `as_of` is None. `promoted` documents stand first under
    relevance. `nothing` asks for an answer that no document is in (a filter that names nothing).
    """

    matching: Matching = EVERYTHING
    selections: tuple[Selection, ...] = ()
    conditions: tuple[Condition, ...] = ()
    nodes: tuple[Node, ...] = ()
    excluded_nodes: tuple[Node, ...] = ()
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    as_of: dt.date | None = None
    today: dt.date = field(default_factory=clock.today)
    sort: str = "relevance"
    offset: int = 0
    limit: int = 10
    promoted: frozenset[str] = frozenset()
    nothing: bool = False
    facets: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """One document of an answer: its id, score, status on the day asked for, and what was stored with it.

    Under another order than relevance the score is that of the words alone, without weight and fading of the document.
    `changes` are the days on which law that it cites changed after it, newest first.
    """

    id: str
    score: float
    status: str
    stored: Mapping[str, object]
    changes: tuple[dt.date, ...] = ()


class Counted(NamedTuple):
    """A value of a facet with its exact count."""

    value: str
    count: int  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` documents match; `matches` are those of the page; `facets` has every value over 0, and the selected."""

    total: int
    matches: tuple[Match, ...]
    facets: Mapping[str, tuple[Counted, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a score is made of: what each unit added (in their order), what units side by side added, and factors.

    `fading` is the factor for age, `weight` that of the document itself; `promoted` says whether it was put first.
    """

    units: tuple[float, ...]
    near: float
    weight: float
    fading: float
    promoted: bool


@dataclass(frozen=True, slots=True)
class Likeness:
    """A document that reads like another: cosine of their term vectors, from 0 to 1."""

    id: str
    score: float
