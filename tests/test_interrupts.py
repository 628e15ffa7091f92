"""An interrupt ends what waits for it, wherever it comes."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from kb import interrupts


class InterruptedOnItsWay:
    """An object that is interrupted while it is let go of."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


def test_an_interrupt_is_raised_and_noted() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts.noted() as event:
        assert not event.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert event.is_set()
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_python_drops_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: dropped.append(unraisable.exc_type))
    with interrupts.noted() as event:
        InterruptedOnItsWay()
        assert event.is_set()
    assert dropped == [KeyboardInterrupt]
