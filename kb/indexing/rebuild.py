"""`kb rebuild-index`: read what changed, write a whole generation, check it, switch to it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.changes import PATH as LEDGER
from kb.changes import load_changes
from kb.config import FILE as CONFIGURATION
from kb.config import Settings
from kb.content.files import PageFile, find_pages, key_line, parse_page, path_of, site_problems
from kb.content.render import DeepNestingError
from kb.errors import ConfigError, ContentError, DamagedIndexError, NoIndexError
from kb.indexing import readings as kept
from kb.indexing.entries import Corpus
from kb.indexing.generations import Generation, Generations
from kb.indexing.lock import rebuild_lock
from kb.indexing.reading import PageReader, Reading
from kb.indexing.site import write_site
from kb.language import authorities
from kb.language.analysis import Analyzer
from kb.language.citations import canonical
from kb.language.lexicon import Lexicon
from kb.model import Change, Document, Problem, Summary
from kb.search import create
from kb.shipped import vocabulary_for
from kb.vocabulary import Vocabulary

INDEX = "index"
_KEYS = "keys.json"
#: Called with what is being done, how many pages are done, and of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadAll:
    """Every page of a root, read: the readings that may be shown by key, the drafts, and all problems."""

    readings: Mapping[str, Reading]
    packed: Mapping[str, bytes]
    drafts: tuple[Document, ...]
    problems: tuple[Problem, ...]
    read: int


def silent(_stage: str, _done: int, _total: int) -> None:
    """No progress shown."""


def open_generations(settings: Settings) -> Generations:
    """The generations of the engine of these settings."""
    return Generations(settings.root / INDEX / settings.engine)


def rebuild(settings: Settings, full: bool = False, keep_going: bool = False, progress: Progress = silent) -> Summary:
    """Write a new generation and switch to it.

    A page with an error stops the switch (ContentError with all problems); with `keep_going` such pages are left out
    and listed in the summary. Raises LockedIndexError where another rebuild runs.
    """
    started = time.monotonic()
    with rebuild_lock(settings.root / INDEX):
        generations = open_generations(settings)
        live, notes = _live(generations)
        vocabulary, changes = load_references(settings.root)
        store = store_of(settings.root)
        found, damage = _read_pages(settings, vocabulary, store, full or bool(notes), progress)
        readings, problems = _without_errors(found, keep_going)
        drafts = frozenset(document.id for document in found.drafts)
        corpus = Corpus(list(readings.values()), vocabulary, changes, settings, drafts)
        # Before the switch: what is kept belongs to no generation, and a full disk must not tell of itself too late.
        kept.write(store, found.packed)
        generation = write_generation(generations, corpus, progress, list(readings))
    counts = _counts(generation_keys(live) if live else {}, generation_keys(generation))
    return Summary(
        engine=settings.engine,
        generation=generation.name,
        documents=len(readings),
        **counts,
        read=found.read,
        seconds=round(time.monotonic() - started, 3),
        size=generation.size,
        problems=problems,
        notes=(*notes, *damage),
    )


def store_of(root: Path) -> Path:
    """The file of the kept readings."""
    return root / INDEX / "readings" / "readings.bin"


def load_references(root: Path) -> tuple[Vocabulary, tuple[Change, ...]]:
    """The vocabulary and the ledger of changes. Raises ConfigError with the problems of both."""
    problems: list[Problem] = []
    vocabulary, changes = Vocabulary(), tuple[Change, ...]()
    try:
        vocabulary = vocabulary_for(root)
    except ConfigError as error:
        problems += error.problems
    try:
        changes = load_changes(root, canonical, authorities.label)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return vocabulary, changes


def write_generation(
    generations: Generations, corpus: Corpus, progress: Progress = silent, keys: Sequence[str] = ()
) -> Generation:
    """Build the engine's files and the site's from a corpus, and make them live."""
    engine, total = corpus.settings.engine, len(corpus.readings)
    about = {
        "engine": engine,
        "documents": total,
        "reading": kept.reading_version(),
        "references": reference_hashes(corpus.settings.root),
    }
    progress("building", 0, total)
    with generations.building() as building:
        create(engine, building, corpus.entries(), corpus.specs())
        write_site(building, corpus)
        by_id = dict(zip((reading.document.id for reading in corpus.readings), keys, strict=False))
        (building / _KEYS).write_text(json.dumps(by_id, sort_keys=True), encoding="utf-8")
        generation = generations.finish(building, about)
    progress("building", total, total)
    return generation


def reference_hashes(root: Path) -> dict[str, str]:
    """Hashes of the files that every generation depends on beside pages and vocabulary; only of those that exist."""
    found = {name: root / name for name in (CONFIGURATION, LEDGER)}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items() if path.is_file()}


def _live(generations: Generations) -> tuple[Generation | None, tuple[str, ...]]:
    """The live generation, or None with a note where it is damaged: then everything is read anew."""
    try:
        generation = generations.live()
        generations.verify(generation)
        return generation, ()
    except NoIndexError:
        return None, ()
    except DamagedIndexError as error:
        return None, (f"{str(error).split(':')[0]}; everything was read anew.",)


def _read_pages(
    settings: Settings, vocabulary: Vocabulary, store: Path, full: bool, progress: Progress
) -> tuple[ReadAll, tuple[str, ...]]:
    """Read all pages, from what was kept where that is possible and trustworthy."""
    files = list(find_pages(settings.root))
    try:
        known = kept.KeptReadings({}, b"") if full else kept.KeptReadings.open(store)
        return read_all(files, vocabulary, known, progress), ()
    except kept.DamagedReadingsError:
        note = "The kept readings were damaged; everything was read anew."
        return read_all(files, vocabulary, kept.KeptReadings({}, b""), progress), (note,)


def read_all(
    files: Sequence[PageFile], vocabulary: Vocabulary, known: kept.KeptReadings, progress: Progress = silent
) -> ReadAll:
    """Read page files; those whose reading is known are not parsed again. Drafts are checked, not read."""
    common = kept.fingerprint(vocabulary)
    reader = PageReader(Analyzer(Lexicon(vocabulary)), vocabulary)
    readings: dict[str, Reading] = {}
    packed: dict[str, bytes] = {}
    drafts: list[Document] = []
    problems: list[Problem] = []
    read = 0
    for done, file in enumerate(files, 1):
        key = kept.page_key(file, common)
        reading = None if file.problem else known.get(key)
        if reading is not None:
            readings[key], packed[key] = reading, known.raw(key)
            continue
        document, found = parse_page(file, vocabulary)
        problems += found
        if document is not None and document.draft:
            drafts.append(document)
        elif document is not None:
            reading, trouble = _read(reader, document, file.path)
            problems += trouble
            if reading is not None:
                readings[key], packed[key] = reading, kept.pack(reading)
                read += 1
        progress("reading", done, len(files))
    documents = [*(reading.document for reading in readings.values()), *drafts]
    problems += _between(documents, files)
    return ReadAll(readings, packed, tuple(drafts), tuple(problems), read)


def _between(documents: Sequence[Document], files: Sequence[PageFile]) -> Iterator[Problem]:
    """What is wrong between pages, each with its line; a page that cannot be read exists all the same."""
    by_id = {file.id: file for file in files}
    for claim in site_problems(documents, by_id.keys()):
        yield Problem(path_of(claim.id), key_line(by_id[claim.id], claim.key), claim.what, claim.fix)


def _read(reader: PageReader, document: Document, path: str) -> tuple[Reading | None, list[Problem]]:
    try:
        reading = reader.read(document)
    except DeepNestingError as error:
        return None, [Problem(path, 1, str(error), "make them flatter")]
    return replace(reading, document=replace(reading.document, body="")), []


def _without_errors(found: ReadAll, keep_going: bool) -> tuple[Mapping[str, Reading], tuple[Problem, ...]]:
    errors = tuple(problem for problem in found.problems if problem.level == "error")
    if errors and not keep_going:
        raise ContentError(sorted(errors, key=lambda problem: (problem.path, problem.line)))
    bad = {problem.path for problem in errors}
    good = {key: one for key, one in found.readings.items() if path_of(one.document.id) not in bad}
    return good, errors


def _counts(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, int]:
    return {
        "added": len(now.keys() - before.keys()),
        "changed": sum(before[one] != now[one] for one in now.keys() & before.keys()),
        "removed": len(before.keys() - now.keys()),
    }


def generation_keys(generation: Generation) -> dict[str, str]:
    """Which key each document of a generation was read under."""
    try:
        return json.loads((generation.folder / _KEYS).read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return {}
