"""JSON as the product keeps it on disk: UTF-8, keys in order, the same bytes for the same value."""

from __future__ import annotations

from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def to_json(value: object) -> bytes:
    """A value of objects with texts as keys, lists, texts, numbers of at most 64 bits, booleans and None.

    Raises TypeError for days, records and whatever else JSON has no word for, and for a text with a lone surrogate.
    What is not a number, or infinite, becomes null.
    """
    return orjson.dumps(value, option=_OPTIONS)


def from_json(data: bytes | memoryview) -> Any:
    """The value of a text that `to_json` or any other writer made. Raises ValueError."""
    return orjson.loads(data)
