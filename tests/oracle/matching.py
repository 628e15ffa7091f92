"""Which documents match a query, how far it is relaxed, and what each match scores, in loops."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.asking.matching import MOST_PAIRS
from kb.language import authorities
from kb.language.query import ReadQuery
from kb.language.tree import AnyOf, AnyTerm, Named, Node, Phrase, Prefix, Unit
from kb.search.scoring import (
    FIELD_WEIGHTS,
    K1,
    MOST_WORDS,
    NEAR_WEIGHT,
    OTHER_NAMES_WEIGHT,
    PHRASE_WEIGHT,
    STRONG_WEIGHT,
    B,
)
from tests.oracle.known import Known, Stretch


@dataclass(frozen=True)
class Ruling:
    """How a query runs: what is required, what is not allowed, and how much of the other units must match."""

    required: tuple[Unit, ...]
    others: tuple[Unit, ...]
    excluded: tuple[Node, ...]
    minimum: int = 0
    words: int = 0
    one_strong: bool = False
    relaxed: bool = False

    def allows(self, known: Known) -> bool:
        """Whether `+`, quotes and `-` let the document pass."""
        return all(has(known, unit.node) for unit in self.required) and not any(
            has(known, node) for node in self.excluded
        )

    def matches(self, known: Known) -> bool:
        """Whether the document matches."""
        if not self.allows(known):
            return False
        found = [unit for unit in self.others if has(known, unit.node)]
        words = [unit for unit in found if not unit.strong]
        strong = [unit for unit in found if unit.strong]
        return len(found) >= self.minimum and len(words) >= self.words and (bool(strong) or not self.one_strong)

    def sure(self, unit: Unit) -> bool:
        """Whether the rule alone says that every match has the unit."""
        alike = [other for other in self.others if other.strong == unit.strong]
        if unit.required or self.minimum == len(self.others):
            return True
        if unit.strong:
            return self.one_strong and len(alike) == 1
        return self.words > 0 and self.words == len(alike)


def rule(read: ReadQuery, match: str, documents: Sequence[Known]) -> Ruling:
    """The rule of a query over these documents, relaxed where nothing at all matches it."""
    strict = _strict(read, match)
    if not read.units or any(strict.matches(known) for known in documents):
        return strict
    others = tuple(_as_cited(unit, documents) for unit in strict.others)
    allowed = [known for known in documents if strict.allows(known)]
    most = max((sum(has(known, unit.node) for unit in others) for known in allowed), default=0)
    if most == 0:
        return strict
    return Ruling(strict.required, others, strict.excluded, minimum=most, relaxed=True)


def _strict(read: ReadQuery, match: str) -> Ruling:
    required = tuple(unit for unit in read.units if unit.required)
    others = tuple(unit for unit in read.units if not unit.required)
    ruling = Ruling(required, others, read.excluded)
    if match == "any":
        return replace(ruling, minimum=1 if others and not required else 0)
    if match == "all" or len(read.units) <= 2:
        return replace(ruling, minimum=len(others))
    words = [unit for unit in others if not unit.strong]
    strong = any(unit.strong for unit in others) and not any(unit.strong for unit in required)
    return replace(ruling, words=min(math.ceil(len(words) / 2), MOST_WORDS), one_strong=strong)


def _as_cited(unit: Unit, documents: Sequence[Known]) -> Unit:
    """A citation that nothing cites as its nearest enclosing part that is cited."""
    if not isinstance(unit.node, AnyTerm) or not unit.node.terms[0].startswith("§"):
        return unit
    for key in authorities.covering(unit.node.terms[0].removeprefix("§")):
        wider = AnyTerm(("§" + key,))
        if any(has(known, wider) for known in documents):
            return replace(unit, node=wider)
    return unit


# -- one node in one document ------------------------------------------------------------------------------------------


def has(known: Known, node: Node) -> bool:
    """Whether a node stands anywhere in a document; of a name all words, wherever they stand, or another name."""
    match node:
        case Named(words, names):
            return all(has(known, word) for word in words) or any(has(known, name) for name in names)
        case AnyOf(nodes):
            return any(has(known, one) for one in nodes)
        case AnyTerm() | Phrase() | Prefix():
            return occurrences(known, node) > 0


def occurrences(known: Known, node: Node) -> float:
    """How often a node stands in a document, each time weighed by its field."""
    return sum(
        FIELD_WEIGHTS[field] * _times(node, stretch)
        for field, stretches in known.fields.items()
        for stretch in stretches
    )


def _times(node: Node, stretch: Stretch) -> int:
    match node:
        case AnyTerm(terms):
            return sum(term in place for place in stretch for term in terms)
        case Prefix(prefix):
            return sum(term.startswith(prefix) for place in stretch for term in place)
        case Phrase((terms,)):
            return _times(AnyTerm(terms), stretch)
        case Phrase(places):
            starts = range(len(stretch) - len(places) + 1)
            return sum(all(set(terms) & stretch[at + n] for n, terms in enumerate(places)) for at in starts)
        case AnyOf(nodes):
            return sum(_times(one, stretch) for one in nodes)
        case Named():
            raise NotImplementedError("the parts of a name are counted one by one")


# -- scores ------------------------------------------------------------------------------------------------------------


def scores(ruling: Ruling, read: ReadQuery, documents: Sequence[Known]) -> dict[str, float]:
    """BM25F of every document: weighted frequencies and lengths, saturated, times the rarity of each unit."""
    lengths = {known.id: _length(known) for known in documents}
    average = sum(lengths.values()) / len(lengths) if lengths else 0.0
    found = dict.fromkeys(lengths, 0.0)
    for weight, node in (*_weighed(ruling), *((NEAR_WEIGHT, pair) for pair in _pairs(read))):
        having = [known for known in documents if has(known, node)]
        rarity = math.log(1 + (len(documents) - len(having) + 0.5) / (len(having) + 0.5))
        for known in having:
            times = occurrences(known, node)
            norm = K1 * (1 - B + B * lengths[known.id] / average)
            found[known.id] += weight * rarity * times * (K1 + 1) / (times + norm)
    return found


def _weighed(ruling: Ruling) -> Iterator[tuple[float, Node]]:
    """What adds to a score, with its weight."""
    for unit in (*ruling.required, *ruling.others):
        weight = STRONG_WEIGHT if unit.strong else PHRASE_WEIGHT if isinstance(unit.node, Phrase) else 1.0
        yield from _parts(weight, unit.node)


def _parts(weight: float, node: Node) -> Iterator[tuple[float, Node]]:
    """The members of an OR count one by one, and so do the words of a name; its other names count together."""
    match node:
        case AnyOf(nodes):
            for one in nodes:
                yield from _parts(weight, one)
        case Named(words, names):
            yield from ((weight, word) for word in words)
            yield weight * OTHER_NAMES_WEIGHT, AnyOf(names)
        case AnyTerm() | Phrase() | Prefix():
            yield weight, node


def _pairs(read: ReadQuery) -> list[Phrase]:
    """Units that follow each other in the query, as phrases; each once, of the first sixteen."""
    nodes: list[Node] = []
    for unit in read.units:
        nodes += unit.node.words if isinstance(unit.node, Named) else [unit.node]
    found = []
    for one, other in pairwise(nodes):
        if isinstance(one, AnyTerm) and isinstance(other, AnyTerm):
            found.append(Phrase((one.terms, other.terms)))
    return list(dict.fromkeys(found[:MOST_PAIRS]))


def _length(known: Known) -> float:
    return sum(
        FIELD_WEIGHTS[field] * len(stretch) for field, stretches in known.fields.items() for stretch in stretches
    )
