"""What people type, as it is read: units, filters, exclusions, and the marks that say so. No input is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.folding import fold
from kb.language import authorities
from kb.language.acronyms import word_rules
from kb.language.analysis import Analyzer, Piece, bare, exact_acronym, pieces
from kb.language.citations import canonical, find_citations
from kb.language.codes import Code
from kb.language.lexicon import Identifier
from kb.language.query_acronyms import acronym_among, acronym_of, choose_words, first_term
from kb.language.query_parts import (
    HIDDEN,
    Part,
    TypedFilter,
    absorb,
    adjacent,
    calendar_day,
    capitals,
    citation,
    hide,
    join_alternatives,
    not_used,
    plain_word,
    prefix,
    redacted,
    required,
    run_of_words,
    topic_part,
)
from kb.language.redaction import PLACEHOLDER
from kb.language.tables import table
from kb.language.topics import Topics
from kb.language.tree import AUTHORITY, EXACT, IDENTIFIER, TITLE, AnyTerm, Node, Phrase, Unit
from kb.model import TYPES, Mark

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
_FIELD = re.compile(
    r'(?i)(?<![\w"])(?P<sign>-?)(?P<name>tag|type|author|source|cites|title|after|before):(?P<value>"[^"]*"|[^\s"]+)'
)
_QUOTED = re.compile(r'(?P<sign>[+-]?)"(?P<text>[^"]*)"')
_KEY = re.compile(
    r"(?i)(?<!\S)(?:ina|\d+-(?:cfr|usc)|in-dec|us|sct|f[234](?:d|th)|fsupp[23]?d?|fr|pl|stat|eo|proc)-[\w.-]+(?!\S)"
)
_OR = re.compile(r"(?<!\S)OR(?!\S)")
_SIGN = re.compile(r"(?<![^\s\ue000(])([+-])(?=[^\s+\-])")
_FILTER_NAMES = {"tag": "topic", "type": "type", "author": "author", "source": "source", "cites": "law cited",
                 "title": "title", "after": "from", "before": "until"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A query as it was read. `marks` stand in the order typed; `mark.occur` is set when it is known how it ran."""

    text: str
    units: tuple[Unit, ...] = ()
    excluded: tuple[Node, ...] = ()
    filters: tuple[TypedFilter, ...] = ()
    #: One mark for each of `units`, in their order.
    unit_marks: tuple[Mark, ...] = ()
    other_marks: tuple[Mark, ...] = ()
    #: The whole text names this concept, and nothing else stands in it.
    concept: str | None = None


class QueryReader:
    """Reads queries with an analyzer; pure, and safe to share between threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._lexicon = analyzer.lexicon
        self._topics = Topics(analyzer.lexicon)

    def read(self, text: str) -> ReadQuery:
        """Read what was typed. Personal numbers must have been taken out before (`kb.language.redaction`)."""
        plain = text.translate(_QUOTES)
        parts, hidden = self._syntax(plain)
        parts += self._plain(hidden)
        parts += not_used(plain, hidden, parts)
        parts.sort(key=lambda part: part.start)
        parts = join_alternatives(parts)
        return self._assemble(text, parts)

    # -- syntax: quotes, filters, OR ------------------------------------------------------------------------------

    def _syntax(self, text: str) -> tuple[list[Part], str]:
        """The parts that are syntax, and the text with them hidden by as many place-holders."""
        parts: list[Part] = []
        text = text.replace(HIDDEN, " ")
        parts += [redacted(match) for match in re.finditer(re.escape(PLACEHOLDER), text)]
        text = text.replace(PLACEHOLDER, HIDDEN * len(PLACEHOLDER))
        for pattern, reader in ((_FIELD, self._filter), (_QUOTED, self._quoted)):
            hidden = text
            for match in pattern.finditer(text):
                part = reader(match, text)
                if part is not None:
                    parts.append(part)
                    hidden = hide(hidden, part.start, part.end)
            text = hidden
        for match in _KEY.finditer(text):
            if authorities.is_key(match[0].lower()):
                parts.append(citation(match.start(), match.end(), match[0], str(canonical(match[0])), ""))
                text = hide(text, match.start(), match.end())
        for match in _OR.finditer(text):
            parts.append(Part(match.start(), match.end(), "or", "OR", "OR", "or"))
            text = hide(text, match.start(), match.end())
        return parts, text.replace('"', " ")

    def _filter(self, match: re.Match[str], text: str) -> Part | None:
        name, value, end = match["name"].lower(), match["value"], match.end()
        if name == "cites" and not value.startswith('"'):
            citation = next(iter(find_citations(capitals(text[match.start("value") :]))), None)
            if citation and citation.start == 0:
                end = match.start("value") + citation.end
                value = text[match.start("value") : end]
        value = value.strip('"').strip()
        dated_without = name in ("after", "before") and match["sign"]
        read = self._typed(name, value, match["sign"] == "-") if value and not dated_without else None
        if read is None:
            return None
        label = self._filter_label(name, value)
        shown = f"{_FILTER_NAMES[name]}: {label}"
        sign = match["sign"]
        return Part(match.start(), end, "filter", text[match.start() : end], value, shown, sign=sign, filter=read)

    def _typed(self, name: str, value: str, excluded: bool) -> TypedFilter | None:
        if name == "type":
            return TypedFilter(name, value.lower(), excluded=excluded) if value.lower() in TYPES else None
        if name in ("after", "before"):
            day = calendar_day(value)
            return TypedFilter(name, value, date=day, excluded=excluded) if day else None
        if name == "title":
            node = self._title_node(value)
            return TypedFilter(name, value, node=node, excluded=excluded) if node else None
        return TypedFilter(name, value, excluded=excluded)

    def _title_node(self, value: str) -> Node | None:
        places = []
        for token, spanish in zip(self._analyzer.tokens(value), self._analyzer.tokens(value, "es"), strict=True):
            places.append(tuple(TITLE + term for term in dict.fromkeys((token.terms[0], spanish.terms[0]))))
        return Phrase(tuple(places)) if places else None

    def _filter_label(self, name: str, value: str) -> str:
        vocabulary = self._lexicon.vocabulary
        concept = vocabulary.resolve(value) if name == "tag" else None
        return vocabulary[concept].pref_label if concept else value

    def _quoted(self, match: re.Match[str], _text: str) -> Part | None:
        places = tuple(self._exact(piece) for piece in pieces(capitals(match["text"]), self._lexicon))
        if not places:
            return None
        inner = match["text"].strip()
        node = Phrase(places)
        return Part(
            match.start(), match.end(), "phrase", match[0].lstrip("+-"), inner, f"“{inner}”", node, match["sign"]
        )

    def _exact(self, piece: Piece) -> tuple[str, ...]:
        """The terms of one place of a quoted phrase: words as typed, identifiers and citations as ever."""
        if piece.citation:
            return (AUTHORITY + piece.citation.keys[0],)
        if piece.identifiers:
            return (IDENTIFIER + piece.identifiers[0].value,)
        word = bare(piece.text)
        if word.isupper() and self._lexicon.acronym(word):
            return exact_acronym(word)
        return (EXACT + fold(word),)

    # -- plain text: citations, identifiers, words ------------------------------------------------------------------

    def _plain(self, text: str) -> list[Part]:
        if alone := self._class_alone(text):
            return alone
        signs = {match.end(): match[1] for match in _SIGN.finditer(text)}
        parts: list[Part] = []
        for piece in pieces(capitals(text), self._lexicon):
            parts += self._piece(piece, text, signs.get(piece.start, ""))
        choose_words(parts)
        parts = self._join_labels(parts, text)
        self._choose_meanings(parts, text)
        return self._join_topics(absorb(parts, text), text)

    def _piece(self, piece: Piece, text: str, sign: str) -> list[Part]:
        typed = text[piece.start : piece.end]
        if piece.citation:
            return [citation(piece.start, piece.end, typed, key, sign) for key in piece.citation.keys]
        if piece.identifiers:
            parts = [self._identifier(piece, typed, identifier, sign) for identifier in piece.identifiers]
        else:
            parts = [self._word(piece, typed, sign)]
        if text[piece.end : piece.end + 1] == "*":
            return [prefix(parts[0])]
        return parts

    def _identifier(self, piece: Piece, typed: str, identifier: Identifier, sign: str) -> Part:
        node = AnyTerm((IDENTIFIER + identifier.value,))
        also = self._lexicon.expansions(identifier)
        return Part(piece.start, piece.end, identifier.kind, typed, identifier.value, identifier.label, node, sign,
                     identifier=identifier, also=also)  # fmt: skip

    def _word(self, piece: Piece, typed: str, sign: str) -> Part:
        identifier = self._lexicon.acronym(acronym_of(piece.text))
        if identifier:
            return self._identifier(piece, typed, identifier, sign)
        return plain_word(piece.start, piece.end, typed, fold(bare(piece.text)), sign)

    def _class_alone(self, text: str) -> list[Part]:
        """A query that is a capital letter and nothing else is a class: `H`."""
        letter = text.strip()
        if len(letter) != 1 or letter not in table("classes")["classes"]["letters"]:
            return []
        start = text.index(letter)
        identifier = self._lexicon.of_code(Code(letter.lower(), "visa"))
        return [self._identifier(Piece(start, start + 1, letter), letter, identifier, "")]

    def _choose_meanings(self, parts: list[Part], text: str) -> None:
        """Acronyms with several meanings, by the words around them; the mark says what else they may be."""
        for index, part in enumerate(parts):
            acronym = acronym_among(part.text, parts) if part.kind == "word" else ""
            chosen = self._meaning(acronym, [other for other in parts if other is not part])
            if chosen is not None:
                piece = Piece(part.start, part.end, part.text)
                parts[index] = self._identifier(piece, text[part.start : part.end], chosen, part.sign)
                parts[index].also += tuple(f"or {name}" for name in self._lexicon.otherwise(acronym, chosen))

    def _meaning(self, acronym: str, others: list[Part]) -> Identifier | None:
        """What an acronym that was not read at first sight means beside these parts, if anything."""
        if acronym in self._lexicon.several:
            return self._lexicon.chosen(acronym, {first_term(other, "en") for other in others})
        rule = word_rules().get(acronym.lower())
        small = rule is not None and any(fold(bare(other.text)) in rule.near for other in others)
        return self._lexicon.acronym(acronym) if small else None

    def _join_labels(self, parts: list[Part], text: str) -> list[Part]:
        """Words that together are a label of an identifier become that identifier."""
        joined: list[Part] = []
        index = 0
        while index < len(parts):
            length, identifier = self._label_at(parts, index, text)
            if identifier is None:
                joined.append(parts[index])
                index += 1
                continue
            first, last = parts[index], parts[index + length - 1]
            piece = Piece(first.start, last.end, text[first.start : last.end])
            joined.append(self._identifier(piece, piece.text, identifier, first.sign))
            index += length
        return joined

    def _label_at(self, parts: list[Part], index: int, text: str) -> tuple[int, Identifier | None]:
        if parts[index].kind in ("visa", "form", "case"):
            return 0, None
        for lang in ("en", "es"):
            length, identifier = self._lexicon.named(first_term(part, lang) for part in parts[index:])
            if identifier and adjacent(parts[index : index + length], text, r"/()'’."):
                return length, identifier
        return 0, None

    def _join_topics(self, parts: list[Part], text: str) -> list[Part]:
        """Words that name a topic of the vocabulary become that topic, with its other names."""
        joined: list[Part] = []
        index = 0
        while index < len(parts):
            run = run_of_words(parts, index, text)
            topic = self._topics.at([fold(bare(part.text)) for part in run]) if run else None
            if topic is None or not topic.names:
                joined.append(parts[index])
                index += 1
                continue
            joined.append(topic_part(run[: topic.words], topic, text))
            index += topic.words
        return joined

    # -- assembly -----------------------------------------------------------------------------------------------------

    def _assemble(self, text: str, parts: list[Part]) -> ReadQuery:
        counted = [part for part in parts if part.node is not None and part.sign != "-"]
        if any(not part.stop for part in counted):
            counted = [part for part in counted if not part.stop]
        dropped = [part for part in parts if part.stop and part not in counted]
        units = tuple(Unit(part.node, part.strong, required(part)) for part in counted if part.node is not None)
        excluded = tuple(part.node for part in parts if part.sign == "-" and part.node is not None and not part.stop)
        others = [part for part in parts if part not in counted and part not in dropped]
        return ReadQuery(
            text=text,
            units=units,
            excluded=excluded,
            filters=tuple(part.filter for part in parts if part.filter),
            unit_marks=tuple(part.mark() for part in counted),
            other_marks=tuple(part.mark() for part in others),
            concept=self._bare_concept(text, parts, counted),
        )

    def _bare_concept(self, text: str, parts: list[Part], counted: list[Part]) -> str | None:
        if any(part.sign == "-" or part.filter for part in parts) or not counted:
            return None
        vocabulary = self._lexicon.vocabulary
        if len(counted) == 1 and (counted[0].identifier or counted[0].weak) and counted[0].value in vocabulary:
            return counted[0].value
        return vocabulary.resolve(text.strip().strip('"'))
