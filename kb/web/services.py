"""`/services/`: the tree of services, and one heading of it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kb.model import Query
from kb.web import current
from kb.web.items import Itemiser
from kb.web.newest import NEWS
from kb.web.pages import show
from kb.web.params import search_url

blueprint = Blueprint("services", __name__)
NEWEST = 5


@blueprint.get("/services/")
def services() -> str:
    """Every service under its heading, with one sentence."""
    return render_template("services.html", groups=current.reader().services())


@blueprint.get("/services/<heading>/")
def heading(heading: str) -> ResponseReturnValue:
    """One heading: its services, then the newest news about them."""
    reader = current.reader()
    group = next((group for group in reader.services() if group.slug == heading), None)
    if group is None:
        return show(f"/services/{heading}/")
    query = Query(service=(heading,), type=NEWS, sort="newest", per_page=NEWEST)
    results = reader.search(query)
    return render_template(
        "heading.html",
        group=group,
        items=Itemiser(reader, current.words()).items(results),
        total=results.total,
        all_url=search_url(Query(service=(heading,), type=NEWS)),
    )
