"""The lines between the count and the results that say what was changed, left out or not found."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.model import Query, Results
from kb.web.params import search_url
from kb.web.reading import quoted, read_as_agency
from kb.web.words import Words

#: What a page with nothing like it lists instead, and the words of the link there.
_LISTINGS = {
    "tag": ("/tags/", "see_topics"),
    "author": ("/authors/", "see_authors"),
    "service": ("/services/", "see_services"),
    "cites": ("/authorities/", "see_law"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One line with at most one link at its end; `kind` names it for the style sheet and for tests."""

    kind: str
    text: str
    link: str = ""
    url: str = ""


def notices(results: Results, query: Query, words: Words) -> tuple[Notice, ...]:
    """The notices of a search, the gravest first. `query` is the settled query of the results."""
    found = [
        *_removed(results, words),
        *_as_of(query, words),
        *_spelling(results, query, words),
        *_ice(results, query, words),
        *_unknown(results, words),
    ]
    if results.relaxed and results.total:
        found.append(Notice("partial", words("partial")))
    return tuple(found)


def _removed(results: Results, words: Words) -> list[Notice]:
    removed = any(mark.kind == "redacted" for mark in results.read_as)
    return [Notice("removed", words("removed"))] if removed else []


def _as_of(query: Query, words: Words) -> list[Notice]:
    if query.as_of is None:
        return []
    today = search_url(replace(query, as_of=None, page=1))
    return [Notice("as-of", words("as_of", date=words.date(query.as_of)), words("as_of_undo"), today)]


def _spelling(results: Results, query: Query, words: Words) -> list[Notice]:
    suggestion = results.suggestion
    if suggestion is None:
        return []
    if suggestion.used:
        return [Notice("spelling", words("spelling_used", typed=query.text, used=suggestion.text))]
    url = search_url(replace(query, text=suggestion.text, page=1))
    return [Notice("spelling", words("did_you_mean"), f"“{suggestion.text}”?", url)]


def _ice(results: Results, query: Query, words: Words) -> list[Notice]:
    mark = read_as_agency(results)
    if mark is None or mark.end <= mark.start:
        return []
    return [Notice("ice", words("ice"), words("ice_undo"), search_url(quoted(query, mark)))]


def _unknown(results: Results, words: Words) -> list[Notice]:
    found = []
    for one in results.unknown:
        url, link = _LISTINGS.get(one.parameter, ("", ""))
        text = words(f"unknown_{one.parameter}", value=one.value)
        found.append(Notice("unknown", text, words(link) if link else "", url))
    return found
