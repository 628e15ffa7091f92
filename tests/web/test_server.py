"""The production server: it listens, it answers, it ends after what it was asked."""

from __future__ import annotations

import gc
import http.client
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import Iterator
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


def test_off_the_main_thread_no_signal_is_touched() -> None:
    before = signal.getsignal(signal.SIGTERM)
    ready = threading.Event()
    address: list[str] = []

    def announce(url: str) -> None:
        address.append(url)
        ready.set()

    app = Flask("y")
    app.add_url_rule("/", view_func=lambda: "hello")
    threading.Thread(target=run, args=(app, "127.0.0.1", 0, announce), daemon=True).start()
    assert ready.wait(10)
    connection = http.client.HTTPConnection(address[0].removeprefix("http://").rstrip("/"), timeout=10)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert (response.read(), response.getheader("Server")) == (b"hello", None)
    assert signal.getsignal(signal.SIGTERM) is before
    connection.close()
