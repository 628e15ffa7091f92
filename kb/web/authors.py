"""`/authors/`: who wrote what, found by the name as an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template

from kb.folding import fold_name, slug
from kb.model import Hit, PageRef, Query, Results
from kb.web import current
from kb.web.items import Itemiser
from kb.web.params import search_url

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("authors", __name__)
LISTED = 50


@dataclass(frozen=True, slots=True)
class Author:
    """An author, how many pages they wrote, and where those are listed."""

    name: str
    count: int
    url: str


def author_url(name: str) -> str:
    """The page of an author; a search where the name has no letter that an address can hold."""
    return f"/authors/{slug(name)}/" if slug(name) else search_url(Query(author=(name,)))


def person(reader: Reader, name: str) -> PageRef | None:
    """The page under `/about/` that is about this author, if there is one."""
    folded = fold_name(name)
    about = (ref for ref in reader.refs() if ref.url.startswith("/about/"))
    return next((ref for ref in about if fold_name(ref.title) == folded), None)


@blueprint.get("/authors/")
def authors() -> str:
    """Every author, by name."""
    listed = sorted(_authors(current.reader()), key=lambda author: fold_name(author.name))
    return render_template("authors.html", authors=listed)


@blueprint.get("/authors/<name>/")
def author(name: str) -> str:
    """One author: what is known of them, and what they wrote, newest first."""
    reader = current.reader()
    # Two names that make one address share its page.
    names = tuple(author.name for author in _authors(reader) if slug(author.name) == name)
    if not name or not names:
        abort(404)
    query = Query(author=names, sort="newest", per_page=LISTED)
    results = reader.search(query)
    return render_template(
        "author.html",
        name=names[0],
        bio=_bio(reader, results, names[0]),
        person=person(reader, names[0]),
        items=Itemiser(reader, current.words()).items(results),
        total=results.total,
        all_url=search_url(Query(author=names)),
    )


def _authors(reader: Reader) -> list[Author]:
    results = reader.search(Query(per_page=1))
    values = [value for facet in results.facets if facet.name == "author" for value in facet.values if value.count]
    return [Author(value.label, value.count, author_url(value.label)) for value in values]


def _bio(reader: Reader, results: Results, name: str) -> str:
    """What the newest page that this author wrote alone says about them."""

    def alone(hit: Hit) -> bool:
        return [fold_name(author) for author in hit.authors] == [fold_name(name)]

    own = (reader.document(hit.id).bio_html for hit in results.hits[:10] if alone(hit))
    return next((bio for bio in own if bio), "")
