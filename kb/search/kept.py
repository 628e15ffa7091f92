"""Documents laid out, kept in one file from one build to the next, so that a build passes them on as they lie there.

The file: a magic number; one record for each document; a table with the key of each, the sizes of its parts and all
terms; where the table begins, a CRC-32 of everything before, and the magic number once more. A record holds the numbers
of the terms and their positions (int32), how the fields lie (JSON), and the parts of the document, which are no
business of this module.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.jsontext import from_json, to_json
from kb.search.arrays import offsets_of
from kb.search.tokens import TermNumbers, Tokens

_MAGIC = b"KBKEPT\x00\x01"
#: Behind the table: where it begins, the CRC-32 of all before this, and the magic number.
_TAIL = struct.Struct("<QI8s")
#: At the beginning of the table: documents, parts of each, bytes of the terms, occurrences given up so far.
_HEAD = struct.Struct("<QQQQ")
#: Bytes of a key.
KEY = 32
#: Bytes that are read and written at once.
_BLOCK = 1 << 20
#: An occurrence: the number of its term and its position, four bytes each.
_OCCURRENCE = 8
#: Bytes of each number of the table.
_SIZE = 4


class DamagedKeptError(ValueError):
    """The file is not as it was written."""


class KeptDocument(NamedTuple):
    """A document laid out, with its parts."""

    key: bytes
    tokens: Tokens
    parts: tuple[bytes, ...]


class Kept:
    """A file of documents, open to be read."""

    def __init__(self, path: Path, parts: int, check: bool = True) -> None:
        """Open a file, and unless told otherwise check every byte of it. Raises OSError, DamagedKeptError."""
        self._file: BinaryIO = path.open("rb", buffering=_BLOCK)
        try:
            table = self._table(check)
            documents, found, length, self.given_up = _HEAD.unpack_from(table)
            place = _HEAD.size + documents * KEY
            if found != parts or len(table) != place + documents * (2 + parts) * _SIZE + length:
                raise DamagedKeptError("its documents have other parts")
            self.keys: list[bytes] = [table[start : start + KEY] for start in range(_HEAD.size, place, KEY)]
            #: Of each document the number of its occurrences, the bytes of its layout, and those of its parts.
            self._sizes = np.frombuffer(table, "<u4", documents * (2 + parts), place).reshape(documents, 2 + parts)
            terms = from_json(table[place + self._sizes.nbytes :])
        except (ValueError, struct.error, OSError) as error:
            self._file.close()
            raise DamagedKeptError(f"{path}: {error}") from error
        self.numbers = TermNumbers(zip(terms, range(len(terms)), strict=True))
        self._offsets = offsets_of(_bytes_of(self._sizes)) + len(_MAGIC)

    def _table(self, check: bool) -> bytes:
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(size - _TAIL.size, 0))
        start, checksum, magic = _TAIL.unpack(self._file.read())
        if magic != _MAGIC or (check and self._checksum(size - _TAIL.size) != checksum):
            raise DamagedKeptError("not as it was written")
        self._file.seek(start)
        return self._file.read(size - _TAIL.size - start)

    def _checksum(self, size: int) -> int:
        self._file.seek(0)
        found = 0
        while size:
            block = self._file.read(min(size, _BLOCK))
            found = zlib.crc32(block, found)
            size -= len(block)
        return found

    def __len__(self) -> int:
        return len(self.keys)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def occurrences(self, numbers: Sequence[int]) -> int:
        """How many occurrences of terms some documents have."""
        return int(self._sizes[numbers, 0].sum()) if len(numbers) else 0

    def get(self, number: int) -> KeptDocument:
        """A document by its number in the file."""
        occurrences, *sizes = self._sizes[number].tolist()
        data = self.raw(number, number + 1)
        end = occurrences * _OCCURRENCE
        arrays = data[:end]
        parts = []
        for size in sizes:
            parts.append(data[end : end + size])
            end += size
        tokens = Tokens(
            np.frombuffer(arrays, np.int32, occurrences),
            np.frombuffer(arrays, np.int32, occurrences, occurrences * _OCCURRENCE // 2),
            *_layout(parts[0]),
        )
        return KeptDocument(self.keys[number], tokens, tuple(parts[1:]))

    def part(self, number: int, part: int) -> bytes:
        """One part of a document."""
        occurrences, *sizes = self._sizes[number].tolist()
        self._file.seek(int(self._offsets[number]) + occurrences * _OCCURRENCE + sum(sizes[: part + 1]))
        return self._file.read(sizes[part + 1])

    def raw(self, first: int, behind: int) -> bytes:
        """Consecutive records as they lie in the file."""
        start, end = int(self._offsets[first]), int(self._offsets[behind])
        self._file.seek(start)
        return self._file.read(end - start)

    def sizes(self, first: int, behind: int) -> NDArray[np.uint32]:
        """The sizes that belong to consecutive records."""
        return self._sizes[first:behind]

    def blocks(self, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Consecutive (first, behind the last) of ascending numbers, each of some million bytes at most."""
        start = 0
        for place in range(1, len(numbers) + 1):
            ends = place == len(numbers) or numbers[place] != numbers[place - 1] + 1
            if ends or self._offsets[numbers[place]] - self._offsets[numbers[start]] > _BLOCK:
                yield numbers[start], numbers[place - 1] + 1
                start = place


class KeptWriter(AbstractContextManager["KeptWriter"]):
    """Writes documents one after another; the file is whole when the context ends without an error."""

    def __init__(self, path: Path, parts: int, numbers: TermNumbers, given_up: int = 0) -> None:
        self._file: BinaryIO = path.open("wb", buffering=_BLOCK)
        self._parts = parts
        self._numbers = numbers
        self._given_up = given_up
        self._keys: list[bytes] = []
        self._sizes: list[NDArray[np.uint32]] = []
        self._checksum = self._place = 0
        self._write(_MAGIC)

    def add(self, document: KeptDocument, numbered: Renumbering) -> None:
        """Write a document whose terms are numbered anew."""
        tokens, parts = document.tokens, document.parts
        assert len(parts) == self._parts
        layout = to_json([tokens.fields, tokens.starts, tokens.occurrences, tokens.lengths])
        terms, positions = numbered(tokens.terms), np.ascontiguousarray(tokens.positions, np.int32)
        self._write(b"".join((terms.tobytes(), positions.tobytes(), layout, *parts)))
        self._keys.append(document.key)
        self._sizes.append(np.asarray([[len(terms), len(layout), *map(len, parts)]], "<u4"))

    def copy(self, kept: Kept, numbers: Sequence[int]) -> None:
        """Write documents as they lie in another file with the same numbers of terms."""
        for first, behind in kept.blocks(numbers):
            self._write(kept.raw(first, behind))
            self._keys += kept.keys[first:behind]
            self._sizes.append(kept.sizes(first, behind))

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._checksum = zlib.crc32(data, self._checksum)
        self._place += len(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is None:
                start = self._place
                terms = to_json(list(self._numbers))
                self._write(_HEAD.pack(len(self._keys), self._parts, len(terms), self._given_up))
                self._write(b"".join(self._keys))
                self._write(b"".join(sizes.tobytes() for sizes in self._sizes))
                self._write(terms)
                self._file.write(_TAIL.pack(start, self._checksum, _MAGIC))


class Renumbering:
    """The numbers that terms have in one `TermNumbers` as those that they have, or get, in another."""

    def __init__(self, terms: Sequence[str], numbers: TermNumbers) -> None:
        self._terms = terms
        self._numbers = numbers
        self._known = np.full(len(terms), -1, np.int32)

    def __call__(self, terms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Terms with their new numbers."""
        found = self._known[terms]
        if len(found) and found.min() < 0:
            # `np.unique` would load all of NumPy's masked arrays.
            unknown = np.zeros(len(self._known), np.bool_)
            unknown[terms[found < 0]] = True
            new = unknown.nonzero()[0]
            self._known[new] = [self._numbers[self._terms[number]] for number in new.tolist()]
            found = self._known[terms]
        return found


def _bytes_of(sizes: NDArray[np.uint32]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = sizes[:, 0].astype(np.int64) * _OCCURRENCE
    found += sizes[:, 1:].sum(axis=1, dtype=np.int64)
    return found


@lru_cache(maxsize=1024)
def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same names as one object."""
    return names


def _layout(data: bytes) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    names, starts, occurrences, lengths = from_json(data)
    return _names(tuple(names)), tuple(starts), tuple(occurrences), tuple(lengths)
