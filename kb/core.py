"""The library's one face: a knowledge base that can be opened, rebuilt, searched and checked.

The command line and the web are thin over it, and use it as a stranger would.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

from kb.config import FILE, Settings, load_settings
from kb.content.files import FOLDER, find_pages
from kb.errors import ConfigError, DamagedIndexError, DocumentError, NoIndexError, RootError
from kb.indexing.drafts import draft_at, is_draft
from kb.indexing.generations import Generation
from kb.indexing.lock import rebuild_lock
from kb.indexing.pages import Pages, Progress, silent
from kb.indexing.readings import DamagedReadingsError, KeptReadings, checked_of, fingerprint, page_key
from kb.indexing.rebuild import (
    INDEX,
    Options,
    build_documents,
    generation_keys,
    load_references,
    open_generations,
    rebuild,
    reference_hashes,
    store_of,
)
from kb.indexing.records import CHECKED, STORED, About
from kb.language import authorities
from kb.model import TYPES, Change, Completion, Document, Page, Problem, Query, RelatedPage, Results, Status, Summary
from kb.shipped import vocabulary_for
from kb.vocabulary import PATH as VOCABULARY
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kb.newsroom.check import CheckedPage
    from kb.reader import Reader
    from kb.search.kept import KeptDocument

#: Seconds between two looks at which generation is live (the contract: a new one is picked up within two seconds).
LOOK_AGAIN = 0.5


class KnowledgeBase:
    """A knowledge base: what is configured, what is built, and everything that can be asked of it.

    One instance may serve many threads. A new generation, whoever built it, is picked up within two seconds; what
    was answered from the old one stays valid.
    """

    def __init__(self, settings: Settings, documents: Sequence[Document] | None = None) -> None:
        self.settings = settings
        self._documents = documents
        self._vocabulary = Vocabulary()
        self._changes: tuple[Change, ...] = ()
        self._generations = open_generations(settings)
        self._reader: Reader | None = None
        self._looked = float("-inf")
        self._lock = threading.Lock()

    @classmethod
    def open(cls, root: Path | str, engine: str | None = None) -> KnowledgeBase:
        """The knowledge base of a folder with `kb.toml` and `content/`; an index need not exist yet.

        Raises RootError where the folder is none, ConfigError with every problem of `kb.toml`.
        """
        root = Path(root)
        settings = load_settings(root, engine)
        if not (root / FOLDER).is_dir():
            raise RootError(f"{root}: no {FOLDER}/ beside {FILE}: create it, or give another folder with --root.")
        return cls(settings)

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Document],
        vocabulary: Vocabulary | Mapping[str, Mapping[str, Any]] | Path | str | None = None,
        path: Path | str | None = None,
        *,
        changes: Iterable[Change] = (),
        engine: str | None = None,
        settings: Settings | None = None,
    ) -> KnowledgeBase:
        """A knowledge base of documents that were never files, built at once.

        `vocabulary` is one, or its concepts by id as `vocabulary.toml` writes them, or that file; `path` the folder
        that gets an `index/` (a temporary one by default). A change needs its `authority` in any spelling.
        Raises DocumentError for an id that is empty, twice there or with control characters, and for an unknown tag,
        type or language.
        """
        base = settings or Settings()
        root = Path(path) if path is not None else Path(mkdtemp(prefix="kb-"))
        found = cls(base.model_copy(update={"root": root, "engine": engine or base.engine}), ())
        found._vocabulary = _vocabulary(vocabulary)
        found._changes = tuple(_with_key(change) for change in changes)
        found._documents = _checked(documents, found._vocabulary)
        if path is None:
            finalize(found, rmtree, root, ignore_errors=True)
        found.rebuild()
        return found

    # -- reading ----------------------------------------------------------------------------------------------------

    def reader(self) -> Reader:
        """The live generation, open. Everything asked of one reader is answered from one generation.

        Raises NoIndexError where none was built, DamagedIndexError where it cannot be opened.
        """
        now = time.monotonic()
        if self._reader is not None and now - self._looked < LOOK_AGAIN:
            return self._reader
        with self._lock:
            self._looked = now
            try:
                self._reader = self._live_reader()
            except (NoIndexError, DamagedIndexError):
                # What is open already goes on answering while the live index is damaged or away.
                if self._reader is None:
                    raise
            return self._reader

    def _live_reader(self) -> Reader:
        """The live generation, open. One that was replaced while it was being opened is no damage: look again."""
        while True:
            name = self._generations.current_name()
            if self._reader is not None and name == self._reader.generation:
                return self._reader
            try:
                return self._opened(self._generations.live())
            except DamagedIndexError:
                if self._generations.current_name() == name:
                    raise

    def _opened(self, generation: Generation) -> Reader:
        from kb.reader import Reader

        try:
            return Reader(generation, self.settings)
        except Exception:
            # Damaged files make those who read them raise anything; their checksums tell damage from a fault of ours.
            self._generations.verify(generation)
            raise

    def verify(self) -> None:
        """Compare every file of the live generation with its checksum. Raises NoIndexError, DamagedIndexError."""
        self._generations.verify(self._generations.live())

    def search(self, query: Query | str) -> Results:
        """See `Reader.search`."""
        return self.reader().search(query)

    def related(self, document_id: str, limit: int = 6) -> tuple[RelatedPage, ...]:
        """See `Reader.related`."""
        return self.reader().related(document_id, limit)

    def suggest(self, prefix: str, limit: int = 8) -> tuple[Completion, ...]:
        """See `Reader.suggest`."""
        return self.reader().suggest(prefix, limit)

    def document(self, document_id: str) -> Page:
        """See `Reader.document`."""
        return self.reader().document(document_id)

    def draft_at(self, path: str) -> Page | None:
        """The draft that would be served at a URL path, read from its file; None where there is none."""
        return draft_at(self.settings.root, path)

    # -- managing ---------------------------------------------------------------------------------------------------

    def rebuild(
        self, full: bool = False, keep_going: bool = False, progress: Progress = silent, workers: int = 1
    ) -> Summary:
        """Write a new generation and switch to it. See `kb.indexing.rebuild.rebuild` for what it raises.

        With `workers` above one, many pages are read by so many processes. They are spawned: a program that asks for
        them guards its beginning with `if __name__ == "__main__":`.
        """
        if self._documents is not None:
            summary = build_documents(self.settings, self._documents, self._vocabulary, self._changes, progress)
        else:
            summary = rebuild(self.settings, Options(full, keep_going, workers), progress)
        self._look_now()
        return summary

    def back(self) -> Status:
        """Return to the generation before the live one. Raises NoPreviousGenerationError where none is kept."""
        with rebuild_lock(self.settings.root / INDEX):
            self._generations.back()
        self._look_now()
        return self.status()

    def _look_now(self) -> None:
        self._looked = float("-inf")

    def status(self, verify: bool = False) -> Status:
        """What is live, and which pages have changed since; with `verify` every file's checksum is compared.

        Raises NoIndexError, DamagedIndexError.
        """
        generation = self._generations.live()
        if verify:
            self._generations.verify(generation)
        return Status(
            engine=self.settings.engine,
            generation=generation.name,
            built=generation.built,
            documents=generation.manifest["documents"],
            size=generation.size,
            previous=generation.manifest["previous"],
            stale=self._stale(generation) if self._documents is None else (),
            verified=verify,
        )

    def _stale(self, generation: Generation) -> tuple[str, ...]:
        """The ids of pages that were added, changed or removed since (drafts apart), and files that all depend on."""
        root, before = self.settings.root, generation.manifest["references"]
        after = reference_hashes(root)
        files = tuple(name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name))
        try:
            vocabulary = vocabulary_for(root)
        except ConfigError:
            return (*files, VOCABULARY)
        common = fingerprint(vocabulary)
        built = generation_keys(generation)
        now = {file.id: file for file in find_pages(root)}
        changed = {one for one in built.keys() & now.keys() if built[one] != page_key(now[one], common).hex()}
        added = {one for one in now.keys() - built.keys() if not is_draft(now[one], vocabulary)}
        return (*files, *sorted(changed | added | (built.keys() - now.keys())))

    def check(self) -> tuple[Problem, ...]:
        """Every problem of content, vocabulary, links, tags and currency; nothing is built."""
        from kb.newsroom.check import check_site

        root = self.settings.root
        try:
            vocabulary, changes = load_references(root)
        except ConfigError as error:
            return error.problems
        pages = Pages.find(root, vocabulary)
        with closing(self._kept()) as kept:
            checking = _Checking(kept)
            found = pages.read(kept, checking)
        drafts = [Document(draft, "") for draft in sorted(found.drafts)]
        problems = [*found.problems, *check_site(checking.pages, drafts, vocabulary, changes, self.settings)]
        levels = ("error", "warning", "note")
        return tuple(sorted(problems, key=lambda one: (levels.index(one.level), one.path, one.line)))

    def _kept(self) -> KeptReadings:
        try:
            return KeptReadings.open(store_of(self.settings.root))
        except DamagedReadingsError:
            return KeptReadings()


class _Checking:
    """Takes every reading for `kb check`."""

    def __init__(self, kept: KeptReadings) -> None:
        self.pages: list[CheckedPage] = []
        self._kept = kept

    def keep(self, number: int, about: About) -> None:
        """Take a reading that is kept."""
        if not about.draft:
            self._take(about, *self._kept.checked(number))

    def add(self, reading: KeptDocument, terms: Sequence[str], about: About) -> None:  # noqa: ARG002 - text is no matter
        """Take a new reading."""
        if not about.draft:
            self._take(about, *checked_of(reading.parts[STORED], reading.parts[CHECKED]))

    def _take(self, about: About, document: Document, links: Sequence[str], redacted: int) -> None:
        from kb.newsroom.check import CheckedPage

        self.pages.append(CheckedPage(document, about.url, tuple(links), tuple(about.cites), redacted))


def _vocabulary(given: Vocabulary | Mapping[str, Mapping[str, Any]] | Path | str | None) -> Vocabulary:
    if isinstance(given, Vocabulary):
        return given
    if given is None:
        return Vocabulary()
    if isinstance(given, Mapping):
        return Vocabulary.from_mapping(given)
    return Vocabulary.load(Path(given), str(given))


def _with_key(change: Change) -> Change:
    from kb.language.citations import canonical

    key = change.key or canonical(change.authority)
    if not key:
        raise DocumentError(f"“{change.authority}” is not a citation: write it as 8 CFR 214.2(h) or INA 212(a)(9)(B).")
    return replace(change, key=key, authority=authorities.label(key))


def _checked(documents: Iterable[Document], vocabulary: Vocabulary) -> tuple[Document, ...]:
    """The documents as they are stored: tags as concept ids, days as dates, no empty names."""
    found: dict[str, Document] = {}
    for document in documents:
        _check_texts(document)
        if document.id in found:
            raise DocumentError(f"Two documents have the id “{document.id}”: give each its own.")
        found[document.id] = replace(
            document,
            tags=_concepts(document, vocabulary),
            authors=tuple(name for name in document.authors if name.strip()),
            date=_day(document, "date"),
            updated=_day(document, "updated"),
            reviewed=_day(document, "reviewed"),
        )
    return tuple(found.values())


def _check_texts(document: Document) -> None:
    """Raise DocumentError for an id, a type, a language or a text that can be none."""
    if not document.id or any(unicodedata.category(char) in ("Cc", "Cs") for char in document.id):
        raise DocumentError(f"“{document.id!r}” cannot be an id: give any text without control characters.")
    if document.type not in TYPES:
        raise DocumentError(f"{document.id}: “{document.type}” is not a type: choose {', '.join(TYPES)}.")
    if document.lang not in ("en", "es"):
        raise DocumentError(f"{document.id}: “{document.lang}” is not a language of this site: choose en, es.")
    try:
        "".join((document.title, document.body, *document.authors, *document.aliases)).encode()
    except UnicodeEncodeError as error:
        what = "holds half of a surrogate pair, which is no text"
        raise DocumentError(f"{document.id}: {what}: decode it with errors=“replace”.") from error


def _concepts(document: Document, vocabulary: Vocabulary) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for tag in document.tags:
        concept_id = vocabulary.resolve(tag)
        if concept_id is None:
            nearest = vocabulary.nearest(tag)
            hint = f"did you mean {nearest}?" if nearest else "the vocabulary is empty."
            raise DocumentError(f"{document.id}: unknown tag “{tag}”: {hint}")
        found[concept_id] = None
    return tuple(found)


def _day(document: Document, name: str) -> dt.date | None:
    """A day of a document; a moment is the day on which it lies."""
    value: object = getattr(document, name)
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    raise DocumentError(f"{document.id}: {name} is “{value}”: give a datetime.date.")
