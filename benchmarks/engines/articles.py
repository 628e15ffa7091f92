"""Generated articles as plain tokens, so that every engine indexes the very same terms.

A made vocabulary of 60,000 words drawn by Zipf's law (with Mandelbrot's offset), collocations for phrases to find,
identifiers and citations as single tokens, words that belong to a subject and come together, and facets as skewed as a
newsroom's. One seed, one set of articles: the
first thousand of a hundred thousand are the thousand of a thousand. `RandomState` because NumPy promises that its
numbers never change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.engines.records import FACETS, Article

WORDS, COLLOCATIONS = 60_000, 3_000
TYPES = ("article", "news", "alert", "decision")
#: What a piece of a text is: a word, a collocation, an identifier, a citation, a word of the subject.
_KINDS = np.cumsum((0.63, 0.07, 0.03, 0.02, 0.25))
#: How many words a subject (a tag) has.
_SUBJECT = 250
_SYLLABLES = [first + vowel for first in "bcdfghklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "ar", "en")]
_NAMED = ("h-1b", "l-1a", "o-1", "eb-1a", "eb-5", "uscis", "ice", "cbp", "daca", "nta", "tps", "perm", "rfe", "n-400")
_FORMS = tuple(
    f"i-{number}" for number in (9, 94, 129, 130, 131, 140, 212, 290, 360, 485, 526, 539, 589, 601, 765, 864)
)
_IDENTIFIERS = (*_NAMED, *_FORMS)
_PARTS = ("8-cfr-214", "8-cfr-208", "8-usc-1182", "8-usc-1229", "ina-212", "ina-240")

Floats = NDArray[np.float64]
#: What is drawn as one: a word, or the two of a collocation.
Piece = tuple[str, ...]


def articles(number: int, seed: int = 7) -> list[Article]:
    """So many articles."""
    return [_article(place, np.random.RandomState([seed, place])) for place in range(number)]


@lru_cache(maxsize=1)
def pieces() -> list[list[Piece]]:
    """What texts are put together from, by kind and the commonest first; the subjects' words are the last kinds."""
    random = np.random.RandomState(1)
    words = list(_made_words(random))
    firsts, seconds = _draw(random, _zipf(WORDS, 100.0), COLLOCATIONS), random.randint(30, WORDS // 6, COLLOCATIONS)
    collocations: list[Piece] = [(words[one], words[other]) for one, other in zip(firsts, seconds, strict=True)]
    citations: list[Piece] = [
        (f"{part}.{section}-{letter}",) for part in _PARTS for section in range(1, 11) for letter in "abch"
    ]
    random.shuffle(citations)
    subjects = [_alone(words[rank] for rank in random.randint(100, 8000, _SUBJECT)) for _ in range(FACETS["tag"])]
    return [_alone(words), collocations, _alone(_IDENTIFIERS), citations, *subjects]


def _alone(words: Iterable[str]) -> list[Piece]:
    return [(word,) for word in words]


def _made_words(random: np.random.RandomState) -> Iterator[str]:
    """Different words of two to five syllables, the commonest the shortest."""
    seen: set[str] = set()
    while len(seen) < WORDS:
        most = 3 + (len(seen) > 1000) + (len(seen) > 20_000)
        word = "".join(_SYLLABLES[place] for place in random.randint(0, len(_SYLLABLES), random.randint(2, most + 1)))
        if word not in seen:
            seen.add(word)
            yield word


@lru_cache(maxsize=32)
def _zipf(number: int, offset: float) -> Floats:
    """The cumulated shares of so many things, the commonest first."""
    shares = (np.arange(number) + 1 + offset) ** -1.1
    return np.cumsum(shares / shares.sum())


def _draw(random: np.random.RandomState, shares: Floats, number: int) -> list[int]:
    return np.minimum(np.searchsorted(shares, random.random_sample(number)), len(shares) - 1).tolist()  # type: ignore[no-any-return]


def _article(place: int, random: np.random.RandomState) -> Article:
    year = 2006 + int(20 * random.random_sample() ** 0.6)
    date = dt.date(year, 1, 1) + dt.timedelta(days=int(random.randint(365)))
    tags = _draw(random, _zipf(FACETS["tag"], 1.5), int(random.randint(1, 7)))
    title = _tokens(random, int(random.randint(4, 11)), tags[0])
    body = _tokens(random, int(np.clip(random.lognormal(5.6, 0.45), 60, 1500)), tags[0])
    return Article(f"news/{year}/article-{place}", title, body, date, _facets(random, year, tags))


def _tokens(random: np.random.RandomState, number: int, subject: int) -> tuple[str, ...]:
    """About so many tokens (a collocation is two)."""
    kinds = _draw(random, _KINDS, number)
    chosen = [*pieces()[:4], pieces()[4 + subject]]
    drawn = [iter(_draw(random, _zipf(len(kind), 2.7), kinds.count(n))) for n, kind in enumerate(chosen)]
    return tuple(token for kind in kinds for token in chosen[kind][next(drawn[kind])])


def _facets(random: np.random.RandomState, year: int, tags: Sequence[int]) -> dict[str, tuple[str, ...]]:
    def some(facet: str, number: int) -> tuple[str, ...]:
        return _values(facet, _draw(random, _zipf(FACETS[facet], 1.5), number))

    return {
        "tag": _values("tag", tags),
        "year": (str(year),),
        "author": some("author", 1 + (random.random_sample() < 0.25)),
        "source": some("source", 1 if random.random_sample() < 0.6 else 0),
        "type": (TYPES[_draw(random, _zipf(len(TYPES), 0.3), 1)[0]],),
    }


def _values(facet: str, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(sorted({f"{facet}-{number}" for number in numbers}))


def commonest(number: int) -> frozenset[str]:
    """The words that nobody types because every text has them."""
    return frozenset(word for piece in pieces()[0][:number] for word in piece)


def describe(documents: Sequence[Article]) -> dict[str, float]:
    """What the documents are like, for the report."""
    tokens = [len(one.body) + len(one.title) for one in documents]
    distinct = {token for one in documents for token in (*one.title, *one.body)}
    return {"documents": len(documents), "tokens": sum(tokens), "terms": len(distinct)}
