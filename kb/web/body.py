"""The body of a page as it is shown: its HTML as rendered, with citations as links and tables that scroll."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape as escape_text
from html import unescape

from markupsafe import Markup, escape

from kb.language import authorities
from kb.language.citations import Citation, find_citations

_TABLE = re.compile(r"<table\b")
_TABLE_END = re.compile(r"</table>")
#: What sanitised HTML is made of: a tag, whose values stand in double quotes, or text.
_TOKEN = re.compile(r'<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:[^">]|"[^"]*")*>|(?P<text>[^<]+)')
#: Where a citation stays as it is: the author's own links, code, and headings.
_QUIET = frozenset({"a", "code", "pre", "kbd", "h2", "h3", "h4", "h5", "h6"})
#: What stands between the citations of a list.
_JOINT = re.compile(r"\s*;\s+|,\s+(?:(?:and|or)\s+)?|\s+(?:and|or)\s+")
#: A page is shown far more often than it changes, and finding citations costs more than the rest of its template.
_KEPT = 32


def shown(html: str, table_label: str) -> Markup:
    """The sanitised HTML of a body, each table in a frame that scrolls sideways and that the keyboard reaches.

    A table too wide for a phone would otherwise widen the page, or scroll for the mouse alone (WCAG 2.1.1, 1.4.10).
    """
    frame = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table_label)}">'
    framed = _TABLE.sub(lambda match: frame + match[0], html)
    return Markup(_TABLE_END.sub("</table></div>", framed))  # noqa: S704 - what the renderer sanitised, and our frame


@lru_cache(maxsize=_KEPT)
def with_citations(html: str, known: frozenset[str], official: str) -> str:
    """Sanitised HTML with each citation as a link to our page of the authority, if it is among the `known` keys.

    The first time that an authority is cited, its official text follows as a second link, named by `official`.
    Citations inside links, code and headings are left as they are.
    """
    linker = _Linker(known, official)
    return "".join(linker.linked(html))


class _Linker:
    """Links the citations of one body."""

    def __init__(self, known: frozenset[str], official: str) -> None:
        self._known = known
        self._official = official
        self._told: set[str] = set()

    def linked(self, html: str) -> Iterator[str]:
        """The HTML in pieces; what holds no citation comes out as it went in."""
        quiet = 0
        for token in _TOKEN.finditer(html):
            if token["text"] is None:
                if token["name"].lower() in _QUIET:
                    quiet += -1 if token["end"] else 1
                yield token[0]
            else:
                yield token[0] if quiet else self._text(token[0])

    def _text(self, markup: str) -> str:
        text = unescape(markup)
        citations = find_citations(text)
        if not citations:
            return markup
        done, end = "", 0
        for citation in citations:
            done += escape_text(text[end : citation.start], quote=False) + self._citation(text, citation)
            end = citation.end
        return done + escape_text(text[end:], quote=False)

    def _citation(self, text: str, citation: Citation) -> str:
        """A citation as a link; a list as one for each of its members where they can be told apart."""
        found = text[citation.start : citation.end]
        joints = list(_JOINT.finditer(found)) if len(citation.keys) > 1 else []
        if len(joints) + 1 != len(citation.keys):
            return self._link(found, _common(citation.keys))
        done, end = "", 0
        for joint, key in zip([*joints, None], citation.keys, strict=True):
            piece = found[end : joint.start() if joint else len(found)]
            done += self._link(piece, key) + escape_text(joint[0] if joint else "", quote=False)
            end = joint.end() if joint else end
        return done

    def _link(self, text: str, key: str) -> str:
        shown = escape_text(text, quote=False)
        ours = next((one for one in authorities.covering(key) if one in self._known), None)
        link = f'<a href="/authorities/{ours}/">{shown}</a>' if ours else shown
        return link + self._official_link(key)

    def _official_link(self, key: str) -> str:
        url = "" if key in self._told else authorities.official_url(key)
        self._told.add(key)
        if not url:
            return ""
        name = escape_text(f"{authorities.label(key)}, {self._official}", quote=False)
        # The word joiner keeps the sign on the line of its citation.
        return (
            f'\N{WORD JOINER}<a class="official" href="{escape_text(url)}" rel="external noopener">'
            f'<span class="vh">{name}</span><span aria-hidden="true">↗</span></a>'
        )


def _common(keys: tuple[str, ...]) -> str:
    """What encloses every key of a range; the first where nothing does."""
    first = keys[0]
    around = (one for one in authorities.covering(first) if all(one in authorities.covering(key) for key in keys))
    return next(around, first)
