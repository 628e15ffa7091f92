"""The tables of facts beside this package, each read once. Their sources stand in the files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """The table `data/<name>.toml`."""
    return tomllib.loads((files("kb.language") / "data" / f"{name}.toml").read_text(encoding="utf-8"))
