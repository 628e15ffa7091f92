"""YAML front matter between `---` lines: split from the body, read with the line of each key, written back.

Every scalar is read as text (YAML would turn `NO` into false and `12:30` into 750); whoever validates gives it a type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

_FENCE = "---"
#: No key needs more than a mapping of lists; what goes deeper is a mistake, or refers to itself.
_DEEPEST = 4
#: Aliases can make a few lines mean a thousand million values (https://en.wikipedia.org/wiki/Billion_laughs_attack).
_MOST_VALUES = 10_000


class FrontMatterError(ValueError):
    """The block between the fences cannot be read; `line` counts from 1 in the file."""

    def __init__(self, line: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what
        self.fix = fix


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`values` holds texts, lists and mappings of texts; `lines` the line of each top-level key; `body` the rest.

    `body_line` is the line of the file in which `body` begins: blank lines above it are not part of it.
    """

    values: Mapping[str, object]
    lines: Mapping[str, int]
    body: str
    body_line: int


def parse(text: str) -> FrontMatter:
    """Split and read a page file. Raises FrontMatterError where the block is missing, unclosed or not a mapping."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or lines[0].rstrip() != _FENCE:
        raise FrontMatterError(1, "no front matter", "begin the file with a line --- and the keys of the page")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise FrontMatterError(1, "the front matter is not closed", "end it with a line ---")
    values, places = _read("".join(lines[1:end]))
    rest = "".join(lines[end + 1 :])
    body = rest.lstrip("\r\n")
    blank = rest[: len(rest) - len(body)].count("\n")
    return FrontMatter(values, places, body, end + 2 + blank)


def _read(block: str) -> tuple[dict[str, object], dict[str, int]]:
    try:
        node = yaml.compose(block, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise FrontMatterError(
            line, f"is not YAML ({error.problem})", "quote values that hold a colon or a quote"
        ) from error
    except yaml.YAMLError as error:
        raise FrontMatterError(
            1, "is not YAML (a character that YAML does not allow)", "remove control characters"
        ) from error
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise FrontMatterError(2, "is not a list of keys and values", "write each line as key: value")
    if _weight(node, {}) > _MOST_VALUES:
        raise FrontMatterError(2, "holds too many values", f"write at most {_MOST_VALUES:,}, each once")
    return _mapping(node), {str(key.value): key.start_mark.line + 2 for key, _ in node.value}


def _weight(node: yaml.Node, known: dict[int, int], depth: int = 0) -> int:
    """How many values a node stands for, with every alias written out; what lies too deep is refused elsewhere."""
    if isinstance(node, yaml.ScalarNode) or depth > _DEEPEST:
        return 1
    if id(node) not in known:
        inner = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
        known[id(node)] = 1
        known[id(node)] = 1 + sum(_weight(one, known, depth + 1) for one in inner)
    return known[id(node)]


def _mapping(node: yaml.MappingNode, depth: int = 1) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        if not isinstance(key, yaml.ScalarNode):
            raise FrontMatterError(line, "has a list or a mapping as a key", "write each line as key: value")
        if key.value in values:
            raise FrontMatterError(line, f"the key “{key.value}” stands twice", "keep one of them")
        values[str(key.value)] = _plain(value, depth)
    return values


def _plain(node: yaml.Node, depth: int) -> object:
    if depth > _DEEPEST:
        raise FrontMatterError(
            node.start_mark.line + 2, "is nested too deep", "write texts, lists, and keys with texts"
        )
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth + 1) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, depth + 1)
    empty = node.tag == "tag:yaml.org,2002:null" and node.value in ("", "~", "null")
    return None if empty else str(node.value)


def render(values: Mapping[str, object], body: str) -> str:
    """A page file: the keys in the order given, dates as plain dates, then the body with one end of line."""
    block = yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return f"{_FENCE}\n{block}{_FENCE}\n\n{body.strip()}\n"


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as PyYAML calls it
        super().increase_indent(flow, False)
