"""What a search must answer, worked out document by document with sets and loops: no engine, no columns, no index.

A second opinion, written from the semantics of search and not from the code that it judges.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.folding import fold, fold_label
from kb.language import authorities
from kb.language.analysis import Analyzer
from kb.language.citations import canonical
from kb.language.lexicon import Lexicon
from kb.language.query import QueryReader, ReadQuery
from kb.language.query_parts import TypedFilter
from kb.model import GROUPS, NEWS_TYPES, Change, Document, Query
from kb.search.scoring import FADED, HALF_LIFE_DAYS, TYPE_WEIGHTS
from kb.vocabulary import Vocabulary
from tests.oracle.known import Known, Shelf
from tests.oracle.matching import has, rule, scores

FACETS = ("type", "service", *GROUPS, "year", "author", "source", "cites", "status")


@dataclass(frozen=True)
class Expected:
    """The whole answer but for one page of it: `ids` are all matches in order.

    `placed` are the ids that stand where they do for another reason than their score: the promoted service page, and
    superseded pages moved below their successors (how far below is not said).
    """

    ids: tuple[str, ...]
    placed: frozenset[str]
    scores: dict[str, float]
    relaxed: bool
    unknown: frozenset[tuple[str, str]]
    sort: str
    #: (occur) of each unit, in the order typed.
    occurs: tuple[str, ...]
    statuses: dict[str, str]
    #: facet → value → (count, selected, parent)
    facets: dict[str, dict[str, tuple[int, bool, str | None]]]


@dataclass
class _Wanted:
    """The filters of a query: facet → values selected, and what else a document must be."""

    selected: dict[str, list[str]]
    typed: list[tuple[TypedFilter, frozenset[str]]]
    unknown: set[tuple[str, str]]
    nothing: bool = False


class Oracle:
    """Answers queries over a list of documents."""

    def __init__(
        self,
        documents: Sequence[Document],
        vocabulary: Vocabulary,
        changes: Sequence[Change] = (),
        headings: Iterable[str] = (),
    ) -> None:
        self._shelf = Shelf(documents, vocabulary, changes)
        self._known = list(self._shelf.documents.values())
        self._vocabulary = vocabulary
        self._headings = set(headings)
        self._reader = QueryReader(Analyzer(Lexicon(vocabulary)))

    def search(self, query: Query) -> Expected:
        """The answer to a query."""
        read = self._reader.read(query.text)
        ruling = rule(read, query.match, self._known)
        wanted = self._wanted(query, read)
        statuses = {known.id: self._status(known, query.as_of) for known in self._known}
        base = [known for known in self._known if ruling.matches(known) and self._within(known, query, wanted)]

        def chosen(known: Known, facet: str, values: Iterable[str]) -> bool:
            carried = {statuses[known.id]} if facet == "status" else known.carries[facet]
            return any(value in carried for value in values)

        def selected(known: Known, apart_from: str = "") -> bool:
            return all(chosen(known, facet, values) for facet, values in wanted.selected.items() if facet != apart_from)

        facets: dict[str, dict[str, tuple[int, bool, str | None]]] = {}
        for facet in FACETS:
            mine = wanted.selected.get(facet, [])
            others = [known for known in base if selected(known, apart_from=facet)]
            facets[facet] = {}
            for value in {*self._offered(facet, statuses), *mine}:
                count = sum(chosen(known, facet, [value]) for known in others)
                if count or value in mine:
                    facets[facet][value] = (count, value in mine, self._parent(facet, value))
        matches = [known for known in base if selected(known)]
        sort = query.sort or ("relevance" if read.units else "newest")
        faded = self._faded(scores(ruling, read, self._known), query.as_of)
        promoted = self._promoted(read)
        ordered = self._ordered(matches, faded, sort, promoted)
        moved = self._moved(ordered) if sort == "relevance" else frozenset()
        return Expected(
            ids=tuple(known.id for known in ordered),
            placed=moved | promoted,
            scores={known.id: faded[known.id] for known in matches},
            relaxed=ruling.relaxed,
            unknown=frozenset(wanted.unknown),
            sort=sort,
            occurs=tuple("must" if ruling.sure(unit) else "should" for unit in read.units),
            statuses={known.id: statuses[known.id] for known in matches},
            facets=facets,
        )

    def successors(self, document_id: str) -> list[str]:
        """What replaces a document, nearest first."""
        return [known.id for known in self._line(self._shelf.documents[document_id])]

    def _status(self, known: Known, as_of: dt.date | None) -> str:
        return known.status(as_of, self._shelf.documents, self._shelf.changes)

    # -- filters ----------------------------------------------------------------------------------------------------

    def _wanted(self, query: Query, read: ReadQuery) -> _Wanted:
        wanted = _Wanted({}, [], set())
        for tag in query.tag:
            concept = self._vocabulary.resolve(tag)
            if concept is None:
                wanted.unknown.add(("tag", tag))
                wanted.nothing = True
            else:
                wanted.selected.setdefault(self._vocabulary[concept].group, []).append(concept)
        for facet in ("type", "service", "author", "source", "year", "cites", "status"):
            for value in getattr(query, facet):
                known = self._value(facet, value)
                if not self._is_known(facet, known):
                    wanted.unknown.add((facet, value))
                wanted.selected.setdefault(facet, []).append(known)
        for typed in read.filters:
            values = self._typed_values(typed)
            wanted.typed.append((typed, values))
            if typed.name in ("tag", "author", "source", "cites") and not values:
                wanted.unknown.add((typed.name, typed.value))
        return wanted

    def _value(self, facet: str, value: str) -> str:
        """A value as its facet writes it."""
        if facet == "author":
            return self._shelf.author(value) or value
        if facet == "source":
            return self._shelf.source(value) or value
        if facet == "cites":
            return canonical(value) or value
        return value

    def _is_known(self, facet: str, value: str) -> bool:
        if facet in ("type", "status", "year") or (facet == "service" and value in self._headings):
            return True
        return any(value in known.carries[facet] for known in self._known)

    def _typed_values(self, typed: TypedFilter) -> frozenset[str]:
        """The values of its facet that a typed filter allows; none where it names nothing."""
        if typed.name == "tag":
            concept = self._vocabulary.resolve(typed.value)
            return frozenset([concept] if concept else [])
        if typed.name == "cites":
            key = canonical(typed.value)
            return frozenset([key] if key and self._is_known("cites", key) else [])
        if typed.name in ("author", "source"):
            names = {name for known in self._known for name in known.carries[typed.name]}
            return frozenset(name for name in names if _words_in(typed.value, name))
        return frozenset([typed.value])

    def _within(self, known: Known, query: Query, wanted: _Wanted) -> bool:
        """Whether the dates and the typed filters let a document pass."""
        date = known.date
        if wanted.nothing or (query.date_from and (date is None or date < query.date_from)):
            return False
        if query.date_to and (date is None or date > query.date_to):
            return False
        if query.as_of and date is not None and date > query.as_of:
            return False
        return all(_passes(known, typed, values, self._vocabulary) for typed, values in wanted.typed)

    # -- facets -----------------------------------------------------------------------------------------------------

    def _offered(self, facet: str, statuses: dict[str, str]) -> set[str]:
        """The values that a facet lists where they count: authorities as cited, and what encloses them."""
        if facet == "status":
            return set(statuses.values())
        if facet == "cites":
            cited = {key for known in self._known for key in known.cited}
            return cited | {wider for key in cited for wider in authorities.enclosing(key)}
        return {value for known in self._known for value in known.carries[facet]}

    def _parent(self, facet: str, value: str) -> str | None:
        if facet in GROUPS:
            broader = [self._vocabulary.resolve(one) for one in self._vocabulary[value].broader]
            return next((one for one in broader if one and self._vocabulary[one].group == facet), None)
        if facet == "service":
            return value.rsplit("/", 1)[0] if "/" in value else None
        if facet == "cites":
            return next(iter(authorities.enclosing(value)), None)
        return None

    # -- order ------------------------------------------------------------------------------------------------------

    def _faded(self, found: dict[str, float], as_of: dt.date | None) -> dict[str, float]:
        dates = [known.date for known in self._known if known.date]
        newest = as_of or max(dates, default=None)
        faded = {}
        for known in self._known:
            factor = TYPE_WEIGHTS.get(known.document.type, 1.0)
            if known.document.type in NEWS_TYPES and known.date and newest:
                age = max((newest - known.date).days, 0)
                factor *= FADED + (1 - FADED) * 0.5 ** (age / HALF_LIFE_DAYS)
            faded[known.id] = found[known.id] * factor
        return faded

    def _promoted(self, read: ReadQuery) -> frozenset[str]:
        """The service page that covers the concept which is all of the text, and one that has the text for a name."""
        if read.excluded or not read.units:
            return frozenset()
        found = {known.id for known in self._known if fold_label(read.text) in _service_names(known.document)}
        if read.concept and (service := self._vocabulary[read.concept].service):
            found.add(service)
        return frozenset(found)

    def _ordered(
        self, matches: list[Known], found: dict[str, float], sort: str, promoted: frozenset[str]
    ) -> list[Known]:
        matches = sorted(matches, key=lambda known: known.id)
        if sort == "oldest":
            return sorted(matches, key=lambda known: known.date or dt.date.max)
        newest_first = sorted(matches, key=lambda known: known.date or dt.date.min, reverse=True)
        if sort == "newest":
            return newest_first
        return sorted(newest_first, key=lambda known: (known.id not in promoted, -found[known.id]))

    def _moved(self, ordered: list[Known]) -> frozenset[str]:
        """The superseded pages that may not stand where their score puts them: above what replaces them."""
        above = [
            known.id
            for place, known in enumerate(ordered)
            if any(later in ordered[place:] for later in self._line(known))
        ]
        return frozenset(above)

    def _line(self, known: Known) -> list[Known]:
        """The successors of a document, nearest first."""
        line = [known]
        while (following := self._shelf.documents.get(line[-1].document.superseded_by or "")) is not None:
            if following in line:
                break
            line.append(following)
        return line[1:]


def _passes(known: Known, typed: TypedFilter, values: frozenset[str], vocabulary: Vocabulary) -> bool:
    if typed.name in ("after", "before"):
        if known.date is None or typed.date is None:
            return False
        return known.date >= typed.date if typed.name == "after" else known.date <= typed.date
    if typed.name == "title":
        assert typed.node is not None
        held = has(known, typed.node)
    elif typed.name == "tag":
        held = any(value in known.carries[vocabulary[value].group] for value in values)
    else:
        held = bool(values & known.carries[typed.name])
    return held != typed.excluded


def _service_names(document: Document) -> set[str]:
    if document.type != "service":
        return set()
    return {fold_label(name) for name in (document.title, document.menu_title or document.title, *document.aliases)}


def _words_in(wanted: str, name: str) -> bool:
    """Whether the words wanted stand in a name one after the other."""
    words, named = re.findall(r"\w+", fold(wanted)), re.findall(r"\w+", fold(name))
    return bool(words) and any(named[at : at + len(words)] == words for at in range(len(named)))
