"""A tiny run of the worst cases: each is asked, and each is printed with its time."""

from __future__ import annotations

import sys

import pytest

from benchmarks import worst


def test_every_case_is_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["worst", "--documents", "60"])
    worst.main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.endswith("ms of CPU")]
    assert len(lines) == 6
    assert all(float(line.split()[-4]) > 0 for line in lines)
