"""Engines that match and score tokens, and the columns that every engine shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.search.engine import Engine, create, open_engine
    from kb.search.entry import Entry, FacetSpec
    from kb.search.request import Answer, Condition, Request, Selection

__all__ = ["Answer", "Condition", "Engine", "Entry", "FacetSpec", "Request", "Selection", "create", "open_engine"]

_HOMES = {
    "Answer": "kb.search.request",
    "Condition": "kb.search.request",
    "Engine": "kb.search.engine",
    "Entry": "kb.search.entry",
    "FacetSpec": "kb.search.entry",
    "Request": "kb.search.request",
    "Selection": "kb.search.request",
    "create": "kb.search.engine",
    "open_engine": "kb.search.engine",
}


def __getattr__(name: str) -> object:
    """Load the public names on first use: NumPy and Whoosh are not needed to print help (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kb.search' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
