"""Every error that the knowledge base raises on purpose.

Each says what is wrong, where, and how to mend it, in one sentence that can be shown as it is. Status codes and exit
codes are given out by `kb.web` and `kb.cli` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Problem


class KnowledgeBaseError(Exception):
    """The root of all errors of this package."""


class RootError(KnowledgeBaseError):
    """The folder given as root is not one: no `kb.toml`, or no `content/`."""


class ConfigError(KnowledgeBaseError):
    """`kb.toml`, the vocabulary or the ledger of changes cannot be used as it stands."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ContentError(KnowledgeBaseError):
    """Pages have errors that keep a rebuild from switching."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class NoIndexError(KnowledgeBaseError):
    """There is no built generation to answer from."""


class DamagedIndexError(KnowledgeBaseError):
    """The live generation fails its own checks (version, size or checksum)."""


class LockedIndexError(KnowledgeBaseError):
    """Another rebuild holds the lock."""


class NoPreviousGenerationError(KnowledgeBaseError):
    """`--back` was asked for, but no earlier generation is kept."""


class UnknownDocumentError(KnowledgeBaseError):
    """No page, or none that visitors may see, has this id."""

    def __init__(self, document_id: str) -> None:
        super().__init__(f"No page has the id “{document_id}”. An id is the path under content/ without .md.")
        self.document_id = document_id


class ParameterError(KnowledgeBaseError):
    """A search parameter has a value that it cannot have.

    `parameter` is the URL name of the parameter (`from`, `page`, …), `value` what was given.
    """

    def __init__(self, parameter: str, value: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value


class SourceError(KnowledgeBaseError):
    """Something given to the importer cannot be read."""


class DocumentError(KnowledgeBaseError):
    """A document given to the library cannot be taken: its id, or a tag that the vocabulary does not know."""
