"""What is measured in a process of its own: building, and the start to the first answer. Prints one line of JSON."""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.engines.figures import Build, Start
from benchmarks.engines.peers import make
from benchmarks.engines.records import Job

PROJECT = Path(__file__).resolve().parents[2]


def build(name: str, folder: Path, documents: int) -> Build:
    """Build an index in a fresh process."""
    folder.mkdir(parents=True)
    made = Build(**json.loads(_child("build", name, str(folder), str(documents))[0]))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return Build(made.cpu, made.wall, made.peak, made.documents, size)


def start(name: str, folder: Path, job: Job, rounds: int) -> Start:
    """The quickest of some fresh processes that open an index and do one job (its files are in the system's cache)."""
    asked = folder.with_suffix(".job")
    asked.write_bytes(pickle.dumps(job))
    return min((_child("start", name, str(folder), str(asked))[1] for _ in range(rounds)), key=lambda one: one.cpu)


def _child(*arguments: str) -> tuple[str, Start]:
    """What a process with these arguments printed, and what it took."""
    return run([sys.executable, "-m", "benchmarks.engines.alone", *arguments], PROJECT)


def run(command: list[str], folder: Path, **environ: str) -> tuple[str, Start]:
    """What a command printed, and what it took from beginning to end."""
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, **environ}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, Start(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


# -- in the child ---------------------------------------------------------------------------------------------------


def _build(name: str, folder: str, documents: str) -> None:
    from benchmarks.engines.articles import articles

    made, engine = articles(int(documents)), make(name)
    gc.collect()
    gc.freeze()
    held, began, wall = _memory("VmRSS"), time.process_time(), time.monotonic()
    engine.build(Path(folder), made)
    cpu, wall = time.process_time() - began, time.monotonic() - wall
    print(json.dumps(asdict(Build(cpu, wall, _memory("VmHWM"), held))))


def _start(name: str, folder: str, asked: str) -> None:
    engine = make(name)
    engine.open(Path(folder))
    engine.run(pickle.loads(Path(asked).read_bytes()))


def _memory(line: str) -> float:
    """Megabytes that this process holds (VmRSS) or held at most (VmHWM).

    Linux knows both; elsewhere the most ever held stands for both. It is not asked on Linux, where a process inherits
    it from the one that started it.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        scale = 1e6 if sys.platform == "darwin" else 1e3
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    rows = dict(row.split(":", 1) for row in status.read_text(encoding="ascii").splitlines())
    return int(rows[line].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    {"build": _build, "start": _start}[sys.argv[1]](*sys.argv[2:])
