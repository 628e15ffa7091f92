"""Random entries of plain tokens and random requests about them: few words, so that they meet; seeded, no shrinking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from kb.language.tree import AnyOf, AnyTerm, Matching, Named, Node, Phrase, Prefix, Unit
from kb.search import Condition, Entry, FacetSpec, Request, Selection
from kb.search.scoring import PHRASE_WEIGHT, STRONG_WEIGHT

#: Thirty words: common ones first. Some share their first eight bytes, some are no letters at all.
WORDS = ["court", "alien", "visa", "order", "bond", "removal", "removals", "removable", "removal ", "asylum", "asylee",
         "parole", "fear", "fea", "f", "petition", "petitions", "petitioner", "petitioner's", "§8-cfr", "#h-1b", "grün",
         "gru\u0308n", "\U0001d518", "\U0001d519x", "nul", "nul\0", "nul\0\0", "two words", "\uffff"]  # fmt: skip
_PREFIXES = [
    "r",
    "remova",
    "removal",
    "petition",
    "petitioner",
    "fea",
    "nul",
    "nul\0",
    "\U0001d518",
    "gr",
    "absent",
    "",
]
_FIELDS = ["title", "body", "tags", "headings", "notes"]
DAYS = [dt.date(1, 1, 1), dt.date(1999, 12, 31), *(dt.date(2015 + year, 3, 1) for year in range(9)),
        dt.date(9999, 12, 31)]  # fmt: skip
_TODAY = dt.date(2021, 6, 1)
SPECS = [
    FacetSpec("colour", labels={"red": "Z", "blue": "A"}, unlisted=frozenset(["rot"])),
    FacetSpec("size", descending=True),
]
_VALUES = {
    "colour": ["red", "blue", "rot", "green", "white"],
    "size": ["1", "2", "10"],
    "many": [f"v{number}" for number in range(40)],
}
_SELECTED = {
    **{name: [*values, "none"] for name, values in _VALUES.items()},
    "status": ["current", "unreviewed", "law-changed", "superseded", "none"],
    "absent": ["x"],
}


class Maker:
    """Makes entries and requests out of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._entries: Sequence[Entry] = ()
        self._phrases: list[tuple[str, ...]] = []

    # -- entries -------------------------------------------------------------------------------------------------------

    def entries(self, size: int, tokens: int = 12) -> list[Entry]:
        """So many entries of about so many tokens; the requests that follow are about these."""
        ids = [f"d{number}" for number in self._random.sample(range(size * 10), size)]
        made = [self._entry(ids, place, tokens) for place in range(size)]
        self._entries = made
        self._phrases = [
            tuple(one if isinstance(one, str) else one[0] for one in stretch[at : at + length])
            for entry in made
            for stretches in _stretches(entry)
            for stretch in stretches
            for length in (2, 3)
            for at in range(len(stretch) - length + 1)
        ]
        return made

    def _entry(self, ids: Sequence[str], place: int, tokens: int) -> Entry:
        random = self._random
        later = [None, None, None, *ids[place + 1 : place + 4], "gone"]
        return Entry(
            ids[place],
            {name: self._texts(tokens) for name in random.sample(_FIELDS, random.choice((0, 1, 2, 2, 3)))},
            {
                name: random.sample(values, random.randint(0, 2))
                for name, values in _VALUES.items()
                if random.random() < 0.8
            },
            date=self._day(),
            updated=self._day(0.2),
            reviewed=self._day(0.3),
            successor=random.choice(later) if random.random() < 0.4 else None,
            changes=random.choices(DAYS, k=random.choice((0, 0, 1, 2))),
            fades=random.random() < 0.5,
            weight=random.choice((1.0, 1.0, 0.7, 1.3)),
            stored={"place": place},
        )

    def _texts(self, tokens: int) -> list[list[Any]]:
        random = self._random
        made = []
        for _ in range(random.choice((1, 1, 2))):
            number = random.choice((0, 1, 2, tokens // 4, tokens // 3))
            kind = self._word if random.random() < 0.8 else self._synonyms
            made.append([kind() for _ in range(number)])
        return made

    def _synonyms(self) -> tuple[str, ...]:
        """Several terms at one position, or none."""
        return tuple(dict.fromkeys(self._word() for _ in range(self._random.randint(0, 3))))

    def _word(self) -> str:
        """Words nearer the beginning more often."""
        return WORDS[int(len(WORDS) * self._random.random() ** 2)]

    def _day(self, share: float = 0.8) -> dt.date | None:
        return self._random.choice(DAYS) if self._random.random() < share else None

    # -- requests ------------------------------------------------------------------------------------------------------

    def request(self) -> Request:
        """One request, the whole answer asked for."""
        random = self._random
        asked: dict[str, Any] = {}
        for name, share in (("selections", 0.4), ("conditions", 0.15), ("nodes", 0.1), ("excluded_nodes", 0.1)):
            if random.random() < share:
                asked[name] = getattr(self, f"_{name}")()
        for name in ("date_from", "date_to", "as_of"):
            if random.random() < 0.1:
                asked[name] = random.choice(DAYS)
        if random.random() < 0.2:
            asked["promoted"] = frozenset(one.id for one in random.choices(self._entries, k=2)) if self._entries else ()
        return Request(
            self.matching(),
            today=_TODAY,
            sort=random.choice(("relevance", "relevance", "relevance", "newest", "oldest")),
            limit=len(self._entries),
            nothing=random.random() < 0.01,
            facets=random.random() < 0.95,
            **asked,
        )

    def matching(self) -> Matching:
        """AND, OR with a minimum, a minimum of words, one strong unit, required and excluded ones, near pairs."""
        random = self._random
        units = self._units(random.choice((0, 1, 1, 2, 2, 3, 4)))
        required = self._units(random.choice((0, 0, 0, 1, 2)))
        excluded = tuple(self.node() for _ in range(random.choice((0, 0, 0, 1, 2))))
        near = tuple(Phrase(((one,), (other,))) for one, other in self._pairs())
        rule: dict[str, Any] = random.choice(
            (
                {"minimum": len(units)},
                {"minimum": min(1, len(units))},
                {"minimum": random.randint(0, 4)},
                {"minimum_words": random.randint(0, 2), "one_strong": random.random() < 0.5},
                {"minimum": 1, "minimum_words": random.randint(0, 2), "one_strong": True},
            )
        )
        return Matching(required, units, excluded=excluded, near=near, **rule)

    def _units(self, number: int) -> tuple[Unit, ...]:
        random = self._random
        weights = (1.0, 1.0, STRONG_WEIGHT, PHRASE_WEIGHT)
        return tuple(Unit(self.node(), random.random() < 0.3, weight=random.choice(weights)) for _ in range(number))

    def _pairs(self) -> list[tuple[str, ...]]:
        pairs = [self._random.choice(self._phrases)[:2] for _ in range(self._random.choice((0, 0, 1, 2)))] \
            if self._phrases else []  # fmt: skip
        return list(dict.fromkeys(pairs))

    def node(self) -> Node:
        """Any node: a word, most often."""
        random = self._random
        kind = random.random()
        if kind < 0.75:
            return self._simple()
        if kind < 0.85:
            words = tuple(AnyTerm((self._word(),)) for _ in range(random.randint(1, 2)))
            return Named(words, tuple(self._simple() for _ in range(random.randint(0, 2))))
        return AnyOf(
            tuple(self._simple() if random.random() < 0.8 else self.node() for _ in range(random.randint(1, 3)))
        )

    def _simple(self) -> Node:
        random = self._random
        kind = random.random()
        if kind < 0.55:
            return AnyTerm(self._terms())
        if kind < 0.7:
            return Prefix(random.choice(_PREFIXES))
        if kind < 0.9 and self._phrases:
            return Phrase(tuple((term,) if random.random() < 0.8 else self._terms(term) for term in self._phrase()))
        return Phrase(tuple(self._terms() for _ in range(random.randint(1, 3))))

    def _terms(self, *first: str) -> tuple[str, ...]:
        more = [self._word() for _ in range(self._random.choice((1, 1, 1, 2)))]
        return tuple(dict.fromkeys((*first, *more)))

    def _phrase(self) -> tuple[str, ...]:
        """Words that stand side by side somewhere, now and then in another order."""
        phrase = list(self._random.choice(self._phrases))
        if self._random.random() < 0.2:
            self._random.shuffle(phrase)
        return tuple(phrase)

    def _selections(self) -> tuple[Selection, ...]:
        names = self._random.sample(sorted(_SELECTED), self._random.choice((1, 1, 2, 3)))
        return tuple(Selection(name, self._some(name)) for name in names)

    def _conditions(self) -> tuple[Condition, ...]:
        name = self._random.choice(sorted(_SELECTED))
        return (Condition(name, self._some(name), self._random.random() < 0.5),)

    def _some(self, facet: str) -> tuple[str, ...]:
        return tuple(self._random.choices(_SELECTED[facet], k=self._random.randint(1, 2)))

    def _nodes(self) -> tuple[Node, ...]:
        return (self.node(),)

    _excluded_nodes = _nodes


def _stretches(entry: Entry) -> list[Sequence[Any]]:
    assert isinstance(entry.fields, dict)
    return [
        [tuple(place for place in stretch if place) for stretch in stretches] for stretches in entry.fields.values()
    ]
