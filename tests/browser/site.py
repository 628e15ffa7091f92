"""The shipped site, built into a folder of its own and served by the real server as a process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).parent.parent.parent
#: Pages that the shipped content has no example of: replaced, reprinted, in Spanish, with a picture and a table.
EXAMPLES = Path(__file__).with_name("examples")
#: Seconds until a server must answer; a busy machine takes its time.
PATIENCE = 60.0


def chromium() -> str | None:
    """The path of a Chromium or Chrome, from CHROMIUM or PATH; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    candidates = (os.environ.get("CHROMIUM"), *names)
    return next((found for name in candidates if name and (found := shutil.which(name))), None)


def copy_root(root: Path, *, examples: bool = True) -> None:
    """A root like the shipped one, with the examples added or not, and without an index."""
    shutil.copy(TOP / "kb.toml", root)
    shutil.copytree(TOP / "content", root / "content")
    if examples:
        shutil.copytree(EXAMPLES, root / "content", dirs_exist_ok=True)


def kb(root: Path, *arguments: str) -> None:
    """Run a command of the knowledge base on a root; its messages are shown where it fails."""
    command = [sys.executable, "-m", "kb", "--root", str(root), *arguments]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address (`http://127.0.0.1:port`) of a server for the root, which ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "kb", "--root", str(root), "serve", "--port", str(port)]
    log = root / "serve.log"
    with log.open("wb") as output, subprocess.Popen(command, cwd=TOP, stdout=output, stderr=output) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, log)
            yield address
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers at all, whatever it answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise RuntimeError(f"The server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')}")
