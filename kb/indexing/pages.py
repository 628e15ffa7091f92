"""The pages of a root: found, compared with what is kept of them, and read anew where they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from kb.content.files import Linked, find_pages, key_line, path_of, read_page, site_problems
from kb.errors import DocumentError
from kb.indexing.entries import Gathered, Shown
from kb.indexing.readings import KeptReadings, fingerprint, page_key
from kb.indexing.records import ABOUT, About, draft_of, record_of
from kb.model import Document, Problem
from kb.search.kept import KeptDocument
from kb.search.tokens import TermNumbers
from kb.vocabulary import Vocabulary

#: Called with what is being done, how many pages are done, and of how many.
Progress = Callable[[str, int, int], None]
#: The problems of a page, what is kept of it if it can be read, and the terms by which its own are numbered.
_Anew = tuple[list[Problem], KeptDocument | None, Sequence[str]]


def silent(_stage: str, _done: int, _total: int) -> None:
    """No progress shown."""


class Seen(NamedTuple):
    """A page file, and the key of what it holds; or why it cannot be a page."""

    id: str
    path: str
    key: bytes
    problem: Problem | None


class Sink(Protocol):
    """Takes every reading in the order of the ids."""

    def keep(self, number: int, about: About) -> None:
        """Take a reading that is kept already."""

    def add(self, reading: KeptDocument, terms: Sequence[str], about: About) -> None:
        """Take a new reading, whose terms are numbered by their place in `terms`."""


@dataclass(frozen=True, slots=True)
class Found:
    """Every page of a root, read: those that may be shown, the drafts, and all problems."""

    shown: Sequence[Shown]
    drafts: frozenset[str]
    gathered: Gathered
    problems: tuple[Problem, ...]
    #: How many of `shown` were read anew.
    read: int


@dataclass(frozen=True, slots=True)
class Pages:
    """The page files of a root by id, as they were when they were looked for."""

    root: Path
    vocabulary: Vocabulary
    files: Sequence[Seen]

    @classmethod
    def find(cls, root: Path, vocabulary: Vocabulary) -> Pages:
        """Look for every page file."""
        common = fingerprint(vocabulary)
        seen = (Seen(file.id, file.path, page_key(file, common), file.problem) for file in find_pages(root))
        return cls(root, vocabulary, sorted(seen, key=lambda one: (one.id, one.path)))

    def numbers(self, known: KeptReadings) -> list[int | None]:
        """Of each file the number of its kept reading; None where it has none."""
        return [None if one.problem else known.number(one.key) for one in self.files]

    def read(self, known: KeptReadings, sink: Sink, workers: int = 1, progress: Progress = silent) -> Found:
        """Give a sink every reading: the kept ones, and those of pages that have changed, which are read now."""
        reading = Intake(known, sink)
        numbers = self.numbers(known)
        changed = [
            one.path for one, number in zip(self.files, numbers, strict=True) if number is None and not one.problem
        ]
        with closing(self._anew(changed, workers, progress)) as anew:
            for one, number in zip(self.files, numbers, strict=True):
                if one.problem:
                    reading.problems.append(one.problem)
                elif number is None:
                    reading.add(*next(anew))
                else:
                    reading.keep(number)
        reading.problems += self._between(reading.links)
        return reading.found()

    def _anew(self, paths: Sequence[str], workers: int, progress: Progress) -> Generator[_Anew, None, None]:
        if not paths:
            return
        # Markdown, lxml and the grammar of the language load only where something is to be read.
        from kb.indexing.pool import read_pages

        done = 0
        progress("reading", 0, len(paths))
        with closing(read_pages(self.root, self.vocabulary, paths, workers)) as chunks:
            for chunk in chunks:
                for page in chunk.pages:
                    yield page.problems, page.record, chunk.terms
                    done += 1
                    progress("reading", done, len(paths))

    def _between(self, links: Sequence[Linked]) -> Iterator[Problem]:
        """What is wrong between pages, each with its line; a page that cannot be read exists all the same."""
        for claim in site_problems(links, {one.id for one in self.files}):
            path = path_of(claim.id)
            yield Problem(path, key_line(read_page(self.root, self.root / path), claim.key), claim.what, claim.fix)


class Intake:
    """Gives readings to a sink, by ascending id, and gathers what a rebuild must know of all of them."""

    def __init__(self, known: KeptReadings, sink: Sink) -> None:
        self.links: list[Linked] = []
        self.problems: list[Problem] = []
        self._known = known
        self._sink = sink
        self._shown: list[Shown] = []
        self._drafts: set[str] = set()
        self._gathered = Gathered()
        self._read = 0

    def keep(self, number: int) -> None:
        """Give on a reading that is kept."""
        about = self._known.about(number)
        self._sink.keep(number, about)
        self._take(about, self._known.key(number))

    def add(self, problems: Sequence[Problem], reading: KeptDocument | None, terms: Sequence[str]) -> None:
        """Give on a new reading, if there is one."""
        self.problems += problems
        if reading is None:
            return
        about = About.of(reading.parts[ABOUT])
        self._sink.add(reading, terms, about)
        self._take(about, reading.key)
        self._read += not about.draft

    def _take(self, about: About, key: bytes) -> None:
        if about.draft:
            self._drafts.add(about.id)
        else:
            self._shown.append(Shown(about.id, key, len(self.links)))
            self._gathered.add(about)
        self.links.append(Linked(about.id, about.superseded_by, about.related, about.not_related, about.redirect_from))

    def found(self) -> Found:
        """All that was given."""
        return Found(self._shown, frozenset(self._drafts), self._gathered, tuple(self.problems), self._read)


def read_documents(documents: Iterable[Document], vocabulary: Vocabulary, sink: Sink) -> Found:
    """Give a sink the readings of documents that were never files. Raises DocumentError."""
    from kb.content.render import DeepNestingError
    from kb.indexing.pool import CHUNK
    from kb.indexing.reading import PageReader
    from kb.language.analysis import Analyzer
    from kb.language.lexicon import Lexicon

    reader = PageReader(Analyzer(Lexicon(vocabulary)), vocabulary)
    intake = Intake(KeptReadings(), sink)
    ordered = sorted(documents, key=lambda one: one.id)
    for start in range(0, len(ordered), CHUNK):
        numbers, records = TermNumbers(), []
        for document in ordered[start : start + CHUNK]:
            key = hashlib.sha256(document.id.encode()).digest()
            try:
                records.append(
                    draft_of(key, document)
                    if document.draft
                    else record_of(key, reader.read(document), vocabulary, numbers)
                )
            except DeepNestingError as error:
                raise DocumentError(f"{document.id}: {error}: make it flatter.") from error
        terms = list(numbers)
        for record in records:
            intake.add((), record, terms)
    return intake.found()
