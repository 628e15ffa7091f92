"""What people type, as it is read: units, filters, exclusions, and the marks that say so. No input is an error."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kb.folding import fold
from kb.language import authorities
from kb.language.analysis import AUTHORITY, EXACT, IDENTIFIER, Analyzer, Piece, bare, exact_acronym, pieces
from kb.language.citations import canonical, find_citations
from kb.language.lexicon import Identifier, WordRule, word_rules
from kb.language.redaction import PLACEHOLDER
from kb.language.stems import stem, stop_words
from kb.language.tree import AnyOf, AnyTerm, Node, Phrase, Prefix, Unit
from kb.model import TYPES, Mark

#: Prefix of the terms that stand for the words of a title alone (`title:word`).
TITLE = "^"
_HIDDEN = "\ue000"
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
_SMALL_CITATION = re.compile(r"(?i)\b(?:ina|i\.n\.a\.|c\.?\s?f\.?\s?r\b\.?|u\.?\s?s\.?\s?c\b\.?)(?=[\s§\d])")
_NOT_USED = re.compile(r"[^\w\s.,;:!?'’\"()\-–—/&$§%+\ue000]+|&{2,}|(?<!\S)[&+*|-]+(?!\S)")
#: Words that belong to an identifier right beside them (DESIGN.md 6), with their plurals and Spanish forms.
_BELONGING = frozenset({"visa", "visas", "form", "forms", "status", "formulario", "formularios"})
_FILTER_NAMES = {"tag": "topic", "type": "type", "author": "author", "source": "source", "cites": "law cited",
                 "title": "title", "after": "from", "before": "until"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """A filter typed among the words. `value` is as typed; for `title` it is the node to match, for dates a date."""

    name: str
    value: str
    node: Node | None = None
    date: dt.date | None = None
    excluded: bool = False


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


@dataclass(slots=True)
class _Part:
    """A part of the query on its way to a unit."""

    start: int
    end: int
    kind: str
    text: str
    value: str
    label: str
    node: Node | None = None
    sign: str = ""
    stop: bool = False
    identifier: Identifier | None = None
    also: tuple[str, ...] = ()
    filter: TypedFilter | None = field(default=None)

    @property
    def strong(self) -> bool:
        return self.kind not in ("word", "phrase", "prefix")

    def mark(self) -> Mark:
        occur = "not" if self.sign == "-" else "must"
        return Mark(self.kind, self.text, self.value, self.label, occur, self.also, self.start, self.end)  # type: ignore[arg-type]


class QueryReader:
    """Reads queries with an analyzer; pure, and safe to share between threads."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._lexicon = analyzer.lexicon

    def read(self, text: str) -> ReadQuery:
        """Read what was typed. Personal numbers must have been taken out before (`kb.language.redaction`)."""
        plain = text.translate(_QUOTES)
        parts, hidden = self._syntax(plain)
        parts += self._plain(hidden)
        parts += _not_used(plain, hidden, parts)
        parts.sort(key=lambda part: part.start)
        parts = _join_alternatives(parts)
        return self._assemble(text, parts)

    # -- syntax: quotes, filters, OR ------------------------------------------------------------------------------

    def _syntax(self, text: str) -> tuple[list[_Part], str]:
        """The parts that are syntax, and the text with them hidden by as many place-holders."""
        parts: list[_Part] = []
        text = text.replace(_HIDDEN, " ")
        parts += [_redacted(match) for match in re.finditer(re.escape(PLACEHOLDER), text)]
        text = text.replace(PLACEHOLDER, _HIDDEN * len(PLACEHOLDER))
        for pattern, reader in ((_FIELD, self._filter), (_QUOTED, self._quoted)):
            hidden = text
            for match in pattern.finditer(text):
                part = reader(match, text)
                if part is not None:
                    parts.append(part)
                    hidden = _hide(hidden, part.start, part.end)
            text = hidden
        for match in _KEY.finditer(text):
            if authorities.is_key(match[0].lower()):
                parts.append(_citation(match.start(), match.end(), match[0], str(canonical(match[0])), ""))
                text = _hide(text, match.start(), match.end())
        for match in _OR.finditer(text):
            parts.append(_Part(match.start(), match.end(), "or", "OR", "OR", "or"))
            text = _hide(text, match.start(), match.end())
        return parts, text.replace('"', " ")

    def _filter(self, match: re.Match[str], text: str) -> _Part | None:
        name, value, end = match["name"].lower(), match["value"], match.end()
        if name == "cites" and not value.startswith('"'):
            citation = next(iter(find_citations(_capitals(text[match.start("value") :]))), None)
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
        return _Part(match.start(), end, "filter", text[match.start() : end], value, shown, sign=sign, filter=read)

    def _typed(self, name: str, value: str, excluded: bool) -> TypedFilter | None:
        if name == "type":
            return TypedFilter(name, value.lower(), excluded=excluded) if value.lower() in TYPES else None
        if name in ("after", "before"):
            date = _date(value)
            return TypedFilter(name, value, date=date, excluded=excluded) if date else None
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

    def _quoted(self, match: re.Match[str], _text: str) -> _Part | None:
        places = tuple(self._exact(piece) for piece in pieces(_capitals(match["text"]), self._lexicon))
        if not places:
            return None
        inner = match["text"].strip()
        node = Phrase(places)
        return _Part(
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

    def _plain(self, text: str) -> list[_Part]:
        signs = {match.end(): match[1] for match in _SIGN.finditer(text)}
        parts: list[_Part] = []
        for piece in pieces(_capitals(text), self._lexicon):
            parts += self._piece(piece, text, signs.get(piece.start, ""))
        self._choose_words(parts)
        parts = self._join_labels(parts, text)
        return _absorb(parts, text)

    def _piece(self, piece: Piece, text: str, sign: str) -> list[_Part]:
        typed = text[piece.start : piece.end]
        if piece.citation:
            return [_citation(piece.start, piece.end, typed, key, sign) for key in piece.citation.keys]
        if piece.identifiers:
            parts = [self._identifier(piece, typed, identifier, sign) for identifier in piece.identifiers]
        else:
            parts = [self._word(piece, typed, sign)]
        if text[piece.end : piece.end + 1] == "*":
            return [_prefix(parts[0])]
        return parts

    def _identifier(self, piece: Piece, typed: str, identifier: Identifier, sign: str) -> _Part:
        node = AnyTerm((IDENTIFIER + identifier.value,))
        also = self._lexicon.expansions(identifier)
        return _Part(piece.start, piece.end, identifier.kind, typed, identifier.value, identifier.label, node, sign,
                     identifier=identifier, also=also)  # fmt: skip

    def _word(self, piece: Piece, typed: str, sign: str) -> _Part:
        word = bare(piece.text)
        folded = fold(word)
        identifier = self._lexicon.acronym(word.upper().removesuffix("S")) if word[:-1].isupper() else None
        identifier = self._lexicon.folded_acronyms.get(folded) or identifier
        if identifier and (word.isupper() or word[:-1].isupper() or _means_acronym(folded)):
            return self._identifier(piece, typed, identifier, sign)
        return _plain_word(piece.start, piece.end, typed, folded, sign)

    def _choose_words(self, parts: list[_Part]) -> None:
        """Acronyms in small letters that are words here: `ice` beside `storm`."""
        for index, part in enumerate(parts):
            folded = fold(bare(part.text))
            rule = word_rules().get(folded)
            if rule is None or part.identifier is None:
                continue
            near = [other for other in parts[max(0, index - 1) : index + 2] if other is not part]
            if _is_word_here(part, near, rule):
                parts[index] = _plain_word(part.start, part.end, part.text, folded, part.sign)

    def _join_labels(self, parts: list[_Part], text: str) -> list[_Part]:
        """Words that together are a label of an identifier become that identifier."""
        joined: list[_Part] = []
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

    def _label_at(self, parts: list[_Part], index: int, text: str) -> tuple[int, Identifier | None]:
        following = parts[index : index + 2]
        if len(following) < 2 or any(part.kind != "word" for part in following):
            return 0, None
        for lang in ("en", "es"):
            first, second = (stem(fold(bare(part.text)), lang) for part in following)
            for stems, identifier in self._lexicon.phrases.get((first, second), ()):
                words = parts[index : index + len(stems)]
                found = tuple(stem(fold(bare(part.text)), lang) for part in words if part.kind == "word")
                if found == stems and _adjacent(words, text):
                    return len(stems), identifier
        return 0, None

    # -- assembly -----------------------------------------------------------------------------------------------------

    def _assemble(self, text: str, parts: list[_Part]) -> ReadQuery:
        counted = [part for part in parts if part.node is not None and part.sign != "-"]
        if any(not part.stop for part in counted):
            counted = [part for part in counted if not part.stop]
        dropped = [part for part in parts if part.stop and part not in counted]
        units = tuple(Unit(part.node, part.strong, _required(part)) for part in counted if part.node is not None)
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

    def _bare_concept(self, text: str, parts: list[_Part], counted: list[_Part]) -> str | None:
        if any(part.sign == "-" or part.filter for part in parts) or not counted:
            return None
        vocabulary = self._lexicon.vocabulary
        if len(counted) == 1 and counted[0].identifier and counted[0].identifier.value in vocabulary:
            return counted[0].identifier.value
        return vocabulary.resolve(text.strip().strip('"'))


def _citation(start: int, end: int, typed: str, key: str, sign: str) -> _Part:
    return _Part(start, end, "citation", typed, key, authorities.label(key), AnyTerm((AUTHORITY + key,)), sign)


def _redacted(match: re.Match[str]) -> _Part:
    return _Part(match.start(), match.end(), "redacted", PLACEHOLDER, PLACEHOLDER, "number removed")


def _plain_word(start: int, end: int, typed: str, folded: str, sign: str) -> _Part:
    terms = tuple(dict.fromkeys((stem(folded), stem(folded, "es"))))
    node = AnyTerm(terms)
    return _Part(start, end, "word", typed, terms[0], typed, node, sign, stop=folded in stop_words())


def _prefix(part: _Part) -> _Part:
    value = part.value if part.identifier and any(char.isdigit() for char in part.value) else fold(bare(part.text))
    start = IDENTIFIER if value == part.value and part.identifier else EXACT
    return _Part(
        part.start, part.end + 1, "prefix", part.text + "*", value, part.text + "*", Prefix(start + value), part.sign
    )


def _means_acronym(folded: str) -> bool:
    rule = word_rules().get(folded)
    return rule is None or rule.small


def _is_word_here(part: _Part, near: list[_Part], rule: WordRule) -> bool:
    if part.text.isupper() and rule.told:
        return any(fold(other.text) in rule.beside and other.text.isupper() for other in near)
    return any(fold(other.text) in rule.beside for other in near)


def _adjacent(parts: list[_Part], text: str) -> bool:
    gaps = (text[left.end : right.start] for left, right in pairwise(parts))
    return all(re.fullmatch(r"[\s\-–&,]*", gap) for gap in gaps) and not any(part.sign for part in parts[1:])


def _absorb(parts: list[_Part], text: str) -> list[_Part]:
    """`visa`, `form` and `status` right beside an identifier become part of it."""
    kept: list[_Part] = []
    for index, part in enumerate(parts):
        if part.kind != "word" or fold(part.text) not in _BELONGING or part.sign:
            kept.append(part)
            continue
        neighbours = [*kept[-1:], *parts[index + 1 : index + 2]]
        owner = next(
            (
                one
                for one in neighbours
                if one.identifier and _adjacent(sorted([one, part], key=lambda p: p.start), text)
            ),
            None,
        )
        if owner is None:
            kept.append(part)
            continue
        owner.start, owner.end = min(owner.start, part.start), max(owner.end, part.end)
        owner.text = text[owner.start : owner.end]
    return kept


def _join_alternatives(parts: list[_Part]) -> list[_Part]:
    """`a OR b` as one part; an OR without a unit on either side is left out."""
    joined: list[_Part] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        following = parts[index + 1] if index + 1 < len(parts) else None
        if part.kind != "or":
            joined.append(part)
        elif joined and following is not None and _can_join(joined[-1]) and _can_join(following):
            joined[-1] = _alternatives(joined[-1], following)
            index += 1
        else:
            joined.append(_Part(part.start, part.end, "ignored", part.text, part.value, part.text))
        index += 1
    return joined


def _can_join(part: _Part) -> bool:
    return part.node is not None and part.sign != "-" and not part.stop and part.kind != "or"


def _alternatives(left: _Part, right: _Part) -> _Part:
    assert left.node is not None
    assert right.node is not None
    nodes = (*(left.node.nodes if isinstance(left.node, AnyOf) else (left.node,)), right.node)
    kind = left.kind if left.kind == right.kind or left.strong == right.strong else "word"
    sign = "+" if "+" in (left.sign, right.sign) or {left.kind, right.kind} == {"phrase"} else ""
    return _Part(left.start, right.end, "word" if kind == "phrase" else kind, f"{left.text} OR {right.text}",
                 f"{left.value} OR {right.value}", f"{left.label} or {right.label}", AnyOf(nodes), sign)  # fmt: skip


def _required(part: _Part) -> bool:
    return part.sign == "+" or part.kind == "phrase"


def _not_used(text: str, hidden: str, parts: list[_Part]) -> Iterator[_Part]:
    covered = [(part.start, part.end) for part in parts]
    for match in _NOT_USED.finditer(hidden):
        if not any(start < match.end() and match.start() < end for start, end in covered):
            shown = text[match.start() : match.end()].strip()
            yield _Part(match.start(), match.end(), "ignored", shown, shown, shown)


def _hide(text: str, start: int, end: int) -> str:
    return text[:start] + _HIDDEN * (end - start) + text[end:]


def _capitals(text: str) -> str:
    """Small letters of `ina`, `cfr` and `usc` made capital, so that citations typed in haste are read; same length."""
    return _SMALL_CITATION.sub(lambda match: match[0].upper(), text)


def _date(value: str) -> dt.date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None
