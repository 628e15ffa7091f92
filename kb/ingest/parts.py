"""A source that holds several articles cut into them, where the beginnings are plain to see."""

from __future__ import annotations

import re
from itertools import pairwise

from kb.ingest.dates import read_date_line
from kb.ingest.titles import has_prefix

_DOCUMENT = re.compile(r"(?i)<!doctype\s+html|<html[\s>]")
_LINE = re.compile(r"^.*$", re.MULTILINE)


def split_articles(text: str) -> list[str]:
    """The articles of a text: whole pages saved one after another, or titled and dated articles in one text."""
    starts = _documents(text) or _dated_titles(text)
    if len(starts) < 2:
        return [text]
    starts[0] = 0
    ends = [*starts[1:], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _documents(text: str) -> list[int]:
    """Starts of whole documents; a doctype and the html element after it are one."""
    starts: list[int] = []
    for found in _DOCUMENT.finditer(text):
        if not starts or "</html>" in text[starts[-1] : found.start()].lower():
            starts.append(found.start())
    return starts


def _dated_titles(text: str) -> list[int]:
    """Starts of "Article: …" and "News: …" lines that a date line follows (those of related lists have none)."""
    lines = [found for found in _LINE.finditer(text) if found[0].strip()]
    return [
        line.start()
        for line, following in pairwise(lines)
        if has_prefix(line[0].strip()) and read_date_line(following[0].strip()) is not None
    ]
