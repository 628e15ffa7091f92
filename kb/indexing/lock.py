"""One rebuild at a time: a lock that the system frees when its holder dies, and a note of who holds it."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import KnowledgeBaseError, LockedIndexError

#: Seconds that a holder is given to write who it is.
_PATIENCE = 1.0


class UnwritableIndexError(KnowledgeBaseError):
    """The folder of the index cannot be written: no room, no permission, or something else in its place."""


@contextmanager
def rebuild_lock(index: Path) -> Iterator[None]:
    """Hold the lock of an index folder.

    Raises LockedIndexError naming the process that holds it, UnwritableIndexError where writing fails, now or within.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(index / ".lock"))
        note = index / ".rebuilding.json"
        with _held(lock, note):
            yield
    except (OSError, NotImplementedError) as error:
        place = getattr(error, "filename", None) or index
        reason = getattr(error, "strerror", None) or error
        fix = f"make room there, or let {index} be a folder that you may write"
        raise UnwritableIndexError(f"The index cannot be written ({place}: {reason}): {fix}.") from error


@contextmanager
def _held(lock: FileLock, note: Path) -> Iterator[None]:
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
    """Who holds the lock. A note is trusted while its process lives: one that was killed leaves its own behind."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            about = json.loads(note.read_text(encoding="utf-8"))
            if _lives(int(about["pid"])):
                return f"process {about['pid']} (since {about['started']})"
        except (OSError, ValueError, LookupError, TypeError):
            pass
        time.sleep(0.02)
    return "another process"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
