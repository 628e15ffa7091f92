"""The configuration: one frozen object, read once. Defaults give way to `kb.toml`, that to `KB_*`, those to flags."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kb.errors import ConfigError, RootError
from kb.model import Problem
from kb.toml import explain, line_of, read_toml

FILE = "kb.toml"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Action(_Table):
    """The call to action: its heading, one sentence, the words of the button and where it leads."""

    heading: str = "Ask a question"
    text: str = "Tell us what happened. We will say whether and how we can help."
    button: str = "Schedule a consultation"
    url: str = "/consultation/"


class Link(_Table):
    """An entry of the menu or the footer. `children` are shown below it where there is room."""

    label: str
    url: str
    children: tuple[Link, ...] = ()


class Site(_Table):
    """Who publishes the site, in the words that every page shows."""

    name: str = "Knowledge base"
    tagline: str = ""
    legal_name: str = ""
    former_name: str = ""
    base_url: str = "http://127.0.0.1:8000"
    phone: str = ""
    fax: str = ""
    email: str = ""
    address: tuple[str, ...] = ()
    heading: str = "Search services and news"
    lead: str = ""
    disclaimer: str = ""
    newsroom: str = ""
    #: Ids of at most three service pages that the home page names under "If it is urgent".
    urgent: tuple[str, ...] = ()
    #: Searches that the home page offers to try.
    tries: tuple[str, ...] = ()
    menu: tuple[Link, ...] = ()
    footer: tuple[Link, ...] = ()
    action: Action = Action()

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("urgent")
    @classmethod
    def _three(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > 3:
            raise ValueError("names more than three services")
        return value


class ServiceHeading(_Table):
    """A heading of the service tree; headings stand in the order of the file."""

    slug: str = Field(pattern=SLUG)
    label: str
    label_es: str | None = None


class Settings(_Table):
    """Everything that `kb.toml` may hold, with the root that it was read from."""

    root: Path = Field(default=Path(), exclude=True)
    engine: str = "columnar"
    site: Site = Site()
    heading: tuple[ServiceHeading, ...] = ()

    def heading_label(self, slug: str, lang: str = "en") -> str:
        """The label of a heading, made from its slug where `kb.toml` has none."""
        found = next((heading for heading in self.heading if heading.slug == slug), None)
        if found is None:
            return slug.replace("-", " ").capitalize()
        return found.label_es if lang == "es" and found.label_es else found.label


def load_settings(root: Path, engine: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `kb.toml` of a root; `engine` and `KB_ENGINE` go before it.

    Raises RootError where there is no such folder or no `kb.toml`, ConfigError with every problem of the file.
    """
    path = root / FILE
    if not path.is_file():
        raise RootError(f"{root}: no {FILE} here: give the folder that holds it with --root or KB_ROOT.")
    data = read_toml(path, FILE, "create it")
    text = path.read_text(encoding="utf-8-sig")
    if "root" in data:
        raise ConfigError(
            [_problem(text, ("root",), "unknown key “root”", "remove it: --root and KB_ROOT name the root")]
        )
    chosen = engine or environ.get("KB_ENGINE")
    if chosen:
        data["engine"] = chosen
    try:
        return Settings.model_validate({**data, "root": root})
    except ValidationError as error:
        raise ConfigError([_problem(text, *found) for found in explain(error, Settings)]) from error


def _problem(text: str, place: tuple[str | int, ...], what: str, fix: str) -> Problem:
    """Where in `kb.toml` the problem lies: below the table (or the n-th of an array of tables) of its place."""
    names = [str(part) for part in place if not isinstance(part, int)]
    occurrence = next((part for part in place if isinstance(part, int)), 0)
    for depth in range(len(names), 0, -1):
        table = ".".join(names[:depth])
        for header, number in ((f"[[{table}]]", occurrence), (f"[{table}]", 0)):
            line = line_of(text, header, number, names[depth:])
            if line:
                return Problem(FILE, line, what, fix)
    line = next((n for n, row in enumerate(text.splitlines(), 1) if names and row.split("=")[0].strip() == names[0]), 0)
    return Problem(FILE, line, what, fix)
