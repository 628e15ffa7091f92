"""Where an article appeared first: every address on the page that could be its own, weighed by the evidence.

The link of a reprint line is only one witness, and often the address of another article: editors copy the line from
the article before. Share links, data attributes and the page's own metadata are made by the site's software.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup

from kb.ingest.dates import read_date, url_date
from kb.ingest.links import address_key, clean_url, source_url, url_slug
from kb.ingest.metadata import Metadata
from kb.ingest.names import is_byline
from kb.ingest.origin import Origin
from kb.ingest.report import Log
from kb.ingest.wording import host, likeness, same_words, telling_words, words
from kb.model import Source

_SHARERS = re.compile(
    r"(?:^|\.)(?:facebook\.com|twitter\.com|x\.com|linkedin\.com|plus\.google\.com|pinterest\.com|tumblr\.com|reddit\.com|bufferapp\.com|"
    r"stumbleupon\.com|addtoany\.com|addthis\.com|whatsapp\.com|wa\.me|t\.me|getpocket\.com|digg\.com|delicious\.com|"
    r"sharethis\.com|threads\.net|bsky\.app|flipboard\.com|printfriendly\.com)$"
)
_SHARE_PATH = re.compile(r"share|intent|submit|add|create|badge|save|send|print|post", re.IGNORECASE)
_DATA = (
    "data-share-url",
    "data-url",
    "data-href",
    "data-permalink",
    "data-a2a-url",
    "addthis:url",
    "data-link",
    "data-share",
)
_IN_TEXT = re.compile(r"https?://[^\s\"<>“”″]+")
#: How much each kind of witness counts. Likeness of address and article adds up to 4, a fitting date 1.
_WEIGHTS = {
    "linked data": 4.0,
    "canonical link": 4.0,
    "meta og:url": 4.0,
    "share link": 3.0,
    "data attribute": 3.0,
    "reprint line": 2.0,
    "byline link": 1.0,
}
#: A reprint link that nothing supports is believed if this share of the words of its address fits the article.
_FITTING = 0.34


@dataclass(frozen=True, slots=True)
class Witness:
    """An address, the kind of place that gave it, and how often it did."""

    url: str
    kind: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Article:
    """What provenance needs to know of the article: its title, the beginning of its text, the day posted here."""

    title: str
    text: str
    posted: dt.date | None
    loose: bool


def witnesses(soup: BeautifulSoup, meta: Metadata) -> tuple[Witness, ...]:
    """Every address that the page offers as that of its article, each kind of place counted."""
    counts: dict[tuple[str, str], int] = {}
    for url, kind in (*_said(meta), *_shared(soup)):
        if cleaned := clean_url(url):
            key = (source_url(cleaned), kind)
            counts[key] = counts.get(key, 0) + 1
    return tuple(Witness(url, kind, count) for (url, kind), count in counts.items())


def _said(meta: Metadata) -> Iterator[tuple[str, str]]:
    for said in meta.urls:
        yield said.text, "linked data" if said.where.startswith("linked data") else said.where


def _shared(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for element in soup.find_all(True):
        for name in _DATA:
            value = element.get(name)
            if isinstance(value, str) and value.startswith("http"):
                yield value, "data attribute"
        address = element.get("href") if element.name == "a" else None
        if isinstance(address, str):
            yield from ((url, "share link") for url in shared_urls(address))
            if address.endswith("#bio") and address.startswith("http"):
                yield address, "byline link"


def shared_urls(address: str) -> list[str]:
    """The addresses that a share link passes on (`facebook.com/sharer.php?u=…`), none where it is no share link."""
    try:
        parts = urlsplit(address)
        sharer = parts.hostname or ""
    except ValueError:
        return []
    is_mail = parts.scheme == "mailto"
    if not is_mail and not (_SHARERS.search(sharer) and _SHARE_PATH.search(parts.path + parts.query)):
        return []
    values = [
        value
        for name, value in parse_qsl(parts.query)
        if name.lower() not in ("media", "image", "picture", "via", "subject")
    ]
    return list(dict.fromkeys(url for value in values for url in _IN_TEXT.findall(value)))


@dataclass(frozen=True, slots=True)
class Provenance:
    """The source of an article as it was decided; `url` is the article's own address, if one was believed."""

    source: Source | None
    url: str | None
    is_reprint: bool = False


def decide(found: Sequence[Witness], origin: Origin, meta: Metadata, article: Article, log: Log) -> Provenance:
    """Weigh the witnesses, report what contradicts the choice, and say where the article comes from."""
    heard = _of_the_original(found, origin, meta)
    if origin.url:
        heard = (*heard, Witness(source_url(origin.url), "reprint line"))
    scores = _scores(heard, article)
    best = max(scores, key=lambda key: scores[key], default=None)
    url = next((w.url for w in heard if address_key(w.url) == best), None) if best else None
    kinds = {w.kind for w in heard if address_key(w.url) == best}
    if url and kinds == {"reprint line"} and not _is_believed(url, article, log):
        url = None
    if url:
        evidence = ", ".join(f"{w.count} × {w.kind}" for w in heard if address_key(w.url) == best)
        log.add("source", "the original address was decided by evidence", f"{url} ({evidence})")
    _contradictions(heard, origin, url, article, log)
    is_reprint = bool(origin.words) or any(w.kind == "byline link" for w in found)
    return Provenance(_source(url, origin, meta, article, log), url, is_reprint)


def _of_the_original(found: Sequence[Witness], origin: Origin, meta: Metadata) -> tuple[Witness, ...]:
    """Without the addresses of the page that reprints: those on the host that the page calls its own."""
    own = host(next((said.text for said in meta.urls), ""))
    is_reprint = origin.words or any(w.kind == "byline link" for w in found)
    if not own or not is_reprint or own == host(origin.url or ""):
        return tuple(found)
    return tuple(w for w in found if host(w.url) != own)


def _scores(heard: Sequence[Witness], article: Article) -> dict[str, float]:
    scores: dict[str, float] = {}
    for witness in heard:
        key = address_key(witness.url)
        weight = _WEIGHTS.get(witness.kind, 1.0) + min(2.0, 0.5 * (witness.count - 1))
        scores[key] = scores.get(key, _fitness(witness.url, article)) + weight
    return scores


def _fitness(url: str, article: Article) -> float:
    """How well an address fits the article by itself: its words, its day, and whether it is a page at all."""
    fitness = 4.0 * slug_likeness(url, article)
    day = url_date(url)
    if day and article.posted:
        fitness += 1.0 if 0 <= (article.posted - day).days <= 60 else -3.0 if day > article.posted else 0.0
    return fitness - (2.0 if _is_home_page(url) else 0.0)


def _is_home_page(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.path.strip("/") and not parts.query


def slug_likeness(url: str, article: Article) -> float:
    """Share (0 to 1) of the words of an address that stand in the title or at the beginning of the text."""
    slug = url_slug(url).replace("-", " ").replace("_", " ")
    if len(telling_words(slug)) < 2:
        return 0.0
    in_title = likeness(slug, article.title)
    near = telling_words(article.title + " " + article.text)
    return max(in_title, len(telling_words(slug) & near) / len(telling_words(slug)))


def _is_believed(url: str, article: Article, log: Log) -> bool:
    """Whether the link of a reprint line, the only witness, can be the article's own address."""
    if _is_home_page(url):
        log.add("source", "the reprint line leads to a home page, not to the article", url, level="warning")
        return False
    is_telling = len(telling_words(url_slug(url).replace("-", " ").replace("_", " "))) > 2
    day = url_date(url)
    is_later = day is not None and article.posted is not None and day > article.posted
    if is_later or (is_telling and slug_likeness(url, article) < _FITTING):
        what = "the reprint line leads to a page that does not fit the article; it was not taken"
        log.add("contradiction", what, url, level="warning")
        return False
    return True


def _contradictions(heard: Sequence[Witness], origin: Origin, url: str | None, article: Article, log: Log) -> None:
    if not url:
        return
    for witness in heard:
        if witness.kind == "byline link" or address_key(witness.url) == address_key(url):
            continue
        if witness.kind == "reprint line":
            what = f"the reprint line links {witness.url}, but share links and dates say {url}"
            log.add("contradiction", what, origin.words, level="warning")
        elif witness.kind in ("canonical link", "meta og:url", "linked data"):
            log.add("contradiction", f"the {witness.kind} says {witness.url}, the rest {url}", level="warning")
    if (day := url_date(url)) and article.posted and day > article.posted:
        log.add("contradiction", f"{url} is dated after the day posted here, {article.posted}", level="warning")


def _source(url: str | None, origin: Origin, meta: Metadata, article: Article, log: Log) -> Source | None:
    own = next((said.text for said in meta.urls), "")
    sites = [*_sites(meta, article)] if url and host(own) == host(url) else []
    publisher = origin.publisher or next((said.text for said in meta.publishers), None)
    name = origin.name or next(iter(sites), None) or (publisher if url and _is_host_of(publisher, url) else None)
    if not name and url:
        name = host(url)
        log.add("guessed", "the name of the source is the host of its address", name)
    if not name and not publisher:
        return None
    name = name or publisher or ""
    published = _published(url, origin, meta, article, log)
    return Source(name, url, published, publisher if publisher != name else None, origin.permission or None)


def _sites(meta: Metadata, article: Article) -> Iterator[str]:
    """What the page calls its site: in its metadata, or after its title ("… | Coast Clinic")."""
    yield from (said.text for said in (*meta.sites, *meta.publishers))
    for said in meta.titles:
        parts = re.split(r"\s+[|•·»«–—-]\s+", said.text)
        if said.where == "title element" and len(parts) == 2 and same_words(parts[0], article.title):
            yield from () if is_byline(parts[1]) else (parts[1],)
        elif said.where == "title element" and re.search(rf": {re.escape(article.title)}$", said.text):
            yield said.text[: -len(article.title)].rstrip(": ")


def _is_host_of(publisher: str | None, url: str) -> bool:
    name = "".join(words(publisher or ""))
    return bool(name) and (name in host(url).replace(".", "") or host(url).split(".")[-2] in name)


def _published(url: str | None, origin: Origin, meta: Metadata, article: Article, log: Log) -> dt.date | None:
    in_url = url_date(url) if url else None
    own = next((said.text for said in meta.urls), "")
    said = next((read.date for said in meta.dates if (read := read_date(said.text))), None)
    is_page_itself = bool(url) and host(own) == host(url or "")
    if said and article.posted and said > article.posted:
        said = None
    found = [
        day
        for day in (in_url, origin.date, said or article.posted if is_page_itself else said if article.loose else None)
        if day
    ]
    if in_url and origin.date and in_url != origin.date:
        log.add(
            "contradiction", f"the address says {in_url}, the reprint line {origin.date}", origin.words, level="warning"
        )
    return found[0] if found else None
