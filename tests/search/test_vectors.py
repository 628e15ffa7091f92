"""Likeness of documents: TF-IDF over key terms and latent vectors, as pure functions over arrays."""

from __future__ import annotations

import math
import random
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from kb.search import vectors as module
from kb.search.vectors import (
    FEWEST,
    KEY_TERMS,
    LATENT_SHARE,
    Floats,
    TermMatrix,
    Vectors,
    by_meaning,
    by_words,
    fit,
    likeness,
    open_vectors,
    write,
)

Document = Sequence[str]


def matrix(documents: Sequence[Document]) -> TermMatrix:
    numbers = {term: number for number, term in enumerate(sorted({term for one in documents for term in one}))}
    counted = [sorted(Counter(one).items()) for one in documents]
    offsets = np.cumsum([0, *map(len, counted)])
    terms = [numbers[term] for one in counted for term, _ in one]
    counts = [count for one in counted for _, count in one]
    return TermMatrix(offsets, np.array(terms, np.int32), np.array(counts, np.float32), len(numbers))


def halves(documents: Sequence[Document], at: int) -> list[TermMatrix]:
    whole = matrix(documents)
    cut = int(whole.offsets[at])
    first = TermMatrix(whole.offsets[: at + 1], whole.terms[:cut], whole.frequencies[:cut], whole.size)
    rest = TermMatrix(whole.offsets[at:] - cut, whole.terms[cut:], whole.frequencies[cut:], whole.size)
    return [first, rest]


def written(documents: int, seed: int = 5, words: int = 40) -> list[list[str]]:
    """Texts about one of eight subjects each: half of the words are of the subject, half of them any."""
    chooser = random.Random(seed)
    return [
        [f"s{number % 8}-{chooser.randrange(30)}" for _ in range(words // 2)]
        + [f"w{int(chooser.paretovariate(0.6)) % 500}" for _ in range(words // 2)]
        for number in range(documents)
    ]


def arrays(vectors: Vectors) -> dict[str, bytes]:
    return {field.name: getattr(vectors, field.name).tobytes() for field in fields(vectors)}


def cosines(documents: Sequence[Document], number: int) -> list[float]:
    """TF-IDF by the book, over all terms: for documents with no more than `KEY_TERMS`."""
    having = Counter(term for one in documents for term in set(one))

    def weights(one: Document) -> dict[str, float]:
        rarity = {term: math.log((1 + len(documents)) / (0.5 + having[term])) for term in one}
        return {term: (1 + math.log(count)) * rarity[term] for term, count in Counter(one).items()}

    rows = [weights(one) for one in documents]
    lengths = [math.sqrt(sum(weight**2 for weight in row.values())) for row in rows]
    products = [sum(weight * row.get(term, 0) for term, weight in rows[number].items()) for row in rows]
    return [
        product / (length * lengths[number]) if product else 0
        for product, length in zip(products, lengths, strict=True)
    ]


# -- words ----------------------------------------------------------------------------------------------------------


def test_the_words_of_documents_are_compared_as_by_the_book() -> None:
    documents = written(60)
    assert max(len(set(one)) for one in documents) <= KEY_TERMS
    vectors = fit([matrix(documents)])
    for number in range(len(documents)):
        assert by_words(vectors, number) == pytest.approx(cosines(documents, number), abs=2e-3)


def test_of_a_long_document_the_weightiest_terms_are_kept_the_weightiest_first() -> None:
    common = [f"common{number}" for number in range(KEY_TERMS)]
    rare = [f"rare{number}" for number in range(KEY_TERMS - 1)]
    documents = [[*common, *rare, "often", "often", "often"], *[common] * 5]
    whole = matrix(documents)
    vectors = fit([whole])
    names = sorted({term for one in documents for term in one})
    kept = [names[term] for term in vectors.terms[0]]
    assert kept[0] == "often"
    assert set(kept) == {"often", *rare}
    assert (np.diff(vectors.weights[0].astype(np.float32)) <= 0).all()


def test_a_word_that_few_have_ties_more_than_one_that_many_have() -> None:
    filler = [["many", f"x{number}", f"y{number}"] for number in range(20)]
    vectors = fit([matrix([["few", "many", "a"], ["few", "b", "c"], ["many", "d", "e"], *filler])])
    found = likeness(vectors, 0)
    assert found[1] > found[2] > 0


# -- meaning --------------------------------------------------------------------------------------------------------


def test_a_document_with_one_sentence_more_comes_first_far_above_the_rest() -> None:
    documents = written(300)
    documents.append([*documents[8], "s3-1", "w77"])
    found = likeness(fit([matrix(documents)]), 8)
    found[8] = 0
    assert int(found.argmax()) == 300
    assert found[300] > 0.9
    assert np.sort(found)[-2] < 0.85


def test_documents_in_other_words_are_found_through_documents_that_use_both() -> None:
    chooser = random.Random(2)
    lawyer, counsel = ([f"{side}{number}" for number in range(12)] for side in ("lawyer", "counsel"))
    both = [chooser.sample(lawyer, 6) + chooser.sample(counsel, 6) for _ in range(40)]
    other = [[f"z{chooser.randrange(40)}" for _ in range(12)] for _ in range(160)]
    vectors = fit([matrix([lawyer[:8], counsel[:8], *both, *other])])
    assert by_words(vectors, 0)[1] == 0
    assert by_meaning(vectors, 0)[1] > 0.8
    assert likeness(vectors, 0)[1] > likeness(vectors, 0)[-len(other) :].max()


def test_likeness_is_both_in_their_shares_from_0_to_1() -> None:
    vectors = fit([matrix(written(200))])
    assert vectors.latent.shape[1] > 1
    for number in range(200):
        found = likeness(vectors, number)
        expected = (1 - LATENT_SHARE) * by_words(vectors, number) + LATENT_SHARE * by_meaning(vectors, number) ** 3
        assert found == pytest.approx(expected, abs=1e-6)
        assert likeness(vectors, number, 0) == pytest.approx(by_words(vectors, number))
        assert found.min() >= 0
        assert found.max() <= 1
        assert found[number] == pytest.approx(1, abs=2e-3)


def test_likeness_is_the_same_both_ways() -> None:
    vectors = fit([matrix(written(150))])
    found = np.array([likeness(vectors, number) for number in range(150)])
    assert found == pytest.approx(found.T, abs=1e-5)


def test_documents_outside_the_sample_are_folded_in_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 160)
    documents = written(800)
    vectors = fit([matrix(documents)])
    alike = [int(np.argsort(-by_meaning(vectors, number))[1]) % 8 == number % 8 for number in range(800)]
    assert sum(alike) / len(alike) > 0.95


def test_latent_vectors_are_the_singular_vectors_of_the_sample() -> None:
    documents = written(120)
    vectors = fit([matrix(documents)], dimensions=8)
    dense = np.zeros((120, len(vectors.starts)))
    np.put_along_axis(dense, vectors.terms.astype(np.int64), vectors.weights, axis=1)
    dense[:, (dense > 0).sum(axis=0) < 2] = 0
    exact = dense @ np.linalg.svd(dense, full_matrices=False)[2][:8].T
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    ours = vectors.latent * vectors.scales[:, None]
    assert np.abs(exact @ exact.T - ours @ ours.T).max() < 0.1


def test_terms_that_tie_no_two_documents_say_nothing_about_meaning() -> None:
    documents = [[*one, *(f"own{number}-{n}" for n in range(60))] for number, one in enumerate(written(200))]
    vectors = fit([matrix([*documents, [f"stranger{n}" for n in range(60)]])])
    assert vectors.latent.shape[1] > 1
    assert by_meaning(vectors, 200).tolist() == [0] * 201


def test_the_terms_with_the_most_weight_are_known_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN_TERMS", 40)
    heavy = [[f"s{number % 8}-{n}" for n in range(5)] for number in range(200)]
    light = [[f"pair{number // 2}-{n}" for n in range(3)] for number in range(200)]
    vectors = fit([matrix([one + two for one, two in zip(heavy, light, strict=True)])])
    found = by_meaning(vectors, 0)
    assert found[8::8] == pytest.approx(np.ones(24), abs=0.02)


# -- the same input, the same bytes ---------------------------------------------------------------------------------


def test_the_same_documents_give_the_same_bytes_however_they_are_divided() -> None:
    documents = [*written(300), [], *written(30, seed=9, words=400)]
    once = arrays(fit([matrix(documents)]))
    assert arrays(fit([matrix(documents)])) == once
    assert arrays(fit(halves(documents, 131))) == once


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = written(200)
    once = fit([matrix(documents)])
    for name in ("_BLOCK", "_SORTED", "_FOLDED"):
        monkeypatch.setattr(module, name, 7)
    again = fit([matrix(documents)])
    assert arrays(again) == arrays(once)
    assert likeness(again, 3) == pytest.approx(likeness(once, 3), abs=1e-6)


def test_another_seed_takes_another_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 120)
    documents = matrix(written(400))
    assert arrays(fit([documents], seed=1))["latent"] != arrays(fit([documents], seed=2))["latent"]


def test_each_dimension_has_its_greatest_entry_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    original = module._right_vectors

    def watched(matrix: Floats, dimensions: int, random: np.random.Generator) -> Floats:
        found.append(original(matrix, dimensions, random))
        return found[0]

    monkeypatch.setattr(module, "_right_vectors", watched)
    fit([matrix(written(200))])
    greatest = np.take_along_axis(found[0], np.abs(found[0]).argmax(axis=0)[None], axis=0)
    assert (greatest > 0).all()


def test_what_was_written_is_opened_as_it_was(tmp_path: Path) -> None:
    for documents in (written(200), written(3), []):
        vectors = fit([matrix(documents)])
        folder = tmp_path / str(len(documents))
        folder.mkdir()
        write(folder, vectors)
        opened = open_vectors(folder)
        assert arrays(opened) == arrays(vectors)
        assert [getattr(opened, one.name).shape for one in fields(opened)] == [
            getattr(vectors, one.name).shape for one in fields(vectors)
        ]
        for number in range(len(documents)):
            assert likeness(opened, number).tolist() == likeness(vectors, number).tolist()


# -- hardly anything ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "documents",
    [[], [[]], [["a"]], [[], []], [["a"], []], [["a"], ["b"]], [[]] * 200, [["a"]] * 200, [*written(150), *[[]] * 5]],
    ids=[
        "none",
        "one empty",
        "one",
        "two empty",
        "one and an empty",
        "strangers",
        "200 empty",
        "200 alike",
        "some empty",
    ],
)
def test_whatever_there_is_no_likeness_is_without_number(documents: list[list[str]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vectors = fit([matrix(documents)])
        found = [likeness(vectors, number) for number in range(len(documents))]
    for number, row in enumerate(found):
        assert row.shape == (len(documents),)
        assert ((row >= 0) & (row <= 1)).all()
        assert row[number] == pytest.approx(1 if documents[number] else 0, abs=2e-3)


def test_no_blocks_are_no_documents() -> None:
    assert fit([]).terms.shape == (0, KEY_TERMS)


@pytest.mark.parametrize("copies", [2, 50, 300])
def test_documents_that_are_all_the_same_are_wholly_alike(copies: int) -> None:
    assert likeness(fit([matrix([["a", "b", "b"]] * copies)]), 0) == pytest.approx(np.ones(copies), abs=2e-3)


def test_two_documents_that_share_a_stop_word_alone_are_hardly_alike() -> None:
    found = likeness(fit([matrix([["the", "fee", "form"], ["the", "court", "appeal"]])]), 0)
    assert 0 < found[1] < 0.1


def test_a_document_of_unknown_words_is_like_none() -> None:
    found = likeness(fit([matrix([*written(200), ["never", "seen"]])]), 200)
    assert found[:200].tolist() == [0] * 200


def test_few_documents_are_compared_by_their_words_alone() -> None:
    few, enough = fit([matrix(written(FEWEST - 1))]), fit([matrix(written(FEWEST))])
    assert few.latent.shape[1] == 0
    assert likeness(few, 0).tolist() == by_words(few, 0).tolist()
    assert 0 < enough.latent.shape[1] <= FEWEST / 8
