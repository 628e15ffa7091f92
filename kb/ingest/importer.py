"""Sources brought in: each read, compared with what was imported before, written once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from kb.errors import SourceError
from kb.ingest import furniture
from kb.ingest.parts import split_articles
from kb.ingest.reading import Article, Reader, fingerprint
from kb.ingest.report import ImportedFile, ImportReport, Log, Note, Outcome
from kb.ingest.shelf import Shelf, Shelved
from kb.ingest.sources import Text, Unreadable, read_sources
from kb.ingest.writer import page_file, page_slug, write_atomically
from kb.language.redaction import redact
from kb.vocabulary import Vocabulary


def import_sources(
    sources: Sequence[str], into: Path, vocabulary: Vocabulary, *, dry_run: bool = False, stdin: TextIO | None = None
) -> ImportReport:
    """Bring saved pages and pasted articles into `into`, one page file for each article.

    `sources` are files, folders (read recursively) and `-` for `stdin`; `into` is a content folder, the pages go to
    `news/<year>/<slug>.md` in it, or to `news/undated/` as drafts. With `dry_run` nothing is written, and the report
    is what it would be. Raises nothing: whatever cannot be read or written is `failed` in the report, with a sentence.
    """
    log = Log()
    run = _Run(into, Reader(furniture.load(), vocabulary), Shelf.of(into), dry_run)
    files = [file for source in read_sources(sources, stdin, log) for file in run.bring(source)]
    return ImportReport(tuple(files), log.notes, dry_run)


@dataclass(slots=True)
class _Run:
    into: Path
    reader: Reader
    shelf: Shelf
    dry_run: bool
    #: Pages of this run: the name of their source by their path.
    _written: dict[str, str] = field(default_factory=dict)

    def bring(self, source: Text | Unreadable) -> Iterator[ImportedFile]:
        """What becomes of one source: as many records as it holds articles."""
        if isinstance(source, Unreadable):
            yield _failed(source.name, source.why)
            return
        parts = split_articles(source.text)
        if len(parts) > 1:
            source.log.add("split", f"the source holds {len(parts)} articles", parts[1])
        for number, part in enumerate(parts, 1):
            log = Log()
            log.extend(source.log.notes if number == 1 else ())
            yield self._one(source.name if len(parts) == 1 else f"{source.name}#{number}", part, log)

    def _one(self, name: str, text: str, log: Log) -> ImportedFile:
        try:
            article = self.reader.read(text, log)
            return self._shelve(name, article, fingerprint(text))
        except SourceError as error:
            return _failed(name, str(error), log.notes)
        except OSError as error:
            why = f"cannot be written ({error.strerror or error}); check the folder {self.into}"
            return _failed(name, why, log.notes)

    def _shelve(self, name: str, article: Article, by_text: str) -> ImportedFile:
        known = self.shelf.known(article.identity)
        same = next((page for page in known if page.is_same_text(article.title, article.body)), None)
        if same is None and known:
            self._warn_of_two_names(article, known[0], "with another text; both are kept")
            article = replace(article, identity=by_text)
            same = next(iter(self.shelf.known(by_text)), None)
        same = same or self.shelf.of_words(article.title, article.body)
        if same is not None:
            return self._left(name, article, same)
        for other in (
            self.shelf.of_url(article.source.url) if article.source and article.source.url and not known else ()
        ):
            self._warn_of_two_names(article, other, "from another source")
        return self._write(name, article)

    def _warn_of_two_names(self, article: Article, other: Shelved, how: str) -> None:
        url = article.source.url if article.source and article.source.url else article.identity
        from_where = self._written.get(other.path)
        where = f"{other.path} (from {from_where})" if from_where else other.path
        article.log.add(
            "two names", f"the source {url} was imported as {where} already, {how}", article.title, level="warning"
        )

    def _left(self, name: str, article: Article, page: Shelved) -> ImportedFile:
        """A source that is known again: its page stays as it is."""
        log, outcome = article.log, _outcome_of(page)
        if page.path in self._written:
            outcome = "duplicate"
            self._warn_of_two_names(article, page, "in this run; nothing was written")
        elif page_slug(article) not in page.path:
            self._warn_of_two_names(article, page, "under another name; its page was left as it is")
        elif outcome == "edited":
            log.add("edited", "the page was edited since it was imported, and was left as it is", page.path)
        elif page_file(article).hash != page.hash:
            log.add(
                "changed",
                "the source reads otherwise than when it was imported; delete its page to import it afresh",
                page.path,
            )
        return ImportedFile(name, outcome, page.path, page.id, redact(article.title)[0], article.date, log.notes)

    def _write(self, name: str, article: Article) -> ImportedFile:
        log, page = article.log, page_file(article)
        if page.redacted:
            log.add("redacted", "personal numbers were replaced by [number]", level="warning", count=page.redacted)
        outcome: Outcome = "written"
        if article.date is None:
            outcome = "draft"
            known = article.source.published if article.source else None
            what = "no readable date; written as a draft, give it a date and move it to its year"
            log.add("date", what, f"it first appeared on {known}" if known else "", level="problem")
        path = self._free_path(article)
        if not self.dry_run:
            write_atomically(self.into / path, page.text)
        self._written[path] = name
        url = article.source.url or "" if article.source else ""
        self.shelf.add(Shelved(path, article.identity, article.title, url, page.hash, False, article.body))
        title = redact(article.title)[0]
        return ImportedFile(name, outcome, path, path.removesuffix(".md"), title, article.date, log.notes)

    def _free_path(self, article: Article) -> str:
        """The page's path under the target folder; another page of the same name makes it -2, -3 and so on."""
        folder = f"news/{article.date.year}" if article.date else "news/undated"
        name, number = page_slug(article), 1
        while (path := f"{folder}/{name}{f'-{number}' if number > 1 else ''}.md") in self._written or (
            self.into / path
        ).exists():
            number += 1
        if number > 1:
            article.log.add("slug", f"another page is called {name}; this one became {name}-{number}", article.title)
        return path


def _outcome_of(page: Shelved) -> Outcome:
    return "edited" if page.edited else "unchanged"


def _failed(name: str, why: str, notes: tuple[Note, ...] = ()) -> ImportedFile:
    log = Log()
    log.add("unread", f"{name} {why}", level="problem")
    log.extend(notes)
    return ImportedFile(name, "failed", notes=log.notes)
