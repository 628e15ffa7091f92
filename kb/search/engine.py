"""The contract of an engine, and where engines are found by name.

An engine is a way to match and score. It *manages*: `build` writes a whole generation into an empty folder; and it
*reads*: a folder once written is opened by `open_engine` and never changes. What every engine promises: the same
documents match, the same totals and facet counts, and the same order under `newest` and `oldest`. Under `relevance`
the weights are those of `kb.search.scoring`; the order of near-equal scores may differ between engines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from kb.errors import KnowledgeBaseError
from kb.language.tree import Matching
from kb.search.arrays import damaged, read_json, write_json
from kb.search.entry import Entry, FacetSpec
from kb.search.passages import Passages
from kb.search.request import Answer, Explanation, Likeness, Request
from kb.search.tokens import TermNumbers

#: Engines by name, and the module that holds each: `build(folder, entries, specs, numbers)` and `open_folder(folder)`.
ENGINES = {"columnar": "kb.search.columnar", "whoosh": "kb.search.whoosh"}

#: The sizes of all files of a folder, written last.
FILES = "files.json"


class Engine(Protocol):
    """One open generation. Safe to share between threads; nothing in it changes."""

    def search(self, request: Request) -> Answer:
        """The answer to a request: the total, a page of matches in order, and every facet."""

    def explain(self, request: Request, document_id: str) -> Explanation:
        """What the score of a document that matches is made of."""

    def total(self, matching: Matching) -> int:
        """How many documents match, with no filter at all."""

    def coverage(self, matching: Matching) -> int:
        """The greatest number of the matching's units that one allowed document has."""

    def similar(self, document_id: str, limit: int) -> tuple[Likeness, ...]:
        """The documents that read most like this one, best first, never itself."""

    def terms(self, prefix: str) -> list[tuple[str, int]]:
        """The terms that begin with a prefix and the number of documents that have each, by code point."""

    def stored(self, document_id: str) -> Mapping[str, object] | None:
        """What was stored with a document; None where there is no such document."""

    def passages(self, document_id: str) -> Passages:
        """The texts of a document with their tokens, to be quoted from. Raises KeyError."""

    def status(self, document_id: str, day: dt.date) -> tuple[str, tuple[dt.date, ...]]:
        """A document's status on a day, and the days on which law that it cites changed after it, newest first."""

    def ids(self) -> Sequence[str]:
        """The ids of all documents, in the order in which they were built."""

    def facet_values(self, facet: str) -> Sequence[str]:
        """Every value of a facet, by code point."""


class UnknownEngineError(KnowledgeBaseError):
    """No engine has this name."""


def create(
    name: str,
    folder: Path,
    entries: Iterable[Entry],
    specs: Sequence[FacetSpec] = (),
    numbers: TermNumbers | None = None,
) -> None:
    """Build a whole generation of the engine `name` in `folder`, which must be empty or absent.

    Entries are taken one by one. Where some are laid out already, their terms are numbered by `numbers`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _module(name).build(folder, entries, specs, numbers)
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    write_json(folder / FILES, sizes)


def open_engine(name: str, folder: Path) -> Engine:
    """Open what `create` has written. Raises DamagedIndexError where a file is missing or not of this build."""
    for file, size in read_json(folder / FILES, dict).items():
        path = folder / file
        if not path.is_file() or path.stat().st_size != size:
            raise damaged(path, "it is missing, or has another size than when it was written")
    return _module(name).open_folder(folder)  # type: ignore[no-any-return]


def _module(name: str):  # type: ignore[no-untyped-def]
    if name not in ENGINES:
        raise UnknownEngineError(f"There is no engine “{name}”. Choose: {', '.join(ENGINES)}.")
    return import_module(ENGINES[name])
