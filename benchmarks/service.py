"""`/search` over HTTP beside datasette on SQLite FTS5: `python -m benchmarks.service [--articles 1000]`.

The job: the whole request (parse, search, render, compress) in one server process, each query asked once, over the same
documents with the same facets. Full load keeps every connection busy and gives requests per CPU second of the server;
half load sends at half of that rate, whatever is still under way, and gives latency from the moment a request was due.

Datasette shows its table page: ten rows of the search, their number, and every facet. It neither ranks, nor quotes, nor
corrects, nor compresses. Its limits on the time of a facet are lifted, so that none is left out, and its suggestions
are off.
It is looked for at `--datasette`; with `python3 -m venv V && V/bin/pip install datasette` it is `V/bin/datasette`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import combinations, count
from pathlib import Path
from urllib.parse import quote_plus

from benchmarks.corpus import PROJECT, queries, write_root
from kb.core import KnowledgeBase
from kb.model import GROUPS, Page
from kb.reader import Reader

HEADERS = {"Accept-Encoding": "gzip", "Accept": "text/html"}
#: Connections at full load: enough to keep one process busy, few enough for the queue to stay short.
BUSY = 4
#: Connections at half load: a request that is due finds a free one.
OPEN = 16
#: Requests before anything is measured.
WARMING = 100
#: Facets of one value a page, and of several.
SINGLE = ("type", "year", "status", "source")
SEVERAL = ("service", *GROUPS, "cites", "author")
_FACETS = ", ".join(f"{name} TEXT" for name in (*SINGLE, *SEVERAL))
_SCHEMA = f"""
CREATE TABLE pages (id TEXT PRIMARY KEY, title TEXT, body TEXT, {_FACETS});
CREATE VIRTUAL TABLE pages_fts USING fts5 (title, body, content="pages", tokenize="porter unicode61");
"""
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Server:
    """A server under measurement: where it listens, the id of its process, and the address of a search for words."""

    name: str
    port: int
    process: int
    address: Callable[[str], str]


@dataclass(frozen=True)
class Load:
    """What a load came to: latencies in seconds, in order, the time it took, and the CPU seconds of the server."""

    latencies: Sequence[float]
    wall: float
    cpu: float
    bytes: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.wall

    def percentile(self, part: float) -> float:
        """Milliseconds within which that part of the requests was answered."""
        return self.latencies[min(len(self.latencies) - 1, int(part * len(self.latencies)))] * 1000


def main() -> None:
    """Build both, load both, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=2000, help="of each load of kb; a tenth of it for datasette")
    parser.add_argument("--folder", type=Path, help="keep what is built here, and use it again")
    parser.add_argument("--datasette", type=Path, default=Path("/tmp/datasette-venv/bin/datasette"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        root = build(folder, options.articles)
        ours = measure(kb_serving(root), options.requests)
        if not options.datasette.exists():
            print(f"datasette is not measured: there is none at {options.datasette}.")
            return
        theirs = measure(datasette_serving(options.datasette, folder / "kb.db"), options.requests // 10)
        print(f"requests per CPU second, ratio: {ours / theirs:.1f}")


def measure(serving: contextlib.AbstractContextManager[Server], requests: int) -> float:
    """Requests per CPU second of a server at full load; prints that, and how it answers at half load."""
    words = distinct(WARMING + 2 * requests)
    with serving as server:
        load(server, words[:WARMING], BUSY)
        full = load(server, words[WARMING : WARMING + requests], BUSY)
        half = load(server, words[WARMING + requests :], OPEN, full.rate / 2)
    per_cpu = len(full.latencies) / full.cpu
    mean = statistics.fmean(full.latencies) * 1000
    size = full.bytes / requests / 1000
    print(
        f"{server.name}, full load: {full.rate:.0f} requests/s, {per_cpu:.0f} per CPU second "
        f"({1000 / per_cpu:.2f} ms each), mean {mean:.1f} ms, {size:.1f} kB a page"
    )
    told = ", ".join(f"p{part:g} {half.percentile(part / 100):.1f}" for part in (50, 90, 99, 100))
    print(f"{server.name}, half load: {half.rate:.0f} requests/s, ms: {told}")
    return per_cpu


def distinct(number: int) -> list[str]:
    """That many queries, none twice."""
    found: dict[str, None] = {}
    for seed in count(11):
        found |= dict.fromkeys(queries(number, seed))
        if len(found) >= number:
            return list(found)[:number]
    raise AssertionError


# -- load -----------------------------------------------------------------------------------------------------------


def load(server: Server, words: Sequence[str], connections: int, rate: float | None = None) -> Load:
    """Ask for every query once: n/rate seconds after the start where there is a rate, else as soon as can be."""
    asked = _Asked(server, words, rate)
    cpu, started = cpu_seconds(server.process), time.perf_counter()
    threads = [threading.Thread(target=asked.work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    if len(asked.latencies) < len(words):
        raise SystemExit(f"{server.name} answered {len(asked.latencies)} of {len(words)} requests.")
    return Load(sorted(asked.latencies), wall, cpu_seconds(server.process) - cpu, asked.bytes)


class _Asked:
    """The requests of a load, handed to the threads one by one."""

    def __init__(self, server: Server, words: Sequence[str], rate: float | None) -> None:
        self._server = server
        self._words = words
        self._rate = rate
        self._numbers = iter(range(len(words)))
        self._lock = threading.Lock()
        self._started = time.perf_counter()
        self.latencies: list[float] = []
        self.bytes = 0

    def work(self) -> None:
        """Send what comes next over one connection until nothing is left."""
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        while (number := self._next()) is not None:
            due = self._wait(number)
            connection.request("GET", self._server.address(self._words[number]), headers=HEADERS)
            response = connection.getresponse()
            size = len(response.read())
            took = time.perf_counter() - due
            if response.status != 200:
                raise SystemExit(f"{self._server.name} answered {response.status} to {self._words[number]!r}.")
            with self._lock:
                self.latencies.append(took)
                self.bytes += size
        connection.close()

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _wait(self, number: int) -> float:
        """The moment at which a request is due, once it has come."""
        if self._rate is None:
            return time.perf_counter()
        due = self._started + number / self._rate
        time.sleep(max(0.0, due - time.perf_counter()))
        return due


def cpu_seconds(process: int) -> float:
    """CPU seconds that a process and its children have taken (Linux: proc(5), the fields utime to cstime of stat)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return own + sum(cpu_seconds(int(child)) for child in children)


# -- servers --------------------------------------------------------------------------------------------------------


def build(folder: Path, articles: int) -> Path:
    """The root of a knowledge base with its index, and the same pages as `kb.db` beside it. What is there is kept."""
    root, database = folder / "root", folder / "kb.db"
    if not database.exists():
        base = KnowledgeBase.open(write_root(root, articles))
        started = time.monotonic()
        base.rebuild()
        print(f"{articles} articles, rebuild: {time.monotonic() - started:.1f} s")
        write_database(database, base.reader())
    return root


@contextlib.contextmanager
def kb_serving(root: Path) -> Iterator[Server]:
    """`kb serve` over a root, on a free port."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "kb", "serve", "--port", str(free_port())]
    with _running(command, root, environment) as (process, port):
        yield Server("kb", port, process, lambda text: f"/search?q={quote_plus(text)}")


@contextlib.contextmanager
def datasette_serving(program: Path, database: Path) -> Iterator[Server]:
    """Datasette over the database, on a free port, with every facet of ours."""
    limits = {"suggest_facets": "off", "sql_time_limit_ms": "60000", "facet_time_limit_ms": "60000"}
    settings = [part for name, value in limits.items() for part in ("--setting", name, value)]
    command = [str(program), "serve", "-i", str(database), *settings, "--port", str(free_port())]
    facets = [f"_facet={name}" for name in SINGLE] + [f"_facet_array={name}" for name in SEVERAL]
    with _running(command, database.parent, {**os.environ}) as (process, port):
        page = f"/kb/pages?{'&'.join(facets)}&_facet_size=50&_size=10&_searchmode=raw&_search="
        yield Server("datasette", port, process, lambda text: page + quote_plus(expression(text)))


@contextlib.contextmanager
def _running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """(process id, port) of a server whose last argument is its port, ended when the block is left."""
    port = int(command[-1])
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} does not listen.")


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def expression(text: str) -> str:
    """A query as FTS5 is to read it, near to how kb does: a citation as a phrase, of three and more words any two."""
    if "CFR" in text or "U.S.C." in text or text.startswith("INA "):
        return f'"{text}"'
    words = [f'"{word[:-1]}"*' if word.endswith("*") else f'"{word}"' for word in text.split()]
    return " OR ".join(f"({' AND '.join(pair)})" for pair in combinations(words, min(2, len(words))))


# -- the peer's database --------------------------------------------------------------------------------------------


def write_database(path: Path, reader: Reader) -> None:
    """Every page with its facets; those of several values as JSON lists, which datasette counts one by one."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        names = ("id", "title", "body", *SINGLE, *SEVERAL)
        insert = f"INSERT INTO pages VALUES ({', '.join('?' * len(names))})"
        database.executemany(insert, (_row(reader.document(ref.id)) for ref in reader.refs()))
        database.execute("INSERT INTO pages_fts (pages_fts) VALUES ('rebuild')")


def _row(page: Page) -> tuple[str | None, ...]:
    own = page.document
    year = str(own.date.year) if own.date else None
    source = own.source.name if own.source else None
    by_group = [[tag.id for tag in page.tags if tag.group == group] for group in GROUPS]
    several = (page.services, *by_group, page.cites, own.authors)
    body = _TAG.sub(" ", page.html)
    return (own.id, own.title, body, own.type, year, page.status, source, *map(json.dumps, map(list, several)))


if __name__ == "__main__":
    main()
