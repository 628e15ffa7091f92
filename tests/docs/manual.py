"""The documentation as data: the names that its tables explain, its links, its examples."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
#: Every page that people read about the project.
MANUAL = tuple(sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("index/*.md")]))

_ROW = re.compile(r"(?m)^\|\s*((?:`[^`]+`[\s,]*)+)\|")
_FENCED = re.compile(r"(?ms)^```.*?^```\s*$")
_CODE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"(?m)^(#{1,6})\s+(.*?)\s*$")


def read(name: str) -> str:
    return (TOP / name).read_text(encoding="utf-8")


def explained(text: str) -> set[str]:
    """What stands in code type in the first cell of a table's row."""
    return {name for row in _ROW.findall(text) for name in re.findall(r"`([^`]+)`", row)}


def sections(text: str) -> dict[str, str]:
    """The text below each second-level heading, by the heading without its code marks."""
    parts = re.split(r"(?m)^## +(.*?) *$", text)
    return {title.replace("`", ""): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def links(text: str) -> list[str]:
    """The targets of all links outside code."""
    return re.findall(r"\]\(([^)\s]+)\)", _CODE.sub("", _FENCED.sub("", text)))


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings: lower case, no punctuation, hyphens for spaces."""
    titles = (title for _, title in _HEADING.findall(_FENCED.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-") for title in titles}


def examples(text: str) -> list[str]:
    """The fenced blocks marked as Python, in order."""
    return re.findall(r"(?ms)^```python\s*\n(.*?)^```\s*$", text)
