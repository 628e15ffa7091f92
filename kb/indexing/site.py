"""What a generation holds beside its engine: rendered pages, where they are, and what hangs together with what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kb.content.files import old_path
from kb.indexing.entries import Corpus
from kb.indexing.reading import Reading
from kb.model import Change, Heading, PageRef
from kb.search.arrays import Blobs, packed
from kb.vocabulary import Concept, Vocabulary

_FILE, _PAGES = "site.json", "pages.arrays"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the site knows of a page without opening it: beside its reference, what related reading compares."""

    ref: PageRef
    tags: tuple[str, ...]
    services: tuple[str, ...]
    cites: tuple[str, ...]
    words: int
    source_url: str | None
    superseded_by: str | None
    #: Key and day of each change of law that the page cites.
    changes: tuple[str, ...]


def write_site(folder: Path, corpus: Corpus) -> None:
    """Write the site's part of a generation; pages stand in the order of the engine's documents."""
    readings = sorted(corpus.readings, key=lambda one: one.document.id)
    site = {
        "vocabulary": [asdict(concept) for concept in corpus.vocabulary],
        "changes": [{**asdict(change), "date": change.date.isoformat()} for change in corpus.changes],
        "facts": [_facts(corpus, reading) for reading in readings],
        "redirects": {old_path(old): one.url for one in readings for old in one.document.redirect_from},
    }
    (folder / _FILE).write_text(json.dumps(site, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    Blobs.write(folder / _PAGES, (packed(_page(corpus, reading)) for reading in readings))


def _facts(corpus: Corpus, reading: Reading) -> dict[str, Any]:
    document = reading.document
    return {
        "id": document.id,
        "url": reading.url,
        "title": document.title,
        "menu_title": document.menu_title,
        "summary": document.summary,
        "type": document.type,
        "date": document.date.isoformat() if document.date else None,
        "updated": document.updated.isoformat() if document.updated else None,
        "lang": document.lang,
        "order": document.order,
        "aliases": document.aliases,
        "tags": document.tags,
        "services": corpus.services(reading),
        "cites": reading.cites,
        "words": reading.words,
        "source_url": document.source.url if document.source else None,
        "superseded_by": document.superseded_by,
        "changes": [f"{change.key}|{change.date.isoformat()}" for change in corpus.changes_of(reading)],
    }


def _page(corpus: Corpus, reading: Reading) -> dict[str, Any]:
    return {
        "html": reading.html,
        "bio_html": reading.bio_html,
        "headings": [asdict(heading) for heading in reading.headings],
        "words": reading.words,
        "services": corpus.services(reading),
        "cites": reading.cites,
    }


class Site:
    """The site's part of one generation, read-only."""

    def __init__(self, folder: Path) -> None:
        self._data: Mapping[str, Any] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        self._pages = Blobs(folder / _PAGES)
        self.facts = {fact["id"]: _read_facts(fact) for fact in self._data["facts"]}
        self._numbers = {document_id: number for number, document_id in enumerate(self.facts)}
        self._by_path = {old_path(facts.ref.url): document_id for document_id, facts in self.facts.items()}
        self.redirects: Mapping[str, str] = self._data["redirects"]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary as it was when the generation was built."""
        return Vocabulary(_concept(data) for data in self._data["vocabulary"])

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The ledger of changes as it was when the generation was built."""
        return tuple(Change(**{**one, "date": dt.date.fromisoformat(one["date"])}) for one in self._data["changes"])

    @cached_property
    def change_by_mark(self) -> Mapping[str, Change]:
        """Changes by key and day."""
        return {f"{change.key}|{change.date.isoformat()}": change for change in self.changes}

    def locate(self, path: str) -> str | None:
        """The id of the document served at a path (decoded), or None."""
        return self._by_path.get(path)

    def page(self, document_id: str) -> Mapping[str, Any]:
        """The rendered page of a document: `html`, `bio_html`, `headings`, `words`, `services`, `cites`."""
        return self._pages.get(self._numbers[document_id])  # type: ignore[no-any-return]


def headings_of(page: Mapping[str, Any]) -> tuple[Heading, ...]:
    """The headings of a page as records."""
    return tuple(Heading(**heading) for heading in page["headings"])


def _read_facts(data: Mapping[str, Any]) -> PageFacts:
    ref = PageRef(
        id=data["id"],
        url=data["url"],
        title=data["title"],
        menu_title=data["menu_title"],
        summary=data["summary"],
        type=data["type"],
        date=_day(data["date"]),
        updated=_day(data["updated"]),
        lang=data["lang"],
        order=data["order"],
        aliases=tuple(data["aliases"]),
    )
    return PageFacts(
        ref=ref,
        tags=tuple(data["tags"]),
        services=tuple(data["services"]),
        cites=tuple(data["cites"]),
        words=data["words"],
        source_url=data["source_url"],
        superseded_by=data["superseded_by"],
        changes=tuple(data["changes"]),
    )


def _concept(data: Mapping[str, Any]) -> Concept:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}
    return Concept(**values)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
