"""Arrays on disk: NumPy's own format, opened by memory map, and tables of strings and blobs made of them."""

from __future__ import annotations

import json
import mmap
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Bytes of the header that NumPy writes before an array (format version 1.0).
_HEADER = 128


def save(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write an array as `<name>.npy`."""
    np.save(folder / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)


def load(folder: Path, name: str) -> NDArray[Any]:
    """Open an array by memory map (an empty one is read whole: a map cannot be empty)."""
    path = folder / f"{name}.npy"
    found: NDArray[Any] = np.load(path, mmap_mode="r" if path.stat().st_size > _HEADER else None, allow_pickle=False)
    return found


class Blobs:
    """Many byte strings in one file, found by number; `put` compresses JSON, `get` reads it back."""

    def __init__(self, folder: Path, name: str) -> None:
        self._offsets = load(folder, f"{name}-offsets")
        with (folder / f"{name}.bin").open("rb") as file:
            empty = self._offsets[-1] == 0
            self._data: bytes | mmap.mmap = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def get(self, number: int) -> Any:
        """The JSON value with that number."""
        return json.loads(zlib.decompress(self._data[self._offsets[number] : self._offsets[number + 1]]))

    @staticmethod
    def write(folder: Path, name: str, values: Iterable[object]) -> None:
        """Write JSON values in order."""
        offsets = [0]
        with (folder / f"{name}.bin").open("wb") as file:
            for value in values:
                data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
                offsets.append(offsets[-1] + file.write(zlib.compress(data, 6)))
        save(folder, f"{name}-offsets", np.asarray(offsets, np.int64))


def ragged(rows: Sequence[Sequence[int]], dtype: type[np.generic] = np.int32) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows of different lengths as (offsets, values): row n is `values[offsets[n]:offsets[n + 1]]`."""
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    values = np.fromiter((value for row in rows for value in row), dtype, count=int(offsets[-1]))
    return offsets, values
