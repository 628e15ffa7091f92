"""A searchable knowledge base of immigration law for a law firm's own site."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kb.core import KnowledgeBase
    from kb.model import Change, Document, Query, Results, Source
    from kb.vocabulary import Concept, Vocabulary

__all__ = ["Change", "Concept", "Document", "KnowledgeBase", "Query", "Results", "Source", "Vocabulary", "__version__"]

_HOMES = {
    "Change": "kb.model",
    "Concept": "kb.vocabulary",
    "Document": "kb.model",
    "KnowledgeBase": "kb.core",
    "Query": "kb.model",
    "Results": "kb.model",
    "Source": "kb.model",
    "Vocabulary": "kb.vocabulary",
}


def __getattr__(name: str) -> object:
    """Load the public names on first use, so that `import kb` stays cheap (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kb' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
