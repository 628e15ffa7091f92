"""Lines of text as HTML: paragraphs, bullets, and lines that a mail program broke joined again."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣∙·]|[-–*]\s)\s*(?=\S)")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_RULE = re.compile(r"^\s*[-–—_=*~#](?:\s?[-–—_=*~#]){2,}\s*$")
_BARE_LINK = re.compile(r"(?<![\w\"'=>/])(https?://[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]'’])")
#: Where mail programs break lines.
_SHORTEST, _LONGEST = 45, 90


def paragraphs(text: str) -> list[str]:
    """HTML blocks of a text (that may hold inline markup): `<p>`, `<ul>`, `<ol>`, `<blockquote>` and `<hr>`."""
    found: list[str] = []
    for group in re.split(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+", text):
        lines = [line.rstrip() for line in group.split("\n") if line.strip()]
        if lines:
            found += _group(lines)
    return found


def _group(lines: list[str]) -> list[str]:
    if all(_QUOTED.match(line) for line in lines):
        inner = paragraphs("\n".join(_QUOTED.sub("", line) for line in lines))
        return ["<blockquote>", *inner, "</blockquote>"]
    found: list[str] = []
    while lines:
        taken, blocks = _list(lines) or _text(lines)
        found += blocks
        lines = lines[taken:]
    return found


def _list(lines: list[str]) -> tuple[int, list[str]] | None:
    """The list that begins with the first line, if one does: how many lines it takes, and its HTML."""
    pattern, element = (_BULLET, "ul") if _BULLET.match(lines[0]) else (_NUMBERED, "ol")
    if _RULE.match(lines[0]) or not pattern.match(lines[0]):
        return None
    items: list[str] = []
    taken = 0
    for line in lines:
        if pattern.match(line):
            items.append(pattern.sub("", line).strip())
        elif line[:1].isspace() or (len(lines[taken - 1]) >= _SHORTEST and line[:1].islower()):
            items[-1] += f" {line.strip()}"
        else:
            break
        taken += 1
    return taken, [f"<{element}>", *(f"<li>{_linked(item)}</li>" for item in items), f"</{element}>"]


def _text(lines: list[str]) -> tuple[int, list[str]]:
    """The lines up to the next list, joined where a mail program broke them."""
    bullets = (n for n, line in enumerate(lines) if n and (_BULLET.match(line) or _NUMBERED.match(line)))
    lines = lines[: next(bullets, len(lines))]
    joined = [" ".join(line.strip() for line in lines)] if _is_wrapped(lines) else lines
    return len(lines), ["<hr>" if _RULE.match(line) else f"<p>{_linked(line.strip())}</p>" for line in joined]


def _is_wrapped(lines: list[str]) -> bool:
    """Whether a paragraph was broken at a width: every line but the last is about as long as the others."""
    return len(lines) > 1 and all(_SHORTEST <= len(line) <= _LONGEST for line in lines[:-1])


def _linked(line: str) -> str:
    return line if "<a " in line else _BARE_LINK.sub(r'<a href="\1">\1</a>', line)
