"""Everything that can be asked of one generation. A reader never changes; a new generation gets a new reader."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from kb import clock
from kb.asking import Asker
from kb.cited import Authority, AuthorityGroup, Cited
from kb.config import Settings
from kb.errors import UnknownDocumentError
from kb.folding import fold
from kb.indexing.generations import Generation
from kb.indexing.records import document_from_json
from kb.indexing.site import PageFacts, Site, headings_of
from kb.language import authorities
from kb.model import (
    NEWS_TYPES,
    Completion,
    Document,
    Page,
    PageRef,
    Query,
    Reason,
    RelatedPage,
    Results,
    ServiceGroup,
)  # fmt: skip
from kb.search import Engine, open_engine
from kb.search.related import Candidate, Profile, Rarity, Tie, is_copy, rank
from kb.vocabulary import Vocabulary

#: How many candidates each kind of tie brings before they are weighed.
_CANDIDATES = 60
#: Completions that are looked at before the best are chosen.
_MOST_COMPLETIONS = 200


class Reader:
    """One generation, open. Safe to share between threads."""

    def __init__(self, generation: Generation, settings: Settings) -> None:
        self.generation = generation.name
        self.built: dt.datetime = generation.built
        self.settings = settings
        self._engine: Engine = open_engine(generation.manifest["engine"], generation.folder)
        self._site = Site(generation.folder)
        self._asker = Asker(self._engine, self._site, settings)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of this generation."""
        return self._site.vocabulary

    # -- search ---------------------------------------------------------------------------------------------------

    def search(self, query: Query | str) -> Results:
        """The results of a query, or of plain words. Raises ParameterError for an impossible value."""
        return self._asker.ask(Query(text=query) if isinstance(query, str) else query)

    def explain(self, query: Query, document_id: str) -> tuple[str, ...]:
        """What the score of a hit of this query is made of, a line each."""
        return self._asker.explain(query, document_id)

    def suggest(self, prefix: str, limit: int = 8) -> tuple[Completion, ...]:
        """Services, concepts, forms, citations and titles with a word that begins so; services first."""
        wanted = fold(prefix).strip()
        if not wanted:
            return ()
        found: dict[Completion, None] = {}
        for place in range(bisect_left(self._completions, wanted, key=_entry_key), len(self._completions)):
            key, completion = self._completions[place]
            if not key.startswith(wanted) or len(found) >= _MOST_COMPLETIONS:
                break
            found[completion] = None
        ranks = {"service": 0, "concept": 1, "form": 1, "citation": 2, "title": 3}
        ordered = sorted(found, key=lambda one: (ranks[one.kind], not fold(one.text).startswith(wanted), one.text))
        return tuple(ordered[:limit])

    @cached_property
    def _completions(self) -> list[tuple[str, Completion]]:
        """Every completion under each word at which it may be entered, in order."""
        entries: list[tuple[str, Completion]] = []
        for facts in self._site.facts.values():
            ref = facts.ref
            kind = "service" if ref.type == "service" else "title"
            for name in dict.fromkeys((ref.title, ref.menu_label, *ref.aliases)):
                entries += _entered_at_words(
                    name, Completion(ref.menu_label if kind == "service" else ref.title, kind, ref.url)
                )
        used = {
            value
            for group in ("agency", "visa", "form", "topic", "program")
            for value in self._engine.facet_values(group)
        }
        for concept in self.vocabulary:
            if concept.id in used and not concept.replaced_by:
                kind = "form" if concept.group == "form" else "concept"
                for name in dict.fromkeys(concept.labels):
                    entries += _entered_at_words(name, Completion(concept.pref_label, kind, f"/tags/{concept.id}/"))
        for key in self._engine.facet_values("cites"):
            label = authorities.label(key)
            entries.append((fold(label), Completion(label, "citation", f"/authorities/{key}/")))
        return sorted(entries, key=lambda entry: (entry[0], entry[1].text))

    # -- pages ----------------------------------------------------------------------------------------------------

    def document(self, document_id: str) -> Page:
        """A page as it is shown. Raises UnknownDocumentError."""
        facts = self._site.facts.get(document_id)
        if facts is None:
            raise UnknownDocumentError(document_id)
        page, document = self._site.page(document_id), self._document(document_id)
        status, days = self._engine.status(document_id, clock.today())
        changes = self._asker.changes_after(document_id, days)
        return Page(
            document=document,
            url=facts.ref.url,
            html=page["html"],
            bio_html=page["bio_html"],
            headings=headings_of(page),
            words=facts.words,
            tags=self._asker.tags(document.tags),
            services=facts.services,
            cites=facts.cites,
            status=status,
            changes=tuple(changes),
        )

    def _document(self, document_id: str) -> Document:
        stored = self._engine.stored(document_id)
        assert stored is not None
        return document_from_json(stored["document"])  # type: ignore[arg-type]

    def locate(self, path: str) -> str | None:
        """The id of the page served at a URL path, or None."""
        return self._site.locate(path)

    def redirect(self, path: str) -> str | None:
        """The URL that an old path leads to, or None."""
        return self._site.redirects.get(path if path.endswith("/") else path + "/")

    def ref(self, document_id: str) -> PageRef | None:
        """A page as lists show it, or None."""
        facts = self._site.facts.get(document_id)
        return facts.ref if facts else None

    def refs(self) -> tuple[PageRef, ...]:
        """Every page, by id."""
        return tuple(facts.ref for facts in self._site.facts.values())

    @cached_property
    def _groups(self) -> tuple[ServiceGroup, ...]:
        found: dict[str, list[PageRef]] = {heading.slug: [] for heading in self.settings.heading}
        for ref in self.refs():
            if ref.type == "service":
                found.setdefault(ref.id.removeprefix("services/").rpartition("/")[0], []).append(ref)
        return tuple(
            ServiceGroup(slug, self.settings.heading_label(slug), tuple(sorted(refs, key=_menu_place)))
            for slug, refs in found.items()
            if refs
        )

    def services(self) -> tuple[ServiceGroup, ...]:
        """The service tree in menu order, without empty headings."""
        return self._groups

    @cached_property
    def _news(self) -> list[PageRef]:
        """Dated news, oldest first; of one day by id downwards, so that the list backwards is the news page's order."""
        dated = [ref for ref in self.refs() if ref.type in NEWS_TYPES and ref.date]
        by_id = sorted(dated, key=lambda ref: ref.id, reverse=True)
        return sorted(by_id, key=lambda ref: ref.date or dt.date.min)

    @cached_property
    def _news_places(self) -> Mapping[str, int]:
        return {ref.id: place for place, ref in enumerate(self._news)}

    def neighbours(self, document_id: str) -> tuple[PageRef | None, PageRef | None]:
        """(older, newer) among dated news; (None, None) for any other page."""
        place = self._news_places.get(document_id)
        if place is None:
            return None, None
        older = self._news[place - 1] if place else None
        newer = self._news[place + 1] if place + 1 < len(self._news) else None
        return older, newer

    # -- law --------------------------------------------------------------------------------------------------------

    @cached_property
    def cited(self) -> Cited:
        """What the pages cite: who cites which part of the law, and what of it changed."""
        cites = {document_id: facts.cites for document_id, facts in self._site.facts.items()}
        return Cited(cites, self._site.changes, self._engine.facet_values("cites"))

    def authorities(self) -> tuple[AuthorityGroup, ...]:
        """Every authority that a page cites, by kind, as trees."""
        return self.cited.groups

    def authority(self, key: str) -> Authority | None:
        """The authority of a canonical key, or None where no page cites it or a part of it."""
        return self.cited.authority(key)

    def citation_label(self, key: str) -> str:
        """A canonical citation as lawyers write it."""
        return authorities.label(key)

    def citation_url(self, key: str) -> str | None:
        """Where the government publishes the text; None where that does not follow from the citation."""
        return authorities.official_url(key)

    # -- related reading --------------------------------------------------------------------------------------------

    def related(self, document_id: str, limit: int = 6) -> tuple[RelatedPage, ...]:
        """What else a reader of this page may want, each with its reasons; pinned pages first.

        Raises UnknownDocumentError.
        """
        if document_id not in self._site.facts:
            raise UnknownDocumentError(document_id)
        page, document = self._profiles[document_id], self._document(document_id)
        likeness = {one.id: one.score for one in self._engine.similar(document_id, _CANDIDATES)}
        kept_out = {document_id, *document.not_related, *map(self._living, document.not_related)}
        pinned = [one for one in map(self._living, document.related) if one and one not in kept_out]
        found = [Candidate(one, 1.0, (Tie("pinned"),)) for one in dict.fromkeys(pinned)]
        taken = {one.id for one in found} | kept_out
        for candidate in self._ranked(page, likeness):
            if len(found) >= limit:
                break
            if candidate.id not in taken and not self._is_copy_of_any(candidate.id, found, likeness):
                found.append(candidate)
                taken.add(candidate.id)
        return tuple(self._shown(candidate, document.lang) for candidate in found[:limit])

    def _ranked(self, page: Profile, likeness: Mapping[str, float]) -> Iterable[Candidate]:
        """Candidates best first, each superseded one standing for its successor."""
        profiles = self._candidates(page, likeness)
        by_successor = {profile.id: profile for profile in profiles}
        for profile in profiles:
            successor = self._living(profile.id) if profile.superseded_by else None
            if successor:
                by_successor.setdefault(successor, self._profiles[successor])
        return rank(page, list(by_successor.values()), likeness, self._rarity)

    def _candidates(self, page: Profile, likeness: Mapping[str, float]) -> list[Profile]:
        wanted = dict.fromkeys(likeness)
        for value in (*page.tags, *page.cites, *page.services):
            sharing = self._sharing.get(value, ())
            wanted |= dict.fromkeys(sharing[:_CANDIDATES])
        return [self._profiles[one] for one in wanted if one in self._profiles]

    def _is_copy_of_any(self, document_id: str, found: Sequence[Candidate], likeness: Mapping[str, float]) -> bool:
        """Whether a page is a second copy of one that is offered already."""
        page = self._profiles[document_id]
        for one in found:
            near = abs(likeness.get(one.id, 0.0) - likeness.get(document_id, 1.0)) < 0.02
            if is_copy(page, self._profiles[one.id], 1.0 if near else 0.0):
                return True
        return False

    def _living(self, document_id: str) -> str | None:
        """The page itself, or the last of its successors that can be seen; None where none can."""
        seen: set[str] = set()
        while document_id in self._site.facts and document_id not in seen:
            seen.add(document_id)
            successor = self._site.facts[document_id].superseded_by
            if successor is None:
                return document_id
            document_id = successor
        return None

    @cached_property
    def _profiles(self) -> Mapping[str, Profile]:
        return {document_id: _profile(facts) for document_id, facts in self._site.facts.items()}

    @cached_property
    def _rarity(self) -> Rarity:
        return Rarity(self._profiles.values())

    @cached_property
    def _sharing(self) -> Mapping[str, Sequence[str]]:
        """Pages by each concept, authority and service, the newest first."""
        found: dict[str, list[str]] = defaultdict(list)
        newest = sorted(self._profiles.values(), key=lambda one: one.date or dt.date.max, reverse=True)
        for profile in newest:
            for value in (*profile.tags, *profile.cites, *profile.services):
                found[value].append(profile.id)
        return found

    def _shown(self, candidate: Candidate, lang: str) -> RelatedPage:
        ref = self._site.facts[candidate.id].ref
        reasons = tuple(self._reason(tie, lang) for tie in candidate.ties)
        return RelatedPage(ref.id, ref.url, ref.title, ref.type, ref.date, candidate.score, reasons, ref.lang)

    def _reason(self, tie: Tie, lang: str) -> Reason:
        """A tie in words: at most two of the shared values are named."""
        values = tie.values[:2]
        if tie.kind == "tag":
            return Reason("tag", _joined([self.vocabulary[one].label(lang) for one in values], lang))
        if tie.kind == "cites":
            return Reason("cites", _joined([authorities.label(one) for one in values], lang))
        if tie.kind == "service":
            return Reason("service", self._asker.service_label(values[0].removeprefix("services/")))
        return Reason(tie.kind, "Similar text" if tie.kind == "similar" else "Chosen by our editors")


def _joined(names: Iterable[str], lang: str) -> str:
    """Names joined with “and”; Spanish “y”, which is “e” before the sound of an i."""
    *first, last = names
    if not first:
        return last
    word = "and" if lang != "es" else "e" if fold(last).startswith(("i", "hi")) else "y"
    return f"{', '.join(first)} {word} {last}"


def _entry_key(entry: tuple[str, Completion]) -> str:
    return entry[0]


def _menu_place(ref: PageRef) -> tuple[int, str]:
    return (ref.order if ref.order is not None else 1_000_000, ref.menu_label)


def _entered_at_words(name: str, completion: Completion) -> list[tuple[str, Completion]]:
    """The name from its start, and from each further word of three letters and more."""
    folded = fold(name)
    places = [place + 1 for place, char in enumerate(folded) if char == " "]
    starts = [folded, *(folded[place:] for place in places if len(folded[place:].split(" ")[0]) >= 3)]
    return [(start, completion) for start in dict.fromkeys(starts)]


def _profile(facts: PageFacts) -> Profile:
    ref = facts.ref
    return Profile(
        ref.id, ref.title, ref.type, ref.date, facts.tags, facts.services, facts.cites, facts.words, facts.source_url,
        facts.superseded_by,
    )  # fmt: skip
