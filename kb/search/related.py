"""Related reading: a pure ranking of candidates, each with the reasons why it is offered.

What counts: text likeness, shared concepts weighted by rarity, shared authorities likewise, the same service, age.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

#: What each kind of tie may add at most; a pair needs `ENOUGH` in all to be offered.
TEXT, TAGS, CITES, SERVICE = 1.0, 0.5, 0.4, 0.2
ENOUGH = 0.18
#: Text likeness from here on is a reason of its own.
ALIKE = 0.15
#: From this likeness on two texts of one title are copies of each other.
COPY = 0.9
#: A page with fewer words and no citation has nothing to say.
FEWEST_WORDS = 80
#: News loses this share of its worth in so many days' distance, at most half.
AGE_DAYS = 3650.0
#: A value that is no rarer than this ties nothing.
COMMONEST = 0.05
_PLACEHOLDERS = ("legal alert title", "untitled", "placeholder", "lorem ipsum", "test", "title", "hello world")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared of a page. Concepts are its own tags; `source_url` and `title` tell copies."""

    id: str
    title: str
    type: str
    date: dt.date | None
    tags: tuple[str, ...]
    services: tuple[str, ...]
    cites: tuple[str, ...]
    words: int
    source_url: str | None
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Tie:
    """A kind of reason (`tag`, `cites`, `service`, `similar`, `pinned`) with the values that are shared."""

    kind: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page offered, its worth and its ties, the strongest first."""

    id: str
    score: float
    ties: tuple[Tie, ...]


class Rarity:
    """How much a shared value says: 1 for one that two pages of many share, near 0 for one that all have."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        values = [{*profile.tags, *profile.cites} for profile in profiles]
        self._most = math.log(max(len(values), 3) / 2)
        self._pages = len(values)
        counts = Counter(value for one in values for value in one)
        self._rarities = {value: self._rarity(count) for value, count in counts.items()}

    def of(self, value: str) -> float:
        """From 0 to 1."""
        found = self._rarities.get(value)
        return self._rarity(1) if found is None else found

    def _rarity(self, count: int) -> float:
        return max(0.0, min(1.0, math.log(self._pages / count) / self._most)) if self._pages else 0.0

    def telling(self, values: Sequence[str]) -> list[str]:
        """The values that tie pages, the rarest first; what nearly every page has ties nothing."""
        found = [value for value in values if self.of(value) > COMMONEST]
        return sorted(found, key=lambda value: (-self.of(value), value))


def is_filler(profile: Profile) -> bool:
    """A digest, a placeholder, or a page too short to be worth reading."""
    placeholder = profile.title.strip().lower() in _PLACEHOLDERS
    return profile.type == "digest" or placeholder or (profile.words < FEWEST_WORDS and not profile.cites)


def is_copy(one: Profile, other: Profile, likeness: float) -> bool:
    """Whether two pages are the same text twice (a reprint under two names)."""
    if one.source_url and other.source_url and _address(one.source_url) == _address(other.source_url):
        return True
    return likeness >= COPY and one.title.casefold() == other.title.casefold()


def _address(url: str) -> str:
    """A web address as it is compared: without scheme, `www.`, fragment and end slash."""
    return re.sub(r"\Ahttps?://(?:www\.)?|/+\Z", "", url.casefold().partition("#")[0])


def rank(
    page: Profile, others: Sequence[Profile], likeness: Mapping[str, float], rarity: Rarity
) -> Iterator[Candidate]:
    """The pages worth offering beside `page`, best first. Filler, copies and superseded pages are left out."""
    scales = _Scales(page, rarity)
    found = []
    for other in others:
        score = scales.score(other, likeness.get(other.id, 0.0))
        if score >= ENOUGH and other.id != page.id and not other.superseded_by and not is_filler(other):
            found.append((-score, other.id, other))
    for _, _, other in sorted(found, key=itemgetter(0, 1)):
        if not is_copy(page, other, likeness.get(other.id, 0.0)):
            yield scales.weigh(other, likeness.get(other.id, 0.0))


class _Scales:
    """Weighs other pages against one, whose telling values are settled once."""

    def __init__(self, page: Profile, rarity: Rarity) -> None:
        self._page = page
        self._tags = [(tag, rarity.of(tag)) for tag in rarity.telling(page.tags)]
        self._cites = [(key, rarity.of(key)) for key in rarity.telling(page.cites)]

    def score(self, other: Profile, likeness: float) -> float:
        """What ties the two pages is worth."""
        return round(sum(self._parts(other, likeness)) * _freshness(self._page, other), 6)

    def _parts(self, other: Profile, likeness: float) -> tuple[float, float, float, float]:
        tags = sum([worth for tag, worth in self._tags if tag in other.tags])
        cites = sum([worth for key, worth in self._cites if key in other.cites])
        service = any(one in other.services for one in self._page.services)
        return TAGS * min(1.0, tags / 2), CITES * min(1.0, cites / 2), SERVICE if service else 0.0, TEXT * likeness

    def weigh(self, other: Profile, likeness: float) -> Candidate:
        """What ties the two pages, the strongest first, and what that is worth."""
        tags = tuple(tag for tag, _ in self._tags if tag in other.tags)
        cites = tuple(key for key, _ in self._cites if key in other.cites)
        services = tuple(one for one in self._page.services if one in other.services)
        ties = (Tie("tag", tags), Tie("cites", cites), Tie("service", services), Tie("similar"))
        parts = sorted(zip(self._parts(other, likeness), ties, strict=True), key=lambda part: -part[0])
        kept = [
            tie for worth, tie in parts if worth > 0 and (tie.values or (tie.kind == "similar" and likeness >= ALIKE))
        ]
        return Candidate(other.id, self.score(other, likeness), tuple(kept))


def weigh(page: Profile, other: Profile, likeness: float, rarity: Rarity) -> Candidate:
    """What ties two pages, and what that is worth."""
    return _Scales(page, rarity).weigh(other, likeness)


def _freshness(page: Profile, other: Profile) -> float:
    if page.date is None or other.date is None:
        return 1.0
    return 1 - min(0.5, abs((page.date - other.date).days) / AGE_DAYS / 2)
