"""The weights of relevance, all in one table, and BM25F.

BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: field weights
multiply term frequencies before saturation, and lengths likewise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: What one occurrence in a field counts. A field that is not here counts 1.
FIELD_WEIGHTS = {"title": 3.0, "names": 3.0, "tags": 2.0, "headings": 1.5, "authors": 1.0, "body": 1.0}
#: Saturation of term frequency, and how far length is held against a document.
K1, B = 1.2, 0.6
#: An identifier or a citation says more than a word does; a phrase more than its words.
STRONG_WEIGHT = 1.6
PHRASE_WEIGHT = 1.3
#: News loses weight with age: down to `FADED` of its score, halfway there after `HALF_LIFE_DAYS`.
FADED = 0.7
HALF_LIFE_DAYS = 1100.0
#: Of three and more units, the share of the words that must match, rounded up (DESIGN.md 6, "a documented minimum").
WORDS_SHARE = 0.5

Floats = NDArray[np.float64]


def minimum_words(words: int) -> int:
    """How many of that many words must match in a query of three and more units."""
    return int(np.ceil(words * WORDS_SHARE))


def inverse_document_frequency(documents: int, matching: int) -> float:
    """The weight of a unit that `matching` of `documents` have; never negative (the "+1" of Lucene's BM25)."""
    return float(np.log1p((documents - matching + 0.5) / (matching + 0.5)))


def saturated(frequencies: Floats, lengths: Floats, average: float) -> Floats:
    """Weighted frequencies of one unit, tamed by saturation and the documents' weighted lengths."""
    norms = K1 * (1 - B + B * lengths / average) if average else np.full(len(lengths), K1)
    return frequencies * (K1 + 1) / (frequencies + norms)


def fading(days_old: Floats) -> Floats:
    """The factor for news of that age in days: 1 for the newest, towards `FADED` for the oldest."""
    return FADED + (1 - FADED) * np.exp2(-np.maximum(days_old, 0) / HALF_LIFE_DAYS)
