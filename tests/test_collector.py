"""What is set about Python's collector is set for a time."""

from __future__ import annotations

import gc

import pytest

from kb import collector


def test_the_collector_is_as_before_also_after_an_error() -> None:
    gc.unfreeze()
    before = gc.get_threshold()
    with pytest.raises(RuntimeError), collector.seldom(12_345):  # noqa: PT012
        gc.freeze()
        assert (gc.get_threshold()[0], gc.get_freeze_count() > 0) == (12_345, True)
        raise RuntimeError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
