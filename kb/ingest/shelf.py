"""What was imported before: every page under the target folder that the importer once wrote, known by its source."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kb.frontmatter import FrontMatterError, parse
from kb.ingest.links import address_key
from kb.ingest.wording import likeness, same_words

_FROM = re.compile(r"^ +from: *(\S+) *$", re.MULTILINE)
#: Texts that share this much of their words are one text.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Shelved:
    """A page that came from a source. `edited` if it is no longer what the importer wrote; `path` is relative."""

    path: str
    identity: str
    title: str
    url: str
    hash: str
    edited: bool
    body: str

    @property
    def id(self) -> str:
        """The id of the page: its path without the ending."""
        return self.path.removesuffix(".md")

    def is_same_text(self, title: str, body: str) -> bool:
        """Whether an article is this one again, perhaps retitled or revised, and not another one."""
        return same_words(title, self.title) or likeness(body, self.body) >= _ALIKE


@dataclass(slots=True)
class Shelf:
    """All pages that came from sources, by identity and by the address of the source."""

    _by_identity: dict[str, list[Shelved]] = field(default_factory=dict)
    _by_url: dict[str, list[Shelved]] = field(default_factory=dict)

    def add(self, page: Shelved) -> None:
        """Put a page on the shelf."""
        self._by_identity.setdefault(_key(page.identity), []).append(page)
        if page.url:
            self._by_url.setdefault(address_key(page.url), []).append(page)

    def known(self, identity: str) -> tuple[Shelved, ...]:
        """The pages that came from the source of this identity."""
        return tuple(self._by_identity.get(_key(identity), ()))

    def of_url(self, url: str) -> tuple[Shelved, ...]:
        """The pages that give this address as their source."""
        return tuple(self._by_url.get(address_key(url), ()))

    def of_words(self, title: str, body: str) -> Shelved | None:
        """The page with this title and exactly these words: the same article from a page that was saved anew."""
        found = (page for pages in self._by_identity.values() for page in pages if same_words(page.title, title))
        return next((page for page in found if same_words(page.body, body)), None)

    @classmethod
    def of(cls, folder: Path) -> Shelf:
        """The shelf of a content folder; pages that nobody imported, or that cannot be read, are not on it."""
        shelf = cls()
        for page in _pages(folder):
            shelf.add(page)
        return shelf


def _key(identity: str) -> str:
    return identity if identity.startswith("text:") else address_key(identity)


def _pages(folder: Path) -> Iterator[Shelved]:
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else ():
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # `kb check` reports pages that cannot be read
        if "\nimported:" in text and (page := _shelved(path.relative_to(folder).as_posix(), text)) is not None:
            yield page


def _shelved(path: str, text: str) -> Shelved | None:
    try:
        found = parse(text)
    except FrontMatterError:  # an editor is at it: the page is known again, and `kb check` says what is wrong with it
        identity = _FROM.search(text)
        return Shelved(path, identity[1].strip("'\""), "", "", "", True, text) if identity else None
    imported, source = found.values.get("imported"), found.values.get("source")
    if not isinstance(imported, Mapping) or not imported.get("from"):
        return None
    written = str(imported.get("hash") or "")
    return Shelved(
        path,
        str(imported["from"]),
        str(found.values.get("title") or ""),
        str(source.get("url") or "") if isinstance(source, Mapping) else "",
        written,
        written != content_hash(text),
        found.body,
    )


def content_hash(text: str) -> str:
    """The hash of a page file's own content: its keys and body, without the hash that it carries itself."""
    found = parse(text)
    values = dict(found.values)
    if isinstance(imported := values.get("imported"), Mapping):
        values["imported"] = {key: value for key, value in imported.items() if key != "hash"}
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False) + "\n" + found.body.strip()
    return f"sha256-{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"
