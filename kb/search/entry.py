"""What an engine is built from: documents as plain tokens, with any facets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.search.passages import pack_words
from kb.search.tokens import Stretch, Tokens


@dataclass(frozen=True, slots=True)
class Entry:
    """One document for an engine.

    `fields` maps a field's name to its stretches, or is laid out already; `facets` a facet's name to the values that
    the document carries, enclosing ones included. `fades` is set for documents that lose weight with age; `weight`
    multiplies every score of the document. `stored` is any JSON object and comes back with a hit; `passages` are its
    texts with their tokens (`kb.search.passages.pack`), to be quoted from. Both may be packed already
    (`kb.search.arrays.packed`). `changes` are the days on which law that the document cites changed.
    """

    id: str
    fields: Mapping[str, Sequence[Stretch]] | Tokens
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    date: dt.date | None = None
    updated: dt.date | None = None
    reviewed: dt.date | None = None
    successor: str | None = None
    changes: Sequence[dt.date] = ()
    fades: bool = False
    weight: float = 1.0
    stored: Mapping[str, object] | bytes = field(default_factory=dict)
    passages: Sequence[object] | bytes = ()

    @classmethod
    def from_tokens(
        cls,
        id: str,
        fields: Mapping[str, Sequence[str]],
        facets: Mapping[str, Sequence[str]] | None = None,
        date: dt.date | None = None,
        stored: Mapping[str, object] | None = None,
        quoted: Sequence[str] = (),
    ) -> Entry:
        """An entry whose fields are plain lists of tokens: `{"title": ["mass", "surveillance"]}`.

        The fields named in `quoted` are kept as texts of their tokens, one space apart, to be quoted from: the first
        is the title, and `()` keeps none.
        """
        laid = {name: [tokens] for name, tokens in fields.items()}
        passages = pack_words([fields.get(name, ()) for name in quoted]) if quoted else ()
        return cls(id, laid, facets or {}, date, stored=stored or {}, passages=passages)


@dataclass(frozen=True, slots=True)
class FacetSpec:
    """How a facet's values read and hang together.

    `labels` shows a value otherwise than as it is; `parents` gives the enclosing value of each; values in `unlisted`
    can be selected but are not offered; `descending` lists them by value downwards instead of by count.
    """

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    descending: bool = False
