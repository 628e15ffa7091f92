"""The text of an article picked from the blocks of its page: its paragraphs kept, everything around them dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bs4 import Tag

from kb.ingest.furniture import Furniture
from kb.ingest.headline import Headline
from kb.ingest.links import image_source
from kb.ingest.names import is_byline
from kb.ingest.origin import is_origin_line
from kb.ingest.report import Log
from kb.ingest.titles import read_title
from kb.ingest.tree import HEADINGS, Block
from kb.ingest.wording import same_words

Container = tuple[int, int]
_ABOUT = re.compile(
    r"\W*(?:about (?:the )?(?:authors?|writers?)|author(?:’s|'s)? bio(?:graphy)?"
    r"|(?:meet|sobre) (?:the |el |la )?(?:author|autora?))\W*",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?:-\d+[x×]\d+|-scaled|-e\d+)?(?=\.\w+$)")
#: A container counts if it holds this many words, or this share of the words of the page.
_ENOUGH_WORDS, _ENOUGH_SHARE = 100, 0.25
_BIO_BLOCKS = 6
#: Kinds of furniture that are never the article, however much they hold, and the fewest words of an article.
_NEVER_TEXT = frozenset({"navigation", "comments", "page footer", "sidebar", "related lists", "disclaimers"})
_LEAST_WORDS = 25


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of the text, and those about its author."""

    text: tuple[Block, ...]
    bio: tuple[Block, ...]


def container(page: Sequence[Block]) -> Container | None:
    """The element that holds the article: of the surest kind that holds enough of the page's words."""
    counts: Counter[Container] = Counter()
    total = 0
    for block in page:
        if not block.furniture:
            total += block.words
            counts.update(dict.fromkeys(block.containers, block.words))
    for rank in sorted({key[0] for key in counts}):
        best = max((key for key in counts if key[0] == rank), key=lambda key: counts[key])
        if counts[best] >= _ENOUGH_WORDS or counts[best] >= max(12, _ENOUGH_SHARE * total):
            return best
    return None


def first_block(page: Sequence[Block], holder: Container | None) -> int | None:
    """The number of the first block within the container."""
    return next((n for n, block in enumerate(page) if holder in block.containers), None) if holder else None


def tame(page: list[Block], log: Log) -> list[Block]:
    """The page with a kind of furniture taken back where it would swallow the article itself."""
    counts: Counter[str] = Counter()
    for block in page:
        counts[block.furniture] += block.words
    kept = counts.pop("", 0)
    kind, swallowed = max(counts.items(), key=lambda item: item[1], default=("", 0))
    if kind in _NEVER_TEXT or swallowed < _LEAST_WORDS or kept * 3 > swallowed:
        return page
    log.add("guessed", f"what looks like {kind} was kept; it holds nearly all of the text", level="warning")
    return [replace(block, furniture="") if block.furniture == kind else block for block in page]


def read_body(page: Sequence[Block], holder: Container | None, headline: Headline, rules: Furniture, log: Log) -> Body:
    """Pick the text. Without a container it is all that stands between the headline and the page's own furniture."""
    numbers = [n for n, block in enumerate(page) if holder is None or holder in block.containers]
    below = [n for n in numbers if n >= headline.start]
    escaped = _escaped(page, holder, numbers[-1] + 1, rules, log) if holder is not None else []
    inside = [page[n] for n in (*(below if any(page[n].words for n in below) else numbers), *escaped)]
    picker = _Picker(headline, rules, log, sure=holder is not None)
    for number, block in enumerate(inside):
        if picker.ended:
            rest = inside[number:]
            log.add("dropped", "what follows the article on its page", rest[0].text, count=len(rest))
            break
        picker.take(block)
    return Body(tuple(picker.text), tuple(_bio(page, rules)))


def _escaped(page: Sequence[Block], holder: Container, place: int, rules: Furniture, log: Log) -> list[int]:
    """Paragraphs right behind the container: a stray closing tag in the text ended it too early."""
    enclosing = page[place - 1].containers
    around = set(enclosing[: enclosing.index(holder)])
    found: list[int] = []
    for number in range(place, len(page)):
        block = page[number]
        is_outside = block.furniture or block.mark or (around and not around & set(block.containers))
        if is_outside or rules.line(block.text) or _ABOUT.fullmatch(block.text) or is_origin_line(block.text):
            break
        found.append(number)
    texts = [page[n] for n in found if page[n].name == "p" and page[n].words >= 15 and page[n].links < 0.5]
    if len(texts) < (2 if around else 1):
        return []
    what = "text that a stray closing tag had put outside of the article was kept"
    log.add("markup", what, texts[0].text, level="warning", count=len(texts))
    return found


@dataclass(slots=True)
class _Picker:
    """Decides block by block. `sure` if only the blocks of a container come: then no line ends the article."""

    headline: Headline
    rules: Furniture
    log: Log
    sure: bool
    text: list[Block] = field(default_factory=list)
    ended: bool = False
    _in_list: bool = False
    _in_bio: bool = False
    _images: set[str] = field(default_factory=set)

    def take(self, block: Block) -> None:
        """Keep a block or drop it, with the reason."""
        kind = self._kind(block)
        if kind is None:
            self.text.append(block)
        elif kind and not self.ended:
            self.log.add("dropped", kind, block.text or "an image")

    def _kind(self, block: Block) -> str | None:
        """Why a block is dropped ("" without a word about it), None if it is kept."""
        if block.mark in ("bio", "title", "author"):
            return ""
        if block.furniture:
            return self._furniture_kind(block)
        if _ABOUT.fullmatch(block.text):
            self._in_bio = True
            return "the heading of the author's biography"
        if self._in_bio and not self._bio_ends(block):
            return ""
        if is_origin_line(block.text):
            return "the reprint line (its words are in the source)"
        if (kind := self._line_kind(block)) is not None:
            return kind
        return self._repeated(block) or self._image_kind(block)

    def _furniture_kind(self, block: Block) -> str:
        if block.furniture == "image thumbnails" and not block.text:
            return self._image_kind(block) or "image thumbnails"
        return "" if block.furniture == "author box" else block.furniture

    def _bio_ends(self, block: Block) -> bool:
        if block.name in HEADINGS or (block.name == "hr" and self.sure) or self.rules.line(block.text):
            self._in_bio = False
        return not self._in_bio

    def _line_kind(self, block: Block) -> str | None:
        rule = self.rules.line(block.text)
        if rule is None:
            return self._list_kind(block)
        if rule.ends and not self.sure and self.text:
            self.ended = True
        if rule.list and not self.sure and self.text:
            self.ended = True
        self._in_list = rule.list
        return rule.kind

    def _list_kind(self, block: Block) -> str | None:
        """Within a related list: links and short lines belong to it, the next sentence does not."""
        if not self._in_list or not block.text:
            return None
        is_sentence = block.name == "p" and block.links < 0.5 and (block.words > 25 or block.text.endswith((".", ".”")))
        if is_sentence or block.name in HEADINGS:
            self._in_list = False
            return None
        return "related lists"

    def _repeated(self, block: Block) -> str | None:
        title = self.headline.title.text
        if (
            len(self.text) < 2
            and block.text
            and (same_words(block.text, title) or same_words(read_title(block.text).text, title))
        ):
            return "the title repeated above the text"
        if len(self.text) < 2 and is_byline(block.text):
            return "bylines and dates"
        return None

    def _image_kind(self, block: Block) -> str | None:
        images = block.tag.find_all("img")
        names = {_file_name(image) for image in images}
        is_again = names <= self._images
        self._images |= names
        if block.text or not images:
            return None
        titles = {self.headline.title.text, self.headline.raw_title}
        if all(any(same_words(str(image.get("alt") or ""), title) for title in titles) for image in images):
            return f"images that only repeat the title ({_file_name(images[0])})"
        return "images that came twice in other sizes" if is_again else None


def _file_name(image: Tag) -> str:
    return _SIZE.sub("", image_source(image).rpartition("/")[2].partition("?")[0])


def _bio(page: Sequence[Block], rules: Furniture) -> list[Block]:
    """The blocks about the author: marked by the syndicator, in an author box, or below "About the Author"."""
    marked = [block for block in page if block.mark == "bio" and block.text]
    boxed = [
        block for block in page if block.furniture == "author box" and block.words > 8 and block.name not in HEADINGS
    ]
    if marked or boxed:
        return [block for block in (marked or boxed)[:_BIO_BLOCKS] if rules.line(block.text) is None]
    place = next((n for n, block in enumerate(page) if _ABOUT.fullmatch(block.text)), None)
    found: list[Block] = []
    for block in page[place + 1 :] if place is not None else ():
        ends = (
            block.name in HEADINGS
            or (block.name == "hr" and found)
            or rules.line(block.text)
            or is_origin_line(block.text)
        )
        if ends or len(found) == _BIO_BLOCKS:
            break
        if block.text and not block.furniture:
            found.append(block)
    return found
