"""How many units must match: the rule of DESIGN.md 6, and what happens where nothing does (spelling, then relaxing)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, pairwise

from kb.folding import fold
from kb.language import authorities
from kb.language.query import QueryReader, ReadQuery
from kb.language.spelling import Speller
from kb.language.tree import AUTHORITY, EXACT, AnyTerm, Matching, Named, Node, Phrase, Unit
from kb.model import Mark, Suggestion
from kb.search.engine import Engine
from kb.search.scoring import PHRASE_WEIGHT, STRONG_WEIGHT, minimum_words

#: So many pairs of a long query are looked for side by side.
MOST_PAIRS = 16


@dataclass(frozen=True, slots=True)
class Settled:
    """How a query runs: as it was read, or corrected, or relaxed."""

    read: ReadQuery
    matching: Matching
    suggestion: Suggestion | None = None
    relaxed: bool = False

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of the units: `must` where every match has the unit, `should` where it need not."""
        return tuple(
            replace(mark, occur="must" if _is_sure(unit, self.matching) else "should")
            for mark, unit in zip(self.read.unit_marks, self.read.units, strict=True)
        )


def matching_of(read: ReadQuery, match: str) -> Matching:
    """What must match: every unit of one or two; from three on a strong one, if any, and a minimum of the words."""
    required = tuple(_weighed(unit) for unit in read.units if unit.required)
    units = tuple(_weighed(unit) for unit in read.units if not unit.required)
    base = Matching(required, units, excluded=read.excluded, near=_pairs(read))
    if match == "any":
        return replace(base, minimum=0 if required else min(1, len(units)))
    if match == "all" or len(read.units) <= 2:
        return replace(base, minimum=len(units))
    words = sum(not unit.strong for unit in units)
    # An identifier typed with `+` is the one that must match.
    one_strong = not any(unit.strong for unit in required)
    return replace(base, minimum_words=minimum_words(words), one_strong=one_strong)


def _pairs(read: ReadQuery) -> tuple[Phrase, ...]:
    """Each two units that follow each other, as the phrase that they make."""
    nodes = [node for unit in read.units for node in (unit.node.words if isinstance(unit.node, Named) else [unit.node])]
    pairs = ((one, other) for one, other in pairwise(nodes) if isinstance(one, AnyTerm) and isinstance(other, AnyTerm))
    return tuple(dict.fromkeys(Phrase((one.terms, other.terms)) for one, other in islice(pairs, MOST_PAIRS)))


def _weighed(unit: Unit) -> Unit:
    if unit.strong:
        return replace(unit, weight=STRONG_WEIGHT)
    return replace(unit, weight=PHRASE_WEIGHT) if isinstance(unit.node, Phrase) else unit


def _is_sure(unit: Unit, matching: Matching) -> bool:
    if unit.required or matching.minimum == len(matching.units):
        return True
    if unit.strong:
        return matching.one_strong and sum(other.strong for other in matching.units) == 1
    return matching.minimum_words > 0 and matching.minimum_words == sum(not other.strong for other in matching.units)


class Settler:
    """Decides how queries run over one generation."""

    def __init__(self, engine: Engine, reader: QueryReader) -> None:
        self._engine = engine
        self._reader = reader

    @cached_property
    def _speller(self) -> Speller:
        return Speller((term.removeprefix(EXACT), count) for term, count in self._engine.terms(EXACT))

    def settle(self, text: str, match: str) -> Settled:
        """Read the text; where it matches nothing at all, try it corrected, then relaxed. No filter has a say in it."""
        read = self._reader.read(text)
        matching = matching_of(read, match)
        if not matching.scored:
            return Settled(read, matching)
        corrected = self._corrected(read)
        if corrected:
            matching = replace(matching, near=(*matching.near, *self._meant(read, corrected)))
        if self._engine.total(matching):
            return Settled(read, matching, Suggestion(corrected) if corrected else None)
        if corrected:
            again = self._reader.read(corrected)
            whole = matching_of(again, "all")
            if self._engine.total(whole):
                return Settled(again, whole, Suggestion(corrected, used=True))
        return self._relaxed(read, matching, Suggestion(corrected) if corrected else None)

    def _meant(self, read: ReadQuery, corrected: str) -> Iterator[Phrase]:
        """What the corrected text has and the typed one has not: it raises what matches, and lets no more match."""
        typed = {unit.node for unit in read.units}
        for unit in self._reader.read(corrected).units:
            if unit.node not in typed:
                words = unit.node.words if isinstance(unit.node, Named) else (unit.node,)
                yield from (Phrase((word.terms,)) for word in words if isinstance(word, AnyTerm))

    def _relaxed(self, read: ReadQuery, matching: Matching, suggestion: Suggestion | None) -> Settled:
        """At least as many units as the best document has; a citation that nothing cites as what encloses it."""
        units = tuple(replace(unit, node=self._cited(unit)) for unit in matching.units)
        wide = replace(matching, units=units, minimum=0, minimum_words=0, one_strong=False)
        most = self._engine.coverage(wide)
        if most == 0:
            return Settled(read, matching, suggestion)
        return Settled(read, replace(wide, minimum=most), suggestion, relaxed=True)

    def _cited(self, unit: Unit) -> Node:
        """The unit's node, or for a citation that nothing cites the nearest enclosing one that is cited."""
        node = unit.node
        if not isinstance(node, AnyTerm) or not node.terms[0].startswith(AUTHORITY):
            return node
        for key in authorities.covering(node.terms[0].removeprefix(AUTHORITY)):
            wider = AnyTerm((AUTHORITY + key,))
            if self._engine.total(Matching(units=(Unit(wider),), minimum=1)):
                return wider
        return node

    def _corrected(self, read: ReadQuery) -> str | None:
        """The text with the ordinary words that no document has spelt as their nearest; None where none changes."""
        text, shift = read.text, 0
        for mark, unit in zip(read.unit_marks, read.units, strict=True):
            if mark.kind != "word" or not isinstance(unit.node, AnyTerm) or self._is_known(unit.node):
                continue
            better = self._speller.nearest(fold(mark.text))
            if better:
                text = text[: mark.start + shift] + better + text[mark.end + shift :]
                shift += len(better) - (mark.end - mark.start)
        return text if text != read.text else None

    def _is_known(self, node: AnyTerm) -> bool:
        return bool(self._engine.total(Matching(units=(Unit(node),), minimum=1)))
