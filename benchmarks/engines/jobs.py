"""Seeded mixed queries for the one job of the comparison: ten hits with snippets, the total, every facet counted."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from benchmarks.engines.articles import commonest, pieces
from benchmarks.engines.records import Article, Job

#: How often each kind of query is asked, in hundredths.
KINDS = {"all": 40, "some": 20, "phrase": 16, "prefix": 12, "excluded": 12}
#: How many facets are selected: none, one or two, in hundredths.
_SELECTED = (50, 35, 15)


def jobs(documents: Sequence[Article], number: int, seed: int = 11) -> list[Job]:
    """So many jobs, their words out of the documents, so that nearly all find something."""
    chooser = random.Random(seed)
    made = _Maker(documents, chooser)
    kinds = chooser.choices(list(KINDS), list(KINDS.values()), k=number)
    return [made.job(kind) for kind in kinds]


class _Maker:
    def __init__(self, documents: Sequence[Article], chooser: random.Random) -> None:
        self._documents = documents
        self._random = chooser
        self._common = commonest(100)
        self._collocations = set(pieces()[1])

    def job(self, kind: str) -> Job:
        """A query of this kind, out of one document."""
        make: dict[str, Callable[[Article], Job]] = {
            "all": self._all,
            "some": self._some,
            "phrase": self._phrase,
            "prefix": self._prefix,
            "excluded": self._excluded,
        }
        document = self._random.choice(self._documents)
        return replace(make[kind](document), selections=self._selections(document))

    def _all(self, document: Article) -> Job:
        words = self._words(document, self._random.choice((1, 2, 2, 3, 4)))
        return Job("all", words, len(words))

    def _some(self, document: Article) -> Job:
        words = self._words(document, self._random.choice((2, 3, 4)))
        return Job("some", words, max(1, len(words) // 2))

    def _phrase(self, document: Article) -> Job:
        """Two words that belong together and stand so in the document, or whatever stands side by side there."""
        pairs = [pair for pair in pairwise(document.body) if pair in self._collocations]
        any_place = self._random.randrange(len(document.body) - 2)
        phrase = self._random.choice(pairs) if pairs else document.body[any_place : any_place + 2]
        words = self._words(document, self._random.choice((0, 0, 1)))
        return Job("phrase", words, len(words), phrase)

    def _prefix(self, document: Article) -> Job:
        word, *words = self._words(document, self._random.choice((1, 2)))
        return Job("prefix", tuple(words), len(words), prefix=word[: self._random.choice((3, 4, 5))])

    def _excluded(self, document: Article) -> Job:
        words = self._words(document, self._random.choice((1, 2)))
        excluded = self._random.choice([word for word in document.title + document.body if word not in words])
        return Job("excluded", words, len(words), excluded=excluded)

    def _words(self, document: Article, number: int) -> tuple[str, ...]:
        """Different words of a document, as often as they stand there, but for the commonest of all."""
        words = [word for word in document.title + document.body if word not in self._common]
        return tuple(dict.fromkeys(self._random.choices(words, k=number)))

    def _selections(self, document: Article) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Values of no, one or two facets as the document carries them, once in a while another one beside."""
        (number,) = self._random.choices((0, 1, 2), _SELECTED)
        carried = sorted(facet for facet, values in document.facets.items() if values)
        found = []
        for facet in sorted(self._random.sample(carried, number)):
            values = {self._random.choice(document.facets[facet])}
            if self._random.random() < 0.3:
                values |= set(self._random.choice(self._documents).facets[facet][:1])
            found.append((facet, tuple(sorted(values))))
        return tuple(found)
