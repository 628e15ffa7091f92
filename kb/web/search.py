"""`/search`: words and filters in, a page of results out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from kb.web import current
from kb.web.newest import latest_news
from kb.web.params import parse, search_url, with_successors
from kb.web.results import results_page

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """The results of a search; a merged tag leads to the same search with its successor."""
    reader, words = current.reader(), current.words()
    query = parse(current.given(), words)
    living = with_successors(query, reader.vocabulary)
    if living != query:
        return redirect(search_url(living), 301)
    results = reader.search(query)
    recent = () if results.total else latest_news(reader)
    return render_template("search.html", page=results_page(results, reader, current.edition(), recent))
