"""What an engine is built from: documents as plain tokens, with any facets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: A stretch of text: at each position the terms that stand there. A phrase never reaches across stretches.
Stretch = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One document for an engine.

    `fields` maps a field's name to its stretches; `facets` a facet's name to the values that the document carries,
    enclosing ones included. `fades` is set for documents that lose weight with age; `weight` multiplies every score of
    the document. `stored` is any JSON object and comes back with a hit. `changes` are the days on which law that the
    document cites changed.
    """

    id: str
    fields: Mapping[str, Sequence[Stretch]]
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    date: dt.date | None = None
    updated: dt.date | None = None
    reviewed: dt.date | None = None
    successor: str | None = None
    changes: Sequence[dt.date] = ()
    fades: bool = False
    weight: float = 1.0
    stored: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_tokens(
        cls,
        id: str,
        fields: Mapping[str, Sequence[str]],
        facets: Mapping[str, Sequence[str]] | None = None,
        date: dt.date | None = None,
        stored: Mapping[str, object] | None = None,
    ) -> Entry:
        """An entry whose fields are plain lists of tokens: `{"title": ["mass", "surveillance"]}`."""
        stretches = {name: [[(token,) for token in tokens]] for name, tokens in fields.items()}
        return cls(id, stretches, facets or {}, date, stored=stored or {})


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """How a facet's values read and hang together.

    `labels` shows a value otherwise than as it is; `parents` gives the enclosing value of each; values in `unlisted`
    can be selected but are not offered; `descending` lists values by label downwards instead of by count.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    descending: bool = False
