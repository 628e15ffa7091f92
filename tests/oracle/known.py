"""The documents as the oracle knows them: plain sets and lists, worked out one by one.

Only the reading of text into terms is shared with the product ("one reading of the language, several engines").
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb import clock
from kb.folding import fold_name
from kb.language import authorities
from kb.language.analysis import Analyzer
from kb.language.citations import find_citations
from kb.language.lexicon import Lexicon
from kb.model import GROUPS, Change, Document
from kb.vocabulary import Vocabulary

#: For each position of a stretch of text the terms that stand there.
Stretch = list[frozenset[str]]
#: A heading of Markdown: the oracle's corpora use no other markup.
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Known:
    """One document: the terms of its fields, and the values that it carries in each facet, enclosing ones included."""

    document: Document
    fields: dict[str, list[Stretch]]
    #: Facet → what finds this document when it is selected.
    carries: dict[str, frozenset[str]]
    #: What it cites, as cited.
    cited: frozenset[str]

    @property
    def id(self) -> str:
        return self.document.id

    @property
    def date(self) -> dt.date | None:
        return self.document.date

    def status(self, as_of: dt.date | None, everything: dict[str, Known], changes: Iterable[Change]) -> str:
        """The first status that holds; with `as_of`, what came later than that day has not happened."""
        document, day = self.document, as_of or clock.today()
        if document.superseded_by is not None:
            successor = everything.get(document.superseded_by)
            if as_of is None or successor is None or successor.date is None or successor.date <= as_of:
                return "superseded"
        happened = [
            one for one in (document.date, document.updated, document.reviewed) if one and (not as_of or one <= as_of)
        ]
        for change in changes:
            touches = any(change.key in authorities.covering(key) for key in self.cited)
            if happened and touches and max(happened) < change.date <= day:
                return "law-changed"
        if document.reviewed is None or (as_of is not None and document.reviewed > as_of):
            return "unreviewed"
        return "current"


class Shelf:
    """Every document of a generation."""

    def __init__(self, documents: Sequence[Document], vocabulary: Vocabulary, changes: Sequence[Change]) -> None:
        self.vocabulary = vocabulary
        self.changes = changes
        self._analyzer = Analyzer(Lexicon(vocabulary))
        authors: Counter[str] = Counter(name for one in documents for name in set(one.authors))
        sources: Counter[str] = Counter(one.source.name for one in documents if one.source)
        self._authors, self._sources = _shown(authors), _shown(sources)
        self.documents = {one.id: self._know(one) for one in documents if not one.draft}

    def author(self, name: str) -> str | None:
        """How an author is shown, who may be written with any case and accents."""
        return self._authors.get(fold_name(name))

    def source(self, name: str) -> str | None:
        """How a source is shown."""
        return self._sources.get(fold_name(name))

    def _know(self, document: Document) -> Known:
        parts = _HEADING.split(document.body) if document.markdown else [document.body]
        headings, texts = parts[1::2], [text.strip() for text in parts[0::2]]
        cited = {
            key
            for text in (document.title, *headings, *texts)
            for citation in find_citations(text)
            for key in citation.keys
        }
        concepts = self._concepts(document.tags)
        return Known(
            document,
            self._fields(document, headings, texts),
            {
                "type": frozenset([document.type]),
                "service": frozenset(self._services(document, concepts)),
                "year": frozenset([document.date.isoformat()[:4]] if document.date else []),
                "author": frozenset(self._authors[fold_name(name)] for name in document.authors),
                "source": frozenset([self._sources[fold_name(document.source.name)]] if document.source else []),
                "cites": frozenset(wider for key in cited for wider in authorities.covering(key)),
                **{
                    group: frozenset(one for one in concepts if self.vocabulary[one].group == group) for group in GROUPS
                },
            },
            frozenset(cited),
        )

    def _concepts(self, tags: Iterable[str]) -> set[str]:
        """The concepts of these tags and everything broader; a merged one is its successor."""
        found: set[str] = set()
        waiting = [self.vocabulary.resolve(tag) for tag in tags]
        while waiting:
            concept = waiting.pop()
            if concept is not None and concept not in found:
                found.add(concept)
                waiting += [self.vocabulary.resolve(broader) for broader in self.vocabulary[concept].broader]
        return found

    def _services(self, document: Document, concepts: Iterable[str]) -> set[str]:
        """`<heading>/<slug>` and `<heading>` of the page itself, or of the services of its concepts."""
        if document.type == "service":
            pages = {document.id}
        else:
            pages = {service for one in concepts if (service := self.vocabulary[one].service)}
        found = set()
        for page in pages:
            value = page.removeprefix("services/")
            found.add(value)
            if "/" in value:
                found.add(value.rsplit("/", 1)[0])
        return found

    def _fields(self, document: Document, headings: list[str], texts: list[str]) -> dict[str, list[Stretch]]:
        lang = document.lang
        names = [*document.aliases, *([document.menu_title] if document.menu_title else [])]
        tags: list[Stretch] = []
        for concept_id in dict.fromkeys(self.vocabulary.resolve(tag) for tag in document.tags):
            concept = self.vocabulary[str(concept_id)]
            tags += [self._read(label, "en") for label in (concept.pref_label, *concept.alt_labels)]
            tags += [self._read(label, "es") for label in (concept.pref_label_es, *concept.alt_labels_es) if label]
        title = self._read(document.title, lang)
        return {
            "title": [[terms | {"^" + term for term in terms} for terms in title]],
            "names": [self._read(name, lang) for name in names],
            "headings": [self._read(heading, lang) for heading in headings],
            "tags": tags,
            "authors": [self._read(name, lang) for name in document.authors],
            "body": [self._read(text, lang) for text in texts],
        }

    def _read(self, text: str, lang: str) -> Stretch:
        return [frozenset(token.terms) for token in self._analyzer.tokens(text, lang)]


def _shown(names: Counter[str]) -> dict[str, str]:
    """Each folded name in the spelling of most documents, then the first by code point."""
    shown: dict[str, str] = {}
    for name in sorted(names):
        known = shown.get(fold_name(name))
        if known is None or names[name] > names[known]:
            shown[fold_name(name)] = name
    return shown
