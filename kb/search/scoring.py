"""The weights of relevance, all in one table, and BM25F.

BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: field weights
multiply term frequencies before saturation, and lengths likewise.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: What one occurrence in a field counts. A field that is not here counts 1.
FIELD_WEIGHTS = {"title": 2.5, "names": 2.5, "tags": 2.0, "headings": 1.5, "authors": 1.0, "body": 1.0}
#: Saturation of term frequency, and how far length is held against a document.
K1, B = 1.6, 0.6
#: An identifier or a citation says more than a word does; a phrase more than its words.
STRONG_WEIGHT = 1.6
PHRASE_WEIGHT = 1.3
#: Two units side by side in the query and in the text add this much of what the pair would be worth as a phrase.
NEAR_WEIGHT = 0.35
#: Pages about the site itself hold examples of everything; they stand behind pages of substance. A service page is
#: written to answer, an article to report: of two that match alike the service page comes first.
TYPE_WEIGHTS = {"service": 1.3, "page": 0.7}
#: Other names of what was typed ("removal" for "deportation") count this much of the words themselves.
OTHER_NAMES_WEIGHT = 0.4
#: News loses weight with age: down to `FADED` of its score, halfway there after `HALF_LIFE_DAYS`.
FADED = 0.7
HALF_LIFE_DAYS = 1100.0
#: Of three and more units, half of the words must match, and never more than this many: long questions hold many words
#: that no answer has, and every further word that must match loses answers (docs/design.md, "a documented minimum").
MOST_WORDS = 2

Floats = NDArray[np.float64]


def minimum_words(words: int) -> int:
    """How many of that many words must match in a query of three and more units."""
    return min(MOST_WORDS, (words + 1) // 2)


def inverse_document_frequency(documents: int, matching: int) -> float:
    """The weight of a unit that `matching` of `documents` have; never negative (the "+1" of Lucene's BM25)."""
    return math.log1p((documents - matching + 0.5) / (matching + 0.5))


def fading(days_old: Floats) -> Floats:
    """The factor for news of that age in days: 1 for the newest, towards `FADED` for the oldest."""
    return FADED + (1 - FADED) * np.exp2(-np.maximum(days_old, 0) / HALF_LIFE_DAYS)
