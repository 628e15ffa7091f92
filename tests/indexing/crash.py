"""Kill real rebuilds, at each step that they take on the disk, and look at what is left. Run as a program of its own:

    python crash.py ROOT        prints one JSON object: how many were killed, and what was wrong after which step

Each rebuild is a child process that kills itself (SIGKILL, as `kill -9` does) just before its n-th change of a file,
n = 1, 2, 3 … until one gets to its end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from kb.core import KnowledgeBase

#: What Python tells an audit hook before files are changed: https://docs.python.org/3/library/audit_events.html
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree")


def kill_at(step: int) -> None:
    """From now on, end at the `step`-th change."""
    left = [step]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        )
        if event in CHANGES or writes:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def rebuild_killed_at(root: Path, step: int) -> bool:
    """Whether the rebuild was killed before its end."""
    child = os.fork()
    if child == 0:
        kill_at(step)
        KnowledgeBase.open(root).rebuild(full=True)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def wrong_with(root: Path, allowed: set[str]) -> str:
    """What is wrong with the live index; nothing if it answers as one of the `allowed` titles says."""
    base = KnowledgeBase.open(root)
    base.verify()
    titles = {hit.title for hit in base.search("number").hits}
    return "" if titles in ({one} for one in allowed) else f"answers {sorted(titles)}, not one of {sorted(allowed)}"


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def main(root: Path) -> dict[str, object]:
    """Kill rebuilds of ever newer content; after each, the index answers from before it, or from after it."""
    page = root / "content/news/2019/first.md"
    text = page.read_text(encoding="utf-8").replace("The first article", "Article number 0")
    page.write_text(text, encoding="utf-8")
    KnowledgeBase.open(root).rebuild()
    wrong, step, shown = [], 0, "Article number 0"
    while True:
        step += 1
        title = f"Article number {step}"
        page.write_text(text.replace("Article number 0", title), encoding="utf-8")
        killed = rebuild_killed_at(root, step)
        found = wrong_with(root, {shown, title})
        wrong += [f"step {step}: {found}"] if found else []
        if not killed:
            break
        shown = next(hit.title for hit in KnowledgeBase.open(root).search("number").hits)
    last = KnowledgeBase.open(root).rebuild()
    left = names(root / "index/columnar")
    return {
        "killed": step - 1,
        "wrong": wrong,
        "left": left,
        "live": last.generation,
        "locks": names(root / "index"),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 - a program of its own
