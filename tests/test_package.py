"""A wheel carries what a clone has at hand: code, data, style sheet, templates, vocabulary."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import kb

TOP = Path(__file__).parent.parent


def test_a_wheel_has_every_file_of_the_package_and_copies_of_templates_and_vocabulary(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if name.startswith("kb/")}
    package = {path.relative_to(TOP).as_posix() for path in files(TOP / "kb")}
    templates = {f"kb/web/templates/{path.relative_to(TOP / 'templates')}" for path in files(TOP / "templates")}
    assert carried == package | templates | {"kb/data/vocabulary.toml"}
    assert wheel.name == f"immigration_kb-{kb.__version__}-py3-none-any.whl"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def test_the_locks_name_no_index_and_no_place_on_a_machine() -> None:
    locks = sorted(TOP.glob("requirements*.txt"))
    assert [path.name for path in locks] == [
        "requirements-build.txt",
        "requirements-dev.txt",
        "requirements-peers.txt",
        "requirements.txt",
    ]
    for path in locks:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text
        requirements = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert requirements
        assert all("==" in line and line.endswith("\\") for line in requirements), "each is pinned, and has its hashes"
