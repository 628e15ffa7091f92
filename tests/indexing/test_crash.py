"""A rebuild that dies at any moment leaves the live index as it was."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from kb.core import KnowledgeBase
from tests.indexing.roots import PATIENCE, environment, generations, live_name, make_root

CRASH = Path(__file__).with_name("crash.py")
#: Rebuilds without end; says when the first begins.
ENDLESS = """
from kb.core import KnowledgeBase
base = KnowledgeBase.open({root!r})
print("go", flush=True)
while True:
    base.rebuild(full=True)
"""


def test_killed_before_each_of_its_changes_a_rebuild_leaves_an_index_that_answers(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    command = [sys.executable, "-W", "ignore", str(CRASH), str(root)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=3 * PATIENCE)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["wrong"] == []
    assert report["killed"] > 40
    assert report["left"] == sorted({"CURRENT", *generations(root)})
    assert len(report["left"]) == 3
    assert ".rebuilding.json" not in report["locks"]


def test_killed_at_random_moments_a_rebuild_leaves_an_index_that_answers(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    KnowledgeBase.open(root).rebuild()
    for _ in range(3):
        command = [sys.executable, "-c", ENDLESS.format(root=str(root))]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            assert process.stdout.readline() == b"go\n"
            time.sleep(random.uniform(0.05, 0.6))
            process.kill()
        base = KnowledgeBase.open(root)
        base.verify()
        assert base.search("article").total == 2
    summary = KnowledgeBase.open(root).rebuild()
    assert generations(root)[-1] == summary.generation == live_name(root)
    assert len(generations(root)) == 2
