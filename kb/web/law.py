"""`/authorities/`: the law that our pages cite as a tree, and a page for each part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from kb import clock
from kb.cited import Authority, AuthorityGroup, kind_of
from kb.language.citations import canonical
from kb.model import Change, Query
from kb.web import current
from kb.web.facts import Link, web_address
from kb.web.items import Item, Itemiser
from kb.web.params import parse, search_url, with_pairs
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("law", __name__)
LISTED = 100
#: Indents of the tree: what lies deeper stands at the last of them, named in full as everything is.
DEEPEST = 3
#: Past so many authorities the list names sections alone; their own pages name the parts.
MOST = 3000


@dataclass(frozen=True, slots=True)
class Row:
    """One authority in the tree, and the rows below it."""

    authority: Authority
    url: str
    children: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """The authorities of one kind under their heading; `flat` where none has parts."""

    id: str
    heading: str
    rows: tuple[Row, ...]
    flat: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A citation that no page here makes: how to read it all the same, and what comes nearest."""

    text: str
    official: str
    nearest: Link | None
    search: str


@dataclass(frozen=True, slots=True)
class DatedChange:
    """A change of the law; `authority` is named where it is not the one that the page is about."""

    date: str
    title: str
    link: Link
    authority: Link | None
    newest: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The pages that cite one part, and nothing deeper."""

    label: str
    url: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class AuthorityPage:
    """The page of one authority."""

    authority: Authority
    kicker: str
    crumbs: tuple[Link, ...]
    changes: tuple[DatedChange, ...]
    parts: tuple[Part, ...]
    all_url: str


def authority_url(key: str) -> str:
    """The page of a canonical key."""
    return f"/authorities/{key}/"


@blueprint.get("/authorities/")
def authorities() -> ResponseReturnValue:
    """Every authority that a page cites, kind by kind; with `q` the way to one of them, in any spelling."""
    reader, words = current.reader(), current.words()
    typed = next((value for name, value in current.given() if name == "q"), "")
    typed = parse((("q", typed),), words).text
    key = canonical(typed) if typed else None
    if key in reader.cited.keys:
        return redirect(authority_url(key or ""))
    missing = _missing(typed, key, reader) if typed else None
    return render_template("law.html", kinds=_kinds(reader, words), typed=typed, missing=missing)


@blueprint.get("/authorities/<key>/")
def authority(key: str) -> ResponseReturnValue:
    """One authority: official text, changes, who cites it. Another spelling leads here; what nobody cites is a 404."""
    reader, words = current.reader(), current.words()
    found = canonical(key)
    if found is None:
        abort(404)
    shown = reader.authority(found)
    if shown is None:
        missing = _missing(reader.citation_label(found), found, reader)
        return render_template("law_missing.html", missing=missing), 404
    if found != key:
        return redirect(with_pairs(authority_url(found), current.given()), 301)
    return render_template("authority.html", page=_page(shown, reader, words))


def _missing(text: str, key: str | None, reader: Reader) -> Missing:
    nearest = reader.cited.nearest(key) if key else None
    return Missing(
        text=text,
        official=web_address(reader.citation_url(key)) if key else "",
        nearest=_link(nearest, reader) if nearest else None,
        search=search_url(Query(text=text)),
    )


def _link(key: str, reader: Reader) -> Link:
    return Link(reader.citation_label(key), authority_url(key))


# -- the tree ------------------------------------------------------------------------------------------------------


def _kinds(reader: Reader, words: Words) -> tuple[Kind, ...]:
    deepest = DEEPEST if len(reader.cited.listed) <= MOST else 0
    return tuple(_kind(group, deepest, words) for group in reader.authorities())


def _kind(group: AuthorityGroup, deepest: int, words: Words) -> Kind:
    rows = tuple(_row(one, 1, deepest) for one in group.authorities)
    name = f"{group.kind}-{group.title}" if group.title else group.kind
    return Kind(name, kind_heading(group.kind, group.title, words), rows, not any(row.children for row in rows))


def kind_heading(kind: str, title: str, words: Words) -> str:
    """What the authorities of a kind are called."""
    return words(f"law_{kind}", title=title) if title else words(f"law_{kind}")


def _row(one: Authority, depth: int, deepest: int) -> Row:
    """An authority with its parts: those at the last indent stand beside what lies below them."""
    if depth > deepest:
        return Row(one, authority_url(one.key), ())
    children = one.children if depth < deepest else tuple(_descendants(one))
    return Row(one, authority_url(one.key), tuple(_row(child, depth + 1, deepest) for child in children))


def _descendants(one: Authority) -> list[Authority]:
    found = []
    for child in one.children:
        found += [child, *_descendants(child)]
    return found


# -- one authority -------------------------------------------------------------------------------------------------


def _page(one: Authority, reader: Reader, words: Words) -> AuthorityPage:
    above = reversed([key for key in reader.cited.above(one.key) if key in reader.cited.keys])
    return AuthorityPage(
        authority=one,
        kicker=kind_heading(*kind_of(one.key), words),
        crumbs=(Link(words("law"), "/authorities/"), *(_link(key, reader) for key in above), Link(one.label)),
        changes=_changes(one.key, reader, words),
        parts=_parts(one, reader, words),
        all_url=search_url(Query(cites=(one.key,))),
    )


def _changes(key: str, reader: Reader, words: Words) -> tuple[DatedChange, ...]:
    """The ledger's entries, newest first; the newest that has come into force is marked."""
    changes = reader.cited.changes(key)
    newest = next((one for one in changes if one.date <= clock.today()), None)
    return tuple(_change(one, key, one is newest, reader, words) for one in changes)


def _change(change: Change, key: str, newest: bool, reader: Reader, words: Words) -> DatedChange:
    other = change.key if change.key != key else ""
    url = authority_url(other) if other in reader.cited.keys else ""
    return DatedChange(
        date=words.date(change.date),
        title=change.title,
        link=Link(words("see_change"), web_address(change.url) or change.url, bool(web_address(change.url))),
        authority=Link(reader.citation_label(other), url) if other else None,
        newest=newest,
    )


def _parts(one: Authority, reader: Reader, words: Words) -> tuple[Part, ...]:
    """The newest pages under each of the deepest parts that they cite; a part stands before what encloses it."""
    results = reader.search(Query(cites=(one.key,), sort="newest", per_page=LISTED))
    items = Itemiser(reader, words, reviews=True).items(results)
    by_part: dict[str, list[Item]] = {}
    for hit, item in zip(results.hits, items, strict=True):
        for key in reader.cited.parts(one.key, hit.id):
            by_part.setdefault(key, []).append(item)
    inside = [found.key for found in _deepest_first(one) if found.key in by_part]
    return tuple(Part(reader.citation_label(key), authority_url(key), tuple(by_part[key])) for key in inside)


def _deepest_first(one: Authority) -> list[Authority]:
    return [*(found for child in one.children for found in _deepest_first(child)), one]
