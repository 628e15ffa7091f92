"""What an import did: one record for each source, each with its notes and their evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kb.ingest.wording import shorten
from kb.language.redaction import redact

#: What became of a source. `unchanged`, `edited` and `duplicate` wrote nothing; `draft` has no readable date.
Outcome = Literal["written", "draft", "unchanged", "edited", "duplicate", "failed"]
#: A `problem` makes the exit code 1, a `warning` wants an editor's eye, a `note` records what was done.
Level = Literal["problem", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Note:
    """One kind of thing that was dropped, guessed or could not be read: how often, and a quotation of the first."""

    level: Level
    kind: str
    what: str
    count: int = 1
    evidence: str = ""

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        quoted = f": {self.evidence}" if self.evidence else ""
        return f"{self.level}: {self.kind}: {self.what}{times}{quoted}"


class Log:
    """Collects notes; what is said again is counted and keeps its first evidence. Personal numbers are never quoted."""

    def __init__(self) -> None:
        self._notes: dict[tuple[Level, str, str], tuple[int, str]] = {}

    def add(self, kind: str, what: str, evidence: str = "", *, level: Level = "note", count: int = 1) -> None:
        """Record `what` (a clause in words, the same for the same thing) with a quotation."""
        key = (level, kind, redact(what)[0])
        before, first = self._notes.get(key, (0, ""))
        self._notes[key] = (before + count, first or redact(shorten(evidence, 160))[0])

    def extend(self, notes: Iterable[Note]) -> None:
        """Record notes made elsewhere."""
        for note in notes:
            self.add(note.kind, note.what, note.evidence, level=note.level, count=note.count)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes so far, problems first, each level in the order in which it came up."""
        found = [Note(level, kind, what, *seen) for (level, kind, what), seen in self._notes.items()]
        order = ("problem", "warning", "note")
        return tuple(sorted(found, key=lambda note: order.index(note.level)))


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one source. `path` is the page under the target folder, `id` its id; both None if it failed."""

    source: str
    outcome: Outcome
    path: str | None = None
    id: str | None = None
    title: str | None = None
    date: dt.date | None = None
    notes: tuple[Note, ...] = ()

    @property
    def problems(self) -> tuple[Note, ...]:
        """The notes for which the exit code is 1."""
        return tuple(note for note in self.notes if note.level == "problem")

    def to_json(self) -> dict[str, object]:
        """The record as JSON shows it."""
        return {
            "source": self.source,
            "outcome": self.outcome,
            "path": self.path,
            "id": self.id,
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "notes": [
                {"level": n.level, "kind": n.kind, "what": n.what, "count": n.count, "evidence": n.evidence}
                for n in self.notes
            ],
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """All sources of one run in the order in which they were read; `notes` are about folders."""

    files: tuple[ImportedFile, ...]
    notes: tuple[Note, ...] = ()
    dry_run: bool = False

    @property
    def exit_code(self) -> int:
        """0 done; 1 a source failed, has no readable date, or could not be brought in whole."""
        return int(any(file.outcome in ("failed", "draft") or file.problems for file in self.files))

    @property
    def counts(self) -> dict[str, int]:
        """How many sources had each outcome; outcomes of none are left out."""
        outcomes = [file.outcome for file in self.files]
        return {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}

    def to_json(self) -> dict[str, object]:
        """The report as `kb import --json` prints it."""
        return {
            "dry_run": self.dry_run,
            "counts": self.counts,
            "files": [file.to_json() for file in self.files],
            "notes": [{"level": n.level, "kind": n.kind, "what": n.what, "evidence": n.evidence} for n in self.notes],
        }

    def lines(self) -> list[str]:
        """The report for a terminal: a line for each source, its notes indented below."""
        found = [str(note) for note in self.notes]
        for file in self.files:
            found.append(f"{file.outcome}: {file.source}" + (f" → {file.path}" if file.path else ""))
            found += [f"  {note}" for note in file.notes]
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items()) or "nothing"
        return [*found, f"{counts}{' (dry run: nothing was written)' if self.dry_run else ''}"]
