"""The sorted terms of an index: found by bisection over their first eight bytes, then over whole terms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import Array, offsets_of
from kb.search.recent import Recent

#: So many of the first bytes of a term make one number that is compared at once.
_HEAD = 8
#: Terms whose numbers are kept in memory.
_KEPT = 8192


def arrays_of(terms: Sequence[str]) -> dict[str, Array]:
    """The arrays of a dictionary: `text` (all terms, UTF-8), `offsets` and `heads`. `terms` by code point."""
    encoded = [term.encode() for term in terms]
    heads = b"".join(term[:_HEAD].ljust(_HEAD, b"\0") for term in encoded)
    return {
        "text": np.frombuffer(b"".join(encoded), np.uint8),
        "offsets": offsets_of(np.fromiter(map(len, encoded), np.int64, len(encoded))),
        "heads": np.frombuffer(heads, ">u8").astype("<u8"),
    }


class Dictionary:
    """Terms by number, in order of their bytes, which is that of their code points."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._text = arrays["text"].data
        self._offsets: NDArray[np.int64] = arrays["offsets"]
        self._heads: NDArray[np.uint64] = arrays["heads"]
        self._found: Recent[str, int | None] = Recent(_KEPT)

    def __len__(self) -> int:
        return len(self._heads)

    def term(self, number: int) -> str:
        """The term with a number."""
        return self._bytes(number).decode()

    def find(self, term: str) -> int | None:
        """The number of a term, or None where there is none."""
        return self._found.get(term, self._find)

    def _find(self, term: str) -> int | None:
        encoded = term.encode("utf-8", "surrogatepass")
        number = int(self._heads.searchsorted(_head(encoded)))
        # Nearly always the first of those with this head is the only one.
        if number < len(self) and self._bytes(number) != encoded:
            number = self._place(encoded)
        return number if number < len(self) and self._bytes(number) == encoded else None

    def starting(self, prefix: str) -> tuple[int, int]:
        """The numbers (first, behind the last) of the terms that begin so."""
        encoded = prefix.encode("utf-8", "surrogatepass")
        # No byte of UTF-8 is 255, so that nothing that begins so lies behind.
        return self._place(encoded), self._place(encoded + b"\xff")

    def _bytes(self, number: int) -> bytes:
        start, end = self._offsets[number : number + 2].tolist()
        return bytes(self._text[start:end])

    def _place(self, encoded: bytes) -> int:
        """How many terms come before these bytes."""
        head = _head(encoded)
        first = int(self._heads.searchsorted(head))
        behind = int(self._heads.searchsorted(head, side="right"))
        return bisect_left(range(behind), encoded, lo=first, key=self._bytes)


def _head(encoded: bytes) -> np.uint64:
    """The first bytes as a number that sorts like them."""
    return np.uint64(int.from_bytes(encoded[:_HEAD].ljust(_HEAD, b"\0"), "big"))
