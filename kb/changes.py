"""The ledger of changes of the law, `content/changes.toml`: which authority changed on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

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
    return value


class _ChangeKeys(BaseModel):
    model_config = ConfigDict(extra="forbid")
    authority: str = Field(min_length=1)
    date: Annotated[dt.date, BeforeValidator(_day)]
    title: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://")


def load_changes(root: Path, canonical: Callable[[str], str | None], label: Callable[[str], str]) -> tuple[Change, ...]:
    """The changes of a root, none where it has no ledger; `authority` as `label` writes the key.

    Raises ConfigError with every problem: unknown keys, missing ones, an authority that is no citation.
    """
    path = root / PATH
    if not path.exists():
        return ()
    data = read_toml(path, PATH, "create it")
    text = path.read_text(encoding="utf-8-sig")
    problems = [
        Problem(PATH, 0, f"unknown key “{key}”", "only [[change]] tables belong here")
        for key in data
        if key != "change"
    ]
    changes = []
    tables: Any = data.get("change", [])
    for number, table in enumerate(tables if isinstance(tables, list) else []):
        try:
            keys = _ChangeKeys.model_validate(table)
        except ValidationError as error:
            for place, what, fix in explain(error, _ChangeKeys):
                problems.append(
                    Problem(PATH, line_of(text, "[[change]]", number, place), f"change {number + 1}: {what}", fix)
                )
            continue
        key = canonical(keys.authority)
        if key is None:
            line = line_of(text, "[[change]]", number, ["authority"])
            fix = "write it as 8 CFR 214.2(h), INA 212(a)(9)(B) or 8 U.S.C. 1232"
            problems.append(Problem(PATH, line, f"“{keys.authority}” is not a citation", fix))
            continue
        changes.append(Change(label(key), keys.date, keys.title, keys.url, key))
    if problems:
        raise ConfigError(problems)
    return tuple(changes)
