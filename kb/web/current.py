"""What one request works with: the knowledge base, its reader pinned for the length of the request, and the words."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g, request

from kb.config import Site
from kb.errors import DamagedIndexError, NoIndexError
from kb.web.edition import Edition
from kb.web.params import Pairs
from kb.web.words import Words, catalogue

if TYPE_CHECKING:
    from kb.core import KnowledgeBase
    from kb.reader import Reader

EXTENSION = "kb"
EDITION = "kb-edition"


def knowledge_base() -> KnowledgeBase:
    """The knowledge base that the application serves."""
    return cast("KnowledgeBase", current_app.extensions[EXTENSION])


def reader() -> Reader:
    """The reader of this request, opened on first use: one request never sees two generations.

    Raises NoIndexError or DamagedIndexError where there is nothing to read from.
    """
    if "reader" not in g:
        g.reader = knowledge_base().reader()
    return cast("Reader", g.reader)


def open_reader() -> Reader | None:
    """The reader, if this request could open one: error pages show what they can."""
    return cast("Reader | None", g.get("reader"))


def site() -> Site:
    """Who publishes the site."""
    return knowledge_base().settings.site


def edition() -> Edition:
    """What was made once for the generation of this request; of an index that is not open, something for now."""
    opened = open_reader()
    kept = cast("Edition | None", current_app.extensions.get(EDITION))
    if kept is None or kept.reader is not opened:
        kept = Edition(opened, site(), words(), current_app.jinja_env)
        if opened is not None:
            current_app.extensions[EDITION] = kept
    return kept


def prepare(app: Flask) -> None:
    """Open the live generation before the first request asks for it, if there is one."""
    with app.app_context(), suppress(NoIndexError, DamagedIndexError):
        if EXTENSION in app.extensions:
            reader()
            edition()


def words() -> Words:
    """The words of the language in which pages are served."""
    return catalogue("en")


def given() -> Pairs:
    """The parameters of the request's address, in the order typed."""
    items: Iterable[tuple[str, str]] = request.args.items(multi=True)
    return tuple(items)


def wants_json() -> bool:
    """Whether the request is for the API, so that errors are JSON as well."""
    return request.path.startswith("/api/")
