"""Lines of text as HTML: paragraphs, bullets, and lines that a mail program broke joined again."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^\s*(?:[•●▪◦‣∙·*]|[-–]\s)\s*(?=\S)")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+(?=\S)")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_RULE = re.compile(r"^\s*[-–—_=*~#]{3,}\s*$")
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
    for pattern, element in ((_BULLET, "ul"), (_NUMBERED, "ol")):
        if pattern.match(lines[0]) and sum(bool(pattern.match(line)) for line in lines) * 2 >= len(lines):
            return [_list(lines, pattern, element)]
    if _is_wrapped(lines):
        lines = [" ".join(line.strip() for line in lines)]
    return ["<hr>" if _RULE.match(line) else f"<p>{_linked(line.strip())}</p>" for line in lines]


def _list(lines: list[str], pattern: re.Pattern[str], element: str) -> str:
    items: list[str] = []
    for line in lines:
        if pattern.match(line) or not items:
            items.append(pattern.sub("", line).strip())
        else:
            items[-1] += f" {line.strip()}"
    return f"<{element}>" + "".join(f"<li>{_linked(item)}</li>" for item in items) + f"</{element}>"


def _is_wrapped(lines: list[str]) -> bool:
    """Whether a paragraph was broken at a width: every line but the last is about as long as the others."""
    return len(lines) > 1 and all(_SHORTEST <= len(line) <= _LONGEST for line in lines[:-1])


def _linked(line: str) -> str:
    return line if "<a " in line else _BARE_LINK.sub(r'<a href="\1">\1</a>', line)
