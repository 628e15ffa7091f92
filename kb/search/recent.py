"""What was worked out lately, kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
#: Not there; None may be.
_NOTHING: Any = object()


class Recent(Generic[_Key, _Value]):
    """The last so many values by key. Safe between threads.

    `functools.lru_cache` around a method would make the object hold itself, and so its open files until the garbage
    is next collected; here they are closed with the last reader.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key, make: Callable[[_Key], _Value]) -> _Value:
        """The value of a key; made and kept where it is not there."""
        found: _Value = self._values.get(key, _NOTHING)
        if found is not _NOTHING:
            return found
        value = make(key)
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
