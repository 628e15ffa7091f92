"""What front matter may hold (DESIGN.md 5), checked key by key, every mistake told with its line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from kb.frontmatter import FrontMatter
from kb.model import NEWS_TYPES, TYPES, Document, Problem, Source
from kb.toml import explain
from kb.vocabulary import Vocabulary

#: The type that a folder directly under content/ gives its pages.
FOLDER_TYPES = {"services": "service", "news": "news", "pages": "page"}
#: Stands for a title that is missing or wrong while the other keys are checked.
_UNTITLED = "untitled"


def _iso_date(value: object) -> object:
    if value is None or isinstance(value, dt.date):
        return value
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
        raise ValueError(f"“{value}” is not a date (year-month-day, such as 2019-08-20)")
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"“{value}” is not a day of the calendar") from error


def _listed(value: object) -> object:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _filled(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Day = Annotated[dt.date | None, BeforeValidator(_iso_date)]
#: One text that says something.
Text = Annotated[str, BeforeValidator(_filled), Field(min_length=1)]
Texts = Annotated[list[Text], BeforeValidator(_listed)]


class SourceKeys(BaseModel):
    """`source`: where the text appeared first."""

    model_config = ConfigDict(extra="forbid")
    name: Text
    url: str | None = None
    published: Day = None
    publisher: str | None = None
    reprint: str | None = None

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value and not re.match(r"https?://[^\s/]+", value):
            raise ValueError(f"“{value}” is not a web address (http:// or https://)")
        return value


class ImportedKeys(BaseModel):
    """`imported`: what the importer found, as the source had it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: str | None = Field(default=None, alias="from")
    hash: str | None = None
    title: str | None = None
    slug: str | None = None
    categories: Texts = []
    tags: Texts = []
    applied: Texts = []


class PageKeys(BaseModel):
    """Every key of a page's front matter."""

    model_config = ConfigDict(extra="forbid")
    title: Text
    type: str | None = None
    date: Day = None
    updated: Day = None
    authors: Texts = []
    author_bio: str | None = None
    tags: Texts = []
    menu_title: str | None = None
    order: int | None = None
    aliases: Texts = []
    source: SourceKeys | None = None
    summary: str | None = None
    lang: str = "en"
    reviewed: Day = None
    reviewed_by: str | None = None
    superseded_by: str | None = None
    related: Texts = []
    not_related: Texts = []
    redirect_from: Texts = []
    draft: bool = False
    imported: ImportedKeys | None = None

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str | None) -> str | None:
        if value is not None and value not in TYPES:
            raise ValueError(f"“{value}” is not a type ({', '.join(TYPES)})")
        return value

    @field_validator("lang", mode="before")
    @classmethod
    def _known_language(cls, value: object) -> object:
        if value not in ("en", "es", None):
            raise ValueError(f"“{value}” is not a language of this site (en, es)")
        return value or "en"

    @field_validator("draft", mode="before")
    @classmethod
    def _absent_is_false(cls, value: object) -> object:
        return False if value is None else value


def read_document(
    document_id: str, path: str, matter: FrontMatter, vocabulary: Vocabulary
) -> tuple[Document | None, list[Problem]]:
    """The document of a page, or None with every problem of its front matter."""
    keys, mistaken = _understood(matter)
    kind = keys.type or FOLDER_TYPES.get(document_id.split("/", maxsplit=1)[0])
    problems = [Problem(path, _line(matter, place), what, fix) for place, what, fix in mistaken]
    problems += _kind_problems(keys, kind, path, matter, {place[0] for place, _, _ in mistaken})
    problems += _value_problems(keys, path, matter, vocabulary)
    if problems:
        return None, problems
    return _document(document_id, matter, keys, str(kind), vocabulary), []


def _understood(matter: FrontMatter) -> tuple[PageKeys, list[tuple[tuple[str | int, ...], str, str]]]:
    """The keys that can be understood, whatever is wrong with the others, and each mistake as (place, what, fix)."""
    values = {key: value for key, value in matter.values.items() if value is not None}
    try:
        return PageKeys.model_validate(values), []
    except ValidationError as error:
        mistaken = explain(error, PageKeys)
        wrong = {place[0] for place, _, _ in mistaken}
        right = {key: value for key, value in values.items() if key not in wrong}
        return PageKeys.model_validate({"title": _UNTITLED, **right}), mistaken


def _kind_problems(
    keys: PageKeys, kind: str | None, path: str, matter: FrontMatter, wrong: Collection[str | int]
) -> Iterator[Problem]:
    """No type, or no date where the type needs one; `wrong` are keys that are there with another mistake."""
    if kind is None and "type" not in wrong:
        what = "no type, and the folder gives none"
        yield Problem(path, 1, what, f"add type: {', '.join(TYPES)}")
    needs_date = kind in NEWS_TYPES and not keys.draft and not {"type", "date", "draft"} & set(wrong)
    if needs_date and keys.date is None:
        yield Problem(
            path,
            _line(matter, ("title",)),
            f"a page of type {kind} needs a date",
            "add date: YYYY-MM-DD, or draft: true",
        )


def _value_problems(keys: PageKeys, path: str, matter: FrontMatter, vocabulary: Vocabulary) -> Iterator[Problem]:
    for tag in keys.tags:
        if vocabulary.resolve(tag) is None:
            nearest = vocabulary.nearest(tag)
            fix = (
                f"did you mean {nearest}? else add it to content/vocabulary.toml"
                if nearest
                else "add it to content/vocabulary.toml"
            )
            yield Problem(path, _line(matter, ("tags",)), f"unknown tag “{tag}”", fix)
    for old in keys.redirect_from:
        if not old.startswith("/"):
            yield Problem(
                path, _line(matter, ("redirect_from",)), f"the old path “{old}” does not begin with /", f"write /{old}"
            )


def _document(document_id: str, matter: FrontMatter, keys: PageKeys, kind: str, vocabulary: Vocabulary) -> Document:
    plain: dict[str, Any] = {
        name: getattr(keys, name)
        for name in PageKeys.model_fields
        if name not in ("type", "tags", "source", "imported")
    }
    tags = tuple(dict.fromkeys(found for tag in keys.tags if (found := vocabulary.resolve(tag))))
    source = Source(**keys.source.model_dump()) if keys.source else None
    imported = keys.imported.model_dump(by_alias=True) if keys.imported else None
    return Document(
        id=document_id, body=matter.body, markdown=True, type=kind, tags=tags, source=source, imported=imported, **plain
    )


def _line(matter: FrontMatter, place: tuple[str | int, ...]) -> int:
    return matter.lines.get(str(place[0]), 1) if place else 1
