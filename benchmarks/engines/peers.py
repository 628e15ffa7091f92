"""Every engine of the comparison by name: how it is made, what it needs, what it can do, how far it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from benchmarks.engines.records import Article, Job, Result

#: How a package of the optional group is installed.
INSTALL = "install the peers with: make peers (or pip install --require-hashes --requirement requirements-peers.txt)"


class Peer(Protocol):
    """An engine: it builds an index in an empty folder, opens it, and does jobs."""

    name: str

    def build(self, folder: Path, documents: Sequence[Article]) -> None:
        """Write the index of these documents."""

    def open(self, folder: Path) -> None:
        """Open what `build` has written."""

    def run(self, job: Job) -> Result:
        """Do one job."""

    def close(self) -> None:
        """Let go of the files."""


@dataclass(frozen=True, slots=True)
class Known:
    """An engine that can be asked for. `whole` engines do the whole job; `largest` is the most they are built with."""

    module: str
    make: str
    package: str = ""
    whole: bool = True
    largest: int = 10**9
    #: An engine of `kb.search`.
    ours: bool = False


ENGINES = {
    "columnar": Known("ours", "Ours", ours=True),
    "whoosh": Known("ours", "Ours", largest=10_000, ours=True),
    "tantivy": Known("tantivy_peer", "Tantivy", package="tantivy"),
    "fts5": Known("fts5_peer", "Fts5"),
    "bm25s": Known("bm25s_peer", "Bm25s", package="bm25s", whole=False),
    "plain-whoosh": Known("whoosh_peer", "PlainWhoosh", largest=10_000),
}


def make(name: str) -> Peer:
    """The engine of this name, neither built nor open."""
    known = ENGINES[name]
    found = getattr(import_module(f"benchmarks.engines.{known.module}"), known.make)
    peer: Peer = found(name) if known.ours else found()
    return peer


def missing(name: str) -> str:
    """Why an engine cannot be measured here, and how to mend it; nothing where it can."""
    if name not in ENGINES:
        return f"There is no engine “{name}”. Choose: {', '.join(ENGINES)}."
    known = ENGINES[name]
    if known.package and find_spec(known.package) is None:
        return f"{name} is not installed: {INSTALL}."
    if known.ours and not _is_ours(name):
        return f"{name} is not among the engines of kb.search.engine."
    return ""


def _is_ours(name: str) -> bool:
    from kb.search.engine import ENGINES as OURS

    return name in OURS


def can(name: str, job: Job) -> bool:
    """Whether an engine can answer a job at all."""
    alone = not (job.phrase or job.prefix or job.excluded or job.selections)
    return ENGINES[name].whole or (alone and job.minimum == 1)
