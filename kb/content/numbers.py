"""Personal numbers taken out of a page, whichever of its keys holds one (DESIGN.md 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from kb.language.redaction import redact
from kb.model import Document, Source

#: Ids of pages, and days: they name something else, and a file whose name holds a number is refused before.
_LEFT = ("id", "date", "updated", "reviewed", "superseded_by", "related", "not_related", "tags")


def without_numbers(document: Document) -> tuple[Document, int]:
    """The document with each personal number replaced, addresses that hold one left out; how many there were."""
    removal = _Removal()
    old = [path for path in document.redirect_from if not removal.holds(path)]
    found = {one.name: getattr(document, one.name) for one in fields(document) if one.name not in _LEFT}
    values: dict[str, Any] = {name: removal.value(value) for name, value in found.items() if name != "redirect_from"}
    return replace(document, **{**values, "redirect_from": tuple(old)}), removal.count


class _Removal:
    """Takes numbers out of values of any kind, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def holds(self, address: str) -> bool:
        """Whether an address holds a number; without it, it would lead nowhere."""
        count = redact(address)[1]
        self.count += count
        return count > 0

    def value(self, value: object) -> object:
        """The value without numbers."""
        if isinstance(value, str):
            text, count = redact(value)
            self.count += count
            return text
        if isinstance(value, list | tuple):
            return type(value)(map(self.value, value))
        if isinstance(value, Mapping):
            return {key: self.value(one) for key, one in value.items()}
        return self._source(value) if isinstance(value, Source) else value

    def _source(self, source: Source) -> Source:
        values: dict[str, Any] = {
            one.name: self.value(getattr(source, one.name)) for one in fields(source) if one.name != "url"
        }
        url = None if source.url and self.holds(source.url) else source.url
        return Source(**{**values, "url": url})
