"""How alike documents read: TF-IDF over their weightiest terms, and latent semantic vectors, together.

TF-IDF (Salton, Buckley, "Term-weighting approaches in automatic text retrieval", 1988) tells which documents use the
same rare words; latent semantic analysis (Deerwester et al., "Indexing by latent semantic analysis", 1990) which are
about the same thing in other words. The vectors are learnt from a sample by a randomised decomposition (Halko,
Martinsson, Tropp, "Finding structure with randomness", 2011, algorithms 4.4 and 5.1), and every document is folded in.
`python -m benchmarks.related` measures all of it; the constants below were chosen with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays import open_arrays, ordered, write_arrays

Floats = NDArray[np.float32]
Terms = NDArray[np.int32]
Weights = NDArray[np.float16]

FILE = "vectors.arrays"
#: Terms of a document that are compared with others: the weightiest ones carry nearly all of the likeness.
KEY_TERMS = 48
#: The share of the latent vectors in a likeness; the rest is TF-IDF. News would have more, short passages less.
LATENT_SHARE = 0.6
#: Documents that the latent vectors are learnt from, and terms that they know. More of either gains under .005.
SAMPLE, KNOWN_TERMS = 2500, 4000
#: Documents for each latent dimension, and the fewest to learn from: with fewer, TF-IDF alone judges better.
DOCUMENTS_PER_DIMENSION, FEWEST = 8, 100
#: Directions tried beyond those wanted, and times the range is sharpened; a smaller share of the variance is rounding.
_OVERSAMPLING, _ITERATIONS, _NOISE = 20, 1, 1e-9
#: Documents that are worked on at a time: read or compared, sorted, folded in. They bound the memory.
_BLOCK, _SORTED, _FOLDED = 1024, 16384, 256


@dataclass(frozen=True, slots=True)
class TermMatrix:
    """Documents by terms, as sparse rows: document `d` has `terms[offsets[d]:offsets[d + 1]]`, each term once.

    `frequencies` are the (field-weighted) occurrences of each, `size` the number of different terms in all.
    """

    offsets: NDArray[np.int64]
    terms: Terms
    frequencies: Floats
    size: int


@dataclass(frozen=True, slots=True)
class Vectors:
    """What is kept of D documents with `size` different terms, for K key terms and L latent dimensions.

    `terms` (D × K) and `weights` (D × K, TF-IDF, rows of length 1) are the key terms, the weightiest first, filled up
    with the term `size` of weight 0. Term t is at `places[starts[t]:starts[t + 1]]` of these two laid flat. `latent`
    (D × L) times `scales` (D) are vectors of length 1, or 0 where no term is known; L is 0 for few documents.
    """

    terms: Terms
    weights: Weights
    starts: NDArray[np.int64]
    places: Terms
    latent: NDArray[np.int8]
    scales: Floats


def likeness(vectors: Vectors, number: int, share: float = LATENT_SHARE) -> Floats:
    """How alike each document (D) is to the one with this number, from 0 to 1; itself is among them.

    Latent cosines are much greater than those of TF-IDF: their cubes are of one size, and a threshold holds for both.
    """
    words = by_words(vectors, number)
    if not vectors.latent.shape[1]:
        return words
    meaning = by_meaning(vectors, number)
    return (1 - share) * words + share * meaning * meaning * meaning


def by_words(vectors: Vectors, number: int) -> Floats:
    """The cosine of TF-IDF over key terms to each document (D), from 0 to 1."""
    has = vectors.weights[number] > 0
    terms, weights = vectors.terms[number][has], vectors.weights[number][has].astype(np.float32)
    found = [vectors.places[vectors.starts[term] : vectors.starts[term + 1]] for term in terms]
    places = np.concatenate(found) if found else np.empty(0, np.int32)
    products = vectors.weights.reshape(-1)[places] * np.repeat(weights, [len(one) for one in found])
    cosines = np.bincount(places // KEY_TERMS, products, minlength=len(vectors.terms))
    return np.minimum(cosines, 1).astype(np.float32)


def by_meaning(vectors: Vectors, number: int) -> Floats:
    """The cosine of latent vectors to each document (D), from 0 to 1; those that point apart are at 0."""
    own = vectors.latent[number].astype(np.float32) * vectors.scales[number]
    products = np.empty(len(vectors.terms), np.float32)
    for start in range(0, len(vectors.terms), _BLOCK):
        products[start : start + _BLOCK] = vectors.latent[start : start + _BLOCK].astype(np.float32) @ own
    cosines: Floats = np.clip(products * vectors.scales, 0, 1)
    return cosines


def fit(blocks: Sequence[TermMatrix], dimensions: int = 100, seed: int = 0) -> Vectors:
    """The vectors of all documents, block after block; the same input and seed give the same bytes.

    The blocks are gone through twice. How documents are divided among them changes nothing.
    """
    size = max((block.size for block in blocks), default=0)
    rarities = _rarities(blocks, size)
    documents, done = sum(len(block.offsets) - 1 for block in blocks), 0
    terms, weights = np.empty((documents, KEY_TERMS), np.int32), np.empty((documents, KEY_TERMS), np.float16)
    for part in _parts(blocks):
        rows = slice(done, done := done + len(part.offsets) - 1)
        terms[rows], weights[rows] = _key_terms(part, rarities)
    starts, places = _inverted(terms, weights, size)
    latent, scales = _folded(terms, weights, *_learnt(terms, weights, size, dimensions, seed))
    return Vectors(terms, weights, starts, places, latent, scales)


def _parts(blocks: Sequence[TermMatrix]) -> Iterator[TermMatrix]:
    """The documents in smaller blocks: views, no copies."""
    for block in blocks:
        for start in range(0, len(block.offsets) - 1, _BLOCK):
            offsets = block.offsets[start : start + _BLOCK + 1]
            rows = slice(offsets[0], offsets[-1])
            yield TermMatrix(offsets - offsets[0], block.terms[rows], block.frequencies[rows], block.size)


def _rarities(blocks: Sequence[TermMatrix], size: int) -> Floats:
    """The inverse document frequency of each term; a little even for one that all have, so that copies are alike."""
    having, documents = np.zeros(size, np.int64), 0
    for part in _parts(blocks):
        having += np.bincount(part.terms, minlength=size)
        documents += len(part.offsets) - 1
    return np.log((1 + documents) / (0.5 + having)).astype(np.float32)


def _key_terms(part: TermMatrix, rarities: Floats) -> tuple[Terms, Weights]:
    """The key terms of each document (D × K) and their weights, rows of length 1.

    All rows are ordered at once: by row, then by weight (its first 15 bits), then by place.
    """
    documents = len(part.offsets) - 1
    weights = (1 + np.log(np.maximum(part.frequencies, 1))) * rarities[part.terms]
    rows = np.repeat(np.arange(documents), np.diff(part.offsets))
    # The upper half of a weight, which is never negative, sorts like the weight itself.
    lightness = 0xFFFF - (weights.view(np.uint32) >> 16)
    words = ordered(lightness, 0xFFFF)
    words = words[ordered(rows[words], documents)]
    ranks = np.arange(len(weights)) - part.offsets[rows]
    first = ranks < KEY_TERMS
    chosen, to = words[first], (rows[first], ranks[first])
    terms = np.full((documents, KEY_TERMS), len(rarities), np.int32)
    kept = np.zeros((documents, KEY_TERMS), np.float32)
    terms[to], kept[to] = part.terms[chosen], weights[chosen]
    lengths = np.sqrt(np.einsum("ij,ij->i", kept, kept))
    return terms, (kept / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float16)


def _inverted(terms: Terms, weights: Weights, size: int) -> tuple[NDArray[np.int64], Terms]:
    """Where each term stands among the key terms laid flat: `starts` (size + 1) and `places`, ascending."""
    blocks = [slice(start, start + _SORTED) for start in range(0, len(terms), _SORTED)]
    starts = np.zeros(size + 1, np.int64)
    for block in blocks:
        starts[1:] += np.bincount(terms[block][weights[block] > 0], minlength=size)
    np.cumsum(starts, out=starts)
    places, following = np.empty(starts[-1], np.int32), starts[:-1].copy()
    for block in blocks:
        here = np.flatnonzero(weights[block])
        found = terms[block].reshape(-1)[here]
        order = ordered(found, size)
        found, here = found[order], here[order]
        counts = np.bincount(found, minlength=size)
        to = (following - np.cumsum(counts) + counts)[found] + np.arange(len(here))
        places[to] = here + block.start * KEY_TERMS
        following += counts
    return starts, places


def _learnt(terms: Terms, weights: Weights, size: int, dimensions: int, seed: int) -> tuple[Terms, Floats]:
    """What a sample teaches: for each term (size + 1) its row in a table (M × L), 0 for unknown ones."""
    random = np.random.default_rng(seed)
    filled = np.flatnonzero(weights[:, 0])
    sample = np.sort(random.choice(filled, min(SAMPLE, len(filled)), replace=False))
    dimensions = min(dimensions, len(sample) // DOCUMENTS_PER_DIMENSION)
    known = _known(terms[sample], weights[sample], size)
    columns = np.zeros(size + 1, np.int32)
    if len(sample) < FEWEST or dimensions < 1 or not len(known):
        return columns, np.zeros((1, 0), np.float32)
    columns[known] = np.arange(1, len(known) + 1)
    matrix = np.zeros((len(sample), len(known) + 1), np.float32)
    matrix[np.arange(len(sample))[:, None], columns[terms[sample]]] = weights[sample]
    matrix[:, 0] = 0
    from threadpoolctl import threadpool_limits

    # Threads would wait for each other longer than they help, and sum up in another order on another machine.
    with threadpool_limits(1, "blas"):
        return columns, _right_vectors(matrix, dimensions, random)


def _known(terms: Terms, weights: Weights, size: int) -> NDArray[np.int64]:
    """The terms that tie two documents of the sample at least, those with the most weight in all."""
    places = np.flatnonzero(weights)
    flat, squares = terms.reshape(-1)[places], weights.reshape(-1)[places].astype(np.float64) ** 2
    energies = np.bincount(flat, squares, minlength=size)
    shared = np.flatnonzero(np.bincount(flat, minlength=size) > 1)
    return np.sort(shared[np.argsort(-energies[shared], kind="stable")[:KNOWN_TERMS]])


def _right_vectors(matrix: Floats, dimensions: int, random: np.random.Generator) -> Floats:
    """The right singular vectors (columns) of the greatest singular values, each with its greatest entry positive."""
    tried = min(dimensions + _OVERSAMPLING, *matrix.shape)
    image = matrix @ random.standard_normal((matrix.shape[1], tried), np.float32)
    for _ in range(_ITERATIONS):
        image = matrix @ (matrix.T @ _orthonormal(image))
    vectors = _orthonormal(matrix.T @ _orthonormal(image))[:, :dimensions]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])])
    return vectors


def _orthonormal(columns: Floats) -> Floats:
    """What the columns span, by principal directions, the strongest first; rounding is left out.

    By the eigenvectors of the small product, a good deal cheaper than a QR decomposition.
    """
    exact = columns.astype(np.float64)
    values, turns = np.linalg.eigh(exact.T @ exact)
    kept = np.flatnonzero(values > _NOISE * values[-1])[::-1]
    found: Floats = (exact @ (turns[:, kept] / np.sqrt(values[kept]))).astype(np.float32)
    return found


def _folded(terms: Terms, weights: Weights, rows: Terms, table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The latent vectors of all documents as whole numbers from -127 to 127, and what makes each of them 1 long."""
    whole = np.zeros((len(terms), table.shape[1]), np.int8)
    for start in range(0, len(terms), _FOLDED):
        block = slice(start, start + _FOLDED)
        vectors = np.matmul(weights[block, None].astype(np.float32), table[rows[terms[block]]])[:, 0]
        peaks = np.abs(vectors).max(axis=1, initial=0)
        whole[block] = np.rint(vectors * (127 / np.where(peaks > 0, peaks, 1))[:, None])
    lengths = np.sqrt(np.einsum("ij,ij->i", whole, whole, dtype=np.int64))
    return whole, np.where(lengths > 0, 1 / np.maximum(lengths, 1), 0).astype(np.float32)


def write(folder: Path, vectors: Vectors) -> None:
    """Write the arrays into one file of the folder."""
    write_arrays(folder / FILE, {field.name: getattr(vectors, field.name) for field in fields(vectors)})


def open_vectors(folder: Path) -> Vectors:
    """Open what `write` has written, by memory map. Raises DamagedIndexError."""
    return Vectors(**open_arrays(folder / FILE))
