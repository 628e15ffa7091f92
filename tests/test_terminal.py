"""Progress in plain lines."""

from __future__ import annotations

from kb.terminal import ProgressLines


def test_a_long_stage_tells_now_and_then_how_much_time_is_left() -> None:
    lines: list[str] = []
    now = [0.0]
    progress = ProgressLines(lines.append, lambda: now[0])
    for second in range(0, 31, 2):
        now[0] = float(second)
        progress("reading", second * 10, 1000)
    now[0] = 400.0
    progress("reading", 500, 1000)
    progress("reading", 1000, 1000)
    progress("building", 0, 1)
    assert lines == [
        "Reading 1,000 pages …",
        "60 of 1,000 pages, about 2 min left",
        "120 of 1,000 pages, about 88 s left",
        "180 of 1,000 pages, about 82 s left",
        "240 of 1,000 pages, about 76 s left",
        "300 of 1,000 pages, about 70 s left",
        "500 of 1,000 pages, about 7 min left",
        "Building 1 page …",
    ]
