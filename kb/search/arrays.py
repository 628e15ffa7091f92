"""Arrays and byte strings on disk, as `docs/index-format.md` lays them out: written in turn, opened by memory map."""

from __future__ import annotations

import mmap
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import numpy as np
import zstandard
from numpy.typing import NDArray

from kb.errors import DamagedIndexError
from kb.jsontext import from_json, to_json

#: The first bytes of every file of arrays, its version in the last but one.
MAGIC = b"KBARRAY\x01"
#: Behind the table of contents: its length, its CRC-32, and the magic once more.
_TAIL = struct.Struct("<II8s")
#: Every array begins at a multiple of this many bytes.
_ALIGNMENT = 64
#: A handful of levels were measured: 3 takes a third longer and makes no text of some hundred words smaller.
_LEVEL = 1
#: The types that an array on disk may have; all little-endian.
_TYPES = ("|b1", "|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f2", "<f4", "<f8")

#: Bytes that are written at once; the usual 8 kB make many thousand calls of a large index.
_BUFFER = 1 << 20

Array = NDArray[Any]
#: Places in an array, such as numbers of documents: NumPy's own type for them. By any other it marks a third as fast.
Places = NDArray[np.int64]
_T = TypeVar("_T")


class ArraysWriter(AbstractContextManager["ArraysWriter"]):
    """Writes arrays one after another into one file; the table of contents comes last, when the file is closed."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb", buffering=_BUFFER)
        self._file.write(MAGIC)
        self._contents: dict[str, dict[str, Any]] = {}

    def add(self, name: str, array: Array) -> None:
        """Write a whole array."""
        self.begin(name, array.dtype)
        self.extend(array)
        self._contents[name]["shape"] = list(array.shape)

    def begin(self, name: str, dtype: np.dtype[Any]) -> None:
        """Begin a flat array that comes in parts."""
        assert dtype.newbyteorder("<").str in _TYPES, dtype
        self._file.write(bytes(-self._file.tell() % _ALIGNMENT))
        self._contents[name] = {"dtype": dtype.newbyteorder("<").str, "shape": [0], "offset": self._file.tell()}

    def extend(self, part: Array) -> None:
        """Write more of the array that was begun last."""
        about = next(reversed(self._contents.values()))
        self._file.write(np.ascontiguousarray(part, about["dtype"]).data)
        about["shape"][0] += len(part)

    def write(self, data: bytes) -> None:
        """Write more bytes of the array of bytes that was begun last."""
        self._file.write(data)
        next(reversed(self._contents.values()))["shape"][0] += len(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file as file:
            if kind is None:
                table = to_json(self._contents)
                file.write(table)
                file.write(_TAIL.pack(len(table), zlib.crc32(table), MAGIC))


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays into one file, in their order."""
    with ArraysWriter(path) as writer:
        for name, array in arrays.items():
            writer.add(name, array)


def open_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a file, read-only views of its memory map. Raises DamagedIndexError."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return {name: _view(data, **about) for name, about in _contents(data).items()}
    except (OSError, ValueError, TypeError, struct.error) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, why: str) -> DamagedIndexError:
    """The error that refuses a file of an index, and says how to mend it."""
    return DamagedIndexError(
        f"The index is damaged or of another version ({path.name}: {why}): run `kb rebuild-index`."
    )


def write_json(path: Path, value: object) -> None:
    """Write a JSON value, the same bytes for the same value."""
    path.write_bytes(to_json(value))


def read_json(path: Path, kind: type[_T]) -> _T:
    """The JSON value of a file, a list or an object as `kind` says. Raises DamagedIndexError."""
    try:
        found = from_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(path, str(error)) from error
    if not isinstance(found, kind):
        raise damaged(path, f"it holds no {kind.__name__}")
    return found


def _contents(data: mmap.mmap) -> dict[str, Any]:
    """The table of contents. Raises ValueError and struct.error."""
    start = len(data) - _TAIL.size
    length, checksum, magic = _TAIL.unpack(data[start:])
    table = data[start - length : start]
    if magic != MAGIC or data[: len(MAGIC)] != MAGIC or zlib.crc32(table) != checksum:
        raise ValueError("not a file of arrays of this version")
    contents: dict[str, Any] = from_json(table)
    return contents


def _view(data: mmap.mmap, dtype: str, shape: Sequence[int], offset: int) -> Array:
    found: Array = np.frombuffer(data, np.dtype(dtype), int(np.prod(shape)), offset).reshape(shape)
    return found


class OnDisk:
    """A flat array in a file, read where it is sliced: nothing of it stays in memory, as pages of a map would."""

    def __init__(self, path: Path, dtype: str, shape: Sequence[int], offset: int) -> None:
        self._path, self._dtype, self._offset = path, np.dtype(dtype), offset
        self._length = shape[0]

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> Array:
        start, stop, _ = part.indices(self._length)
        found: Array = np.fromfile(
            self._path, self._dtype, max(0, stop - start), offset=self._offset + start * self._dtype.itemsize
        )
        return found


def on_disk(path: Path) -> dict[str, OnDisk]:
    """The flat arrays of a file that was just written."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return {name: OnDisk(path, **about) for name, about in _contents(data).items()}


def smallest(highest: int) -> np.dtype[Any]:
    """The narrowest unsigned type that holds numbers up to `highest`."""
    return np.dtype(np.min_scalar_type(highest)).newbyteorder("<")


# -- byte strings -----------------------------------------------------------------------------------------------------

#: Compressors and decompressors may not be shared between threads.
_local = threading.local()


def packed(value: object) -> bytes:
    """A JSON value as it is kept: UTF-8, compressed with Zstandard (RFC 8878)."""
    return _own("compressor", lambda: zstandard.ZstdCompressor(level=_LEVEL)).compress(to_json(value))


def unpacked(data: bytes | memoryview) -> Any:
    """The JSON value that `packed` was given."""
    return from_json(_own("decompressor", zstandard.ZstdDecompressor).decompress(data))


def _own(name: str, make: Callable[[], _T]) -> _T:
    found: _T | None = getattr(_local, name, None)
    if found is None:
        found = make()
        setattr(_local, name, found)
    return found


class BlobsWriter:
    """Writes packed values one after another; `close` returns where each begins."""

    def __init__(self, path: Path) -> None:
        self._arrays = ArraysWriter(path)
        self._arrays.begin("data", np.dtype(np.uint8))
        self._ends = [0]

    def add(self, data: bytes) -> None:
        """Write one packed value."""
        self._arrays.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def close(self) -> None:
        """Write where each value begins, and end the file."""
        with self._arrays as arrays:
            arrays.add("offsets", np.asarray(self._ends, np.int64))


class Blobs:
    """Many packed values in one file, found by number."""

    def __init__(self, path: Path) -> None:
        arrays = open_arrays(path)
        self._offsets, self._data = arrays["offsets"], arrays["data"].data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def get(self, number: int) -> Any:
        """The JSON value with that number; None where there are no bytes of it."""
        start, end = self._offsets[number : number + 2].tolist()
        return unpacked(self._data[start:end]) if start < end else None


# -- whole numbers ----------------------------------------------------------------------------------------------------


def ordered(numbers: Array, highest: int) -> NDArray[np.int64]:
    """The places of whole numbers from 0 to `highest` in ascending order, those of equal ones ascending.

    NumPy sorts 16-bit numbers by radix, five times as quickly as longer ones; these are taken 16 bits at a time.
    """
    order: NDArray[np.int64] = numbers.astype(np.uint16).argsort(kind="stable")
    shift = 16
    while highest >> shift:
        higher = (numbers >> shift).astype(np.uint16)[order]
        order = order[higher.argsort(kind="stable")]
        shift += 16
    return order


# -- rows of different lengths ----------------------------------------------------------------------------------------


def beginnings(numbers: Array) -> NDArray[np.bool_]:
    """Which numbers of ascending ones differ from the one before."""
    found = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found


def offsets_of(lengths: Array) -> NDArray[np.int64]:
    """Where rows of these lengths begin, and where the last one ends: one number more than there are rows."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def ranges(starts: Array, lengths: Array) -> NDArray[np.int64]:
    """The numbers `start, start + 1, …` of each range, one range behind the other."""
    ends = lengths.cumsum()
    found: NDArray[np.int64] = (starts - ends + lengths).repeat(lengths)
    found += np.arange(len(found))
    return found


def windows(sizes: Array, limit: int) -> Iterator[tuple[int, int]]:
    """Consecutive (first, behind the last) of rows that together have at most `limit`, or one row that has more."""
    ends = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        behind = max(first + 1, int(np.searchsorted(ends, before + limit, side="right")))
        yield first, behind
        first = behind
