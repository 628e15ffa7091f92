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
    if start < end:
        for match in code_pattern().finditer(text, start, end):
            yield from _words(text, start, match.start())
            yield Piece(match.start(), match.end(), match[0], None, tuple(lexicon.code(match)))
            start = match.end()
        yield from _words(text, start, end)


def _words(text: str, start: int, end: int) -> Iterator[Piece]:
    for match in WORD.finditer(text, start, end):
        yield Piece(match.start(), match.end(), match[0])


def bare(word: str) -> str:
    """The word without full stops between initials and without a possessive: `U.S.C.I.S.` → `USCIS`."""
    return _POSSESSIVE.sub("", word.replace(".", ""))


class Analyzer:
    """Reads text with a lexicon. One instance may serve many threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def tokens(self, text: str, lang: str = "en") -> list[Token]:
        """The tokens of a text in order; the position of each is its index."""
        found: list[Token] = []
        for piece in pieces(text, self.lexicon):
            if piece.citation:
                found.append(Token(authority_terms(piece.citation.keys), piece.start, piece.end))
            elif piece.identifiers:
                found += [Token(self.identifier_terms(one), piece.start, piece.end) for one in piece.identifiers]
            else:
                found.append(Token(self._word_terms(piece.text, lang), piece.start, piece.end))
        self._unread_words(found, text, lang)
        return self._with_expansions(found)

    def _word_terms(self, word: str, lang: str) -> tuple[str, ...]:
        known = self._known.get((word, lang))
        if known is None:
            known = self._known[word, lang] = self._read_word(word, lang)
        return known

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

    def _unread_words(self, tokens: list[Token], text: str, lang: str) -> None:
        """Capitals that are an ordinary word here after all: ICE beside STORM."""
        for index, token in enumerate(tokens):
            word = bare(text[token.start : token.end])
            rule = word_rules().get(fold(word)) if len(word) < 6 and word.isupper() else None
            if rule and _neighbours(tokens, index, text, shouted=rule.told) & rule.beside:
                folded = fold(word)
                tokens[index] = Token((stem(folded, lang), EXACT + folded), token.start, token.end)

    def _with_expansions(self, tokens: list[Token]) -> list[Token]:
        """Add the identifier to the first word of each of its labels: "Customs and Border Protection" is `#cbp` too."""
        phrases = self.lexicon.phrases
        for index, token in enumerate(tokens):
            for stems, identifier in phrases.get(token.terms[0], ()):
                following = tokens[index : index + len(stems)]
                if len(following) == len(stems) and all(
                    other.terms[0] == wanted for other, wanted in zip(following, stems, strict=True)
                ):
                    added = (*token.terms, *self.identifier_terms(identifier))
                    tokens[index] = Token(tuple(dict.fromkeys(added)), token.start, token.end)
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
