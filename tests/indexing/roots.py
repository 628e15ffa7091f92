"""A small root of its own for a test, and the command `kb` on it: in this process, or as one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOP = Path(__file__).parent.parent.parent
#: Seconds until something must have happened; a busy machine takes its time.
PATIENCE = 60.0

CONFIG = """
[site]
name = "A firm"

[[heading]]
slug = "visas"
label = "Visas"
"""
VOCABULARY = """
[concept.asylum]
prefLabel = "Asylum"
prefLabel_es = "Asilo"
group = "topic"
service = "services/visas/asylum"

[concept.h-1b]
prefLabel = "H-1B"
altLabel = ["Specialty occupation"]
group = "visa"

[concept.uscis]
prefLabel = "USCIS"
group = "agency"
"""
LEDGER = """
[[change]]
authority = "8 CFR 214.2(h)"
date = 2020-06-01
title = "The rule changed"
url = "https://www.federalregister.gov/citation/85-FR-1"
"""
WORDS = "Whoever seeks protection here tells an officer why, and brings what proves it. " * 12

CRUZ, TWO = ["Ana Cruz"], ["asylum", "uscis"]
FIRST = f"{WORDS} 8 CFR 214.2(h)(4)."
H_1B = f"## Who qualifies\n\n{WORDS}\n\nSee 8 CFR 214.2(h)."


def page(title: str, body: str = WORDS, **keys: object) -> str:
    """The text of a page file; values are written as JSON, which is YAML."""
    values = {"title": title, **keys}
    return "---\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items()) + f"---\n\n{body}\n"


PAGES = {
    "services/visas/asylum": page("Asylum", updated="2024-01-01", aliases=["Refuge"], tags=["asylum"]),
    "services/visas/h-1b": page("H-1B Visas", H_1B, updated="2024-01-01", tags=["h-1b"]),
    "news/2019/first": page("The first article", FIRST, date="2019-03-01", tags=["h-1b"], authors=CRUZ),
    "news/2021/second": page("The second article", date="2021-05-05", tags=TWO, authors=CRUZ),
    "pages/about": page("About us"),
}  # fmt: skip


def write(root: Path, page_id: str, text: str | bytes) -> Path:
    """Write a page file."""
    path = root / "content" / f"{page_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def make_root(root: Path, pages: Mapping[str, str] = PAGES, vocabulary: str = VOCABULARY, ledger: str = LEDGER) -> Path:
    """A root with these pages and no index."""
    (root / "content").mkdir(parents=True)
    (root / "kb.toml").write_text(CONFIG, encoding="utf-8")
    (root / "content/vocabulary.toml").write_text(vocabulary, encoding="utf-8")
    (root / "content/changes.toml").write_text(ledger, encoding="utf-8")
    for page_id, text in pages.items():
        write(root, page_id, text)
    return root


def environment(**extra: str) -> dict[str, str]:
    """The environment of a process of ours: this code goes before any installed, and nothing of KB_* gets in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return {**kept, "PYTHONPATH": str(TOP), **extra}


def kb(root: Path | None, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run `kb` as a process of its own and wait for its end."""
    before = [] if root is None else ["--root", str(root)]
    command = [sys.executable, "-m", "kb", *before, *arguments]
    return subprocess.run(
        command,
        env=environment(**extra),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )


def live_name(root: Path) -> str:
    """The name of the live generation."""
    return (root / "index/columnar/CURRENT").read_text(encoding="ascii").strip()


def generations(root: Path) -> list[str]:
    """Everything under the engine's folder but CURRENT, by name."""
    return sorted(path.name for path in (root / "index/columnar").iterdir() if path.name != "CURRENT")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def flip(path: Path, place: int) -> None:
    """Turn one byte of a file over; its size stays. Written anew: who has it open keeps the old one."""
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.unlink()
    path.write_bytes(data)


def as_json(done: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on stdout."""
    return json.loads(done.stdout)
