"""The top of an article: its title, the day on which it was posted, its authors, and where its text begins."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.ingest.dates import DateRead, impossible_date, read_date, read_date_line
from kb.ingest.furniture import Furniture
from kb.ingest.metadata import Metadata, Said
from kb.ingest.names import has_degree, is_byline, is_site_user, look_like_names, split_names
from kb.ingest.report import Log
from kb.ingest.titles import Title, has_prefix, read_title
from kb.ingest.tree import HEADINGS, Block
from kb.ingest.wording import same_words, words

#: How far from the title, in blocks, a date line or a byline may stand.
_NEAR = 5
_POSTED = re.compile(
    r"^(?:\W*(?:posted|published|submitted|by|written|date|on|updated)\b|.{0,12}\b(?:19|20)\d\d\b|\w+ \d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """`raw_title` is the title as the source had it; `start` the number of the first block that may be text."""

    title: Title
    raw_title: str
    date: dt.date | None
    authors: tuple[str, ...]
    start: int


def read_headline(page: Sequence[Block], first: int | None, meta: Metadata, rules: Furniture, log: Log) -> Headline:
    """The headline of a page whose container begins at block `first` (None: no container is known)."""
    top = _Top(page, first, meta, rules, log)
    place = top.title_place()
    raw = page[place].text if place is not None else (meta.titles[0].text if meta.titles else "")
    known = top.said_authors()
    byline = () if known else top.byline(place)
    sites = tuple(said.text for said in meta.sites)
    title = _choose_title(raw, known or byline, meta, sites, log)
    authors = known or title.authors or byline
    date = top.date(place)
    return Headline(title, raw or title.text, date, authors, top.start(place, title, authors))


@dataclass(frozen=True, slots=True)
class _Top:
    page: Sequence[Block]
    first: int | None
    meta: Metadata
    rules: Furniture
    log: Log

    def _limit(self) -> int:
        return len(self.page) if self.first is None else min(len(self.page), self.first + _NEAR)

    def _is_line(self, number: int) -> bool:
        block = self.page[number]
        usable = block.furniture in ("", "bylines and dates")
        return (
            usable
            and bool(block.text)
            and block.name not in ("ul", "ol", "table", "hr", "figure")
            and block.mark != "bio"
        )

    def title_place(self) -> int | None:
        """The block that is the title, by the surest evidence there is."""
        lines = [n for n in range(self._limit()) if self._is_line(n)]
        short = [n for n in lines if self.page[n].words <= 45]
        # A title that the page only says in its markup is better than the first line that might be one.
        attempts = [self._prefixed, self._said, self._main_heading, self._above_date]
        if not self.meta.titles:
            attempts += [self._first_heading, self._first_line]
        return next((place for attempt in attempts if (place := attempt(short)) is not None), None)

    def _prefixed(self, lines: list[int]) -> int | None:
        dated = [n for n in lines if has_prefix(self.page[n].text) and self._date_line_near(n)]
        return dated[-1] if dated and self.first is not None else next(iter(dated), None)

    def _said(self, lines: list[int]) -> int | None:
        for said in self.meta.titles:
            for number in lines:
                text = self.page[number].text
                if same_words(text, said.text) or same_words(read_title(text).text, said.text):
                    return number
                if len(text.split()) > 2 and re.search(
                    rf"(?:\A|[:|»–—-] ){re.escape(text)}(?:\Z| [:|«–—-])", said.text
                ):
                    return number
        return None

    def _main_heading(self, lines: list[int]) -> int | None:
        headings = [n for n in lines if self.page[n].name == "h1"]
        dated = [n for n in headings if self._date_line_near(n)]
        return next(iter(dated or headings), None)

    def _above_date(self, lines: list[int]) -> int | None:
        for number in lines:
            if self._dated(number) is None:
                continue
            above = [n for n in lines if number - 3 <= n < number and not is_byline(self.page[n].text)]
            above = [n for n in above if self.rules.line(self.page[n].text) is None and self._dated(n) is None]
            if above:
                return above[-1]
        return None

    def _first_heading(self, lines: list[int]) -> int | None:
        return next((n for n in lines if self.page[n].name in HEADINGS), None)

    def _first_line(self, lines: list[int]) -> int | None:
        """The first line that is no furniture, no date and no sentence, above the first paragraph."""
        text = next(
            (n for n, block in enumerate(self.page) if block.words >= 25 and block.text.endswith(".")), len(self.page)
        )
        lines = [n for n in lines if n < text]
        plain = [n for n in lines if self.rules.line(self.page[n].text) is None and not is_byline(self.page[n].text)]
        return next((n for n in plain if self._dated(n) is None and not self.page[n].text.endswith((".", ":"))), None)

    def _dated(self, number: int) -> DateRead | None:
        """The date of a date line, or of a line about date and author ("Posted June 3, 2020 by Jane Roe")."""
        text = self.page[number].text
        found = read_date_line(text)
        if found is None and len(text) < 160 and _POSTED.match(text):
            found = read_date(text)
            rest = text[: found.start] + text[found.end :] if found else text
            is_sentence = text.endswith(".") and not has_degree(text)
            return found if len(words(rest)) <= 14 and not is_sentence else None
        return found

    def _date_line_near(self, number: int) -> bool:
        near = range(number + 1, min(len(self.page), number + 4))
        return any(self._is_line(n) and self._dated(n) is not None for n in near)

    def date(self, place: int | None) -> dt.date | None:
        """The day posted: the date line nearest below the title, else above it, else what the markup says."""
        visible = self._visible_date(place)
        said = next(((read, said) for said in self.meta.dates if (read := read_date(said.text))), None)
        read, where = (visible, "the date line") if visible else (said[0], said[1].where) if said else (None, "")
        if read is None:
            self._note_unread(place)
            return None
        if read.ambiguous:
            self.log.add("guessed", "day and month were read in the American order", read.words, level="warning")
        self.log.add("date", f"the date posted was read from {where}", read.words)
        return read.date

    def _visible_date(self, place: int | None) -> DateRead | None:
        if place is None:
            return next(
                (
                    read
                    for n in range(self._limit())
                    if self._is_line(n) and (read := read_date_line(self.page[n].text))
                ),
                None,
            )
        below = range(place + 1, min(len(self.page), place + 1 + _NEAR))
        above = range(place - 1, max(-1, place - 3), -1)
        lines = [n for n in (*below, *above) if self._is_line(n)]
        found = [(read, n) for n in lines if (read := self._dated(n)) is not None]
        original = [
            (read, n) for read, n in found if not self.page[n].text.lower().startswith(("updated", "last updated"))
        ]
        return next((read for read, _ in original), None) or (found[0][0] if found and not self.meta.dates else None)

    def _note_unread(self, place: int | None) -> None:
        lines = (
            range(self._limit()) if place is None else range(max(0, place - 2), min(len(self.page), place + 1 + _NEAR))
        )
        for text in (*(self.page[n].text for n in lines), *(said.text for said in self.meta.dates)):
            if wrong := impossible_date(text[:200]):
                self.log.add("unread", "a date that the calendar does not have", wrong, level="warning")
                return

    def said_authors(self) -> tuple[str, ...]:
        """The authors that the markup names, by the surest of the places that do."""
        for said in self.meta.authors:
            names = split_names(said.text)
            if not names:
                continue
            if all(is_site_user(name) for name in names):
                self.log.add("dropped", f"the name in {said.where} is a login of the site, not an author", said.text)
                continue
            if look_like_names(names) or said.where.startswith(("the syndicator", "itemprop")):
                return self._all_of(said, names)
        return ()

    def _all_of(self, said: Said, names: tuple[str, ...]) -> tuple[str, ...]:
        """All names that the same place gives (linked data and citation metas give one author each)."""
        self.log.add("authors", f"the authors were read from {said.where}", said.text)
        others = [split_names(other.text) for other in self.meta.authors if other.where == said.where]
        return tuple(dict.fromkeys(name for group in (names, *others) for name in group if not is_site_user(name)))

    def byline(self, place: int | None) -> tuple[str, ...]:
        """The authors that a line near the title names."""
        around = range(max(0, (place or 0) - 2), min(len(self.page), (place or 0) + 1 + _NEAR))
        for number in around:
            text = self.page[number].text
            if not self._is_line(number) or number == place or len(text) > 200:
                continue
            names = _names_in(text, self._dated(number))
            if look_like_names(names):
                self.log.add("authors", "the authors were read from the byline", text)
                return names
        return ()

    def start(self, place: int | None, title: Title, authors: tuple[str, ...]) -> int:
        """The first block that may be text: past the title, the bylines, the dates and the repeated title."""
        number = 0 if place is None else place + 1
        last = number
        while number < len(self.page) and number < last + _NEAR:
            text = self.page[number].text
            if self._is_line(number) and (self._is_top(number, text, title) or _names_only(text, authors)):
                last = number + 1
            number += 1
        return last

    def _is_top(self, number: int, text: str, title: Title) -> bool:
        if self._dated(number) is not None or is_byline(text) or (impossible_date(text) and len(text.split()) <= 5):
            return True
        return same_words(text, title.text) or same_words(read_title(text).text, title.text)


def _names_in(text: str, date: DateRead | None) -> tuple[str, ...]:
    if is_byline(text):
        return split_names(text)
    if date is None:
        return ()
    rest = f"{text[: date.start]} | {text[date.end :]}"
    found = re.search(r"\b[Bb]y:?\s+([^|•·]+)", rest)
    return split_names(found[1]) if found else ()


def _choose_title(raw: str, known: tuple[str, ...], meta: Metadata, sites: tuple[str, ...], log: Log) -> Title:
    title = read_title(raw, known, sites)
    said = next((said for said in meta.titles), None)
    if said is None:
        return title
    other = read_title(said.text, known, sites)
    if not raw:
        return other
    if not same_words(title.text, other.text) and said.where in ("the syndicator's comments", "itemprop name"):
        log.add(
            "title", f"{said.where} give another title than the page", f"{other.text} / {title.text}", level="warning"
        )
    return title


def _names_only(text: str, authors: tuple[str, ...]) -> bool:
    """Whether a line is what is left of a byline that was broken apart: "by", or the names of the authors."""
    return text.lower().rstrip(":") == "by" or (bool(authors) and split_names(text) == authors)
