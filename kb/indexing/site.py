"""What a generation holds beside its engine: rendered pages, where they are, and what hangs together with what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from kb.content.files import old_path
from kb.indexing.entries import Corpus
from kb.indexing.records import FACTS, PAGE, About, day_from_iso
from kb.jsontext import from_json, to_json
from kb.model import Change, Heading, PageRef
from kb.search.arrays import Blobs, BlobsWriter
from kb.vocabulary import Concept, Vocabulary

if TYPE_CHECKING:
    from kb.search.kept import KeptDocument

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


class SiteWriter(AbstractContextManager["SiteWriter"]):
    """Writes the site's part of a generation page by page, in the order of the engine's documents."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._corpus = corpus
        self._pages = BlobsWriter(folder / _PAGES)
        self._file = (folder / _FILE).open("wb")
        self._number = 0
        self._changes: dict[str, list[str]] = {}
        self._redirects: dict[str, str] = {}
        references = {
            "vocabulary": [asdict(concept) for concept in corpus.vocabulary],
            "changes": [{**asdict(change), "date": change.date.isoformat()} for change in corpus.changes],
            "drafts": sorted(corpus.drafts & {concept.service for concept in corpus.vocabulary}),
        }
        self._file.write(to_json(references)[:-1] + b',"facts":[')

    def add(self, record: KeptDocument, about: About) -> None:
        """Write a page."""
        self._file.write((b",\n" if self._number else b"\n") + record.parts[FACTS])
        self._pages.add(record.parts[PAGE])
        changes = self._corpus.changes_of(about)
        if changes:
            self._changes[about.id] = [_mark(change) for change in changes]
        self._redirects.update((old_path(old), about.url) for old in about.redirect_from)
        self._number += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pages.close()
        with self._file as file:
            rest = {"changes_of": self._changes, "redirects": self._redirects}
            file.write(b"],\n" + to_json(rest)[1:])


def _mark(change: Change) -> str:
    return f"{change.key}|{change.date.isoformat()}"


class Site:
    """The site's part of one generation, read-only."""

    def __init__(self, folder: Path) -> None:
        self._data: Mapping[str, Any] = from_json((folder / _FILE).read_bytes())
        self._pages = Blobs(folder / _PAGES)
        drafts, changes = frozenset(self._data["drafts"]), self._data["changes_of"]
        self.facts = {
            fact["id"]: _read_facts(fact, drafts, changes.get(fact["id"], ())) for fact in self._data["facts"]
        }
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
        return {_mark(change): change for change in self.changes}

    def locate(self, path: str) -> str | None:
        """The id of the document served at a path (decoded), or None."""
        return self._by_path.get(path)

    def page(self, document_id: str) -> Mapping[str, Any]:
        """The rendered page of a document: `html`, `bio_html`, `headings`."""
        return self._pages.get(self._numbers[document_id])  # type: ignore[no-any-return]


def headings_of(page: Mapping[str, Any]) -> tuple[Heading, ...]:
    """The headings of a page as records."""
    return tuple(Heading(**heading) for heading in page["headings"])


def _read_facts(data: Mapping[str, Any], drafts: Collection[str], changes: Sequence[str]) -> PageFacts:
    ref = PageRef(
        id=data["id"],
        url=data["url"],
        title=data["title"],
        menu_title=data["menu_title"],
        summary=data["summary"],
        type=data["type"],
        date=day_from_iso(data["date"]),
        updated=day_from_iso(data["updated"]),
        lang=data["lang"],
        order=data["order"],
        aliases=tuple(data["aliases"]),
    )
    return PageFacts(
        ref=ref,
        tags=tuple(data["tags"]),
        services=tuple(service for service in data["services"] if service not in drafts),
        cites=tuple(data["cites"]),
        words=data["words"],
        source_url=data["source_url"],
        superseded_by=data["superseded_by"],
        changes=tuple(changes),
    )


def _concept(data: Mapping[str, Any]) -> Concept:
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in data.items()}
    return Concept(**values)
