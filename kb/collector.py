"""Python's collector of garbage, while something runs whose objects hold few cycles."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def seldom(young: int) -> Iterator[None]:
    """Start a round only after so many new objects; afterwards go back, with nothing set apart (`gc.freeze`)."""
    before = gc.get_threshold()
    gc.set_threshold(young, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
