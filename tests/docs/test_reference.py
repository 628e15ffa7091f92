"""Every setting, key, command, option, route, parameter and error has its line, and every line has its thing."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

import kb
from kb.changes import _ChangeKeys
from kb.cli import cli
from kb.config import Settings
from kb.content.schema import PageKeys
from kb.core import KnowledgeBase
from kb.errors import KnowledgeBaseError
from kb.vocabulary import _ConceptFile
from kb.web import create_app, errors
from kb.web.params import ORDER
from tests.docs.manual import TOP, explained, read, sections


def tables(annotation: object) -> Iterator[type[BaseModel]]:
    """The models named in an annotation, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from tables(inner)


def keys(model: type[BaseModel], prefix: str = "", above: tuple[type[BaseModel], ...] = ()) -> Iterator[str]:
    """The dotted names of all keys; a table that holds its own kind is described once."""
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        full = f"{prefix}{field.alias or name}"
        yield full
        for table in tables(field.annotation):
            if table not in (model, *above):
                yield from keys(table, f"{full}.", (model, *above))


def test_every_key_of_the_configuration_is_explained_and_no_other() -> None:
    named = {name for name in explained(read("docs/configuration.md")) if not name.startswith(("KB_", "--"))}
    assert named == set(keys(Settings))


def test_every_key_of_front_matter_vocabulary_and_ledger_is_explained_and_no_other() -> None:
    known = {*keys(PageKeys), *keys(_ConceptFile, "concept."), *keys(_ChangeKeys, "change.")}
    assert explained(read("docs/content.md")) == known


def options(command: click.Command) -> set[str]:
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


def commands(group: click.Command, name: str = "kb") -> dict[str, click.Command]:
    """Every command by its full name, those of groups within groups as well."""
    if not isinstance(group, click.Group):
        return {name: group}
    found = (commands(command, f"{name} {word}") for word, command in group.commands.items())
    return {full: command for part in found for full, command in part.items()}


def test_every_command_has_its_section_and_no_other() -> None:
    assert {title for title in sections(read("docs/commands.md")) if title.startswith("kb ")} == set(commands(cli))


@pytest.mark.parametrize("name", commands(cli))
def test_every_option_of_a_command_is_explained_and_no_other(name: str) -> None:
    rows = explained(sections(read("docs/commands.md"))[name])
    assert {row.split()[0] for row in rows} == options(commands(cli)[name]) - {"--help"}


def test_every_option_before_the_command_is_explained() -> None:
    opening = read("docs/commands.md").partition("\n## ")[0]
    assert {row.split()[0] for row in explained(opening)} == options(cli) | {"--help", "-h"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The routes of the site, with the names of their parts left out."""
    root = tmp_path_factory.mktemp("root")
    shutil.copy(TOP / "kb.toml", root)
    (root / "content").mkdir()
    app = create_app(KnowledgeBase.open(root))
    return {unnamed(rule.rule) for rule in app.url_map.iter_rules()}


def unnamed(rule: str) -> str:
    return re.sub(r"<[^>]*>", "<>", rule)


def test_every_route_is_explained_and_no_other(rules: set[str]) -> None:
    assert {unnamed(name) for name in explained(sections(read("docs/web.md"))["Addresses"])} == rules


def test_every_parameter_of_a_search_is_explained_and_no_other() -> None:
    assert explained(sections(read("docs/web.md"))["Parameters of a search"]) == set(ORDER)


def error_classes() -> set[str]:
    """The names of all errors that the package raises on purpose."""
    for module in pkgutil.walk_packages(kb.__path__, "kb."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = set[type[KnowledgeBaseError]](), [KnowledgeBaseError]
    while waiting:
        cls = waiting.pop()
        found.add(cls)
        waiting += cls.__subclasses__()
    return {cls.__name__ for cls in found if cls.__module__.startswith("kb.")}


def test_every_error_is_explained_and_no_other() -> None:
    opening = read("docs/errors.md").partition("\n## ")[0]
    assert explained(opening) == error_classes()


def test_every_code_of_the_api_is_explained() -> None:
    written = set(re.findall(r'answers\.error\(\d+, "([a-z-]+)"', Path(errors.__file__).read_text(encoding="utf-8")))
    assert explained(sections(read("docs/errors.md"))["Codes of the API"]) == written | set(errors._CODES.values())
