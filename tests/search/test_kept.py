"""Documents laid out and kept in a file come back as they were, whatever their terms are numbered by."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.kept import KEY, DamagedKeptError, Kept, KeptDocument, KeptWriter, Renumbering
from kb.search.tokens import TermNumbers, lay_out

WORDS = st.lists(st.sampled_from(["a", "b", "ñ", "c d", "\n", "'e"]), max_size=6)
NAMES = st.sampled_from(["title", "body", "x"])
DOCUMENTS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(["title", "body", "x"]), st.lists(WORDS, max_size=3)), st.binary(max_size=9)
    ),
    max_size=5,
)


def documents(given_: Sequence[tuple[dict[str, list[list[str]]], bytes]], numbers: TermNumbers) -> list[KeptDocument]:
    return [
        KeptDocument(bytes([place]) * KEY, lay_out(fields, numbers), (data, b"second"))
        for place, (fields, data) in enumerate(given_)
    ]


def write(path: Path, given_: Sequence[KeptDocument], own: Sequence[str], numbers: TermNumbers) -> None:
    with KeptWriter(path, 2, numbers, 7) as writer:
        renumbering = Renumbering(own, numbers)
        for one in given_:
            writer.add(one, renumbering)


def read(path: Path) -> list[tuple[object, ...]]:
    """What lies in a file, with terms instead of their numbers."""
    with closing(Kept(path, 2)) as kept:
        terms = list(kept.numbers)
        found: list[tuple[object, ...]] = []
        for number in range(len(kept)):
            key, tokens, parts = kept.get(number)
            assert [kept.part(number, part) for part in (0, 1)] == list(parts)
            named = [terms[term] for term in tokens.terms.tolist()]
            layout = (tokens.fields, tokens.starts, tokens.occurrences, tokens.lengths)
            found.append((key, named, tokens.positions.tolist(), layout, parts))
        return found


@given(DOCUMENTS, st.booleans())
def test_documents_come_back_and_are_copied_as_they_lie(tmp_path_factory: pytest.TempPathFactory, given_, anew) -> None:  # type: ignore[no-untyped-def]
    folder, own = tmp_path_factory.mktemp("kept"), TermNumbers()
    first, second = folder / "first", folder / "second"
    laid = documents(given_, own)
    write(first, laid, list(own), TermNumbers({"before": 0}))
    expected = [
        (
            one.key,
            [list(own)[term] for term in one.tokens.terms.tolist()],
            one.tokens.positions.tolist(),
            (one.tokens.fields, one.tokens.starts, one.tokens.occurrences, one.tokens.lengths),
            one.parts,
        )
        for one in laid
    ]
    assert read(first) == expected
    wanted = list(range(0, len(laid), 2))
    with closing(Kept(first, 2)) as kept:
        assert kept.given_up == 7
        numbers = TermNumbers() if anew else kept.numbers
        with KeptWriter(second, 2, numbers) as writer:
            if anew:
                renumbering = Renumbering(list(kept.numbers), numbers)
                for number in wanted:
                    writer.add(kept.get(number), renumbering)
            else:
                writer.copy(kept, wanted)
    assert read(second) == expected[::2]
    assert not anew or "before" not in numbers


def test_a_byte_turned_over_anywhere_is_found(tmp_path: Path) -> None:
    path, numbers = tmp_path / "kept", TermNumbers()
    write(path, documents([({"body": [["a", "b"]]}, b"x")], numbers), list(numbers), numbers)
    sound = path.read_bytes()
    for place in range(len(sound)):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        with pytest.raises(DamagedKeptError):
            Kept(path, 2)
    for cut in (b"", sound[:-1], sound + b"x", sound[:20]):
        path.write_bytes(cut)
        with pytest.raises(DamagedKeptError):
            Kept(path, 2)
    path.write_bytes(sound)
    with pytest.raises(DamagedKeptError):
        Kept(path, 3)
    Kept(path, 2).close()


def test_a_bit_turned_over_behind_the_table_is_found_before_anything_is_made_of_it(tmp_path: Path) -> None:
    numbers, path = TermNumbers(), tmp_path / "kept"
    write(
        path, documents([({"body": [["a", f"w{one}"]]}, b"part") for one in range(5)], numbers), list(numbers), numbers
    )
    whole = path.read_bytes()
    for place in range(1, 25):
        for bit in range(8):
            data = bytearray(whole)
            data[-place] ^= 1 << bit
            path.write_bytes(data)
            with pytest.raises(DamagedKeptError):
                read(path)


def test_an_error_while_writing_leaves_no_file_that_opens(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), KeptWriter(tmp_path / "kept", 2, TermNumbers()):
        raise RuntimeError
    with pytest.raises(DamagedKeptError):
        Kept(tmp_path / "kept", 2)
