"""What is measured, as plain records that go to JSON and come back."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Build:
    """Building in a process of its own: seconds of CPU (user and system) and by the clock; memory and size in MB.

    `peak` is the most that the process held, `documents` what it held before, when there were only the documents.
    """

    cpu: float
    wall: float
    peak: float
    documents: float
    index: float = 0.0


@dataclass(frozen=True, slots=True)
class Start:
    """From the start of a process to its first answer: seconds of CPU and by the clock."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Times:
    """CPU milliseconds of one job, over so many jobs; `kinds` has the median of each kind of query."""

    jobs: int
    median: float
    p90: float
    p99: float
    kinds: Mapping[str, float]

    @classmethod
    def of(cls, times: Sequence[tuple[str, float]]) -> Times:
        """From (kind, milliseconds) of each job."""
        found = [one for _, one in times] or [0.0]
        cuts = statistics.quantiles(found if len(found) > 1 else 2 * found, n=100, method="inclusive")
        kinds = sorted({kind for kind, _ in times})
        medians = {kind: statistics.median(one for name, one in times if name == kind) for kind in kinds}
        return cls(len(times), cuts[49], cuts[89], cuts[98], medians)


@dataclass(frozen=True, slots=True)
class Engine:
    """All figures of one engine at one size."""

    build: Build
    start: Start
    times: Times


@dataclass(frozen=True, slots=True)
class Rebuild:
    """`kb rebuild-index` of page files, its process included, in seconds: everything, one page changed, nothing."""

    first: Start
    one_change: Start
    no_change: Start


@dataclass
class Results:
    """A whole run. `sizes` and `rebuilds` go by the number of documents, then by engine."""

    command: str
    machine: str
    versions: dict[str, str]
    skipped: list[str] = field(default_factory=list)
    corpora: dict[int, dict[str, float]] = field(default_factory=dict)
    sizes: dict[int, dict[str, Engine]] = field(default_factory=dict)
    rebuilds: dict[int, dict[str, Rebuild]] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read what `write` has written."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            **{name: found[name] for name in ("command", "machine", "versions", "skipped")},
            corpora={int(size): corpus for size, corpus in found["corpora"].items()},
            sizes=_nested(found["sizes"], _engine),
            rebuilds=_nested(found["rebuilds"], _rebuild),
        )


def _nested(found: Mapping[str, Mapping[str, Any]], make: Any) -> dict[int, dict[str, Any]]:
    return {int(size): {name: make(one) for name, one in engines.items()} for size, engines in found.items()}


def _engine(found: Mapping[str, Any]) -> Engine:
    return Engine(Build(**found["build"]), Start(**found["start"]), Times(**found["times"]))


def _rebuild(found: Mapping[str, Any]) -> Rebuild:
    return Rebuild(*(Start(**found[name]) for name in ("first", "one_change", "no_change")))
