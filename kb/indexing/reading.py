"""A page as it was read: rendered, its tokens by field, what it cites. A reading is kept until its page changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.content.files import url_of
from kb.content.numbers import without_numbers
from kb.content.render import Section, render, render_inline
from kb.folding import composed
from kb.language.analysis import Analyzer, Token
from kb.language.citations import find_citations
from kb.language.tree import TITLE
from kb.model import Document, Heading
from kb.vocabulary import Vocabulary

#: field → stretches → positions → terms
Fields = dict[str, list[list[tuple[str, ...]]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is derived from one page and the vocabulary alone."""

    document: Document
    url: str
    html: str
    bio_html: str
    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    links: tuple[str, ...]
    words: int
    cites: tuple[str, ...]
    #: How many personal numbers were taken out.
    redacted: int
    fields: Fields
    #: Where the tokens of the title lie in it: start, end, start, end, …
    title_spans: list[int]
    #: The same for each stretch of `body` and the text of its section.
    spans: list[list[int]]


def _composed(document: Document) -> Document:
    """The document with its words as they are usually written; what an entity in its body says is composed later."""
    return replace(
        document,
        title=composed(document.title),
        body=composed(document.body),
        authors=tuple(map(composed, document.authors)),
        aliases=tuple(map(composed, document.aliases)),
        menu_title=composed(document.menu_title) if document.menu_title else document.menu_title,
    )


class PageReader:
    """Reads documents with one analyzer and one vocabulary."""

    def __init__(self, analyzer: Analyzer, vocabulary: Vocabulary) -> None:
        self._analyzer = analyzer
        self._vocabulary = vocabulary
        #: The terms of every label of a concept, read once.
        self._labels: dict[str, list[list[tuple[str, ...]]]] = {}

    def read(self, document: Document) -> Reading:
        """Render a document, analyse its fields and find what it cites; personal numbers are taken out first.

        Raises DeepNestingError where its body is nested too deeply.
        """
        document, redacted = without_numbers(_composed(document))
        rendered = render(document.body, document.markdown)
        sections = tuple(
            replace(section, heading=composed(section.heading), text=composed(section.text))
            for section in rendered.sections
        )
        cites: list[str] = []
        title = self._citing(document.title, document.lang, cites)
        headings = [self._citing(one.heading, document.lang, cites) for one in sections if one.heading]
        body = [self._citing(one.text, document.lang, cites) for one in sections if one.text]
        return Reading(
            document=document,
            url=url_of(document.id),
            html=rendered.html,
            bio_html=render_inline(document.author_bio) if document.author_bio else "",
            headings=rendered.headings,
            sections=sections,
            links=rendered.links,
            words=sum(len(section.text.split()) for section in sections),
            cites=tuple(dict.fromkeys(cites)),
            redacted=redacted + rendered.redacted,
            fields=self._fields(document, title, headings, body),
            title_spans=_spans(title),
            spans=list(map(_spans, body)),
        )

    def _fields(
        self, document: Document, title: list[Token], headings: list[list[Token]], body: list[list[Token]]
    ) -> Fields:
        lang = document.lang
        names = [*document.aliases, *([document.menu_title] if document.menu_title else [])]
        found: Fields = {
            "title": [[(*token.terms, *_title_terms(token.terms)) for token in title]],
            "names": [self._terms(name, lang) for name in names],
            "headings": [[token.terms for token in stretch] for stretch in headings],
            "tags": [label for tag in document.tags for label in self._labels_of(tag)],
            "authors": [self._terms(author, lang) for author in document.authors],
            "body": [[token.terms for token in stretch] for stretch in body],
        }
        return {name: stretches for name, stretches in found.items() if any(stretches)}

    def _labels_of(self, tag: str) -> list[list[tuple[str, ...]]]:
        """Every label of a concept, each in the language that it is in."""
        if tag not in self._labels:
            concept = self._vocabulary[tag]
            english = (concept.pref_label, *concept.alt_labels)
            spanish = (label for label in (concept.pref_label_es, *concept.alt_labels_es) if label)
            found = [self._terms(label, "en") for label in english]
            self._labels[tag] = [*found, *(self._terms(label, "es") for label in spanish)]
        return self._labels[tag]

    def _citing(self, text: str, lang: str, cites: list[str]) -> list[Token]:
        """The tokens of a text; the keys that it cites are added to `cites`."""
        cited = find_citations(text)
        cites += (key for citation in cited for key in citation.keys)
        return self._analyzer.tokens(text, lang, cited)

    def _terms(self, text: str, lang: str) -> list[tuple[str, ...]]:
        tokens: list[Token] = self._analyzer.tokens(text, lang)
        return [token.terms for token in tokens]


def _spans(tokens: list[Token]) -> list[int]:
    return [place for token in tokens for place in (token.start, token.end)]


def _title_terms(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(TITLE + term for term in terms)
