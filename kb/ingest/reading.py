"""One text read as one article: its page repaired, its parts found, its evidence weighed. Nothing is written here."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bs4 import BeautifulSoup, Tag

from kb.errors import SourceError
from kb.ingest import body as bodies
from kb.ingest import provenance
from kb.ingest.furniture import Furniture, tokens
from kb.ingest.headline import Headline, read_headline
from kb.ingest.kinds import kind_of
from kb.ingest.links import url_slug
from kb.ingest.mail import Mail, unwrap
from kb.ingest.markdown import Writing, to_markdown
from kb.ingest.metadata import Metadata, Said, read_metadata
from kb.ingest.names import split_names
from kb.ingest.origin import read_origin
from kb.ingest.repair import repair
from kb.ingest.report import Log
from kb.ingest.tags import SourceTags, Tagging, source_tags, tagging
from kb.ingest.tree import Block, blocks, parse
from kb.ingest.wording import shorten, squash, words
from kb.language.redaction import redact
from kb.model import Source
from kb.vocabulary import Vocabulary

_ELSEWHERE = frozenset({"sidebar", "related lists", "navigation", "page header", "page footer"})
#: Words by which a text shows its language, where the page does not say it.
_SPANISH = frozenset(
    ["el", "la", "los", "las", "de", "del", "que", "en", "una", "por", "con", "para", "su", "se", "es"]
)
_ENGLISH = frozenset(["the", "of", "and", "to", "in", "a", "that", "is", "for", "on", "was", "with", "as", "by"])


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it will be written. `identity` is what it is known again by; `body` and `bio` are Markdown."""

    identity: str
    title: str
    raw_title: str
    type: str
    date: dt.date | None
    authors: tuple[str, ...]
    bio: str
    source: Source | None
    tagging: Tagging
    source_tags: SourceTags
    source_slug: str
    lang: str
    body: str
    log: Log


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was found on one page, before it is judged."""

    page: Sequence[Block]
    headline: Headline
    body: bodies.Body
    meta: Metadata
    tags: SourceTags


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads texts with one set of rules and one vocabulary."""

    rules: Furniture
    vocabulary: Vocabulary

    def read(self, text: str, log: Log) -> Article:
        """The article of a text. Raises SourceError where there is no sentence to bring in."""
        mail = unwrap(text, log)
        repaired = repair(mail.text, log)
        soup = parse(repaired.html)
        meta = _with_mail(read_metadata(soup, repaired.json_ld), mail)
        witnesses = provenance.witnesses(soup, meta)
        parts = self._parts(soup, meta, log)
        beginning = " ".join(block.text for block in parts.body.text[:12])[:4000]
        headline = parts.headline
        about = provenance.Article(headline.title.text, beginning, headline.date, repaired.loose)
        decided = provenance.decide(witnesses, read_origin(parts.page), meta, about, log)
        return self._article(fingerprint(text), parts, decided, log)

    def _parts(self, soup: BeautifulSoup, meta: Metadata, log: Log) -> _Parts:
        scope, links = self._tag_places(soup)
        page = bodies.tame(blocks(soup, self.rules), log)
        holder = bodies.container(page)
        headline = read_headline(page, bodies.first_block(page, holder), meta, self.rules, log)
        body = bodies.read_body(page, holder, headline, self.rules, log)
        if not any(block.text for block in body.text):
            raise SourceError("holds no article; not one paragraph is left beside navigation and page furniture")
        filed = [block for block in page if block.furniture not in _ELSEWHERE]
        return _Parts(page, headline, body, meta, source_tags(scope, links, filed, meta, log))

    def _article(self, by_text: str, parts: _Parts, decided: provenance.Provenance, log: Log) -> Article:
        headline, body, meta = parts.headline, parts.body, parts.meta
        base = next((said.text for said in meta.urls), "") or decided.url or ""
        title = headline.title.text or _title_from(body.text, log)
        plain = " ".join(block.text for block in body.text)
        return Article(
            identity=redact(decided.url or by_text)[0],
            title=title,
            raw_title=headline.raw_title or title,
            type=kind_of(headline, body.text, decided.is_reprint, log),
            date=headline.date,
            authors=headline.authors or _author_of_bio(body.bio, log),
            bio=to_markdown(body.bio, Writing(base, log)),
            source=decided.source,
            tagging=tagging(parts.tags, self.vocabulary, title, plain, log),
            source_tags=parts.tags,
            source_slug=url_slug(decided.url or ""),
            lang=meta.lang if meta.lang in ("en", "es") else _language(plain),
            body=to_markdown(body.text, Writing(base, log)),
            log=log,
        )

    def _tag_places(self, soup: BeautifulSoup) -> tuple[list[Tag], list[Tag]]:
        """Elements whose classes name tags, and links with rel=tag: those of the article, not of lists beside it."""
        scope = [
            tag
            for tag in soup.find_all(True)
            if tag.name != "body" and _names_tags(tag) and not self._is_elsewhere(tag)
        ]
        links = [a for a in soup.find_all("a") if "tag" in (a.get("rel") or ()) and not self._is_elsewhere(a)]
        first = [tag for tag in scope if tag.find_parent("article") is None] or scope
        return first[:1] + [tag for tag in scope if first and first[0] in tag.parents], links

    def _is_elsewhere(self, tag: Tag) -> bool:
        return any(self.rules.kind_of(parent) in _ELSEWHERE for parent in (tag, *tag.parents))


def _names_tags(tag: Tag) -> bool:
    return any(token.startswith(("category-", "tag-")) for token in tokens(tag))


def _with_mail(meta: Metadata, mail: Mail) -> Metadata:
    titles = (*meta.titles, Said(mail.title, "the subject of the mail")) if mail.title else meta.titles
    dates = (*meta.dates, Said(mail.date, "the date of the mail")) if mail.date else meta.dates
    return replace(meta, titles=titles, dates=dates)


def _title_from(body: Sequence[Block], log: Log) -> str:
    text = next(block.text for block in body if block.text)
    title = shorten(re.split(r"(?<=[a-z])[.!?](?=\s)", text)[0], 80)
    log.add("guessed", "no title was found; the first words of the text stand for it", title, level="warning")
    return title


def _author_of_bio(bio: Sequence[Block], log: Log) -> tuple[str, ...]:
    bold = bio[0].tag.find(["b", "strong"]) if bio else None
    names = split_names(bold.get_text(" ")) if bold else ()
    if names:
        log.add("guessed", "the author is the name in bold in the biography", names[0], level="warning")
    return names


def _language(text: str) -> str:
    found = words(text[:6000])
    spanish, english = sum(w in _SPANISH for w in found), sum(w in _ENGLISH for w in found)
    return "es" if spanish > 2 * english and spanish > 8 else "en"


def fingerprint(text: str) -> str:
    """What a text without an address is known again by: the same words from any folder, under any name."""
    return f"text:sha256-{hashlib.sha256(squash(text).encode()).hexdigest()[:32]}"
