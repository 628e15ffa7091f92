from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kb.errors import ConfigError
from kb.model import Problem
from kb.toml import explain, line_of, read_toml

TEXT = """title = "x"

[site]
name = "A"  # the firm

[[site.menu]]
label = "News"

[[site.menu]]   # the second
label = "Topics"
"url" = "/tags/"

[concept.h-1b]
prefLabel = "H-1B"
altLabel = [
  "H1B",
]
"""


@pytest.mark.parametrize(
    ("header", "occurrence", "keys", "line"),
    [
        ("[site]", 0, ["name"], 4),
        ("[site]", 0, ["nothing", "name"], 4),
        ("[site]", 0, ["label"], 3),
        ("[site]", 0, [], 3),
        ("[[site.menu]]", 0, ["label"], 7),
        ("[[site.menu]]", 1, ["label"], 10),
        ("[[site.menu]]", 1, ["url"], 11),
        ("[[site.menu]]", 2, ["label"], 0),
        ("[concept.h-1b]", 0, ["altLabel"], 15),
        ("[concept.h-2b]", 0, ["altLabel"], 0),
        ("[concept.h]", 0, [], 0),
    ],
)
def test_a_key_is_found_in_its_own_table_alone(header: str, occurrence: int, keys: list[str], line: int) -> None:
    assert line_of(TEXT, header, occurrence, keys) == line


def test_a_file_is_read_whatever_mark_begins_it(tmp_path: Path) -> None:
    path = tmp_path / "kb.toml"
    path.write_bytes(b"\xef\xbb\xbf[site]\nname = 'K\xc3\xa1lnoki'\n")
    assert read_toml(path, "kb.toml", "create it") == {"site": {"name": "Kálnoki"}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "kb.toml: the file is missing: create it"),
        (b"name = '\xff'\n", "kb.toml: the file is not UTF-8: save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "kb.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_toml(path, "kb.toml", "create it")
    assert str(caught.value) == problem


def test_a_folder_in_place_of_the_file_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^kb\.toml: cannot be read \(.+\): check its permissions$"):
        read_toml(tmp_path, "kb.toml", "create it")


def test_a_file_that_is_not_toml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "kb.toml"
    path.write_text("a = 1\nb = \n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_toml(path, "kb.toml", "create it")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.fix) == ("kb.toml", 2, "correct the line")
    assert problem.what.startswith("is not TOML (")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    from_: str = Field(default="", alias="from")

    @field_validator("name")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 3:
            raise ValueError("is longer than three letters")
        return value


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({}, (("name",), "“name” is missing", "add it")),
        ({"name": "x", "nam": 1}, (("nam",), "unknown key “nam”", "remove it, or use one of name, from")),
        ({"name": "long"}, (("name",), "“name”: is longer than three letters", "correct the value")),
        ({"name": 1}, (("name",), "“name”: must be one text", "correct the value")),
    ],
)
def test_each_mistake_is_told_in_our_own_words(data: dict[str, object], found: object) -> None:
    with pytest.raises(ValidationError) as caught:
        _Row.model_validate(data)
    assert explain(caught.value, _Row) == [found]


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        _Row.model_validate({"x": 1, "y": 2})
    assert len(explain(caught.value, _Row)) == 3


def test_a_problem_without_a_line_names_its_file_alone() -> None:
    assert str(Problem("kb.toml", 0, "the file is missing", "create it")) == "kb.toml: the file is missing: create it"
    assert str(Problem("kb.toml", 3, "unknown key “x”", "remove it")) == "kb.toml:3: unknown key “x”: remove it"
