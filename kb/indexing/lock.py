"""One rebuild at a time: a lock that the system frees when its holder dies, and a note of who holds it."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import LockedIndexError


@contextmanager
def rebuild_lock(index: Path) -> Iterator[None]:
    """Hold the lock of an index folder. Raises LockedIndexError naming the process that holds it."""
    index.mkdir(parents=True, exist_ok=True)
    note = index / ".rebuilding.json"
    lock = FileLock(str(index / ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedIndexError(
            f"The index is locked: {_holder(note)} is rebuilding it. Wait until it has ended."
        ) from error
    try:
        started = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        note.write_text(json.dumps({"pid": os.getpid(), "started": started}), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        about = json.loads(note.read_text(encoding="utf-8"))
        return f"process {about['pid']} (since {about['started']})"
    except (OSError, ValueError, KeyError):
        return "another process"
