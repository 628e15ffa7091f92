"""The ledger of changes of the law: what it may hold, and where its mistakes are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kb.changes import load_changes
from kb.errors import ConfigError
from kb.language import authorities
from kb.language.citations import canonical
from kb.model import Change

URL = "https://example.org/a"
FIRST = '[[change]]\nauthority = "8 C.F.R. § 214.2(h)"\ndate = 2020-06-01\ntitle = "A rule"\nurl = "https://example.org/a"\n'


def load(root: Path, text: str | bytes) -> tuple[Change, ...]:
    (root / "content").mkdir()
    (root / "content/changes.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_changes(root, canonical, authorities.label)


def test_a_change_has_its_key_and_its_authority_as_lawyers_write_it(tmp_path: Path) -> None:
    second = '\n[[change]]\nauthority = "8 CFR 208"\ndate = "2021-01-02"\ntitle = "B"\nurl = "/news/2021/second/"\n'
    assert load(tmp_path, FIRST + second) == (
        Change("8 CFR 214.2(h)", dt.date(2020, 6, 1), "A rule", "https://example.org/a", "8-cfr-214.2-h"),
        Change(authorities.label("8-cfr-208"), dt.date(2021, 1, 2), "B", "/news/2021/second/", "8-cfr-208"),
    )


def test_a_root_needs_no_ledger(tmp_path: Path) -> None:
    assert load_changes(tmp_path, canonical, authorities.label) == ()


#: What is written, the line of the mistake, and how the sentence about it begins.
MISTAKES: dict[str, tuple[str | bytes, int, str]] = {
    "an unknown table": ('\n[other]\nx = 1\n', 2, "unknown key “other”"),
    "an unknown key above": ('x = 1\n' + FIRST, 1, "unknown key “x”"),
    "a single table": (FIRST.replace("[[change]]", "[change]"), 1, "“change” is not a list"),
    "no authority": (FIRST.replace('authority = "8 C.F.R. § 214.2(h)"\n', ""), 1, "change 1: “authority” is missing"),
    "no citation": (FIRST.replace("8 C.F.R. § 214.2(h)", "the rule"), 2, "change 1: “the rule” is not a citation"),
    "no date": (FIRST.replace("2020-06-01", '"soon"'), 3, "change 1: “date”: “soon” is not a date"),
    "a number for a date": (FIRST.replace("2020-06-01", "20200601"), 3, "change 1: “date”: 20200601 is not a date"),
    "no title": (FIRST.replace('"A rule"', '""'), 4, "change 1: “title”: must not be empty"),
    "no address": (FIRST.replace(URL, "javascript:x"), 5, "change 1: “url”: “javascript:x” is not an address"),
    "another site's address": (FIRST.replace(URL, "//example.org"), 5, "change 1: “url”: “//example.org” is not"),
    "an unknown key": (FIRST + "where = 1\n", 6, "change 1: unknown key “where”"),
    "the second change": (FIRST + "\n" + FIRST.replace("2020-06-01", "7"), 9, "change 2: “date”: 7 is not a date"),
    "no TOML": (FIRST + "]\n", 6, "is not TOML"),
    "no UTF-8": (b"\xff", 0, "the file is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, line, what = MISTAKES[name]
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("content/changes.toml", line)
    assert problem.what.startswith(what)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, "x = 1\n[[change]]\n[[change]]\nauthority = 'no'\n")
    assert len(caught.value.problems) == 1 + 4 + 3
