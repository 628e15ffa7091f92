"""Readings kept between rebuilds, in one file, keyed by a hash of page, vocabulary and the version of the reading."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from unicodedata import unidata_version

from kb.content.files import PageFile
from kb.indexing.records import ABOUT, CHECKED, PARTS, STORED, About, document_from_json
from kb.jsontext import from_json
from kb.model import Document
from kb.search.arrays import unpacked
from kb.search.kept import DamagedKeptError, Kept, KeptDocument, KeptWriter, Renumbering
from kb.search.tokens import TermNumbers
from kb.vocabulary import Vocabulary

#: The code and data that make a reading what it is: whole packages, and modules of the package itself.
_PACKAGES = ("language", "content")
_MODULES = (
    "indexing/reading.py",
    "indexing/records.py",
    "search/arrays.py",
    "search/kept.py",
    "search/passages.py",
    "search/tokens.py",
    "folding.py",
    "frontmatter.py",
    "jsontext.py",
    "model.py",
    "toml.py",
    "vocabulary.py",
)
#: Whatever of others takes part in it.
_LIBRARIES = ("lxml", "Markdown", "nh3", "orjson", "pydantic", "PyStemmer", "PyYAML", "zstandard")


class DamagedReadingsError(ValueError):
    """The kept readings cannot be trusted; a full rebuild replaces them."""


@cache
def reading_version() -> str:
    """A hash of all that makes a reading but its page and the vocabulary: where it changes, pages are read anew."""
    home = Path(str(files("kb")))
    found = [
        path
        for package in _PACKAGES
        for path in (home / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    digest = hashlib.sha256(unidata_version.encode())
    for path in (*sorted(found), *(home / name for name in _MODULES)):
        digest.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()[:16]


def fingerprint(vocabulary: Vocabulary) -> str:
    """What all readings depend on beside their page: the vocabulary and the version of the reading."""
    digest = hashlib.sha256(reading_version().encode())
    for concept in sorted(vocabulary, key=lambda one: one.id):
        digest.update(repr(concept).encode())
    return digest.hexdigest()


def page_key(file: PageFile, common: str) -> bytes:
    """The key under which the reading of a page is kept."""
    return hashlib.sha256(b"\0".join((common.encode(), file.path.encode(), file.data))).digest()


class KeptReadings:
    """The readings of the last rebuild, each read when it is asked for."""

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept
        self._numbers = {key: number for number, key in enumerate(kept.keys)} if kept is not None else {}

    @classmethod
    def open(cls, path: Path, check: bool = True) -> KeptReadings:
        """The kept readings, every byte compared with the checksum; none where there is no file.

        Raises DamagedReadingsError.
        """
        try:
            return cls(Kept(path, PARTS, check))
        except FileNotFoundError:
            return cls()
        except (OSError, DamagedKeptError) as error:
            raise DamagedReadingsError(str(error)) from error

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def terms(self) -> TermNumbers:
        """The numbers of the terms of all readings."""
        return self._kept.numbers if self._kept is not None else TermNumbers()

    @property
    def given_up(self) -> int:
        """How many occurrences of terms were given up since terms were numbered."""
        return self._kept.given_up if self._kept is not None else 0

    def occurrences(self, numbers: Sequence[int]) -> int:
        """How many occurrences of terms some readings have."""
        return self._kept.occurrences(numbers) if self._kept is not None else 0

    def copy(self, numbers: Sequence[int], writer: KeptWriter) -> None:
        """Write readings as they lie."""
        if self._kept is not None and numbers:
            writer.copy(self._kept, numbers)

    def close(self) -> None:
        """Close the file, and let go of what was known of it."""
        if self._kept is not None:
            self._kept.close()
        self._kept, self._numbers = None, {}

    def number(self, key: bytes) -> int | None:
        """The number of the reading kept under a key, or None."""
        return self._numbers.get(key)

    def key(self, number: int) -> bytes:
        """The key of a reading."""
        assert self._kept is not None
        return self._kept.keys[number]

    def get(self, number: int) -> KeptDocument:
        """A reading as it is kept."""
        assert self._kept is not None
        return self._kept.get(number)

    def about(self, number: int) -> About:
        """What a rebuild looks at of a reading."""
        assert self._kept is not None
        return About.of(self._kept.part(number, ABOUT))

    def checked(self, number: int) -> tuple[Document, Sequence[str], int]:
        """What `checked_of` gives for a reading."""
        assert self._kept is not None
        return checked_of(self._kept.part(number, STORED), self._kept.part(number, CHECKED))


def checked_of(stored: bytes, checked: bytes) -> tuple[Document, Sequence[str], int]:
    """The document of a reading without its body, the addresses that it links to, and how many numbers it held."""
    links, redacted = from_json(checked)
    return document_from_json(unpacked(stored)["document"]), links, redacted


class ReadingsWriter(AbstractContextManager["ReadingsWriter"]):
    """Writes the kept readings anew: those of before that are still wanted, and new ones, in the order they are given.

    Terms keep their numbers, whoever uses them, until as much has been given up as is left: then they are numbered
    anew.
    """

    def __init__(self, path: Path, known: KeptReadings, wanted: Sequence[int]) -> None:
        left = known.occurrences(wanted)
        given_up = known.given_up + known.occurrences(range(len(known))) - left
        self._known = known
        self._waiting: list[int] = []
        self._same = given_up <= left
        self._numbers = known.terms if self._same else TermNumbers()
        self._anew = Renumbering(list(known.terms), self._numbers)
        self._terms: Sequence[str] = ()
        self._renumbering = Renumbering((), self._numbers)
        self._writer = KeptWriter(path, PARTS, self._numbers, given_up if self._same else 0)

    def keep(self, number: int, about: About) -> None:  # noqa: ARG002 - what it says lies in it already
        """Write a reading of before."""
        self._waiting.append(number)

    def add(self, reading: KeptDocument, terms: Sequence[str], about: About) -> None:  # noqa: ARG002
        """Write a new reading, whose terms are numbered by their place in `terms`."""
        self._flush()
        if terms is not self._terms:
            self._terms, self._renumbering = terms, Renumbering(terms, self._numbers)
        self._writer.add(reading, self._renumbering)

    def _flush(self) -> None:
        """Write the readings of before that wait: those that lie behind each other are copied at once."""
        if self._same:
            self._known.copy(self._waiting, self._writer)
        else:
            for number in self._waiting:
                self._writer.add(self._known.get(number), self._anew)
        self._waiting = []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.__exit__(kind, error, trace)


@contextmanager
def replacing(path: Path, known: KeptReadings, wanted: Sequence[int]) -> Iterator[ReadingsWriter]:
    """Replace the kept readings in one step when the context ends without an error.

    There is no fsync: what a power failure leaves fails its checksum, and pages are read anew.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    try:
        with ReadingsWriter(temporary, known, wanted) as writer:
            yield writer
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
