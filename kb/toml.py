"""TOML files read with the line of each table and key, so that a problem can name its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from kb.errors import ConfigError
from kb.model import Problem


def read_toml(path: Path, shown_as: str, fix_missing: str) -> dict[str, object]:
    """The file's content.

    Raises ConfigError naming `shown_as` where the file is missing, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError([Problem(shown_as, 0, "the file is missing", fix_missing)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(shown_as, 0, "the file is not UTF-8", "save it as UTF-8")]) from error
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise ConfigError([Problem(shown_as, 0, what, "check its permissions")]) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 0
        raise ConfigError([Problem(shown_as, line, f"is not TOML ({error})", "correct the line")]) from error


def line_of(text: str, header: str, occurrence: int, keys: Iterable[object]) -> int:
    """The line (from 1) of the first of `keys` in the `occurrence`-th table `header`, else of that header, else 0."""
    starts = [m.start() for m in re.finditer(rf"(?m)^\s*{re.escape(header)}\s*(#.*)?$", text)]
    if len(starts) <= occurrence:
        return 0
    start = starts[occurrence]
    following = re.compile(r"(?m)^\s*\[").search(text, text.index("]", start))
    table = text[start : following.start() if following else len(text)]
    for key in keys:
        found = re.search(rf'(?m)^\s*"?{re.escape(str(key))}"?\s*=', table)
        if found:
            return text.count("\n", 0, start + found.end()) + 1
    return text.count("\n", 0, start + len(table) - len(table.lstrip())) + 1


def explain(error: ValidationError, model: type[BaseModel]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Each error of pydantic as (place, what, fix) in this project's own words."""
    return [(found["loc"], *_words(found["type"], found["loc"], found["msg"], model)) for found in error.errors()]


#: Kinds of pydantic's errors whose words would name Python's types, or ours: https://docs.pydantic.dev/latest/errors/
_OWN_WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a table of keys and values",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of usual size",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "model_type": "must be a table of keys and values",
    "string_too_short": "must not be empty",
    "string_type": "must be one text",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}


def _words(kind: str, place: tuple[str | int, ...], message: str, model: type[BaseModel]) -> tuple[str, str]:
    key = str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        known = ", ".join(_keys(_table_at(model, place)))
        return f"unknown key “{key}”", f"remove it, or use one of {known}"
    if kind == "missing":
        return f"“{key}” is missing", "add it"
    name = ".".join(str(part) for part in place)
    return f"“{name}”: {_OWN_WORDS.get(kind) or message.removeprefix('Value error, ')}", "correct the value"


def _keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the names they have in a file; what is excluded never stands in one."""
    return {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}


def _table_at(model: type[BaseModel], place: tuple[str | int, ...]) -> type[BaseModel]:
    """The model of the innermost table around `place`."""
    for part in place:
        field = _keys(model).get(str(part))
        model = next(_models(field.annotation), model) if field else model
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models named in an annotation, at any depth: `tuple[Link, ...]` names `Link`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
