"""What is kept of a page between rebuilds: its reading, with all that a generation holds of it packed already."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from kb.folding import fold_name
from kb.jsontext import from_json, to_json
from kb.language import authorities
from kb.model import GROUPS, Document, Source
from kb.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kb.indexing.reading import Reading
    from kb.search.kept import KeptDocument
    from kb.search.tokens import TermNumbers

#: The parts of a record: what a rebuild looks at, the page's line of `site.json`, what is stored with the engine, its
#: texts with their tokens, the page as it is shown, and what `kb check` looks at.
ABOUT, FACTS, STORED, PASSAGES, PAGE, CHECKED = range(6)
PARTS = 6


class About(NamedTuple):
    """What a rebuild looks at of every page, as a JSON list: beside the page it depends on the vocabulary alone."""

    id: str
    url: str
    type: str
    draft: bool
    #: The label of a service page in menus.
    label: str
    #: As ordinals, 0 where there is none.
    date: int
    updated: int
    reviewed: int
    #: Facets whose values need no look at other pages, enclosing values included.
    facets: dict[str, list[str]]
    services: list[str]
    #: Folded name and name.
    authors: list[list[str]]
    source: list[str] | None
    cites: list[str]
    superseded_by: str | None
    related: list[str]
    not_related: list[str]
    redirect_from: list[str]

    @classmethod
    def of(cls, part: bytes) -> About:
        """What `ABOUT` holds."""
        return cls(*from_json(part))


def draft_of(key: bytes, document: Document) -> KeptDocument:
    """A draft as it is kept: what it names is checked, and nothing of it is shown."""
    from kb.content.numbers import without_numbers
    from kb.search.kept import KeptDocument
    from kb.search.tokens import TermNumbers, lay_out

    found, _ = without_numbers(Document(document.id, "", redirect_from=document.redirect_from))
    about = About(
        document.id, "", document.type, True, "", 0, 0, 0, {}, [], [], None, [],
        document.superseded_by, list(document.related), list(document.not_related), list(found.redirect_from),
    )  # fmt: skip
    return KeptDocument(key, lay_out({}, TermNumbers()), (to_json(list(about)), *[b""] * (PARTS - 1)))


def record_of(key: bytes, reading: Reading, vocabulary: Vocabulary, numbers: TermNumbers) -> KeptDocument:
    """A reading as it is kept; its terms get `numbers`."""
    from kb.search.arrays import packed
    from kb.search.kept import KeptDocument
    from kb.search.tokens import lay_out

    about = _about(reading, vocabulary)
    return KeptDocument(
        key,
        lay_out(reading.fields, numbers),
        (
            to_json(list(about)),
            to_json(_facts(reading, about.services)),
            packed(_stored(reading)),
            packed(_passages(reading)),
            packed(_page(reading)),
            to_json([reading.links, reading.redacted]),
        ),
    )


def _about(reading: Reading, vocabulary: Vocabulary) -> About:
    document = reading.document
    source = document.source
    return About(
        document.id,
        reading.url,
        document.type,
        False,
        document.menu_title or document.title,
        _ordinal(document.date),
        _ordinal(document.updated),
        _ordinal(document.reviewed),
        _facets(document, reading.cites, vocabulary),
        [document.id] if document.type == "service" else list(vocabulary.services(document.tags)),
        [[fold_name(author), author] for author in document.authors],
        [fold_name(source.name), source.name] if source else None,
        list(reading.cites),
        document.superseded_by,
        list(document.related),
        list(document.not_related),
        list(document.redirect_from),
    )


def _facets(document: Document, cites: Sequence[str], vocabulary: Vocabulary) -> dict[str, list[str]]:
    concepts = vocabulary.with_broader(document.tags)
    by_group = {group: [one for one in concepts if vocabulary[one].group == group] for group in GROUPS}
    return {
        "type": [document.type],
        **by_group,
        "year": [str(document.date.year).zfill(4)] if document.date else [],
        "cites": sorted({key for cited in cites for key in authorities.covering(cited)}),
    }


def _facts(reading: Reading, services: Sequence[str]) -> dict[str, Any]:
    """The page in `site.json`, but for changes of the law; services that are drafts are left out later."""
    document = reading.document
    return {
        "id": document.id,
        "url": reading.url,
        "title": document.title,
        "menu_title": document.menu_title,
        "summary": document.summary,
        "type": document.type,
        "date": _iso(document.date),
        "updated": _iso(document.updated),
        "lang": document.lang,
        "order": document.order,
        "aliases": document.aliases,
        "tags": document.tags,
        "services": services,
        "cites": reading.cites,
        "words": reading.words,
        "source_url": document.source.url if document.source else None,
        "superseded_by": document.superseded_by,
    }


def _stored(reading: Reading) -> dict[str, Any]:
    return {
        "document": document_to_json(reading.document),
        "url": reading.url,
        "sections": [[one.anchor, one.heading] for one in reading.sections if one.text],
        "headings": len(reading.headings),
    }


def _passages(reading: Reading) -> list[object]:
    from kb.search.passages import pack

    # A body without one word ("…") is no field, and has its texts all the same.
    body = reading.fields.get("body") or [[] for _ in reading.spans]
    title = reading.fields.get("title") or [[]]
    texts = [reading.document.title, *(one.text for one in reading.sections if one.text)]
    return pack(texts, [*title, *body], [reading.title_spans, *reading.spans])


def _page(reading: Reading) -> dict[str, Any]:
    return {
        "html": reading.html,
        "bio_html": reading.bio_html,
        "headings": [asdict(heading) for heading in reading.headings],
    }


def document_to_json(document: Document) -> dict[str, Any]:
    """A document as a JSON object, without its body (a generation keeps the rendered page)."""
    values = {name: getattr(document, name) for name in Document.__slots__}
    values["body"] = ""
    for name in _DATES:
        values[name] = _iso(values[name])
    if document.source:
        values["source"] = {**asdict(document.source), "published": _iso(document.source.published)}
    if document.imported is not None:
        values["imported"] = json.loads(json.dumps(document.imported, default=str))
    return values


def document_from_json(data: dict[str, Any]) -> Document:
    """A document from its JSON object (dates as ISO texts)."""
    values = dict(data)
    for name in _DATES:
        values[name] = day_from_iso(values.get(name))
    values["source"] = source_from_json(values.get("source"))
    return Document(**values)


def source_from_json(data: dict[str, Any] | None) -> Source | None:
    """A source from its JSON object."""
    return Source(**{**data, "published": day_from_iso(data.get("published"))}) if data else None


_DATES = ("date", "updated", "reviewed")


def _ordinal(day: dt.date | None) -> int:
    return day.toordinal() if day else 0


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def day_from_iso(value: str | None) -> dt.date | None:
    """The day that a text says (ISO 8601), or None where there is none."""
    return dt.date.fromisoformat(value) if value else None
