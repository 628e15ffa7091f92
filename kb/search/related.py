"""Related reading: a pure ranking of candidates, each with the reasons why it is offered.

What counts: text likeness, shared concepts weighted by rarity, shared authorities likewise, the same service, age.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
        self._counts: dict[str, int] = {}
        self._pages = 0
        for profile in profiles:
            self._pages += 1
            for value in {*profile.tags, *profile.cites}:
                self._counts[value] = self._counts.get(value, 0) + 1

    def of(self, value: str) -> float:
        """From 0 to 1."""
        most = math.log(max(self._pages, 3) / 2)
        return max(0.0, min(1.0, math.log(self._pages / self._counts.get(value, 1)) / most)) if self._pages else 0.0


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


def rank(page: Profile, others: Sequence[Profile], likeness: Mapping[str, float], rarity: Rarity) -> list[Candidate]:
    """The pages worth offering beside `page`, best first. Filler, copies and superseded pages are left out."""
    found = []
    for other in others:
        if (
            other.id == page.id
            or other.superseded_by
            or is_filler(other)
            or is_copy(page, other, likeness.get(other.id, 0.0))
        ):
            continue
        candidate = weigh(page, other, likeness.get(other.id, 0.0), rarity)
        if candidate.ties and candidate.score >= ENOUGH:
            found.append(candidate)
    return sorted(found, key=lambda one: (-one.score, one.id))


def weigh(page: Profile, other: Profile, likeness: float, rarity: Rarity) -> Candidate:
    """What ties two pages, and what that is worth."""
    tags = _shared(page.tags, other.tags, rarity)
    cites = _shared(page.cites, other.cites, rarity)
    services = tuple(one for one in page.services if one in other.services)
    parts = [
        (TAGS * min(1.0, sum(map(rarity.of, tags)) / 2), Tie("tag", tags)),
        (CITES * min(1.0, sum(map(rarity.of, cites)) / 2), Tie("cites", cites)),
        (SERVICE if services else 0.0, Tie("service", services)),
        (TEXT * likeness, Tie("similar") if likeness >= ALIKE else None),
    ]
    parts.sort(key=lambda part: -part[0])
    ties = tuple(tie for worth, tie in parts if tie and worth > 0 and (tie.values or tie.kind == "similar"))
    return Candidate(other.id, round(sum(worth for worth, _ in parts) * _freshness(page, other), 6), ties)


def _shared(mine: Sequence[str], theirs: Sequence[str], rarity: Rarity) -> tuple[str, ...]:
    """Values that both have, the rarest first; what nearly every page has ties nothing."""
    shared = [value for value in mine if value in theirs and rarity.of(value) > 0.05]
    return tuple(sorted(shared, key=lambda value: (-rarity.of(value), value)))


def _freshness(page: Profile, other: Profile) -> float:
    if page.date is None or other.date is None:
        return 1.0
    return 1 - min(0.5, abs((page.date - other.date).days) / AGE_DAYS / 2)
