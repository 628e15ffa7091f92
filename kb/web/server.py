"""A production server in this process: waitress, stopped by SIGTERM or SIGINT once the answers under way are out."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from kb import collector
from kb.errors import KnowledgeBaseError
from kb.web.current import EDITION, prepare

#: Python computes one answer at a time whatever the threads, and its loop reads and writes for slow clients meanwhile.
#: With four threads the same load took two fifths more CPU, and the slowest of a hundred answers twice as long.
THREADS = 1
#: Seconds that answers under way are given after a signal to stop.
DRAIN = 10.0
#: Seconds between looks at whether to stop; a signal wakes the loop at once.
TURN = 1.0
PORTS = 65536
#: So many new objects start a round of Python's collector: what a request leaves goes by itself, and looking for cycles
#: every 700 objects costs it half a millisecond.
YOUNG = 50_000


class PortInUseError(KnowledgeBaseError):
    """Nothing can be served at this address: another program listens there, or it is not ours to listen on."""


def run(app: Flask, host: str, port: int, announce: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `announce` is told the address once connections are accepted. Prints nothing.

    Raises PortInUseError where nothing can be served at that address.
    """
    listener = _listen(host, port)
    # That requests wait for a thread is how it should be: no line for each of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # No `ident`: responses do not say which server this is.
    server: Any = create_server(app, sockets=[listener], threads=THREADS, ident=None)
    stop, settled = threading.Event(), _Settled()
    prepare(app)
    with _stopped_by_signals(stop, server), collector.seldom(YOUNG):
        settled.see(app)
        announce(_address(host, listener.getsockname()[1]))
        while not stop.is_set():
            _turn(server)
            settled.see(app)
        _drain(server)


class _Settled:
    """Keeps Python's collector from going through everything that serves a generation, again and again.

    A generation of 1,000 pages is so many objects that a full collection stops every answer for 50 ms, and one is due
    after some thirty searches. None of these objects can be garbage before the next generation takes its place.
    """

    def __init__(self) -> None:
        self._edition: object = None

    def see(self, app: Flask) -> None:
        """Where another generation serves now: collect what is left of the former one, and set the rest apart."""
        edition = app.extensions.get(EDITION)
        if edition is not self._edition:
            self._edition = edition
            gc.unfreeze()
            gc.collect()
            gc.freeze()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port < PORTS:
        raise PortInUseError(f"{host}:{port} is not an address to listen on: a port is a number below {PORTS}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise PortInUseError(f"{host}:{port} is not an address to listen on: give --host and --port.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise PortInUseError(f"{host}:{port} cannot be served ({reason}): give another --port.") from error
    return listener


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@contextlib.contextmanager
def _stopped_by_signals(stop: threading.Event, server: Any) -> Iterator[None]:
    """Set `stop` and wake the server on a signal. Off the main thread, where none arrives, nothing is installed."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        server.pull_trigger()

    on_main = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGTERM, signal.SIGINT) if on_main else ()
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _turn(server: Any) -> None:
    """One look at every connection."""
    wasyncore.loop(timeout=TURN, use_poll=True, map=server._map, count=1)  # noqa: SLF001 - the map that create_server made


def _drain(server: Any) -> None:
    """Accept nothing more, finish what was asked for, close."""
    server.accepting = False
    server.del_channel()
    server.socket.close()
    deadline = time.monotonic() + DRAIN
    while time.monotonic() < deadline and any(map(_is_busy, list(server.active_channels.values()))):
        _turn(server)
    server.task_dispatcher.shutdown(timeout=max(0.0, deadline - time.monotonic()))
    wasyncore.close_all(server._map, ignore_all=True)  # noqa: SLF001


def _is_busy(channel: Any) -> bool:
    """Whether a request of this connection has no complete answer yet."""
    return bool(channel.requests or channel.total_outbufs_len or channel.request is not None)
