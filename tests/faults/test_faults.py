"""The seeded faults stay plantable while the code moves; whether each is caught, `make faults` says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.faults.run import TOP, Fault, copy_project, load

FAULTS = load()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted_and_names_the_tests_that_catch_it(fault: Fault) -> None:
    planted = fault.planted((TOP / fault.file).read_text(encoding="utf-8"))
    assert fault.old != fault.new
    if fault.file.endswith(".py"):
        ast.parse(planted)
    assert fault.tests
    assert all((TOP / test.partition("::")[0]).exists() for test in fault.tests)


def test_no_two_faults_have_one_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_fault_whose_text_moved_away_is_an_error() -> None:
    fault = Fault("x", "kb/x.py", "old", "new", ())
    with pytest.raises(ValueError, match="2 times, not once"):
        fault.planted("old old")
    with pytest.raises(ValueError, match="0 times, not once"):
        fault.planted("gone")


def test_the_runner_copies_the_whole_project(tmp_path: Path) -> None:
    copy_project(tmp_path)
    assert (tmp_path / "kb" / "__init__.py").read_bytes() == (TOP / "kb" / "__init__.py").read_bytes()
    assert not list(tmp_path.rglob("__pycache__"))
