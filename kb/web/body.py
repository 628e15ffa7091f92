"""The body of a page as it is shown: its HTML as rendered, with tables that scroll by themselves."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_TABLE = re.compile(r"<table\b")
_TABLE_END = re.compile(r"</table>")


def shown(html: str, table_label: str) -> Markup:
    """The sanitised HTML of a body, each table in a frame that scrolls sideways and that the keyboard reaches.

    A table too wide for a phone would otherwise widen the page, or scroll for the mouse alone (WCAG 2.1.1, 1.4.10).
    """
    frame = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table_label)}">'
    framed = _TABLE.sub(lambda match: frame + match[0], html)
    return Markup(_TABLE_END.sub("</table></div>", framed))  # noqa: S704 - what the renderer sanitised, and our frame
