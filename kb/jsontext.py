"""JSON as the product keeps it on disk: UTF-8, keys in order, the same bytes for the same value."""

from __future__ import annotations

from typing import Any

import orjson


def to_json(value: object) -> bytes:
    """A value of objects with texts as keys, lists, texts, numbers of at most 64 bits, booleans and None.

    Raises TypeError for any other value, and for a text with a lone surrogate.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def from_json(data: bytes | memoryview) -> Any:
    """The value of a text that `to_json` or any other writer made. Raises ValueError."""
    return orjson.loads(data)
