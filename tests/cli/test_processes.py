"""`kb serve` and `kb rebuild-index --watch` as they run: hammered, damaged under way, told to end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.core import KnowledgeBase
from tests.indexing.roots import PATIENCE, environment, live_name, make_root, page, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def until(happened: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait until something has happened; how long it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.05)
    return time.monotonic() - began


@contextmanager
def running(root: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-m", "kb", "--root", str(root), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdout=pipe, stderr=pipe, text=True, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(root: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with running(root, "serve", "--port", "0", *arguments) as process:
        assert process.stdout
        found = re.search(r"http://\S+?(?=/? )", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        yield found[0], process


def hammer(url: str, stop: threading.Event, answers: list[tuple[int, str]]) -> None:
    while not stop.is_set():
        answers.append(get(url))


def test_a_server_picks_up_new_generations_while_hammered_and_drops_nothing(root: Path) -> None:
    KnowledgeBase.open(root).rebuild()
    with serving(root) as (address, process):
        stop, answers = threading.Event(), list[tuple[int, str]]()
        threads = [
            threading.Thread(target=hammer, args=(f"{address}/api/search?q=article", stop, answers)) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        try:
            for number in range(4):
                write(root, "news/2022/third", page(f"The third article, number {number}", date="2022-01-01"))
                KnowledgeBase.open(root).rebuild()
            shown = until(lambda: "number 3" in get(f"{address}/api/search?q=article")[1])
            # Damage in the live index, and even its absence, is nobody's concern but the next rebuild's.
            (root / "index/columnar" / live_name(root) / "manifest.json").write_bytes(b"{")
            (root / "index/columnar/CURRENT").write_bytes(b"\xff")
            time.sleep(1.2)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert shown < 2.0
        assert {status for status, _ in answers} == {200}
        assert len(answers) > 20
        assert get(f"{address}/search?q=article")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("damaged", [False, True], ids=["without an index", "with a damaged one"])
def test_a_server_answers_503_until_an_index_comes(root: Path, damaged: bool) -> None:
    if damaged:
        KnowledgeBase.open(root).rebuild()
        (root / "index/columnar" / live_name(root) / "manifest.json").write_bytes(b"{")
    with serving(root) as (address, process):
        status, text = get(f"{address}/")
        assert (status, "kb rebuild-index" in text) == (503, True)
        assert "-index" in get(f"{address}/healthz")[1]
        KnowledgeBase.open(root).rebuild()
        assert until(lambda: get(f"{address}/")[0] == 200) < 2.5
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_drafts_are_served_by_their_address_alone_and_only_when_asked_for(root: Path) -> None:
    write(root, "news/2022/draft", page("A draft article", date="2022-01-01", draft=True))
    KnowledgeBase.open(root).rebuild()
    with serving(root, "--drafts") as (address, _):
        assert "A draft article" in get(f"{address}/news/2022/draft/")[1]
        for path in (
            "/api/search?q=draft",
            "/search?q=draft+article",
            "/news/2022/",
            "/sitemap.xml",
            "/api/suggest?q=draft",
        ):
            assert "A draft article" not in get(address + path)[1]
        assert get(f"{address}/api/documents/news/2022/draft")[0] == 404
    with serving(root) as (address, _):
        assert get(f"{address}/news/2022/draft/")[0] == 404


def test_watch_rebuilds_on_each_save_and_survives_a_wrong_one(root: Path) -> None:
    told: list[str] = []
    with running(root, "rebuild-index", "--watch") as process:
        assert process.stdout
        assert process.stderr
        streams = (process.stdout, process.stderr)
        threads = [threading.Thread(target=lambda stream=stream: told.extend(stream)) for stream in streams]
        for thread in threads:
            thread.start()
        until(lambda: any("5 pages: 5 added" in line for line in told))
        write(root, "pages/more", page("More"))
        until(lambda: any("6 pages: 1 added" in line for line in told))
        live = live_name(root)
        write(root, "pages/bad", "no front matter")
        until(lambda: any("content/pages/bad.md:1: no front matter" in line for line in told))
        assert live_name(root) == live
        write(root, "pages/bad", page("Good now"))
        until(lambda: any("7 pages: 1 added" in line for line in told))
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        for thread in threads:
            thread.join()
    assert not any("Traceback" in line for line in told)
    assert KnowledgeBase.open(root).search("good").total == 1


HEAVY = (
    "numpy",
    "flask",
    "whoosh",
    "zstandard",
    "orjson",
    "pydantic",
    "markdown",
    "yaml",
    "lxml",
    "waitress",
    "watchfiles",
)


@pytest.mark.parametrize(
    "code", ["import kb", "import kb.cli", "from kb.cli import cli; cli(['--help'], standalone_mode=False)"]
)
def test_the_terminal_is_quick_because_it_loads_nothing_heavy(code: str) -> None:
    program = f"import sys\n{code}\nprint([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
