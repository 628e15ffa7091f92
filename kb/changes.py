"""The ledger of changes of the law, `content/changes.toml`: which authority changed on which day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kb.errors import ConfigError
from kb.model import Change, Problem
from kb.toml import explain, line_of, read_toml

PATH = "content/changes.toml"


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"“{value}” is not a date (year-month-day)") from error
    if not isinstance(value, dt.date):
        raise ValueError(f"{value} is not a date (year-month-day)")  # noqa: TRY004 - what pydantic makes a problem of
    return value


def _address(value: str) -> str:
    if not re.match(r"https?://[^\s/]+|/(?!/)", value):
        raise ValueError(f"“{value}” is not an address (https://…, or /… for a page of this site)")
    return value


class _ChangeKeys(BaseModel):
    model_config = ConfigDict(extra="forbid")
    authority: str = Field(min_length=1)
    date: Annotated[dt.date, BeforeValidator(_day)]
    title: str = Field(min_length=1)
    url: Annotated[str, AfterValidator(_address)]


def load_changes(root: Path, canonical: Callable[[str], str | None], label: Callable[[str], str]) -> tuple[Change, ...]:
    """The changes of a root, none where it has no ledger; `authority` as `label` writes the key.

    Raises ConfigError with every problem: unknown keys, missing ones, an authority that is no citation.
    """
    path = root / PATH
    if not path.exists():
        return ()
    tables = read_toml(path, PATH, "create it")
    text = path.read_text(encoding="utf-8-sig")
    problems = [_unknown(text, key) for key in tables if key != "change"]
    listed: Any = tables.get("change", [])
    if not isinstance(listed, list):
        problems.append(
            Problem(PATH, line_of(text, "[change]", 0, []) or 1, "“change” is not a list", "write [[change]]")
        )
        listed = []
    changes = []
    for number, table in enumerate(listed):
        found = _read(text, number, table, canonical)
        if isinstance(found, Change):
            changes.append(replace(found, authority=label(found.key)))
        else:
            problems += found
    if problems:
        raise ConfigError(problems)
    return tuple(changes)


def _unknown(text: str, key: str) -> Problem:
    place = re.search(rf"(?m)^\s*(?:\[+\s*)?\"?{re.escape(key)}\b", text)
    line = text.count("\n", 0, place.end()) + 1 if place else 1
    return Problem(PATH, line, f"unknown key “{key}”", "only [[change]] tables belong here")


def _read(text: str, number: int, table: object, canonical: Callable[[str], str | None]) -> Change | list[Problem]:
    """One change, or every problem of its table."""

    def problem(place: Iterable[object], what: str, fix: str) -> Problem:
        return Problem(PATH, line_of(text, "[[change]]", number, place) or 1, f"change {number + 1}: {what}", fix)

    try:
        keys = _ChangeKeys.model_validate(table)
    except ValidationError as error:
        return [problem(*found) for found in explain(error, _ChangeKeys)]
    key = canonical(keys.authority)
    if key is None:
        fix = "write it as 8 CFR 214.2(h), INA 212(a)(9)(B) or 8 U.S.C. 1232"
        return [problem(["authority"], f"“{keys.authority}” is not a citation", fix)]
    return Change(keys.authority, keys.date, keys.title, keys.url, key)
