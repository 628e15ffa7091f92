"""`/api/`: the answers of the library as JSON. A personal number is taken out before anything is made of it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from kb.web import answers, current
from kb.web.params import number, parse, redacted, with_successors

blueprint = Blueprint("api", __name__, url_prefix="/api")
RELATED = 6


@blueprint.get("/search")
def search() -> Response:
    """A search, with the parameters of the page `/search`."""
    reader = current.reader()
    query = parse(redacted(current.given()) or current.given(), current.words())
    return jsonify(answers.results(reader.search(with_successors(query, reader.vocabulary))))


@blueprint.get("/documents/<path:document_id>")
def document(document_id: str) -> Response:
    """One page in full."""
    reader = current.reader()
    return jsonify(answers.document(reader.document(document_id), reader.citation_label, reader.citation_url))


@blueprint.get("/related/<path:document_id>")
def related(document_id: str) -> Response:
    """What else to read after a page; `limit` from 1 to 100, 6 where it is not given."""
    typed = request.args.get("limit", "").strip()
    limit = number("limit", typed, words=current.words()) if typed else RELATED
    return jsonify(answers.related(document_id, current.reader().related(document_id, limit)))


@blueprint.get("/suggest")
def suggest() -> Response:
    """What the letters typed so far may become."""
    given = redacted(current.given()) or current.given()
    prefix = next((value for name, value in given if name == "q"), "")
    parse((("q", prefix),), current.words())
    return jsonify(answers.suggestions(current.reader().suggest(prefix)))
