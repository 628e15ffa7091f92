"""One rebuild at a time, and one sentence where the index cannot be written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.core import KnowledgeBase
from kb.errors import LockedIndexError
from kb.indexing.lock import UnwritableIndexError, rebuild_lock
from tests.indexing.roots import PATIENCE, contents, environment, generations, kb, make_root

HOLD = """
import time
from pathlib import Path
from kb.indexing.lock import rebuild_lock
with rebuild_lock(Path({index!r})):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


@contextmanager
def held(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock, until it is killed."""
    command = [sys.executable, "-c", HOLD.format(index=str(root / "index"))]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_rebuild_is_refused_and_names_the_first(root: Path) -> None:
    with held(root) as process:
        done = kb(root, "rebuild-index")
        assert done.returncode == 1
        assert done.stdout == ""
        assert f"process {process.pid} (since 2" in done.stderr
        assert "Traceback" not in done.stderr
        assert kb(root, "rebuild-index", "--back").returncode == 1
    assert not (root / "index/columnar").exists()


def test_whoever_was_killed_holds_the_lock_no_longer(root: Path) -> None:
    with held(root) as process:
        process.kill()
        process.wait(PATIENCE)
    assert KnowledgeBase.open(root).rebuild().documents == 5


def test_two_threads_of_one_process_cannot_rebuild_at_once(root: Path) -> None:
    refused: list[BaseException] = []

    def second() -> None:
        try:
            KnowledgeBase.open(root).rebuild()
        except LockedIndexError as error:
            refused.append(error)

    with rebuild_lock(root / "index"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1
    assert f"process {os.getpid()}" in str(refused[0])


def test_a_holder_without_a_note_is_another_process(tmp_path: Path) -> None:
    with rebuild_lock(tmp_path):
        (tmp_path / ".rebuilding.json").write_text("{}", encoding="ascii")
        with pytest.raises(LockedIndexError, match="another process is rebuilding"), rebuild_lock(tmp_path):
            pass


def test_the_note_of_one_who_was_killed_names_nobody(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait(PATIENCE)
    with rebuild_lock(tmp_path):
        note = f'{{"pid": {dead.pid}, "started": "2020-01-01T00:00:00+00:00"}}'
        (tmp_path / ".rebuilding.json").write_text(note, encoding="ascii")
        with pytest.raises(LockedIndexError, match="another process is rebuilding"), rebuild_lock(tmp_path):
            pass


# -- what cannot be written --------------------------------------------------------------------------------------------


def test_a_file_in_place_of_the_index_is_one_sentence(root: Path) -> None:
    (root / "index").write_text("in the way", encoding="ascii")
    with pytest.raises(UnwritableIndexError, match="index cannot be written"):
        KnowledgeBase.open(root).rebuild()
    assert (root / "index").read_text(encoding="ascii") == "in the way"


def test_a_full_disk_is_one_sentence_and_leaves_the_index_as_it_was(root: Path) -> None:
    KnowledgeBase.open(root).rebuild()
    before = contents(root / "index/columnar")

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))

    command = [sys.executable, "-m", "kb", "--root", str(root), "rebuild-index", "--full"]
    done = subprocess.run(
        command,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=full,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "The index cannot be written (" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(root / "index/columnar") == before
    assert KnowledgeBase.open(root).search("article").total == 2


def test_a_disk_that_fills_up_while_the_generation_is_written_leaves_no_half_of_it(root: Path) -> None:
    KnowledgeBase.open(root).rebuild()
    before = generations(root)
    reading = (root / "index/readings/readings.bin").stat().st_size

    def full() -> None:
        # Room for the kept readings, and not for the whole of what Whoosh writes.
        resource.setrlimit(resource.RLIMIT_FSIZE, (reading, reading))

    (root / "content/pages/long.md").write_text(
        "---\ntitle: Long\n---\n\n" + " ".join(f"w{n}" for n in range(9000)), encoding="utf-8"
    )
    command = [sys.executable, "-m", "kb", "--root", str(root), "rebuild-index"]
    done = subprocess.run(
        command,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=full,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert generations(root) == before


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere: run as a user to see this")
def test_an_index_on_a_read_only_disk_answers_and_a_rebuild_is_refused_in_one_sentence(root: Path) -> None:
    KnowledgeBase.open(root).rebuild()
    folders = [root / "index", *(path for path in (root / "index").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        assert kb(root, "search", "article").returncode == 0
        assert kb(root, "status", "--verify").returncode == 0
        assert kb(root, "check").returncode == 0
        done = kb(root, "rebuild-index")
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert done.returncode == 1
    assert "The index cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
