"""Pages read anew, many at once: in chunks, in processes of their own where that pays, always in the same order."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from kb.content.files import parse_page, read_page
from kb.content.render import DeepNestingError
from kb.indexing.reading import PageReader
from kb.indexing.readings import fingerprint, page_key
from kb.indexing.records import draft_of, record_of
from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.model import Problem
from kb.search.kept import KeptDocument
from kb.search.tokens import TermNumbers
from kb.vocabulary import Vocabulary

#: Pages of a chunk: enough that handing it over costs little, few enough that both cores end at the same time.
CHUNK = 32
#: Fewer pages are read in this process before another would have begun.
FEWEST = 200
#: Chunks that wait for each process, or lie read and are not taken yet.
_AHEAD = 2


class ReadPage(NamedTuple):
    """A page file read anew: what is kept of it, or None with its problems."""

    path: str
    problems: list[Problem]
    record: KeptDocument | None


class Chunk(NamedTuple):
    """Some pages in order, and the terms by which theirs are numbered."""

    terms: list[str]
    pages: list[ReadPage]


class ChunkReader:
    """Reads page files by their paths below a root."""

    def __init__(self, root: Path, vocabulary: Vocabulary, common: str) -> None:
        """`common` is the `fingerprint` of the vocabulary."""
        self._root = root
        self._vocabulary = vocabulary
        self._common = common
        self._reader = PageReader(Analyzer(Lexicon(vocabulary)), vocabulary)

    def read(self, paths: Sequence[str]) -> Chunk:
        """Read some files."""
        numbers = TermNumbers()
        pages = [self._read(path, numbers) for path in paths]
        return Chunk(list(numbers), pages)

    def _read(self, path: str, numbers: TermNumbers) -> ReadPage:
        """Read a file; its key is that of what was read, whatever was there when it was looked for."""
        file = read_page(self._root, self._root / path)
        document, problems = parse_page(file, self._vocabulary)
        if document is None:
            return ReadPage(path, problems, None)
        key = page_key(file, self._common)
        if document.draft:
            return ReadPage(path, problems, draft_of(key, document))
        try:
            reading = self._reader.read(document)
        except DeepNestingError as error:
            return ReadPage(path, [Problem(path, 1, str(error), "make them flatter")], None)
        return ReadPage(path, problems, record_of(key, reading, self._vocabulary, numbers))


def read_pages(
    root: Path, vocabulary: Vocabulary, paths: Sequence[str], workers: int = 1
) -> Generator[Chunk, None, None]:
    """Read page files in their order, by so many processes if they are many."""
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    done = 0
    if workers > 1 and len(paths) >= FEWEST:
        for chunk in _while_they_live(_by_processes(root, vocabulary, chunks, workers)):
            done += 1
            yield chunk
    reader = ChunkReader(root, vocabulary, fingerprint(vocabulary)) if done < len(chunks) else None
    for paths_left in chunks[done:]:
        assert reader
        yield reader.read(paths_left)


def _while_they_live(read: Generator[Chunk, None, None]) -> Generator[Chunk, None, None]:
    """What processes read until one is killed or the system has no room for one: whoever asked reads the rest."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        with closing(read):
            yield from read
    except (BrokenProcessPool, ImportError, OSError):
        return


def _by_processes(
    root: Path, vocabulary: Vocabulary, chunks: Sequence[Sequence[str]], workers: int
) -> Generator[Chunk, None, None]:
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    executor = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (root, vocabulary, fingerprint(vocabulary)))
    try:
        left = iter(chunks)
        waiting: deque[Future[Chunk]] = deque(executor.submit(_read, one) for one in islice(left, workers * _AHEAD))
        while waiting:
            chunk = waiting.popleft().result()
            waiting.extend(executor.submit(_read, one) for one in islice(left, 1))
            yield chunk
    finally:
        executor.shutdown(cancel_futures=True)


# -- in a process of its own ------------------------------------------------------------------------------------------

_reader: list[ChunkReader] = []


def _begin(root: Path, vocabulary: Vocabulary, common: str) -> None:
    """Prepare this process: it leaves interrupts to the one that began it, and ends when that ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _reader[:] = [ChunkReader(root, vocabulary, common)]


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(paths: Sequence[str]) -> Chunk:
    return _reader[0].read(paths)
