"""Text into tokens: words, identifiers and citations, each with its place.

A token has one or more *terms*, the strings that engines store and match, never looking inside them:

| term | what | example |
|---|---|---|
| `deni`, `~deneg` | stem of an English word; of a Spanish one | "denied", "denegado" |
| `'denied` | the word as it stands, folded | quoted words match these |
| `#h-1b` | an identifier, and what it belongs to (`#h`) | "H1B", "H–1B" |
| `§8-cfr-214.2-h` | an authority, and what encloses it | "8 C.F.R. § 214.2(h)" |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kb.folding import fold
from kb.language.authorities import covering
from kb.language.citations import Citation, find_citations
from kb.language.lexicon import Identifier, Lexicon, code_pattern, word_rules
from kb.language.stems import stem

EXACT, IDENTIFIER, AUTHORITY = "'", "#", "§"
#: A word: letters and digits, apostrophes inside; initials with full stops are one word ("U.S.C.I.S.").
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ][^\W_]+)*")
_DIGIT = re.compile(r"\d")
#: What an identifier holds that is no acronym: a digit after a letter, initials, or a letter before "visa".
_CODE_ANCHOR = re.compile(
    r"[A-Za-z][-\u2010-\u2015\u2212 \u00a0]?\d|\b[A-Z][-\u2010-\u2015\u2212][A-Z]\b"
    r"|\b[A-Va-v][ \u00a0-](?:[VvSs][it][sa]|[Nn]oni|VI|ST|NO)"
)
#: The run of letters and hyphens that ends with the first letter of an anchor, with the word "Form" or "ETA" before it.
_CODE_RUN = re.compile(r"(?P<word>\b(?:form|eta|ds)[ \u00a0])?(?P<run>[\w\-\u2010-\u2015\u2212]*)\Z", re.IGNORECASE)
_CODE_BEFORE = 24
_POSSESSIVE = re.compile(r"['’ʼ]s?\Z", re.IGNORECASE)


class Token(NamedTuple):
    """One place in a text: its terms, and the characters `text[start:end]` that it covers."""

    terms: tuple[str, ...]
    start: int
    end: int


class Piece(NamedTuple):
    """A stretch of text before it becomes terms: a citation, identifiers, or an ordinary word (both None)."""

    start: int
    end: int
    text: str
    citation: Citation | None = None
    identifiers: tuple[Identifier, ...] = ()


def pieces(text: str, lexicon: Lexicon) -> Iterator[Piece]:
    """The text from left to right, citations before identifiers before words."""
    position = 0
    for citation in find_citations(text):
        yield from _codes(text, position, citation.start, lexicon)
        yield Piece(citation.start, citation.end, text[citation.start : citation.end], citation)
        position = citation.end
    yield from _codes(text, position, len(text), lexicon)


def _codes(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Piece]:
    for match in codes(text, start, end):
        yield from _words(text, start, match.start())
        yield Piece(match.start(), match.end(), match[0], None, tuple(lexicon.code(match)))
        start = match.end()
    yield from _words(text, start, end)


def _words(text: str, start: int, end: int) -> Iterator[Piece]:
    for match in WORD.finditer(text, start, end):
        yield Piece(match.start(), match.end(), match[0])


def codes(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The matches of `code_pattern` within `text[start:end]`, tried only where one may begin."""
    pattern = code_pattern()
    for anchor in _CODE_ANCHOR.finditer(text, start, end):
        if anchor.end() <= start:
            continue
        for place in _code_starts(text, start, anchor.start()):
            match = pattern.match(text, place, end)
            if match and match.end() > anchor.start():
                yield match
                start = match.end()
                break


def _code_starts(text: str, start: int, anchor: int) -> Iterator[int]:
    """Where an identifier around `anchor` may begin: at "Form" before it, at its run, after each hyphen in that."""
    run = _CODE_RUN.search(text, max(start, anchor - _CODE_BEFORE), anchor + 1)
    if run is None:
        return
    yield run.start()
    if run["word"]:
        yield run.start("run")
    for place in range(run.start("run"), anchor):
        if not text[place].isalnum():
            yield place + 1


def bare(word: str) -> str:
    """The word without full stops between initials and without a possessive: `U.S.C.I.S.` → `USCIS`."""
    return _POSSESSIVE.sub("", word.replace(".", "")) or word


class Analyzer:
    """Reads text with a lexicon. One instance may serve many threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._known: dict[str, dict[str, tuple[str, ...]]] = {"en": {}, "es": {}}
        #: Terms of acronyms that are words too.
        self._words_too = {
            IDENTIFIER + found.value: word_rules()[word]
            for word, found in lexicon.folded_acronyms.items()
            if word in word_rules()
        }

    def tokens(self, text: str, lang: str = "en") -> list[Token]:
        """The tokens of a text in order; the position of each is its index."""
        found: list[Token] = []
        position = 0
        for citation in find_citations(text):
            self._add_codes(found, text, position, citation.start, lang)
            found.append(Token(authority_terms(citation.keys), citation.start, citation.end))
            position = citation.end
        self._add_codes(found, text, position, len(text), lang)
        return self._with_expansions(self._with_words(found, text, lang))

    def _add_codes(self, found: list[Token], text: str, start: int, end: int, lang: str) -> None:
        for match in codes(text, start, end):
            self._add_words(found, text, start, match.start(), lang)
            found += [Token(self.identifier_terms(one), *match.span()) for one in self.lexicon.code(match)]
            start = match.end()
        self._add_words(found, text, start, end, lang)

    def _add_words(self, found: list[Token], text: str, start: int, end: int, lang: str) -> None:
        """The plain words of a stretch: nearly all of a text, so that nothing is done twice here."""
        known = self._known["es" if lang == "es" else "en"]
        for match in WORD.finditer(text, start, end):
            word = match.group()
            terms = known.get(word)
            if terms is None:
                terms = known[word] = self._read_word(word, lang)
            found.append(Token(terms, *match.span()))

    def _read_word(self, word: str, lang: str) -> tuple[str, ...]:
        plain = bare(word)
        acronym = self.lexicon.acronym(plain) if plain.isupper() else None
        if acronym is None and word[-1:] == "s" and word[:-1].isupper():
            acronym = self.lexicon.acronym(word[:-1])
        if acronym is None:
            folded = fold(plain)
            return (stem(folded, lang), EXACT + folded)
        return (*self.identifier_terms(acronym), *exact_acronym(plain))

    def identifier_terms(self, identifier: Identifier) -> tuple[str, ...]:
        """The term of an identifier and of what it belongs to."""
        return tuple(IDENTIFIER + value for value in (identifier.value, *self.lexicon.broader(identifier)))

    def _with_words(self, tokens: list[Token], text: str, lang: str) -> list[Token]:
        """Capitals that are an ordinary word here after all become that word: ICE beside STORM."""
        for index, token in enumerate(tokens):
            rule = self._words_too.get(token.terms[0]) if token.terms[0][0] == IDENTIFIER else None
            if rule and _neighbours(tokens, index, text, shouted=rule.told) & rule.beside:
                folded = fold(bare(text[token.start : token.end]))
                tokens[index] = Token((stem(folded, lang), EXACT + folded), token.start, token.end)
        return tokens

    def _with_expansions(self, tokens: list[Token]) -> list[Token]:
        """Add the identifier to the first word of each of its labels: "Customs and Border Protection" is `#cbp` too."""
        phrases = self.lexicon.phrases
        for index in range(len(tokens) - 1):
            known = phrases.get((tokens[index].terms[0], tokens[index + 1].terms[0]))
            for stems, identifier in known or ():
                if tuple(token.terms[0] for token in tokens[index : index + len(stems)]) == stems:
                    token = tokens[index]
                    added = dict.fromkeys((*token.terms, *self.identifier_terms(identifier)))
                    tokens[index] = Token(tuple(added), token.start, token.end)
                    break
        return tokens


def exact_acronym(acronym: str) -> tuple[str, ...]:
    """The terms of an acronym as it stands. Where it is a word too, only its capitals are it."""
    folded = fold(acronym)
    return (EXACT + acronym,) if folded in word_rules() else (EXACT + folded,)


def authority_terms(keys: Iterable[str]) -> tuple[str, ...]:
    """The terms of cited keys and of everything that encloses them, each once."""
    return tuple(dict.fromkeys(AUTHORITY + key for cited in keys for key in covering(cited)))


def _neighbours(tokens: list[Token], index: int, text: str, shouted: bool) -> set[str]:
    """The folded words beside a token; with `shouted`, only those in capitals."""
    near = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
    words = (text[token.start : token.end] for token in near)
    return {fold(word) for word in words if word.isupper() or not shouted}
