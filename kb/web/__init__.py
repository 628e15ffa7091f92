"""The knowledge base as a web site and as JSON: thin over `kb.core.KnowledgeBase`.

Importing this package loads no web framework: `create_app` is fetched on first use (PEP 562), so that the command
line can build and read search addresses (`kb.web.params`) and answers (`kb.web.answers`) cheaply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """Load `create_app` when it is asked for."""
    if name != "create_app":
        raise AttributeError(f"module 'kb.web' has no attribute {name!r}")
    from kb.web.app import create_app

    return create_app
