"""Kept readings into entries of an engine: facets with their trees and labels, changes of the law, names as shown."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from kb.config import Settings
from kb.indexing.readings import KeptReadings
from kb.indexing.records import PASSAGES, STORED, About
from kb.language import authorities
from kb.model import GROUPS, NEWS_TYPES, STATUSES, TYPES, Change
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kb.search.entry import Entry, FacetSpec
    from kb.search.kept import KeptDocument

TYPE_LABELS = dict(zip(TYPES, ("Service", "Article", "News", "Digest", "Alert", "Page"), strict=True))
STATUS_LABELS = dict(zip(STATUSES, ("Reviewed", "Not yet reviewed", "Law changed since", "Replaced"), strict=True))


class Shown(NamedTuple):
    """A page that may be shown: its key, and its number among the kept readings."""

    id: str
    key: bytes
    number: int


class Gathered:
    """What a whole site says, gathered page by page: names with their spellings, services, citations."""

    def __init__(self) -> None:
        self._spellings: dict[str, dict[str, Counter[str]]] = {
            "author": defaultdict(Counter),
            "source": defaultdict(Counter),
        }
        self._services: set[tuple[str, ...]] = set()
        self.labels: dict[str, str] = {}
        self.cited: set[str] = set()

    def add(self, about: About) -> None:
        """Take a page that may be shown."""
        for folded, name in {name: (folded, name) for folded, name in about.authors}.values():
            self._spellings["author"][folded][name] += 1
        if about.source:
            folded, name = about.source
            self._spellings["source"][folded][name] += 1
        self._services.add(tuple(about.services))
        self.cited.update(about.cites)
        if about.type == "service":
            self.labels[service_value(about.id)] = about.label

    def services(self) -> set[str]:
        """The service pages that pages belong to."""
        return {service for services in self._services for service in services}

    def names(self, facet: str) -> Mapping[str, str]:
        """Names by their folded form, in the spelling of most documents, then by code point."""
        return {
            folded: min(found, key=lambda name: (-found[name], name))
            for folded, found in self._spellings[facet].items()
        }


@dataclass(frozen=True)
class Corpus:
    """The readings of a generation by id, with what they are read against."""

    kept: KeptReadings
    #: Which of the kept readings, in the order of their ids.
    shown: Sequence[Shown]
    gathered: Gathered
    vocabulary: Vocabulary
    changes: Sequence[Change]
    settings: Settings
    #: Pages that exist but may not be shown.
    drafts: frozenset[str] = frozenset()

    def changes_of(self, about: About) -> list[Change]:
        """The changes of law that the page cites, or of what encloses what it cites."""
        covering = about.facets["cites"]
        if self._changed.isdisjoint(covering):
            return []
        return [change for change in self.changes if change.key in covering]

    @cached_property
    def _changed(self) -> frozenset[str]:
        return frozenset(change.key for change in self.changes)

    def entry(self, record: KeptDocument, about: About) -> Entry:
        """A reading as the engine takes it."""
        from kb.search.entry import Entry
        from kb.search.scoring import TYPE_WEIGHTS

        return Entry(
            id=about.id,
            fields=record.tokens,
            facets=self._facets(about),
            date=_day(about.date),
            updated=_day(about.updated),
            reviewed=_day(about.reviewed),
            successor=about.superseded_by,
            changes=[change.date for change in self.changes_of(about)],
            fades=about.type in NEWS_TYPES,
            weight=TYPE_WEIGHTS.get(about.type, 1.0),
            stored=record.parts[STORED],
            passages=record.parts[PASSAGES],
        )

    def _facets(self, about: About) -> dict[str, list[str]]:
        return {
            **about.facets,
            "service": [value for one in about.services for value in self._shown_services.get(one, ())],
            "author": [self._authors[folded] for folded, _ in about.authors],
            "source": [self._sources[about.source[0]]] if about.source else [],
        }

    @cached_property
    def _authors(self) -> Mapping[str, str]:
        return self.gathered.names("author")

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        return self.gathered.names("source")

    @cached_property
    def _shown_services(self) -> Mapping[str, list[str]]:
        """The values of each service page that is no draft."""
        return {one: _with_heading(service_value(one)) for one in self.gathered.services() - self.drafts}

    # -- how facets read --------------------------------------------------------------------------------------------

    def specs(self) -> list[FacetSpec]:
        """How the facets read and hang together."""
        from kb.search.entry import FacetSpec

        concepts = [concept for concept in self.vocabulary if not concept.replaced_by]
        labels = {concept.id: concept.pref_label for concept in concepts}
        parents = {concept.id: self.vocabulary.parent(concept.id) for concept in concepts}
        return [
            FacetSpec("type", TYPE_LABELS),
            FacetSpec("service", *self._service_labels()),
            *(FacetSpec(group, labels, parents) for group in GROUPS),
            FacetSpec("year", descending=True),
            FacetSpec("author"),
            FacetSpec("source"),
            FacetSpec("cites", *self._cites_labels()),
        ]

    def _service_labels(self) -> tuple[dict[str, str], dict[str, str | None]]:
        values = sorted({value for found in self._shown_services.values() for value in found})
        labels = {value: self.gathered.labels.get(value) or self._service_label(value) for value in values}
        return labels, {value: value.rpartition("/")[0] or None for value in values}

    def _service_label(self, value: str) -> str:
        heading, _, slug = value.rpartition("/")
        return slug.replace("-", " ").capitalize() if heading else self.settings.heading_label(slug)

    def _cites_labels(self) -> tuple[dict[str, str], dict[str, str | None], frozenset[str]]:
        """Every cited key and what encloses it; a part of the regulations only where it is cited as such."""
        cited = self.gathered.cited
        listed = cited | {key for one in cited for key in authorities.enclosing(one)}
        every = {key for one in cited for key in authorities.covering(one)}
        labels = {key: authorities.label(key) for key in every}
        return labels, {key: authorities.parent(key) for key in every}, frozenset(every - listed)


def service_value(document_id: str) -> str:
    """The value of the `service` facet for a service page: its id without `services/`."""
    return document_id.removeprefix("services/")


def _with_heading(value: str) -> list[str]:
    heading = value.rpartition("/")[0]
    return [value, heading] if heading else [value]


def _day(ordinal: int) -> dt.date | None:
    return dt.date.fromordinal(ordinal) if ordinal else None
