"""Articles as page files: personal numbers taken out, written beside and moved into place in one step."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.folding import slug
from kb.frontmatter import render
from kb.ingest.reading import Article
from kb.ingest.shelf import content_hash
from kb.ingest.wording import clean
from kb.language.redaction import redact

_LONGEST_SLUG = 80


@dataclass(frozen=True, slots=True)
class PageFile:
    """The text of a page file, its hash, and how many personal numbers were taken out of it."""

    text: str
    hash: str
    redacted: int


def page_file(article: Article) -> PageFile:
    """The file of an article, with the keys of the front matter in their usual order."""
    redaction = _Redaction()
    values = redaction.mapping(_front_matter(article))
    body = redaction.text(article.body)
    imported = values["imported"]
    assert isinstance(imported, dict)
    digest = content_hash(render(values, body))
    values["imported"] = {"from": imported.pop("from"), "hash": digest, **imported}
    return PageFile(render(values, body), digest, redaction.count)


def _front_matter(article: Article) -> dict[str, object]:
    values: dict[str, object] = {"title": article.title, "type": article.type, "date": article.date}
    values |= {"authors": list(article.authors), "author_bio": article.bio, "tags": list(article.tagging.tags)}
    if article.source is not None:
        source = article.source
        names = ("name", "url", "published", "publisher", "reprint")
        values["source"] = _filled({name: getattr(source, name) for name in names})
    values |= {"lang": article.lang if article.lang != "en" else None, "draft": article.date is None or None}
    values["imported"] = _filled(
        {
            "from": article.identity,
            "title": article.raw_title,
            "slug": article.source_slug or page_slug(article),
            "categories": list(article.source_tags.categories),
            "tags": list(article.source_tags.tags),
            "applied": list(article.tagging.applied),
        }
    )
    return _filled(values)


def _filled(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value not in (None, "", [])}


class _Redaction:
    """Takes personal numbers out of everything that is written, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def text(self, text: str) -> str:
        redacted, count = redact(clean(text))
        self.count += count
        return redacted

    def mapping(self, values: Mapping[str, object]) -> dict[str, object]:
        return {key: self._value(value) for key, value in values.items()}

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dt.date):
            return value.replace()  # YAML would write the same object, met again, as a reference to the first
        return self.mapping(value) if isinstance(value, Mapping) else value


def page_slug(article: Article) -> str:
    """The last segment of the id of an article, from its title; at most 80 characters, cut between words."""
    name = slug(redact(article.title)[0])
    if len(name) > _LONGEST_SLUG:
        name = name[: _LONGEST_SLUG + 1].rpartition("-")[0] or name[:_LONGEST_SLUG]
    return name or f"article-{slug(article.identity)[-8:]}"


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all. Raises OSError, and then leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
