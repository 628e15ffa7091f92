"""The production server: it listens, it answers, it ends after what it was asked."""

from __future__ import annotations

import gc
import http.client
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from kb.web.current import EDITION
from kb.web.server import PortInUseError, _Settled, run

SLOW = textwrap.dedent(
    """
    import sys, time
    from flask import Flask
    from kb.web.server import run

    app = Flask("slow")

    @app.get("/")
    def slow():
        print("asked", flush=True)
        time.sleep(1)
        return "whole answer " * 20000

    run(app, "127.0.0.1", 0, lambda url: print(url, flush=True))
    print("ended", flush=True)
    """
)


@contextmanager
def slow_server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in a process of its own whose answers take a second, and its port."""
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_after_the_answer_under_way(number: signal.Signals) -> None:
    with slow_server() as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/")
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(number)
        assert connection.getresponse().read().decode() == "whole answer " * 20000
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "ended\n", "")
        connection.close()


def test_a_signal_ends_an_idle_server_at_once() -> None:
    with slow_server() as (process, port):
        with socket.create_connection(("127.0.0.1", port)):
            process.terminate()
            out, err = process.communicate(timeout=5)
        assert (process.returncode, out, err) == (0, "ended\n", "")


def test_a_port_in_use_is_one_sentence_that_names_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        announced: list[str] = []
        with pytest.raises(PortInUseError) as caught:
            run(Flask("x"), "127.0.0.1", port, announced.append)
    sentence = f"127.0.0.1:{port} cannot be served (Address already in use): give another --port."
    assert (str(caught.value), announced) == (sentence, [])


@pytest.mark.parametrize(("host", "port"), [("no such host", 8000), ("203.0.113.1", 8000), ("127.0.0.1", 70000)])
def test_an_address_that_is_none_of_ours_is_refused(host: str, port: int) -> None:
    with pytest.raises(PortInUseError, match=f"{host}:{port} "):
        run(Flask("x"), host, port, lambda url: None)


class Generation:
    """Something in a cycle with itself, as what serves a generation is."""

    def __init__(self) -> None:
        self.itself = self


def test_what_serves_is_left_alone_by_the_collector_and_collected_once_another_generation_serves() -> None:
    app, settled = Flask("x"), _Settled()
    gc.unfreeze()
    try:
        settled.see(app)
        assert gc.get_freeze_count() == 0
        app.extensions[EDITION] = Generation()
        settled.see(app)
        frozen, former = gc.get_freeze_count(), weakref.ref(app.extensions[EDITION])
        settled.see(app)
        assert gc.get_freeze_count() == frozen > 0
        app.extensions[EDITION] = Generation()
        settled.see(app)
        assert former() is None
    finally:
        gc.unfreeze()


@contextmanager
def served(app: Flask) -> Iterator[Callable[[], http.client.HTTPConnection]]:
    """A server on a thread of this process: what connects to it."""
    ready = threading.Event()
    address: list[str] = []

    def announce(url: str) -> None:
        address.append(url)
        ready.set()

    threading.Thread(target=run, args=(app, "127.0.0.1", 0, announce), daemon=True).start()
    assert ready.wait(10)
    opened: list[http.client.HTTPConnection] = []

    def connect() -> http.client.HTTPConnection:
        opened.append(http.client.HTTPConnection(address[0].removeprefix("http://").rstrip("/"), timeout=10))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def test_off_the_main_thread_no_signal_is_touched() -> None:
    before = signal.getsignal(signal.SIGTERM)
    app = Flask("y")
    app.add_url_rule("/", view_func=lambda: "hello")
    with served(app) as connect:
        connection = connect()
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.read(), response.getheader("Server")) == (b"hello", None)
        assert signal.getsignal(signal.SIGTERM) is before


def test_a_client_that_reads_slowly_gets_a_long_answer_whole_and_keeps_nobody_waiting() -> None:
    size = 20_000_000
    app = Flask("long")
    app.add_url_rule("/", view_func=lambda: "x" * size)
    app.add_url_rule("/short", "short", view_func=lambda: "hello")
    with served(app) as connect:
        slow, quick = connect(), connect()
        slow.request("GET", "/")
        for _ in range(3):
            quick.request("GET", "/short")
            assert quick.getresponse().read() == b"hello"
        assert len(slow.getresponse().read()) == size


def test_requests_of_one_connection_are_answered_in_their_order() -> None:
    app = Flask("order")
    app.add_url_rule("/<name>", view_func=lambda name: name)
    with served(app) as connect:
        connection = connect()
        connection.connect()
        asked = [f"GET /{n} HTTP/1.1\r\nHost: x\r\nConnection: {'close' if n == 4 else ''}\r\n\r\n" for n in range(5)]
        connection.sock.sendall("".join(asked).encode())
        with connection.sock.makefile("rb") as answers:
            assert re.findall(rb"\r\n\r\n(\d)", answers.read()) == [b"0", b"1", b"2", b"3", b"4"]
