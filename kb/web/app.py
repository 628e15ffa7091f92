"""The web application: `create_app` joins routes, templates, headers and error pages around a knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, redirect, request
from flask.json.provider import DefaultJSONProvider
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from kb.config import FILE
from kb.web import api, authors, body, current, errors, headers, home, law, news, pages, search, services, site, topics
from kb.web.params import redacted, with_pairs

if TYPE_CHECKING:
    from kb.core import KnowledgeBase

HERE = Path(__file__).parent
#: Addresses that no page of the content may claim; `/api/` and `/static/` include everything below them.
RESERVED = (
    "/",
    "/search",
    "/services/",
    "/news/",
    "/tags/",
    "/authors/",
    "/authorities/",
    "/sitemap.xml",
    "/robots.txt",
    "/healthz",
    "/favicon.ico",
    "/api/",
    "/static/",
)
#: Endpoints that answer without an index.
_WITHOUT_INDEX = frozenset({"static", "site.health", "site.icon"})


def create_app(knowledge_base: KnowledgeBase, drafts: bool = False) -> Flask:
    """The site of a knowledge base. With `drafts`, pages that visitors cannot see are served too (on loopback only)."""
    app = Flask("kb.web", static_folder=str(HERE / "static"), static_url_path="/static", template_folder=None)
    app.extensions[current.EXTENSION] = knowledge_base
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, DRAFTS=drafts)
    app.json = _json(app)
    folders = template_folders(knowledge_base.settings.root)
    made_of = headers.version(knowledge_base.settings, *folders, HERE)
    _prepare_templates(app, folders, made_of)
    app.before_request(_private)
    app.before_request(_with_end_slash)
    app.before_request(_open)
    headers.install(app, made_of, revalidate=not drafts)
    for module in (home, site, api, search, services, news, topics, law, authors, pages):
        app.register_blueprint(module.blueprint)
    errors.install(app)
    return app


def _json(app: Flask) -> DefaultJSONProvider:
    """JSON with its keys in the order of the contract and its letters as they are."""
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    provider.ensure_ascii = False
    return provider


def template_folders(root: Path) -> tuple[Path, ...]:
    """Where templates are looked for: the root's own go before the package's copy or, in a clone, the repository's."""
    packaged = HERE / "templates"
    shipped = packaged if packaged.is_dir() else HERE.parent.parent / "templates"
    own = root / "templates"
    return (own, shipped) if (root / FILE).is_file() and own.is_dir() else (shipped,)


def _prepare_templates(app: Flask, folders: tuple[Path, ...], made_of: str) -> None:
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["body"] = body.shown
    stylesheet = with_pairs(f"{app.static_url_path}/site.css", [("v", made_of[:8])])

    def shared() -> dict[str, object]:
        """What every template may use."""
        edition = current.edition()
        return {
            "edition": edition,
            "site": edition.site,
            "w": edition.words,
            "services": edition.services,
            "stylesheet": stylesheet,
            "path": request.path,
        }

    app.context_processor(shared)


def _private() -> Response | None:
    """A page asked for with a personal number leads to its address without it, before anything is made of it."""
    clean = None if current.wants_json() else redacted(current.given())
    return None if clean is None else redirect(with_pairs(_path(request.path), clean), 303)


def _with_end_slash() -> Response | None:
    """An address of ours without its end slash leads to the one with it; parameters are kept."""
    if not isinstance(request.routing_exception, RequestRedirect):
        return None
    return redirect(slashed(request.path), 301)


def slashed(path: str) -> str:
    """The path with its end slash, and the parameters of the request as they are."""
    query = request.query_string.decode("ascii", "replace")
    address = _path(path.rstrip("/") + "/")
    return f"{address}?{query}" if query else address


def _path(path: str) -> str:
    """A path of this site as an address: exactly one slash at its beginning, so that it never names another host."""
    return quote("/" + path.lstrip("/"), safe="/")


def _open() -> None:
    if request.endpoint not in _WITHOUT_INDEX:
        current.reader()
