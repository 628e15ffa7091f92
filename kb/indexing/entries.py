"""Readings into entries of an engine: facets with their trees and labels, changes of the law, what a hit shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.config import Settings
from kb.folding import fold_name
from kb.indexing.reading import Reading, document_to_json
from kb.language import authorities
from kb.model import GROUPS, NEWS_TYPES, STATUSES, TYPES, Change
from kb.search.entry import Entry, FacetSpec
from kb.search.passages import pack
from kb.search.scoring import TYPE_WEIGHTS
from kb.vocabulary import Vocabulary

TYPE_LABELS = dict(zip(TYPES, ("Service", "Article", "News", "Digest", "Alert", "Page"), strict=True))
STATUS_LABELS = dict(zip(STATUSES, ("Reviewed", "Not yet reviewed", "Law changed since", "Replaced"), strict=True))


@dataclass(frozen=True, slots=True)
class Corpus:
    """All readings of a generation with what they are read against."""

    readings: Sequence[Reading]
    vocabulary: Vocabulary
    changes: Sequence[Change]
    settings: Settings
    #: Service pages that exist but may not be shown.
    drafts: frozenset[str] = frozenset()

    def entries(self) -> list[Entry]:
        """One entry for each reading, by id."""
        names = _Names(self.readings)
        return [self._entry(reading, names) for reading in sorted(self.readings, key=lambda one: one.document.id)]

    def services(self, reading: Reading) -> tuple[str, ...]:
        """The service pages that a page belongs to: itself if it is one, else those of its concepts."""
        document = reading.document
        if document.type == "service":
            return (document.id,)
        found = self.vocabulary.services(document.tags)
        return tuple(service for service in found if service not in self.drafts)

    def changes_of(self, reading: Reading) -> list[Change]:
        """The changes of law that the page cites, or of what encloses what it cites."""
        covering = {key for cited in reading.cites for key in authorities.covering(cited)}
        return [change for change in self.changes if change.key in covering]

    def _entry(self, reading: Reading, names: _Names) -> Entry:
        document = reading.document
        changes = self.changes_of(reading)
        return Entry(
            id=document.id,
            fields=reading.fields,
            facets=self._facets(reading, names),
            date=document.date,
            updated=document.updated,
            reviewed=document.reviewed,
            successor=document.superseded_by,
            changes=[change.date for change in changes],
            fades=document.type in NEWS_TYPES,
            weight=TYPE_WEIGHTS.get(document.type, 1.0),
            stored=self._stored(reading),
            passages=self._passages(reading),
        )

    def _facets(self, reading: Reading, names: _Names) -> dict[str, Sequence[str]]:
        document = reading.document
        concepts = self.vocabulary.with_broader(document.tags)
        by_group = {group: [one for one in concepts if self.vocabulary[one].group == group] for group in GROUPS}
        services = [service_value(service) for service in self.services(reading)]
        return {
            "type": [document.type],
            "service": [value for service in services for value in _with_heading(service)],
            **by_group,
            "year": [str(document.date.year).zfill(4)] if document.date else [],
            "author": [names.authors[fold_name(author)] for author in document.authors],
            "source": [names.sources[fold_name(document.source.name)]] if document.source else [],
            "cites": sorted({key for cited in reading.cites for key in authorities.covering(cited)}),
        }

    @staticmethod
    def _stored(reading: Reading) -> dict[str, Any]:
        return {
            "document": document_to_json(reading.document),
            "url": reading.url,
            "sections": [[one.anchor, one.heading] for one in reading.sections if one.text],
        }

    @staticmethod
    def _passages(reading: Reading) -> list[object]:
        # A body without one word ("…") is no field, and has its texts all the same.
        body = reading.fields.get("body") or [[] for _ in reading.spans]
        title = reading.fields.get("title") or [[]]
        texts = [reading.document.title, *(one.text for one in reading.sections if one.text)]
        return pack(texts, [*title, *body], [reading.title_spans, *reading.spans])

    def specs(self) -> list[FacetSpec]:
        """How the facets read and hang together."""
        concepts = [concept for concept in self.vocabulary if not concept.replaced_by]
        labels = {concept.id: concept.pref_label for concept in concepts}
        parents = {concept.id: self.vocabulary.parent(concept.id) for concept in concepts}
        return [
            FacetSpec("type", TYPE_LABELS),
            self._service_spec(),
            *(FacetSpec(group, labels, parents) for group in GROUPS),
            FacetSpec("year", descending=True),
            FacetSpec("author"),
            FacetSpec("source"),
            self._cites_spec(),
        ]

    def _service_spec(self) -> FacetSpec:
        titles = {
            service_value(one.document.id): one.document.menu_title or one.document.title
            for one in self.readings
            if one.document.type == "service"
        }
        values = {
            value
            for reading in self.readings
            for one in self.services(reading)
            for value in _with_heading(service_value(one))
        }
        labels = {value: titles.get(value) or self._service_label(value) for value in values}
        return FacetSpec("service", labels, {value: value.rpartition("/")[0] or None for value in values})

    def _service_label(self, value: str) -> str:
        heading, _, slug = value.rpartition("/")
        return slug.replace("-", " ").capitalize() if heading else self.settings.heading_label(slug)

    def _cites_spec(self) -> FacetSpec:
        """Every cited key and what encloses it; a part of the regulations only where it is cited as such."""
        cited = {key for reading in self.readings for key in reading.cites}
        listed = cited | {key for one in cited for key in authorities.enclosing(one)}
        every = {key for one in cited for key in authorities.covering(one)}
        labels = {key: authorities.label(key) for key in every}
        return FacetSpec("cites", labels, {key: authorities.parent(key) for key in every}, frozenset(every - listed))


class _Names:
    """Names of authors and sources by their folded form, shown in the spelling of most documents."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        documents = [reading.document for reading in readings]
        self.authors = _spellings(author for one in documents for author in dict.fromkeys(one.authors))
        self.sources = _spellings(one.source.name for one in documents if one.source)


def _spellings(names: Iterable[str]) -> Mapping[str, str]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        counted[fold_name(name)][name] += 1
    return {folded: min(found, key=lambda name: (-found[name], name)) for folded, found in counted.items()}


def service_value(document_id: str) -> str:
    """The value of the `service` facet for a service page: its id without `services/`."""
    return document_id.removeprefix("services/")


def _with_heading(value: str) -> list[str]:
    heading = value.rpartition("/")[0]
    return [value, heading] if heading else [value]
