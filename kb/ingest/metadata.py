"""What a page says about its article in its own markup: meta elements, linked data, microdata, comments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from kb.ingest.furniture import tokens
from kb.ingest.repair import MARK
from kb.ingest.wording import squash

_ARTICLES = ("Article", "BlogPosting", "Report", "NewsItem", "CreativeWork", "WebPage")
_STRAIGHT = str.maketrans("“”„″‘’", '""""\'\'')


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a page says, and where it says so."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was said of each kind, surest first. `urls` are addresses of the page itself."""

    titles: tuple[Said, ...] = ()
    dates: tuple[Said, ...] = ()
    authors: tuple[Said, ...] = ()
    publishers: tuple[Said, ...] = ()
    urls: tuple[Said, ...] = ()
    sites: tuple[Said, ...] = ()
    categories: tuple[Said, ...] = ()
    tags: tuple[Said, ...] = ()
    lang: str = ""


#: Names of `<meta>` elements (name, property or itemprop) for each kind.
_META = {
    "titles": ("og:title", "twitter:title", "dc.title", "citation_title", "parsely-title", "sailthru.title"),
    "dates": (
        "article:published_time", "datepublished", "og:published_time", "dc.date", "dc.date.issued", "dcterms.created",
        "date", "pubdate", "publish-date", "citation_publication_date", "parsely-pub-date", "sailthru.date",
    ),
    "authors": (
        "author", "article:author", "dc.creator", "citation_author", "parsely-author", "byl", "sailthru.author",
    ),
    "publishers": ("dc.publisher", "citation_publisher"),
    "urls": ("og:url",),
    "sites": ("og:site_name", "application-name"),
    "categories": ("article:section", "parsely-section"),
    "tags": ("article:tag",),
}  # fmt: skip
_KINDS = {name: kind for kind, names in _META.items() for name in names}


@dataclass(slots=True)
class _Found:
    said: dict[str, list[Said]] = field(default_factory=dict)

    def add(self, kind: str, text: object, where: str) -> None:
        line = squash(text) if isinstance(text, str) else ""
        if line and len(line) < 2000:
            self.said.setdefault(kind, []).append(Said(line, where))


def read_metadata(soup: BeautifulSoup, json_ld: tuple[str, ...]) -> Metadata:
    """All that the page's markup says of itself; nothing is judged here. `soup` is left as it is."""
    found = _Found()
    _marks(soup, found)
    _microdata(soup, found)
    for text in json_ld:
        _linked_data(text, found)
    _classes(soup, found)
    _meta(soup, found)
    root = soup.find("html")
    lang = str(root.get("lang") or "") if isinstance(root, Tag) else ""
    return Metadata(lang=lang[:2].lower(), **{kind: tuple(said) for kind, said in found.said.items()})


def _marks(soup: BeautifulSoup, found: _Found) -> None:
    for mark, kind in (("title", "titles"), ("author", "authors")):
        for element in soup.find_all(True, attrs={MARK: mark}):
            found.add(kind, element.get_text(" "), "the syndicator's comments")


def _microdata(soup: BeautifulSoup, found: _Found) -> None:
    kinds = {"headline": "titles", "author": "authors", "publisher": "publishers", "datepublished": "dates"}
    for element in soup.find_all(True, attrs={"itemprop": True}):
        name = str(element["itemprop"]).lower()
        if name == "name" and _scope(element).endswith(_ARTICLES):
            found.add("titles", element.get_text(" "), "itemprop name")
        elif name in kinds:
            inner = element.find(True, attrs={"itemprop": "name"}) if name in ("author", "publisher") else None
            found.add(kinds[name], _value(inner or element), f"itemprop {name}")


def _scope(element: Tag) -> str:
    parent = element.find_parent(attrs={"itemtype": True})
    return str(parent["itemtype"]).rstrip("/") if parent else ""


def _value(element: Tag) -> str:
    for attribute in ("content", "datetime"):
        if element.get(attribute):
            return str(element[attribute])
    return element.get_text(" ")


def _linked_data(text: str, found: _Found) -> None:
    for node in _nodes(text):
        kinds = node.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if not any(isinstance(name, str) and name.endswith(_ARTICLES) for name in names):
            continue
        found.add("titles", node.get("headline"), "linked data headline")
        found.add("dates", node.get("datePublished"), "linked data datePublished")
        found.add("urls", _address(node.get("mainEntityOfPage")) or node.get("url"), "linked data url")
        for author in _names(node.get("author")):
            found.add("authors", author, "linked data author")
        for publisher in _names(node.get("publisher")):
            found.add("publishers", publisher, "linked data publisher")
        for section in _names(node.get("articleSection")):
            found.add("categories", section, "linked data articleSection")
        for keyword in _names(node.get("keywords")):
            for part in keyword.split(","):
                found.add("tags", part, "linked data keywords")


def _nodes(text: str) -> Iterator[Mapping[str, object]]:
    """Every object of a linked data block; none where it is not JSON, straight quotes or curly."""
    try:
        data = _json(text)
    except (ValueError, RecursionError):
        return
    queue: list[object] = [data]
    while queue:
        node = queue.pop(0)
        if isinstance(node, list):
            queue += node
        elif isinstance(node, dict):
            queue += [value for value in node.values() if isinstance(value, list | dict)] if "@graph" in node else []
            yield node


def _json(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return json.loads(text.translate(_STRAIGHT), strict=False)


def _address(value: object) -> object:
    return value.get("@id") if isinstance(value, dict) else value


def _names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str):
            yield name


def _meta(soup: BeautifulSoup, found: _Found) -> None:
    for element in soup.find_all("meta"):
        name = str(element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name in _KINDS:
            found.add(_KINDS[name], element.get("content"), f"meta {name}")
    for link in soup.find_all("link", attrs={"rel": "canonical"}):
        found.add("urls", link.get("href"), "canonical link")
    if soup.title is not None:
        found.add("titles", soup.title.get_text(" "), "title element")


#: Classes by which themes name a title, a date and an author (WordPress, Drupal, hAtom).
_CLASSES = {
    "entry-title": "titles", "post-title": "titles", "article-title": "titles", "page-title": "titles",
    "single-title": "titles",
    "entry-date": "dates", "published": "dates", "entry-time": "dates", "posted-on": "dates", "post-date": "dates",
    "dateline": "dates", "date-display-single": "dates", "submitted": "dates",
    "entry-author": "authors", "author-name": "authors", "fn": "authors", "post-author": "authors", "byline": "authors",
}  # fmt: skip


def _classes(soup: BeautifulSoup, found: _Found) -> None:
    for element in soup.find_all(["h1", "h2", "time", "span", "a", "p", "div", "abbr"]):
        for token in tokens(element):
            if (kind := _CLASSES.get(token)) and (kind != "titles" or element.name in ("h1", "h2")):
                found.add(kind, _value(element), f"class {token}")
        if element.name == "time" and "updated" not in tokens(element) and element.get("datetime"):
            found.add("dates", str(element["datetime"]), "time element")
        if element.name == "a" and "author" in (element.get("rel") or ()):
            found.add("authors", element.get_text(" "), "rel author link")
