"""What machines read: `/sitemap.xml`, `/robots.txt`, `/healthz`, and the sign in the browser's tab."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from kb.errors import DamagedIndexError, NoIndexError
from kb.web import current
from kb.web.headers import YEAR
from kb.web.items import latest
from kb.web.law import authority_url
from kb.web.topics import counts

blueprint = Blueprint("site", __name__)
#: Addresses in one file, at most (https://www.sitemaps.org/protocol.html).
MOST = 50_000


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """That the server lives, and whether there is an index to answer from (`status`), and which: always 200."""
    knowledge_base = current.knowledge_base()
    state = {"engine": knowledge_base.settings.engine, "generation": None, "documents": 0}
    try:
        reader = knowledge_base.reader()
    except NoIndexError:
        return jsonify({"status": "no-index", **state})
    except DamagedIndexError:
        return jsonify({"status": "damaged-index", **state})
    state |= {"generation": reader.generation, "documents": len(reader.refs())}
    return jsonify({"status": "ok", **state})


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every address for search engines; past what one file may hold, the list of the files that hold them."""
    entries = _entries()
    if len(entries) <= MOST:
        return _xml(render_template("sitemap.xml", entries=entries, base=current.site().base_url))
    files = range(1, -(-len(entries) // MOST) + 1)
    return _xml(render_template("sitemaps.xml", files=files, base=current.site().base_url))


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_file(number: int) -> ResponseReturnValue:
    """One file of a sitemap that is too long for one."""
    part = _entries()[(number - 1) * MOST : number * MOST] if number else []
    if not part:
        abort(404)
    return _xml(render_template("sitemap.xml", entries=part, base=current.site().base_url))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers may read everything but the API; searches ask them not to be listed."""
    lines = ("User-agent: *", "Disallow: /api/", "", f"Sitemap: {current.site().base_url}/sitemap.xml", "")
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """The sign in the tab, where browsers look for it unasked: no page needs a link to it."""
    response = current_app.send_static_file("favicon.ico")
    response.headers["Cache-Control"] = f"public, max-age={YEAR // 52}"
    return response


def _entries() -> list[tuple[str, str]]:
    """Address and day of the last change of every page and list."""
    reader = current.reader()
    fixed = ["/", "/services/", "/news/", "/tags/", "/authors/", "/authorities/"]
    lists = [f"/services/{group.slug}/" for group in reader.services()]
    lists += [f"/tags/{concept_id}/" for concept_id, count in counts(reader).items() if count]
    lists += [authority_url(key) for key in sorted(reader.cited.listed)]
    entries = [(url, "") for url in (*fixed, *lists)]
    taken = {url for url, _ in entries}
    for ref in reader.refs():
        day = latest(ref.date, ref.updated)
        if ref.url not in taken:
            entries.append((ref.url, day.isoformat() if day else ""))
    return entries


def _xml(text: str) -> Response:
    return Response(text, mimetype="application/xml")
