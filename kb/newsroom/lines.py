"""Where in a file something stands, for problems that are found without looking at files."""

from __future__ import annotations

from pathlib import Path

from kb.language.redaction import redact


def line_with(path: Path, text: str, below: str = "") -> int:
    """The first line (from 1) that holds a text, of those below another line if there is one; else 1."""
    lines = _lines(path)
    start = next((number for number, line in enumerate(lines) if line.strip() == below), 0) if below else 0
    return next((number for number, line in enumerate(lines[start:], start + 1) if text in line), 1)


def line_with_number(path: Path) -> int:
    """The first line that holds a personal number; else 1."""
    return next((number for number, line in enumerate(_lines(path), 1) if redact(line)[1]), 1)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
