"""How often engines and brute force disagree over random requests about plain tokens.

    python -m benchmarks.agreement --queries 100000

Asks the columnar engine so many, the whoosh engine a tenth of them, and prints for each how many answers differed from
the oracle's (`tests/oracle/plain.py`) in matches, total, order, score, status or any facet's count, how many raised an
error, and the first few of both. Exit code 1 where there was any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from kb.search import Request
from tests.oracle.plain_agreement import Judge, Round, asked, rounds

#: Documents are tiny and corpora many: in memory, where the system has a folder there.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
#: So many disagreements are printed whole.
_SHOWN = 5


@dataclass
class Tally:
    """What was asked of one engine, and what went wrong."""

    asked: int = 0
    different: int = 0
    errors: int = 0
    shown: list[str] = field(default_factory=list)

    def judge(self, judge: Judge, request: Request, one: Round) -> None:
        """Ask, and count what comes."""
        self.asked += 1
        try:
            found = judge.differences(request)
        except Exception:  # noqa: BLE001 - any error is what is counted here
            self.errors += 1
            self._show(one, request, traceback.format_exc())
            return
        if found:
            self.different += 1
            self._show(one, request, *found)

    def _show(self, *parts: object) -> None:
        if len(self.shown) < _SHOWN:
            self.shown.append("\n  ".join(map(str, parts)))


def run(engine: str, queries: int, seed: int) -> Tally:
    """Ask one engine so many requests."""
    tally = Tally()
    for one in rounds(queries, seed):
        with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
            for judge, request in asked(engine, one, Path(folder) / "new"):
                tally.judge(judge, request, one)
    return tally


def main() -> int:
    """Print a line for each engine, and what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=100_000, help="of the columnar engine; whoosh gets a tenth")
    parser.add_argument("--seed", type=int, default=0, help="that of the first corpus")
    arguments = parser.parse_args()
    wrong = 0
    for engine, queries in (("columnar", arguments.queries), ("whoosh", arguments.queries // 10)):
        began = time.monotonic()
        tally = run(engine, queries, arguments.seed)
        wrong += tally.different + tally.errors
        print(
            f"{engine}: {tally.asked:,} queries, {tally.different:,} differ from brute force, "
            f"{tally.errors:,} raised an error ({time.monotonic() - began:.0f} s)",
            flush=True,
        )
        print(*tally.shown, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
