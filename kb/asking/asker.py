"""A query into a request to the engine, and the engine's answer into results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from typing import Any

from kb import clock
from kb.asking.filters import FilterReader, Filters, check
from kb.asking.matching import Settled, Settler
from kb.config import Settings
from kb.folding import composed, fold_label
from kb.indexing.entries import STATUS_LABELS, TYPE_LABELS, service_value
from kb.indexing.records import day_from_iso, source_from_json
from kb.indexing.site import Site
from kb.language import authorities
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.language.query import QueryReader
from kb.language.redaction import redact
from kb.model import GROUPS, Change, Facet, FacetValue, Hit, Query, Results, SectionLink, Tag
from kb.search.engine import Engine
from kb.search.request import STATUS, Answer, Counted, Match, Request
from kb.search.snippets import Highlighter

#: (name, label, URL parameter) of every facet, in the order in which the site shows them.
FACETS: tuple[tuple[str, str, str], ...] = (
    ("type", "Type", "type"),
    ("service", "Service", "service"),
    ("topic", "Subject", "tag"),
    ("visa", "Visa class", "tag"),
    ("form", "Form", "tag"),
    ("agency", "Agency", "tag"),
    ("program", "Program", "tag"),
    ("year", "Date", "year"),
    ("cites", "Law cited", "cites"),
    (STATUS, "Status", "status"),
    ("author", "Author", "author"),
    ("source", "Source", "source"),
)


#: A hit names at most so many sections that hold what was asked.
MOST_SECTIONS = 3


class Asker:
    """Answers queries over one generation; safe to share between threads."""

    def __init__(self, engine: Engine, site: Site, settings: Settings) -> None:
        self._engine = engine
        self._site = site
        self._settings = settings
        vocabulary = site.vocabulary
        self._analyzer = Analyzer(Lexicon(vocabulary))
        self._filters = FilterReader(engine, vocabulary, (heading.slug for heading in settings.heading))
        self._settler = Settler(engine, QueryReader(self._analyzer))

    def ask(self, query: Query) -> Results:
        """The results of a query. Raises ParameterError for a value that a parameter cannot have."""
        check(query)
        query, settled, filters = self._read(query)
        sort = query.sort or ("relevance" if settled.matching.scored else "newest")
        request = self._request(query, settled, filters, sort)
        answer = self._engine.search(request)
        marks = (*settled.marks, *settled.read.other_marks)
        return Results(
            query=query,
            read_as=tuple(sorted(marks, key=lambda mark: (mark.start, mark.end))),
            suggestion=settled.suggestion,
            relaxed=settled.relaxed,
            unknown=tuple(filters.unknown),
            total=answer.total,
            page=query.page,
            per_page=query.per_page,
            sort=sort,
            hits=self._hits(answer.matches, settled),
            facets=self._facets(answer, filters),
        )

    def explain(self, query: Query, document_id: str) -> tuple[str, ...]:
        """What the score of a hit is made of, in words, a line each."""
        query, settled, filters = self._read(query)
        found = self._engine.explain(self._request(query, settled, filters, "relevance"), document_id)
        marks = dict(zip(settled.read.units, settled.marks, strict=True))
        order = sorted(settled.read.units, key=lambda unit: not unit.required)
        lines = [
            f"{marks[unit].label} ({marks[unit].kind}): {added:.3f}"
            for unit, added in zip(order, found.units, strict=True)
        ]
        if found.near:
            lines.append(f"side by side, or as likely meant: {found.near:.3f}")
        if found.weight != 1:
            kind = "a service page" if found.weight > 1 else "a page about the site"
            lines.append(f"{kind}: × {found.weight:.3f}")
        if found.fading < 1:
            lines.append(f"older news: × {found.fading:.3f}")
        if found.promoted:
            lines.append("covers exactly what was asked: first")
        return tuple(lines)

    def _read(self, query: Query) -> tuple[Query, Settled, Filters]:
        """The query without personal numbers, how its words run, and what its filters come to."""
        query = replace(query, text=redact(composed(query.text))[0])
        settled = self._settler.settle(query.text, query.match)
        return query, settled, self._filters.read(query, settled.read)

    def _request(self, query: Query, settled: Settled, filters: Filters, sort: str) -> Request:
        return Request(
            matching=settled.matching,
            selections=tuple(filters.selections),
            conditions=tuple(filters.conditions),
            nodes=tuple(filters.nodes),
            excluded_nodes=tuple(filters.excluded_nodes),
            date_from=filters.date_from,
            date_to=filters.date_to,
            as_of=query.as_of,
            today=clock.today(),
            sort=sort,
            offset=(query.page - 1) * query.per_page,
            limit=query.per_page,
            promoted=self._promoted(settled),
            nothing=filters.nothing,
        )

    def _promoted(self, settled: Settled) -> frozenset[str]:
        """For a bare topic, the service page that covers it; for a service's own name, that page."""
        read = settled.read
        if read.excluded or not read.units:
            return frozenset()
        found = set(self._service_names.get(fold_label(read.text), ()))
        if read.concept and (service := self._site.vocabulary[read.concept].service):
            found.add(service if service in self._site.facts else f"services/{service}")
        return frozenset(found)

    @cached_property
    def _service_names(self) -> Mapping[str, list[str]]:
        names: dict[str, list[str]] = {}
        for document_id, facts in self._site.facts.items():
            if facts.ref.type == "service":
                for name in (facts.ref.title, facts.ref.menu_label, *facts.ref.aliases):
                    names.setdefault(fold_label(name), []).append(document_id)
        return names

    # -- hits -----------------------------------------------------------------------------------------------------

    def _hits(self, matches: Sequence[Match], settled: Settled) -> tuple[Hit, ...]:
        nodes = [unit.node for unit in settled.matching.scored]
        highlighter = Highlighter(nodes, self._analyzer.lexicon)
        return tuple(self._hit(match, highlighter) for match in matches)

    def _hit(self, match: Match, highlighter: Highlighter) -> Hit:
        stored: Mapping[str, Any] = match.stored
        document = stored["document"]
        changes = self.changes_after(match.id, match.changes) if match.changes else []
        passages = self._engine.passages(match.id)
        marked = highlighter.mark(passages)
        quoted = marked.quote(passages.texts[1] if len(passages.texts) > 1 else document["summary"] or "")
        return Hit(
            id=match.id,
            url=stored["url"],
            type=document["type"],
            title=document["title"],
            title_html=marked.title,
            snippet_html=quoted.html,
            sections=_sections(stored, quoted.passages),
            headings=stored["headings"],
            date=day_from_iso(document["date"]),
            authors=tuple(document["authors"]),
            tags=self.tags(document["tags"]),
            source=source_from_json(document["source"]),
            lang=document["lang"],
            updated=day_from_iso(document["updated"]),
            reviewed=day_from_iso(document["reviewed"]),
            status=match.status,
            change=changes[0] if changes and match.status == "law-changed" else None,
            changes=len(changes) if match.status == "law-changed" else 0,
            superseded_by=document["superseded_by"],
            summary=document["summary"],
            # Adding nothing makes a plain zero of the negative one.
            score=round(match.score, 6) + 0.0,
        )

    def tags(self, concept_ids: Sequence[str]) -> tuple[Tag, ...]:
        """Concepts as tags, in the order of their groups."""
        tags = [self._site.vocabulary.tag(one) for one in concept_ids if one in self._site.vocabulary]
        return tuple(sorted(tags, key=lambda tag: GROUPS.index(tag.group)))

    def changes_after(self, document_id: str, days: Sequence[dt.date]) -> list[Change]:
        """The changes on those days of law that the document cites, newest first."""
        changes = [self._site.change_by_mark[mark] for mark in self._site.facts[document_id].changes]
        found = [change for change in changes if change.date in days]
        return sorted(found, key=lambda change: (-change.date.toordinal(), change.key, change.title))

    # -- facets -----------------------------------------------------------------------------------------------------

    def _facets(self, answer: Answer, filters: Filters) -> tuple[Facet, ...]:
        selected = {chosen.facet: chosen.values for chosen in filters.selections}
        return tuple(
            Facet(name, label, param, self._values(name, answer.facets.get(name, ()), selected.get(name, ())))
            for name, label, param in FACETS
        )

    def _values(self, facet: str, counted: Sequence[Counted], selected: Sequence[str]) -> tuple[FacetValue, ...]:
        """The values of a facet, the greatest count first, then by label as it is shown; years newest first."""
        shown = self._shown[facet]
        rows = []
        for one in counted:
            label, parent = shown.get(one.value) or self._show(facet, one.value)
            rows.append((-one.count, label, one.value, parent))
        if facet != "year":
            rows.sort()
        return tuple([_value((value, label, -less, value in selected, parent)) for less, label, value, parent in rows])

    @cached_property
    def _shown(self) -> Mapping[str, Mapping[str, tuple[str, str | None]]]:
        """(label, parent) of every value of every facet: worked out once, since every search shows hundreds of them."""
        return {
            name: {value: self._show(name, value) for value in self._engine.facet_values(name)} for name, *_ in FACETS
        }

    def _show(self, facet: str, value: str) -> tuple[str, str | None]:
        """(label, parent) of a facet's value."""
        vocabulary = self._site.vocabulary
        if facet in GROUPS and value in vocabulary:
            return vocabulary[value].pref_label, vocabulary.parent(value)
        if facet == "type":
            return TYPE_LABELS.get(value, value), None
        if facet == STATUS:
            return STATUS_LABELS.get(value, value), None
        if facet == "cites":
            return authorities.label(value), authorities.parent(value)
        if facet == "service":
            return self.service_label(value), value.rpartition("/")[0] or None
        return value, None

    def service_label(self, value: str) -> str:
        """How a value of the `service` facet reads: the page's short name, or the heading's label."""
        facts = self._services.get(value)
        if facts:
            return facts
        heading, _, slug = value.rpartition("/")
        return slug.replace("-", " ").capitalize() if heading else self._settings.heading_label(slug)

    @cached_property
    def _services(self) -> Mapping[str, str]:
        return {
            service_value(one.ref.id): one.ref.menu_label
            for one in self._site.facts.values()
            if one.ref.type == "service"
        }


#: Makes a value of (value, label, count, selected, parent) without a call into Python.
_value: Callable[[tuple[str, str, int, bool, str | None]], FacetValue] = partial(tuple.__new__, FacetValue)


def _sections(stored: Mapping[str, Any], passages: Sequence[int]) -> tuple[SectionLink, ...]:
    """The headed sections among the passages of a document, as links: at most `MOST_SECTIONS`."""
    found = [stored["sections"][number] for number in passages]
    links = (SectionLink(heading, f"{stored['url']}#{anchor}") for anchor, heading in found if anchor)
    return tuple(islice(links, MOST_SECTIONS))
