"""`kb rebuild-index` of generated page files: everything, after one page changed, and with nothing changed."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.corpus import write_root
from benchmarks.engines.alone import run
from benchmarks.engines.figures import Rebuild


def rebuild(engine: str, folder: Path, pages: int) -> Rebuild:
    """The whole command each time, its process included."""
    root = write_root(folder, pages)
    command = [sys.executable, "-m", "kb", "rebuild-index"]
    _, first = run(command, root, KB_ENGINE=engine)
    page = min((root / "content").rglob("*.md"))
    page.write_text(f"{page.read_text(encoding='utf-8')}\n\nOne sentence more.\n", encoding="utf-8")
    _, one_change = run(command, root, KB_ENGINE=engine)
    _, no_change = run(command, root, KB_ENGINE=engine)
    return Rebuild(first, one_change, no_change)
