"""Answers as JSON: the shapes that the API serves and the command line prints with `--json` (docs/design.md).

Every function returns plain dictionaries and lists, ready for `json.dumps`. No web framework is needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from kb.model import (
    Change,
    Completion,
    Facet,
    FacetValue,
    Hit,
    Mark,
    Page,
    RelatedPage,
    Results,
    Source,
    Suggestion,
    Tag,
)
from kb.web.params import Toggles, settled

Answer = dict[str, Any]
#: Digits kept of a score: enough to tell two hits apart, few enough to compare between machines.
PRECISION = 4


def results(found: Results) -> Answer:
    """A search: how the query was read, one page of hits, every facet with the address that toggles each value."""
    toggles = Toggles(settled(found))
    return {
        "query": {
            "text": found.query.text,
            "read_as": [_mark(mark) for mark in found.read_as],
            "suggestion": _suggestion(found.suggestion),
            "relaxed": found.relaxed,
            "unknown": [{"parameter": one.parameter, "value": one.value} for one in found.unknown],
        },
        "total": found.total,
        "page": found.page,
        "per_page": found.per_page,
        "sort": found.sort,
        "hits": [_hit(hit) for hit in found.hits],
        "facets": [_facet(facet, toggles) for facet in found.facets],
    }


def related(document_id: str, pages: Iterable[RelatedPage]) -> Answer:
    """What else to read after a page, each with its reasons."""
    return {"id": document_id, "related": [_related(page) for page in pages]}


def suggestions(completions: Iterable[Completion]) -> Answer:
    """What the words typed so far may become."""
    return {"suggestions": [{"text": one.text, "kind": one.kind, "url": one.url} for one in completions]}


def document(page: Page, label: Callable[[str], str], official: Callable[[str], str | None]) -> Answer:
    """One page in full. `label` and `official` give a citation's usual form and the address of its official text."""
    own = page.document
    return {
        "id": own.id,
        "url": page.url,
        "type": own.type,
        "title": own.title,
        "summary": own.summary,
        "lang": own.lang,
        "date": _day(own.date),
        "updated": _day(own.updated),
        "reviewed": _day(own.reviewed),
        "reviewed_by": own.reviewed_by,
        "authors": list(own.authors),
        "aliases": list(own.aliases),
        "tags": [_tag(tag) for tag in page.tags],
        "services": list(page.services),
        "cites": [{"key": key, "label": label(key), "url": official(key)} for key in page.cites],
        "source": _source(own.source),
        "status": page.status,
        "changes": [_change(change) for change in page.changes],
        "superseded_by": own.superseded_by,
        "words": page.words,
        "headings": [{"level": one.level, "anchor": one.anchor, "text": one.text} for one in page.headings],
        "html": page.html,
        "bio_html": page.bio_html,
    }


def error(status: int, code: str, message: str, parameter: str | None = None) -> Answer:
    """What went wrong: the HTTP status, a stable code, one sentence and the parameter at fault, if one is."""
    return {"error": {"status": status, "code": code, "message": message, "parameter": parameter}}


def _mark(mark: Mark) -> Answer:
    return {
        "kind": mark.kind,
        "text": mark.text,
        "value": mark.value,
        "label": mark.label,
        "occur": mark.occur,
        "also": list(mark.also),
    }


def _suggestion(suggestion: Suggestion | None) -> Answer | None:
    return {"text": suggestion.text, "used": suggestion.used} if suggestion else None


def _hit(hit: Hit) -> Answer:
    return {
        "id": hit.id,
        "url": hit.url,
        "type": hit.type,
        "title": hit.title,
        "title_html": hit.title_html,
        "snippet_html": hit.snippet_html,
        "date": _day(hit.date),
        "authors": list(hit.authors),
        "tags": [_tag(tag) for tag in hit.tags],
        "source": _source(hit.source),
        "lang": hit.lang,
        "updated": _day(hit.updated),
        "reviewed": _day(hit.reviewed),
        "status": hit.status,
        "change": _change(hit.change) if hit.change else None,
        "score": round(hit.score, PRECISION),
        "sections": [{"title": one.title, "url": one.url} for one in hit.sections],
    }


def _facet(facet: Facet, toggles: Toggles) -> Answer:
    values = [_value(value, toggles.url(facet.param, value.value)) for value in facet.values]
    return {"name": facet.name, "label": facet.label, "param": facet.param, "values": values}


def _value(value: FacetValue, url: str) -> Answer:
    return {
        "value": value.value,
        "label": value.label,
        "count": value.count,
        "selected": value.selected,
        "parent": value.parent,
        "url": url,
    }


def _related(page: RelatedPage) -> Answer:
    return {
        "id": page.id,
        "url": page.url,
        "title": page.title,
        "type": page.type,
        "date": _day(page.date),
        "score": round(page.score, PRECISION),
        "reasons": [{"kind": reason.kind, "label": reason.label} for reason in page.reasons],
    }


def _tag(tag: Tag) -> Answer:
    return {"id": tag.id, "label": tag.label, "group": tag.group}


def _source(source: Source | None) -> Answer | None:
    if source is None:
        return None
    return {
        "name": source.name,
        "url": source.url,
        "published": _day(source.published),
        "publisher": source.publisher,
        "reprint": source.reprint,
    }


def _change(change: Change) -> Answer:
    return {"authority": change.authority, "date": _day(change.date), "title": change.title, "url": change.url}


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
