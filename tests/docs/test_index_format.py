"""docs/index-format.md is true: a reader written from that page alone recovers what went into an index."""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
import json
import math
import re
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from kb import Document, KnowledgeBase
from kb.errors import DamagedIndexError
from kb.indexing.generations import Generations
from kb.language.tree import AnyTerm, Matching, Phrase, Prefix, Unit
from kb.search import Entry, Request, create, open_engine
from kb.search.engine import Engine
from kb.search.passages import pack
from tests.docs.manual import explained, read
from tests.oracle.plain_random import SPECS, Maker

# -- the reader: nothing below knows anything of kb ------------------------------------------------------------------


def arrays(path: Path) -> dict[str, Any]:
    """The arrays of a file, as lists."""
    data = path.read_bytes()
    assert data[:8] == data[-8:] == b"KBARRAY\x01"
    size, checksum = struct.unpack("<II", data[-16:-8])
    table = data[-16 - size : -16]
    assert zlib.crc32(table) == checksum
    found, behind = {}, 8
    contents = sorted(json.loads(table).items(), key=lambda one: (one[1]["offset"], math.prod(one[1]["shape"])))
    for name, about in contents:
        shape, offset = about["shape"], about["offset"]
        assert offset % 64 == 0
        assert data[behind:offset] == bytes(offset - behind)
        flat = np.frombuffer(data, about["dtype"], math.prod(shape), offset)
        found[name], behind = flat.reshape(shape).tolist(), offset + flat.nbytes
    assert behind == len(data) - 16 - size
    return found


def values(path: Path) -> list[Any]:
    """The packed values of a file, None for those that take no bytes."""
    found = arrays(path)
    data = bytes(found["data"])
    assert found["offsets"][0] == 0
    assert found["offsets"][-1] == len(data)
    unpack = zstandard.ZstdDecompressor().decompress
    return [json.loads(unpack(data[a:b])) if a < b else None for a, b in pairwise(found["offsets"])]


def values_of(facets: dict[str, Any]) -> list[list[int]]:
    """The numbers of the values that each document carries."""
    size = len(facets["starts"]) - 1
    found = [[number for number in row if number < size] for row in facets["rows"]]
    for mine, (a, b) in zip(found, pairwise(facets["more-offsets"]), strict=True):
        mine.extend(facets["more-values"][a:b])
        assert mine == sorted(set(mine))
    return found


def text(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


class Reader:
    """A generation read from its files."""

    def __init__(self, folder: Path) -> None:
        self.about = text(folder / "columnar.json")
        assert self.about["format"] == 2
        found = arrays(folder / "terms.arrays")
        data = bytes(found["text"])
        self.heads, self.starts, self.occurrences = found["heads"], found["postings"], found["occurrences"]
        self.terms = [data[a:b].decode() for a, b in pairwise(found["offsets"])]
        self.documents = arrays(folder / "documents.arrays")["documents"]
        self.frequencies = arrays(folder / "frequencies.arrays")["frequencies"]
        self.counts = arrays(folder / "counts.arrays")["counts"]
        self.positions = arrays(folder / "positions.arrays")["positions"]
        self.ids = text(folder / "ids.json")
        self.columns = arrays(folder / "columns.arrays")
        self.facets, self.specs = arrays(folder / "facets.arrays"), text(folder / "facets.json")
        self.stored, self.passages = values(folder / "stored.arrays"), values(folder / "passages.arrays")
        self.vectors: dict[str, Any] = arrays(folder / "vectors.arrays")

    def find(self, term: str) -> int | None:
        """The number of a term."""
        wanted = term.encode()
        head = int.from_bytes(wanted[:8].ljust(8, b"\0"), "big")
        first, behind = bisect.bisect_left(self.heads, head), bisect.bisect_right(self.heads, head)
        number = bisect.bisect_left(self.terms, wanted, first, behind, key=str.encode)
        return number if number < behind and self.terms[number] == term else None

    def postings(self, number: int) -> dict[int, tuple[float, list[int]]]:
        """Of a term: document → its frequency there, and its positions."""
        found, place = {}, self.occurrences[number]
        for at in range(self.starts[number], self.starts[number + 1]):
            behind = place + self.counts[at]
            found[self.documents[at]] = (self.frequencies[at] / 2, self.positions[place:behind])
            place = behind
        assert place == self.occurrences[number + 1]
        return found

    def prefix(self, prefix: str) -> range:
        """The numbers of the terms that begin so."""
        wanted = prefix.encode()
        ends = (bisect.bisect_left(self.terms, one, key=str.encode) for one in (wanted, wanted + b"\xff"))
        return range(*ends)

    def field_weight(self, document: int, position: int) -> float:
        """What an occurrence at a position counts."""
        field = bisect.bisect_right([row[document] for row in self.columns["boundaries"]], position) - 1
        return float(self.columns["field-weights"][field][document])

    def carried(self) -> list[dict[str, list[str]]]:
        """The values that each document carries, by facet."""
        names = [(about["name"], value) for about in self.specs for value in about["values"]]
        found: list[dict[str, list[str]]] = [defaultdict(list) for _ in self.ids]
        for document, mine in enumerate(values_of(self.facets)):
            for number in mine:
                name, value = names[number]
                found[document][name].append(value)
        return found

    # -- scores ------------------------------------------------------------------------------------------------------

    def score(self, frequencies: dict[int, float], weight: float = 1.0) -> dict[int, float]:
        """What a part of a query adds to the score of each document that has it."""
        size, lengths = len(self.ids), self.columns["lengths"]
        rarity = math.log(1 + (size - len(frequencies) + 0.5) / (len(frequencies) + 0.5))
        average = sum(lengths) / size
        return {
            one: weight * rarity * f * 2.6 / (f + 1.6 * (1 - 0.6 + 0.6 * lengths[one] / average))
            for one, f in frequencies.items()
        }

    def factor(self, document: int) -> float:
        """The weight of a document, faded by its age."""
        days, weight = self.columns["dates"], float(self.columns["weights"][document])
        if not (self.columns["fades"][document] and days[document]):
            return weight
        return float(weight * (0.7 + 0.3 * 2 ** (-(max(days) - days[document]) / 1100)))

    def likeness(self, one: int, other: int) -> float:
        """How alike two documents are."""
        found = self.vectors
        mine: dict[int, float] = dict(zip(found["terms"][one], found["weights"][one], strict=True))
        pairs = zip(found["terms"][other], found["weights"][other], strict=True)
        words: float = min(1.0, sum(mine.get(term, 0) * weight for term, weight in pairs))
        if not found["latent"][0]:
            return words
        product: int = sum(a * b for a, b in zip(found["latent"][one], found["latent"][other], strict=True))
        meaning: float = max(0.0, product * found["scales"][one] * found["scales"][other])
        return 0.4 * words + 0.6 * meaning * meaning * meaning


def number(character: str) -> int:
    code = ord(character)
    return code if code < 0xD800 else code - 0x800


def tokens(passages: Sequence[Any]) -> list[list[tuple[tuple[str, ...], str]]]:
    """Of each text its tokens: their terms, and the words as they stand there."""
    if len(passages) == 1:
        return [[((word,), word) for word in text.split(" ")] if text else [] for text in passages[0]]
    texts, kinds, codes, counts, spans = passages
    terms = [tuple(kind[1:-1].split("\x1f")) for kind in kinds.split("\x1e")]
    found, token = [], 0
    for one, count in zip(texts, counts, strict=True):
        place, mine = 0, []
        for at in range(token, token + count):
            start = place + number(spans[2 * at])
            place = start + number(spans[2 * at + 1])
            mine.append((terms[number(codes[at])], one[start:place]))
        found.append(mine)
        token += count
    assert token == len(codes)
    return found


# -- what went in ----------------------------------------------------------------------------------------------------

_WEIGHTS = {"title": 2.5, "tags": 2.0, "headings": 1.5}
_ENTRIES = Maker(11).entries(330)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "new"
    create("columnar", path, _ENTRIES, SPECS)
    return path


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return open_engine("columnar", folder)


def laid_out(entry: Entry) -> tuple[dict[str, list[int]], dict[str, float], float]:
    """The positions of each term of an entry, its frequencies, and its length."""
    positions: dict[str, list[int]] = defaultdict(list)
    frequencies: dict[str, float] = defaultdict(float)
    place, length = 0, 0.0
    assert isinstance(entry.fields, dict)
    for name, stretches in entry.fields.items():
        weight = _WEIGHTS.get(name, 1.0)
        for stretch in stretches:
            for at, here in enumerate(stretch, place):
                for term in [here] if isinstance(here, str) else here:
                    positions[term].append(at)
                    frequencies[term] += weight
            place += len(stretch) + 10
            length += weight * len(stretch)
    return positions, frequencies, length


_LAID = [laid_out(entry) for entry in _ENTRIES]


def test_every_file_of_a_generation_is_explained_and_no_other(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.name != "files.json"}
    assert text(folder / "files.json") == sizes
    files = {name for name in explained(read("docs/index-format.md").partition("\n## ")[0]) if "." in name}
    of_the_site = {"site.json", "pages.arrays", "keys.json", "manifest.json"}
    assert files == {path.name for path in folder.iterdir()} | of_the_site


def test_every_array_of_every_file_is_explained(folder: Path) -> None:
    named = set(re.findall(r"`([a-z-]+)`", read("docs/index-format.md")))
    assert {name for path in folder.glob("*.arrays") for name in arrays(path)} <= named


def test_how_much_there_is_of_everything(reader: Reader) -> None:
    every = {term for positions, _, _ in _LAID for term in positions}
    assert reader.terms == sorted(every)
    assert reader.about == {
        **reader.about,
        "documents": len(_ENTRIES),
        "terms": len(every),
        "postings": sum(len(positions) for positions, _, _ in _LAID),
        "occurrences": sum(len(found) for positions, _, _ in _LAID for found in positions.values()),
    }


def test_every_posting_and_position_comes_back(reader: Reader) -> None:
    found: list[dict[str, list[int]]] = [{} for _ in _ENTRIES]
    for term in reader.terms:
        at = reader.find(term)
        assert at is not None
        for document, (frequency, positions) in reader.postings(at).items():
            found[document][term] = positions
            assert frequency == _LAID[document][1][term]
            assert frequency == sum(reader.field_weight(document, position) for position in positions)
    assert found == [positions for positions, _, _ in _LAID]


def test_terms_that_are_not_there_are_not_found(reader: Reader) -> None:
    assert [reader.find(term) for term in ("", "remova", "removalss", "removal\0", "nul\0\0\0", "\U0001d519")] == [
        None
    ] * 6


@pytest.mark.parametrize("prefix", ["", "removal", "nul\0", "\U0001d518", "absent"])
def test_terms_that_begin_alike_lie_side_by_side(prefix: str, reader: Reader) -> None:
    found = [reader.terms[one] for one in reader.prefix(prefix)]
    assert found == [term for term in reader.terms if term.startswith(prefix)]


def test_every_column_comes_back(reader: Reader) -> None:
    columns, ids = reader.columns, [entry.id for entry in _ENTRIES]
    assert reader.ids == ids
    for column, field in (("dates", "date"), ("updated", "updated"), ("reviewed", "reviewed")):
        days = [getattr(entry, field) for entry in _ENTRIES]
        assert columns[column] == [day.toordinal() if day else 0 for day in days]
    assert columns["weights"] == [entry.weight for entry in _ENTRIES]
    assert columns["fades"] == [entry.fades for entry in _ENTRIES]
    assert columns["superseded"] == [bool(entry.successor) for entry in _ENTRIES]
    places = {one: place for place, one in enumerate(ids)}
    assert columns["successors"] == [places.get(entry.successor or "", -1) for entry in _ENTRIES]
    assert columns["lengths"] == [length for _, _, length in _LAID]
    changes = [(place, day.toordinal()) for place, entry in enumerate(_ENTRIES) for day in entry.changes]
    assert list(zip(columns["change-documents"], columns["change-days"], strict=True)) == changes


def test_the_orders_by_date_are_those_of_the_dates(reader: Reader) -> None:
    def place(entry: Entry, sign: int) -> tuple[bool, int, str]:
        return entry.date is None, sign * (entry.date or dt.date.min).toordinal(), entry.id

    for column, sign in (("newest-first", -1), ("oldest-first", 1)):
        right = sorted(_ENTRIES, key=lambda entry, sign=sign: place(entry, sign))  # type: ignore[misc]
        ranks = reader.columns[column]
        assert [reader.ids[ranks.index(rank)] for rank in range(len(_ENTRIES))] == [entry.id for entry in right]


def test_every_value_of_every_facet_comes_back(reader: Reader) -> None:
    given = [{name: sorted(found) for name, found in entry.facets.items() if found} for entry in _ENTRIES]
    assert reader.carried() == given
    by_name = {about["name"]: about for about in reader.specs}
    assert list(by_name) == ["colour", "size", "many"]
    for spec in SPECS:
        about = by_name[spec.name]
        assert (about["labels"], about["parents"], about["descending"]) == (spec.labels, spec.parents, spec.descending)
        assert about["unlisted"] == sorted(spec.unlisted)


def test_facets_say_the_same_by_document_by_value_and_bit_by_bit(reader: Reader) -> None:
    found = reader.facets
    by_document = {(one, document) for document, mine in enumerate(values_of(found)) for one in mine}
    by_value = {
        (one, document) for one, (a, b) in enumerate(pairwise(found["starts"])) for document in found["documents"][a:b]
    }
    assert by_document == by_value
    assert found["common"] == sorted(set(found["common"]))
    assert found["common"]
    assert {len(row) for row in found["bitmaps"]} == {-(-len(_ENTRIES) // 64)}
    bits = {
        (one, 64 * word + bit)
        for one, row in zip(found["common"], found["bitmaps"], strict=True)
        for word, held in enumerate(row)
        for bit in range(64)
        if held >> bit & 1
    }
    assert bits == {pair for pair in by_value if pair[0] in found["common"]}


def test_what_was_stored_comes_back(reader: Reader) -> None:
    assert reader.stored == [entry.stored or None for entry in _ENTRIES]
    assert reader.passages == [None] * len(_ENTRIES)


def test_passages_are_texts_with_their_tokens(tmp_path: Path) -> None:
    kinds = [("w", str(one)) for one in range(0xD800 + 3)]
    long = " ".join(["\U0001d518"] * len(kinds))
    spans = [place for at in range(len(kinds)) for place in (2 * at, 2 * at + 1)]
    entries = [
        Entry.from_tokens("a", {"title": ["red", "fish"], "body": ["one", "", "red"]}, quoted=("title", "body")),
        Entry("b", {}, passages=pack(["H–1B visas", "é"], [[("#h-1b", "h"), ("visa",)], []], [[0, 4, 5, 10], []])),
        Entry("c", {}, passages=pack([long], [kinds], [spans])),
        Entry.from_tokens("d", {"body": ["one", "two words"]}, quoted=("title", "body")),
    ]
    create("columnar", tmp_path / "new", entries)
    first, second, third, fourth = Reader(tmp_path / "new").passages
    assert first == [["red fish", "one  red"]]
    assert tokens(first) == [
        [(("red",), "red"), (("fish",), "fish")],
        [(("one",), "one"), (("",), ""), (("red",), "red")],
    ]
    assert tokens(second) == [[(("#h-1b", "h"), "H–1B"), (("visa",), "visas")], []]
    assert tokens(third) == [[(kind, "\U0001d518") for kind in kinds]]
    assert tokens(fourth) == [[], [(("one",), "one"), (("two words",), "two words")]]


# -- what follows from it --------------------------------------------------------------------------------------------


def scores(engine: Engine, *units: Unit) -> dict[str, float]:
    """Scores of an engine, but those of what has a successor, which may be moved."""
    request = Request(Matching(units=units, minimum=1), limit=len(_ENTRIES))
    moved = {entry.id for entry in _ENTRIES if entry.successor}
    return {match.id: match.score for match in engine.search(request).matches if match.id not in moved}


def total(reader: Reader, *parts: dict[int, float]) -> dict[str, float]:
    """The scores of parts added up, by id, but those of what has a successor."""
    every = sorted({one for part in parts for one in part})
    still = [one for one in every if not reader.columns["superseded"][one]]
    return {reader.ids[one]: sum(part.get(one, 0) for part in parts) * reader.factor(one) for one in still}


def frequencies_of(reader: Reader, numbers: Sequence[int]) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for at in numbers:
        for document, (frequency, _) in reader.postings(at).items():
            found[document] += frequency
    return found


def test_scores_of_terms_follow_from_the_files(reader: Reader, engine: Engine) -> None:
    court, bond, fear = (reader.find(term) for term in ("court", "bond", "fear"))
    assert court is not None
    assert bond is not None
    assert fear is not None
    mine = total(
        reader,
        reader.score(frequencies_of(reader, [court])),
        reader.score(frequencies_of(reader, [bond, fear]), 1.6),
    )
    theirs = scores(engine, Unit(AnyTerm(("court",))), Unit(AnyTerm(("bond", "fear")), weight=1.6))
    assert len(mine) > 50
    assert theirs == pytest.approx(mine, rel=1e-5)


def test_scores_of_a_prefix_follow_from_the_files(reader: Reader, engine: Engine) -> None:
    mine = total(reader, reader.score(frequencies_of(reader, reader.prefix("remova"))))
    assert scores(engine, Unit(Prefix("remova"))) == pytest.approx(mine, rel=1e-5)


def test_scores_of_a_phrase_follow_from_the_files(reader: Reader, engine: Engine) -> None:
    first, second = reader.find("court"), reader.find("alien")
    assert first is not None
    assert second is not None
    behind = reader.postings(second)
    found: dict[int, float] = {}
    for document, (_, positions) in reader.postings(first).items():
        begins = [one for one in positions if one + 1 in behind.get(document, (0, []))[1]]
        if begins:
            found[document] = sum(reader.field_weight(document, one) for one in begins)
    assert found
    mine = total(reader, reader.score(found))
    assert scores(engine, Unit(Phrase((("court",), ("alien",))))) == pytest.approx(mine, rel=1e-5)


def test_key_terms_and_their_weights_follow_from_the_postings(reader: Reader) -> None:
    size = len(_ENTRIES)
    having = Counter(term for positions, _, _ in _LAID for term in positions)
    for document, (_, frequencies, _) in enumerate(_LAID):
        raw = {
            term: (1 + math.log(max(frequency, 1))) * math.log((1 + size) / (0.5 + having[term]))
            for term, frequency in frequencies.items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        row, weights = reader.vectors["terms"][document], reader.vectors["weights"][document]
        found = {reader.terms[one]: weight for one, weight in zip(row, weights, strict=True) if one < len(reader.terms)}
        assert found == pytest.approx({term: weight / length for term, weight in raw.items()}, rel=2e-3)
        assert all(behind <= before * 1.01 for before, behind in pairwise(weights))


def test_places_of_key_terms_are_those_of_the_rows(reader: Reader) -> None:
    found = reader.vectors
    flat = [one for row in found["terms"] for one in row]
    for term, (a, b) in enumerate(pairwise(found["starts"])):
        assert found["places"][a:b] == [place for place, one in enumerate(flat) if one == term]


def test_likeness_follows_from_the_vectors(reader: Reader, engine: Engine) -> None:
    assert 0 < len(reader.vectors["latent"][0]) <= sum(bool(positions) for positions, _, _ in _LAID) // 8
    for row, scale in zip(reader.vectors["latent"], reader.vectors["scales"], strict=True):
        assert scale == 0 or scale * math.hypot(*row) == pytest.approx(1)
    for one in range(0, len(_ENTRIES), 40):
        mine = {reader.ids[other]: reader.likeness(one, other) for other in range(len(_ENTRIES)) if other != one}
        theirs = {found.id: found.score for found in engine.similar(reader.ids[one], len(_ENTRIES))}
        assert {**dict.fromkeys(mine, 0.0), **theirs} == pytest.approx(mine, abs=1e-4)


# -- a whole generation ----------------------------------------------------------------------------------------------


def test_a_generation_of_the_site_is_sealed_as_the_page_says(tmp_path: Path) -> None:
    documents = [Document(id="b", body="One."), Document(id="a", body="Two words.", title="Ä")]
    made = KnowledgeBase.from_documents(documents, path=tmp_path, engine="columnar")
    (manifest_path,) = tmp_path.rglob("manifest.json")
    manifest = text(manifest_path)
    assert made.status().generation == manifest_path.parent.name
    checksum = manifest.pop("checksum")
    assert hashlib.sha256(json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()).hexdigest() == checksum
    keys = {"format", "engine", "documents", "built", "previous", "reading", "references", "files"}
    assert set(manifest) == keys
    assert keys <= explained(read("docs/index-format.md"))
    files = {path.name: path.read_bytes() for path in manifest_path.parent.iterdir() if path != manifest_path}
    assert manifest["files"] == {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    }
    reader, site = Reader(manifest_path.parent), text(manifest_path.with_name("site.json"))
    assert set(site) == {"vocabulary", "changes", "drafts", "facts", "changes_of", "redirects"}
    assert [fact["id"] for fact in site["facts"]] == reader.ids
    pages = values(manifest_path.with_name("pages.arrays"))
    assert [page["html"] for page in pages] == [made.document(one).html for one in reader.ids]
    assert set(pages[0]) == {"html", "bio_html", "headings"}


@pytest.mark.parametrize("name", ["site.json", "pages.arrays", "keys.json"])
def test_sizes_of_the_files_of_the_site_are_compared_as_well(name: str, tmp_path: Path) -> None:
    KnowledgeBase.from_documents([Document(id="a", body="One.")], path=tmp_path, engine="columnar")
    (file,) = tmp_path.rglob(name)
    generations = Generations(file.parent.parent)
    assert generations.live().folder == file.parent
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(DamagedIndexError, match=r"another size.*kb rebuild-index"):
        generations.live()
