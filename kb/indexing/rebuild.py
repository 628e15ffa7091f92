"""`kb rebuild-index`: read what changed, write a whole generation, check it, switch to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.changes import load_changes
from kb.config import Settings
from kb.content.files import PageFile, find_pages, parse_page, path_of, site_problems
from kb.errors import ContentError, DamagedIndexError, NoIndexError
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
from kb.model import Document, Problem, Summary
from kb.search import create
from kb.vocabulary import PATH as VOCABULARY
from kb.vocabulary import Vocabulary

INDEX = "index"
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
        vocabulary = Vocabulary.load(settings.root / VOCABULARY)
        changes = load_changes(settings.root, canonical, authorities.label)
        store = settings.root / INDEX / "readings" / "readings.bin"
        found, damage = _read_pages(settings, vocabulary, store, full or bool(notes), progress)
        readings, problems = _without_errors(found, keep_going)
        drafts = frozenset(document.id for document in found.drafts)
        corpus = Corpus(list(readings.values()), vocabulary, changes, settings, drafts)
        generation = write_generation(generations, corpus, settings.engine, progress, list(readings))
        kept.write(store, found.packed)
    seconds = time.monotonic() - started
    return _summary(generation, live, readings, found.read, seconds, problems, (*notes, *damage))


def write_generation(
    generations: Generations, corpus: Corpus, engine: str, progress: Progress = silent, keys: Sequence[str] = ()
) -> Generation:
    """Build the engine's files and the site's from a corpus, and make them live."""
    building = generations.begin()
    total = len(corpus.readings)
    progress("building", 0, total)
    create(engine, building, corpus.entries(), corpus.specs())
    write_site(building, corpus)
    by_id = dict(zip((reading.document.id for reading in corpus.readings), keys, strict=False))
    (building / "keys.json").write_text(json.dumps(by_id, sort_keys=True), encoding="utf-8")
    generation = generations.finish(building, {"engine": engine, "documents": total, "reading": kept.reading_version()})
    progress("building", total, total)
    return generation


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
        key = kept.page_key(file.path, file.data, common)
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
    problems += site_problems(documents)
    return ReadAll(readings, packed, tuple(drafts), tuple(problems), read)


def _read(reader: PageReader, document: Document, path: str) -> tuple[Reading | None, list[Problem]]:
    try:
        reading = reader.read(document)
    except RecursionError:
        return None, [Problem(path, 0, "lists or quotations are nested too deeply to be rendered", "make them flatter")]
    return replace(reading, document=replace(document, body="")), []


def _without_errors(found: ReadAll, keep_going: bool) -> tuple[Mapping[str, Reading], tuple[Problem, ...]]:
    errors = tuple(problem for problem in found.problems if problem.level == "error")
    if errors and not keep_going:
        raise ContentError(sorted(errors, key=lambda problem: (problem.path, problem.line)))
    bad = {problem.path for problem in errors}
    good = {key: one for key, one in found.readings.items() if path_of(one.document.id) not in bad}
    return good, errors


def _summary(
    generation: Generation,
    live: Generation | None,
    readings: Mapping[str, Reading],
    read: int,
    seconds: float,
    problems: Iterable[Problem],
    notes: tuple[str, ...],
) -> Summary:
    before = generation_keys(live) if live else {}
    now = {reading.document.id: key for key, reading in readings.items()}
    return Summary(
        engine=generation.manifest["engine"],
        generation=generation.name,
        documents=len(readings),
        added=len(now.keys() - before.keys()),
        changed=sum(before[one] != now[one] for one in now.keys() & before.keys()),
        removed=len(before.keys() - now.keys()),
        read=read,
        seconds=round(seconds, 3),
        size=generation.size,
        problems=tuple(problems),
        notes=notes,
    )


def generation_keys(generation: Generation) -> dict[str, str]:
    """Which key each document of a generation was read under."""
    try:
        return json.loads((generation.folder / "keys.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return {}
