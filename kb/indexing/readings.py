"""Readings kept between rebuilds, in one file, keyed by a hash of page, vocabulary and the version of the reading."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any
from unicodedata import unidata_version

from kb.content.files import PageFile
from kb.indexing.reading import Reading
from kb.vocabulary import Vocabulary

_MAGIC = b"kb-readings-3\n"
#: The code and data that make a reading what it is: whole packages, and modules of the package itself.
_PACKAGES = ("language", "content")
_MODULES = (
    "indexing/reading.py",
    "indexing/readings.py",
    "folding.py",
    "frontmatter.py",
    "model.py",
    "toml.py",
    "vocabulary.py",
)
#: Whatever of others takes part in it.
_LIBRARIES = ("lxml", "Markdown", "nh3", "pydantic", "PyStemmer", "PyYAML")


#: Bytes of the checksum behind the first line; it is that of everything behind it.
_CHECKSUM = hashlib.sha256().digest_size


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


def page_key(file: PageFile, common: str) -> str:
    """The key under which the reading of a page is kept."""
    return hashlib.sha256(b"\0".join((common.encode(), file.path.encode(), file.data))).hexdigest()


class KeptReadings:
    """The readings of the last rebuild, read one by one as they are asked for."""

    def __init__(self, places: Mapping[str, tuple[int, int]], data: bytes) -> None:
        self._places = places
        self._data = data

    @classmethod
    def open(cls, path: Path) -> KeptReadings:
        """The kept readings; none where there is no file. Raises DamagedReadingsError."""
        try:
            data = memoryview(path.read_bytes())
        except FileNotFoundError:
            return cls({}, b"")
        except OSError as error:
            raise DamagedReadingsError(str(error)) from error
        start = len(_MAGIC) + _CHECKSUM
        if data[: len(_MAGIC)] != _MAGIC or hashlib.sha256(data[start:]).digest() != data[len(_MAGIC) : start]:
            raise DamagedReadingsError("not a file of readings, or not as it was written")
        size = int.from_bytes(data[start : start + 8], "little")
        body = start + 8 + size
        places = json.loads(zlib.decompress(data[start + 8 : body]))
        return cls({key: (offset, length) for key, (offset, length) in places.items()}, bytes(data[body:]))

    def get(self, key: str) -> Reading | None:
        """The reading kept under a key, or None."""
        return Reading.from_json(json.loads(zlib.decompress(self.raw(key)))) if key in self._places else None

    def raw(self, key: str) -> bytes:
        """The packed reading as it lies in the file."""
        offset, length = self._places[key]
        return self._data[offset : offset + length]


def pack(reading: Reading) -> bytes:
    """A reading as it is kept."""
    data: dict[str, Any] = reading.to_json()
    return zlib.compress(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def write(path: Path, packed: Mapping[str, bytes]) -> None:
    """Replace the kept readings in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    places, offset = {}, 0
    for key, data in packed.items():
        places[key] = (offset, len(data))
        offset += len(data)
    header = zlib.compress(json.dumps(places).encode())
    parts = [len(header).to_bytes(8, "little"), header, *packed.values()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines([_MAGIC, digest.digest(), *parts])
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
