"""Importing a page of 20 kB in the broken style, beside lxml and markdownify alone: `python -m benchmarks.importing`.

The peer only turns the markup into Markdown; the importer also mends it, weighs evidence, tags, and writes the file.
"""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup
from markdownify import markdownify

from benchmarks.corpus import PROJECT
from kb.ingest import import_sources
from kb.vocabulary import Vocabulary

ROUNDS = 20


def main() -> None:
    """Import and convert the same page, alternating, and print the figures."""
    vocabulary = Vocabulary.load(PROJECT / "content" / "vocabulary.toml")
    page, ours, theirs = _page(20_000), [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            into = Path(folder) / str(number)
            ours.append(_cpu(partial(import_sources, ["-"], into, vocabulary, stdin=io.StringIO(page))))
            theirs.append(_cpu(partial(_convert, page)))
    mine, peer = statistics.median(ours), statistics.median(theirs)
    print(f"CPU ms at the median: import {mine:.1f}, lxml and markdownify {peer:.1f}, ratio {mine / peer:.2f}")


def _convert(page: str) -> str:
    return str(markdownify(str(BeautifulSoup(page, "lxml"))))


def _page(size: int) -> str:
    """An article with curly quotes around its attributes, of about so many characters."""
    link = "<a href=”https://x.example.org/?a=1&amp;b=2″>the customs house</a>"
    paragraph = f"<p>The ferry carries a form to {link} and back.</p>\n"
    body = paragraph * (size // len(paragraph))
    head = "Article: Ferries Now Carry Forms By Ada Moor\n\nAugust 20, 2019\n\n"
    return f"{head}<div class=”entry-content”>\n{body}</div>\n"


def _cpu(job: Callable[[], object]) -> float:
    started = time.process_time()
    job()
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
