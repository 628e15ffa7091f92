"""Titles without what sites put around them: "Article: … By Jane Roe, Esq.", "… | Example Law"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.folding import fold_name
from kb.ingest.names import has_degree, look_like_names, split_names
from kb.ingest.wording import same_words, squash

_PREFIX = re.compile(
    r"^(article|news|blog|blog post|legal alert|client alert|alert|legal update|press release|op-ed|guest post)"
    r"\s*:\s*(?=\S)",
    re.IGNORECASE,
)
#: What a pasted text writes before its title ("Title: …").
_LABEL = re.compile(r"^(?:title|headline|t[ií]tulo|titular)\s*:\s*(?=\S)", re.IGNORECASE)
_SUFFIX = re.compile(r"\s+(?:[|•·»«/]|[-–—]|::)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Title:
    """A title as readers should see it, the word that stood before it (`article`, `news`), the authors it named."""

    text: str
    prefix: str = ""
    authors: tuple[str, ...] = ()


def read_title(raw: str, known_authors: tuple[str, ...] = (), sites: tuple[str, ...] = ()) -> Title:
    """Take a raw title apart. "By …" is cut off only where it names a known author or reads like a byline."""
    text = _LABEL.sub("", without_site(squash(raw), sites))
    prefix = ""
    if found := _PREFIX.match(text):
        prefix, text = found[1].lower(), text[found.end() :]
    text, authors = _without_byline(text, known_authors, prefix == "article")
    return Title(text.strip(" |–—-") or squash(raw), prefix, authors)


def has_prefix(text: str) -> bool:
    """Whether a line begins as titles of syndicated items do ("Article: …", "News: …")."""
    return _PREFIX.match(text) is not None


def without_site(text: str, sites: tuple[str, ...]) -> str:
    """The title without the name of its site at either end ("… | Example Law")."""
    parts = _SUFFIX.split(text)
    if len(parts) < 2:
        return text
    for site in sites:
        if same_words(parts[-1], site):
            return text[: text.rindex(parts[-1])].rstrip(" |•·»«/–—-:")
        if same_words(parts[0], site):
            return text[len(parts[0]) :].lstrip(" |•·»«/–—-:")
    return text


def _without_byline(text: str, known: tuple[str, ...], is_syndicated: bool) -> tuple[str, tuple[str, ...]]:
    places = [found.start() for found in re.finditer(r"\s[Bb]y\s", text)]
    for place in reversed(places):
        ending = text[place + 4 :]
        names = split_names(ending)
        folded = {fold_name(name) for name in names}
        if not look_like_names(names):
            continue
        if folded & {fold_name(name) for name in known} or is_syndicated or has_degree(ending):
            return text[:place].rstrip(" ,–—-"), names
    return text, ()
