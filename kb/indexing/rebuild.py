"""`kb rebuild-index`: read what changed, write a whole generation, check it, switch to it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from kb.changes import PATH as LEDGER
from kb.changes import load_changes
from kb.config import FILE as CONFIGURATION
from kb.config import Settings
from kb.content.files import path_of
from kb.errors import ConfigError, ContentError, DamagedIndexError, NoIndexError
from kb.indexing.entries import Corpus, Gathered, Shown
from kb.indexing.generations import Generation, Generations
from kb.indexing.lock import rebuild_lock
from kb.indexing.pages import Found, Pages, Progress, read_documents, silent
from kb.indexing.readings import DamagedReadingsError, KeptReadings, reading_version, replacing
from kb.indexing.records import ABOUT, About
from kb.indexing.site import SiteWriter
from kb.jsontext import from_json, to_json
from kb.language import authorities
from kb.model import Change, Document, Problem, Summary
from kb.search import Entry, create
from kb.search.kept import KeptDocument
from kb.shipped import vocabulary_for
from kb.vocabulary import Vocabulary

INDEX = "index"
_KEYS = "keys.json"
#: Progress is told each time so many pages are built.
_TURN = 100


@dataclass(frozen=True, slots=True)
class Options:
    """How a rebuild goes: `full` reads every page anew, `keep_going` leaves out pages with errors; with `workers`
    above one many pages are read by so many processes.
    """

    full: bool = False
    keep_going: bool = False
    workers: int = 1


def open_generations(settings: Settings) -> Generations:
    """The generations of the engine of these settings."""
    return Generations(settings.root / INDEX / settings.engine)


def rebuild(settings: Settings, options: Options = Options(), progress: Progress = silent) -> Summary:
    """Write a new generation and switch to it.

    A page with an error stops the switch (ContentError with all problems); with `keep_going` such pages are left out
    and listed in the summary. Raises LockedIndexError where another rebuild runs.
    """
    started = time.monotonic()
    with rebuild_lock(settings.root / INDEX), ExitStack() as files:
        generations, store = open_generations(settings), store_of(settings.root)
        with ThreadPoolExecutor(2) as beside:
            checked, opened = beside.submit(_live, generations), beside.submit(_known, store, options.full)
            try:
                vocabulary, changes = load_references(settings.root)
                pages = Pages.find(settings.root, vocabulary)
            finally:
                (live, notes), (known, damage) = checked.result(), opened.result()
                files.callback(known.close)
        # Before the switch: what is kept belongs to no generation, and a full disk must not tell of itself too late.
        readings, found, errors = _keep(pages, KeptReadings() if notes else known, store, options, progress)
        files.callback(readings.close)
        del pages
        shown = _without(found.shown, errors)
        corpus = Corpus(readings, shown, _gathered(found, readings, shown), vocabulary, changes, settings, found.drafts)
        generation = write_generation(generations, corpus, progress, live)
    counts = _counts(generation_keys(live) if live else {}, generation_keys(generation))
    return Summary(
        engine=settings.engine,
        generation=generation.name,
        documents=len(shown),
        **counts,
        read=found.read,
        seconds=round(time.monotonic() - started, 3),
        size=generation.size,
        problems=errors,
        notes=(*notes, *damage),
    )


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


def _known(store: Path, full: bool) -> tuple[KeptReadings, tuple[str, ...]]:
    """The kept readings, or none with a note where they are damaged."""
    try:
        return KeptReadings() if full else KeptReadings.open(store), ()
    except DamagedReadingsError:
        return KeptReadings(), ("The kept readings were damaged; everything was read anew.",)


def _keep(
    pages: Pages, known: KeptReadings, store: Path, options: Options, progress: Progress
) -> tuple[KeptReadings, Found, tuple[Problem, ...]]:
    """Read what has changed; returns all readings as they are kept now, what was found, and the errors passed over."""
    numbers = pages.numbers(known)
    if numbers == list(range(len(known))) and numbers:
        found = pages.read(known, _Nothing(), options.workers, progress)
        return known, found, _errors(found, options.keep_going)
    wanted = [number for number in numbers if number is not None]
    with replacing(store, known, wanted) as writer:
        found = pages.read(known, writer, options.workers, progress)
        errors = _errors(found, options.keep_going)
    known.close()
    return KeptReadings.open(store, check=False), found, errors


class _Nothing:
    """Takes readings that are kept as they should be."""

    def keep(self, number: int, about: About) -> None:
        """Nothing is to be done."""

    def add(self, reading: KeptDocument, terms: Sequence[str], about: About) -> None:
        """There are none."""


def _errors(found: Found, keep_going: bool) -> tuple[Problem, ...]:
    errors = tuple(problem for problem in found.problems if problem.level == "error")
    if errors and not keep_going:
        raise ContentError(sorted(errors, key=lambda problem: (problem.path, problem.line)))
    return errors


def _without(shown: Sequence[Shown], errors: Sequence[Problem]) -> Sequence[Shown]:
    """The pages without errors."""
    bad = {problem.path for problem in errors}
    return [one for one in shown if path_of(one.id) not in bad] if bad else shown


def _gathered(found: Found, readings: KeptReadings, shown: Sequence[Shown]) -> Gathered:
    """What the pages say that are shown: gathered again where some were left out."""
    if len(shown) == len(found.shown):
        return found.gathered
    gathered = Gathered()
    for one in shown:
        gathered.add(readings.about(one.number))
    return gathered


def build_documents(
    settings: Settings,
    documents: Iterable[Document],
    vocabulary: Vocabulary,
    changes: Sequence[Change],
    progress: Progress = silent,
) -> Summary:
    """Read documents that were never files, write a new generation of them and switch to it.

    Raises DocumentError for one that is nested too deeply to be rendered.
    """
    started = time.monotonic()
    with rebuild_lock(settings.root / INDEX), ExitStack() as files:
        store = store_of(settings.root)
        with replacing(store, KeptReadings(), ()) as writer:
            found = read_documents(documents, vocabulary, writer)
        readings = KeptReadings.open(store, check=False)
        files.callback(readings.close)
        corpus = Corpus(readings, found.shown, found.gathered, vocabulary, changes, settings, found.drafts)
        generation = write_generation(open_generations(settings), corpus, progress)
    count, seconds = len(found.shown), round(time.monotonic() - started, 3)
    return Summary(settings.engine, generation.name, count, count, 0, 0, count, seconds, generation.size)


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
        changes = load_changes(root, _canonical, authorities.label)
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return vocabulary, changes


def _canonical(text: str) -> str | None:
    """`kb.language.citations.canonical`, whose grammar loads where there is a ledger."""
    from kb.language.citations import canonical

    return canonical(text)


def write_generation(
    generations: Generations, corpus: Corpus, progress: Progress = silent, live: Generation | None = None
) -> Generation:
    """Build the engine's files and the site's from a corpus, and make them live; `live` is live and sound by now."""
    engine = corpus.settings.engine
    about = {
        "engine": engine,
        "documents": len(corpus.shown),
        "reading": reading_version(),
        "references": reference_hashes(corpus.settings.root),
    }
    with generations.building() as building:
        with closing(_entries(corpus, building, progress)) as entries:
            create(engine, building, entries, corpus.specs(), corpus.kept.terms)
        by_id = {one.id: one.key.hex() for one in corpus.shown}
        (building / _KEYS).write_bytes(to_json(by_id))
        return generations.finish(building, about, live)


def _entries(corpus: Corpus, building: Path, progress: Progress) -> Generator[Entry, None, None]:
    """Every page for the engine; what the site takes of each is written on the way, and is whole after the last."""
    total = len(corpus.shown)
    progress("building", 0, total)
    with SiteWriter(building, corpus) as site:
        for done, one in enumerate(corpus.shown, 1):
            record = corpus.kept.get(one.number)
            about = About.of(record.parts[ABOUT])
            site.add(record, about)
            yield corpus.entry(record, about)
            if done % _TURN == 0 or done == total:
                progress("building", done, total)


def reference_hashes(root: Path) -> dict[str, str]:
    """Hashes of the files that every generation depends on beside pages and vocabulary; only of those that exist."""
    found = {name: root / name for name in (CONFIGURATION, LEDGER)}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items() if path.is_file()}


def _counts(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, int]:
    return {
        "added": len(now.keys() - before.keys()),
        "changed": sum(before[one] != now[one] for one in now.keys() & before.keys()),
        "removed": len(before.keys() - now.keys()),
    }


def generation_keys(generation: Generation) -> dict[str, str]:
    """Which key each document of a generation was read under."""
    try:
        return from_json((generation.folder / _KEYS).read_bytes())  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return {}
