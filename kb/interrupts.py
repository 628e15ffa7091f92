"""Interrupts that are not lost."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def noted() -> Iterator[threading.Event]:
    """An event that an interrupt (SIGINT) sets, beside raising KeyboardInterrupt as always.

    Python drops what is raised while an object is let go of; whoever waits long looks at the event too. For the main
    thread, the only one that may say what a signal does.
    """
    event = threading.Event()

    def handler(number: int, frame: FrameType | None) -> None:
        event.set()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
