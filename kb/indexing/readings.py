"""Readings kept between rebuilds, in one file, keyed by a hash of page, vocabulary and the version of the reading."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kb.indexing.reading import Reading
from kb.vocabulary import Vocabulary

_MAGIC = b"kb-readings-1\n"


class DamagedReadingsError(ValueError):
    """The kept readings cannot be trusted; a full rebuild replaces them."""


@cache
def reading_version() -> str:
    """A hash of the code and data that make a reading what it is: whatever changes there, pages are read anew."""
    digest = hashlib.sha256()
    for package, names in (
        ("kb.language", ()),
        ("kb.language.data", ()),
        ("kb.content", ("render.py",)),
        ("kb.indexing", ("reading.py",)),
    ):
        folder = files(package) if package != "kb.language.data" else files("kb.language") / "data"
        for item in sorted(folder.iterdir(), key=lambda one: one.name):
            if item.is_file() and (not names or item.name in names):
                digest.update(item.name.encode() + item.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint(vocabulary: Vocabulary) -> str:
    """What all readings depend on beside their page: the vocabulary and the version of the reading."""
    digest = hashlib.sha256(reading_version().encode())
    for concept in sorted(vocabulary, key=lambda one: one.id):
        digest.update(repr(concept).encode())
    return digest.hexdigest()


def page_key(path: str, data: bytes, common: str) -> str:
    """The key under which the reading of a page is kept."""
    return hashlib.sha256(b"\0".join((common.encode(), path.encode(), data))).hexdigest()


class KeptReadings:
    """The readings of the last rebuild, read one by one as they are asked for."""

    def __init__(self, places: Mapping[str, tuple[int, int]], data: bytes) -> None:
        self._places = places
        self._data = data

    @classmethod
    def open(cls, path: Path) -> KeptReadings:
        """The kept readings; none where there is no file. Raises DamagedReadingsError."""
        if not path.exists():
            return cls({}, b"")
        data = path.read_bytes()
        try:
            if not data.startswith(_MAGIC):
                raise ValueError("not a file of readings")
            size = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "little")
            start = len(_MAGIC) + 8
            places = json.loads(zlib.decompress(data[start : start + size]))
            body = data[start + size :]
            if places and max(offset + length for offset, length in places.values()) != len(body):
                raise ValueError("cut short")
            return cls({key: (offset, length) for key, (offset, length) in places.items()}, body)
        except (ValueError, zlib.error, TypeError, AttributeError) as error:
            raise DamagedReadingsError(str(error)) from error

    def get(self, key: str) -> Reading | None:
        """The reading kept under a key, or None. Raises DamagedReadingsError."""
        place = self._places.get(key)
        if place is None:
            return None
        try:
            return Reading.from_json(json.loads(zlib.decompress(self.raw(key))))
        except (ValueError, zlib.error, TypeError, KeyError) as error:
            raise DamagedReadingsError(str(error)) from error

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
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(_MAGIC + len(header).to_bytes(8, "little") + header)
        file.writelines(packed.values())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
