"""Plant each fault of `faults.toml` in a copy of the project and see that the tests named for it fail.

A suite that passes proves little unless it fails where it should. Each fault is one small wrong change; the tests that
must catch it are named with it. Exit 0: all caught; 1: some lived on, or could not be planted.

    python tests/faults/run.py [WORD…]     only the faults whose name or file holds one of the words
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
FAULTS = Path(__file__).with_name("faults.toml")
#: What a copy needs; everything else is made, or is the history.
COPIED = ("kb", "content", "templates", "tests", "kb.toml", "pyproject.toml")
#: pytest's exit codes: https://docs.pytest.org/en/stable/reference/exit-codes.html
PASSED, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong change: in `file`, `old` (which stands there once) becomes `new`; one of `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def planted(self, text: str) -> str:
        """The text of the file with the fault in it. Raises ValueError where `old` is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} holds {self.old!r} {text.count(self.old)} times, not once")
        return text.replace(self.old, self.new)


def load(path: Path = FAULTS) -> tuple[Fault, ...]:
    """All faults, in the order of the file."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    return tuple(Fault(**{**table, "tests": tuple(table["tests"])}) for table in tables)


def copy_project(folder: Path) -> None:
    """A copy of what the tests need, without anything compiled."""
    for name in COPIED:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, folder / name)


def run_tests(folder: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run the tests in a copy, which goes before any installed package; stop at the first failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    # Compiled files are told apart by second and size: two faults in one second could pass for each other.
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "KB_HYPOTHESIS": "faults",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def verdict(fault: Fault) -> str | None:
    """None where the fault was caught, else what is wrong."""
    with tempfile.TemporaryDirectory(prefix="kb-fault-") as name:
        folder = Path(name)
        copy_project(folder)
        path = folder / fault.file
        try:
            path.write_text(fault.planted(path.read_text(encoding="utf-8")), encoding="utf-8")
        except (OSError, ValueError) as error:
            return f"cannot be planted: {error}"
        done = run_tests(folder, fault.tests)
    if done.returncode == FAILED:
        return None
    if done.returncode == PASSED:
        return f"lives on: {', '.join(fault.tests)} passed all the same"
    return f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def ailing(tests: tuple[str, ...]) -> str | None:
    """What fails without any fault, None where nothing does: a test that fails anyway catches nothing."""
    with tempfile.TemporaryDirectory(prefix="kb-fault-") as name:
        copy_project(Path(name))
        done = run_tests(Path(name), tests)
    if done.returncode == PASSED:
        return None
    return f"its tests fail without it:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


def main(words: list[str]) -> int:
    """Print a line for each fault, and how many were caught."""
    began = time.monotonic()
    faults = tuple(f for f in load() if not words or any(word in f.name or word in f.file for word in words))
    groups = tuple(dict.fromkeys(fault.tests for fault in faults))
    caught = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        ailments = dict(zip(groups, pool.map(ailing, groups), strict=True))
        verdicts = pool.map(lambda fault: ailments[fault.tests] or verdict(fault), faults)
        for fault, wrong in zip(faults, verdicts, strict=True):
            caught += wrong is None
            print(f"{'caught' if wrong is None else 'NOT CAUGHT'}  {fault.name} ({fault.file})", flush=True)
            if wrong:
                print(f"            {wrong}", flush=True)
    print(f"{caught} of {len(faults)} seeded faults caught in {time.monotonic() - began:.0f} s")
    return 0 if faults and caught == len(faults) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
