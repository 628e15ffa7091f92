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
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, compress, count
from typing import NamedTuple

from kb.folding import fold
from kb.language.acronyms import WordRule, definitions, word_rules
from kb.language.authorities import covering
from kb.language.citations import Citation, find_citations
from kb.language.codes import codes
from kb.language.lexicon import Identifier, Lexicon
from kb.language.stems import stem
from kb.language.tree import AUTHORITY, EXACT, IDENTIFIER

#: A word: letters and digits, apostrophes inside; initials with full stops are one word ("U.S.C.I.S."). Underscores
#: part words: they are made spaces before.
WORD = re.compile(r"\w(?:\w+(?:['’ʼ]\w+)*|(?<=[^\W\d])(?:\.[^\W\d])+\.|(?:['’ʼ]\w+)*)")
_SPLIT = re.compile(f"({WORD.pattern})").split
_POSSESSIVE = re.compile(r"['’ʼ]s?\Z", re.IGNORECASE)
#: How many tokens on either side tell what an acronym with several meanings is.
_NEAR = 25
#: A knowledge of more words than this is begun anew, so that hostile texts cannot fill the memory.
_MOST_KNOWN = 500_000


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
    plain = text.replace("_", " ")
    position = 0
    for citation in find_citations(text):
        yield from _codes(plain, position, citation.start, lexicon)
        yield Piece(citation.start, citation.end, text[citation.start : citation.end], citation)
        position = citation.end
    yield from _codes(plain, position, len(text), lexicon)


def _codes(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Piece]:
    for match, read in codes(text, start, end):
        yield from _words(text, start, match.start())
        yield Piece(match.start(), match.end(), match[0], None, tuple(lexicon.of_codes(read)))
        start = match.end()
    yield from _words(text, start, end)


def _words(text: str, start: int, end: int) -> Iterator[Piece]:
    for match in WORD.finditer(text, start, end):
        yield Piece(match.start(), match.end(), match[0])


def bare(word: str) -> str:
    """The word without full stops between initials and without a possessive: `U.S.C.I.S.` → `USCIS`."""
    return _POSSESSIVE.sub("", word.replace(".", "")) or word


#: Makes a token of (terms, start, end) without a call into Python.
_new_token: Callable[[tuple[tuple[str, ...], int, int]], Token] = partial(tuple.__new__, Token)


class _Known(dict[str, tuple[str, ...]]):
    """The terms of each word of a language as it stands, learnt at first sight.

    `firsts` are the words that begin a name of several words, `acronyms` those that may be an acronym.
    """

    def __init__(self, read: Callable[[str], tuple[tuple[str, ...], bool, bool]]) -> None:
        super().__init__()
        self.firsts: set[str] = set()
        self.acronyms: set[str] = set()
        self._read = read

    def __missing__(self, word: str) -> tuple[str, ...]:
        terms, first, acronym = self._read(word)
        if len(self) < _MOST_KNOWN:
            self[word] = terms
        if first:
            self.firsts.add(word)
        if acronym:
            self.acronyms.add(word)
        return terms


class Analyzer:
    """Reads text with a lexicon. One instance may serve many threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._known = {lang: _Known(partial(self._read_word, lang=lang)) for lang in ("en", "es")}
        self._terms: dict[Identifier, tuple[str, ...]] = {}

    def tokens(self, text: str, lang: str = "en", cited: Sequence[Citation] | None = None) -> list[Token]:
        """The tokens of a text in order; the position of each is its index. `cited` are its citations, where known."""
        language = "es" if lang == "es" else "en"
        found = find_citations(text) if cited is None else cited
        return _Reading(self, text, language, self._known[language]).read(found)

    def _read_word(self, word: str, lang: str) -> tuple[tuple[str, ...], bool, bool]:
        """The terms of a word, whether a name may begin with it, and whether it may be an acronym."""
        plain = shouted(word)
        acronym = self.lexicon.acronym(plain)
        if acronym is not None:
            terms = (*self.identifier_terms(acronym), *exact_acronym(plain))
            return terms, terms[0] in self.lexicon.names, True
        folded = fold(bare(word))
        stemmed = stem(folded, lang)
        return (stemmed, EXACT + folded), stemmed in self.lexicon.names, plain in self.lexicon.several

    def identifier_terms(self, identifier: Identifier) -> tuple[str, ...]:
        """The term of an identifier and of what it belongs to."""
        terms = self._terms.get(identifier)
        if terms is None:
            terms = tuple(IDENTIFIER + value for value in (identifier.value, *self.lexicon.broader(identifier)))
            if identifier.kind != "case":
                self._terms[identifier] = terms
        return terms


class _Reading:
    """The tokens of one text while they are read, and the indexes of those that depend on others."""

    def __init__(self, analyzer: Analyzer, text: str, lang: str, known: _Known) -> None:
        self._tokens: list[Token] = []
        self._firsts: list[int] = []
        self._acronyms: list[int] = []
        self._analyzer = analyzer
        self._lexicon = analyzer.lexicon
        self._known = known
        self._text = text
        self._plain = text.replace("_", " ")
        self._lang = lang

    def read(self, cited: Sequence[Citation]) -> list[Token]:
        """The tokens of the text in order."""
        position = 0
        for tokens in self._fixed(cited):
            self._add_words(position, tokens[0].start)
            self._tokens += tokens
            position = tokens[0].end
        self._add_words(position, len(self._text))
        self._settle()
        return self._tokens

    def _fixed(self, cited: Sequence[Citation]) -> list[list[Token]]:
        """Citations and identifiers in order; identifiers that stand in one place together."""
        spans = [(citation.start, citation.end) for citation in cited]
        found = [[Token(authority_terms(one.keys), one.start, one.end)] for one in cited]
        terms, of_codes = self._analyzer.identifier_terms, self._lexicon.of_codes
        for match, read in codes(self._plain, 0, len(self._plain), spans):
            found.append([Token(terms(one), *match.span()) for one in of_codes(read)])
        found.sort(key=lambda tokens: tokens[0].start)
        return found

    def _add_words(self, start: int, end: int) -> None:
        """The plain words of a stretch: nearly all of a text, so that no step of it runs in Python."""
        parts = _SPLIT(self._plain[start:end])
        words = parts[1::2]
        if not words:
            return
        bounds = list(accumulate(map(len, parts), initial=start))
        first = len(self._tokens)
        terms = list(map(self._known.__getitem__, words))
        self._tokens += map(_new_token, zip(terms, bounds[1::2], bounds[2::2], strict=False))
        self._firsts += compress(count(first), map(self._known.firsts.__contains__, words))
        self._acronyms += compress(count(first), map(self._known.acronyms.__contains__, words))

    def _settle(self) -> None:
        """What depends on more than one word: definitions, acronyms that are words here, names of several words."""
        own = self._definitions()
        for index in self._acronyms:
            self._settle_acronym(index)
        if own:
            self._apply(own)
        for index in self._firsts:
            self._settle_name(index)

    def _settle_name(self, index: int) -> None:
        """Add the identifier to the first word of its label: "Customs and Border Protection" is `#cbp` too."""
        tokens = self._tokens
        node = self._lexicon.names.get(tokens[index][0][0])
        following = index + 1
        named = None
        while node is not None and following < len(tokens):
            node = node.get(tokens[following][0][0])
            following += 1
            if node is not None and None in node:
                named = node[None]
        if named is not None:
            token = tokens[index]
            added = dict.fromkeys((*token.terms, *self._analyzer.identifier_terms(named)))
            tokens[index] = Token(tuple(added), token.start, token.end)

    def _settle_acronym(self, index: int) -> None:
        token = self._tokens[index]
        word = shouted(self._text[token.start : token.end])
        if word in self._lexicon.several:
            near = self._tokens[max(0, index - _NEAR) : index + _NEAR]
            chosen = self._lexicon.chosen(word, {one.terms[0] for one in near})
            if chosen is not None:
                self._become(index, chosen, word)
        elif token.terms[0][0] == IDENTIFIER:
            rule = word_rules().get(fold(word))
            if rule and is_word_here(self._text, token.start, token.end, rule):
                self._become(index, None, word)

    def _become(self, index: int, identifier: Identifier | None, word: str) -> None:
        """A token as an identifier, or (None) as the plain word that it is here."""
        token = self._tokens[index]
        if identifier is not None:
            exact = (EXACT + fold(word),) if word in self._lexicon.several else exact_acronym(word)
            terms = (*self._analyzer.identifier_terms(identifier), *exact)
        else:
            folded = fold(word)
            terms = (stem(folded, self._lang), EXACT + folded)
        self._tokens[index] = Token(terms, token.start, token.end)

    def _definitions(self) -> dict[str, Identifier | None]:
        """What this text's own definitions change."""
        found: dict[str, Identifier | None] = {}
        for acronym, words in definitions(self._text):
            changes, meant = self._lexicon.defined(acronym, words)
            if changes:
                found.setdefault(acronym, meant)
        return found

    def _apply(self, own: dict[str, Identifier | None]) -> None:
        for index, token in enumerate(self._tokens):
            word = shouted(self._text[token.start : token.end])
            if word in own:
                self._become(index, own[word], word)


def shouted(word: str) -> str:
    """The acronym that a word in capitals may be (`U.S.C.I.S.`, `RFEs` and `ICE's` too); empty where it is none."""
    plain = bare(word)
    if plain.isupper():
        return plain
    return word[:-1] if word[-1:] == "s" and word[:-1].isupper() else ""


def exact_acronym(acronym: str) -> tuple[str, ...]:
    """The terms of an acronym as it stands. Where it is a word too, only its capitals are it."""
    folded = fold(acronym)
    return (EXACT + acronym,) if folded in word_rules() else (EXACT + folded,)


def authority_terms(keys: Iterable[str]) -> tuple[str, ...]:
    """The terms of cited keys and of everything that encloses them, each once."""
    return tuple(dict.fromkeys(AUTHORITY + key for cited in keys for key in covering(cited)))


_BEFORE_WORD = re.compile(r"([^\W_]+)[\W_]{1,3}\Z")
_AFTER_WORD = re.compile(r"['’]?s?[\W_]{1,3}([^\W_]+)")
_STATE_BEFORE = re.compile(r"\b[A-Z][a-z]+\.?,[ \u00a0]\Z")
_STATE_AFTER = re.compile(
    r"[ \u00a0](?:visas?|status|classification|professionals?|nonimmigrants?|holders?|workers?|category)\b"
)
_ZIP = re.compile(r",?[ \u00a0]{1,2}\d{5}(?!\d)")


def is_word_here(text: str, start: int, end: int, rule: WordRule) -> bool:
    """Whether capitals that are a word too are the word here: ICE beside STORM, TN behind a town."""
    before, after = _beside(text, start, end)
    loud = {fold(word) for word in (before, after) if word.isupper() and len(word) > 1}
    near = {fold(before), fold(after)}
    if near & rule.always or loud & rule.beside:
        return True
    return text[start:end] == "TN" and _is_state(text, start, end)


def _is_state(text: str, start: int, end: int) -> bool:
    """`Nashville, TN 37201`: a ZIP code behind, or a town and a comma before, and no status behind."""
    if _ZIP.match(text, end):
        return True
    town = _STATE_BEFORE.search(text, max(0, start - 40), start)
    return bool(town) and not _STATE_AFTER.match(text, end)


def _beside(text: str, start: int, end: int) -> tuple[str, str]:
    """The words on either side, stop words passed over once; empty where there are none."""
    before = _BEFORE_WORD.search(text, max(0, start - 30), start)
    after = _AFTER_WORD.match(text, end)
    return (before[1] if before else ""), (after[1] if after else "")
