"""Every page of the content by its own address, old addresses that lead to one, and (with `--drafts`) drafts."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from kb.model import Page
from kb.web import current
from kb.web.document import document_page
from kb.web.params import with_pairs

blueprint = Blueprint("pages", __name__)
_TEMPLATES = {"service": "service.html", "page": "page.html"}


@blueprint.get("/<path:path>")
def page(path: str) -> ResponseReturnValue:
    """The page at an address."""
    return show(f"/{path}")


def show(path: str) -> ResponseReturnValue:
    """The page at a path, or the way to it from an old path or one without its end slash; else 404."""
    reader = current.reader()
    document_id = reader.locate(path)
    if document_id is not None:
        return _render(reader.document(document_id))
    target = _elsewhere(path)
    if target is not None:
        return redirect(with_pairs(target, current.given()), 301)
    draft = current.knowledge_base().draft_at(path) if current_app.config["DRAFTS"] else None
    if draft is None:
        abort(404)
    return _render(draft, draft=True)


def _elsewhere(path: str) -> str | None:
    """Where an old path leads, or this path with its end slash, if a page is there."""
    reader = current.reader()
    slashed = path.rstrip("/") + "/"
    target = reader.redirect(path) or reader.redirect(slashed) or reader.redirect(path.rstrip("/"))
    if target is not None or slashed == path:
        return target
    found = reader.locate(slashed)
    ref = reader.ref(found) if found is not None else None
    return ref.url if ref else None


def _render(page: Page, draft: bool = False) -> str:
    shown = document_page(page, current.reader(), current.words(), draft)
    template = _TEMPLATES.get(page.document.type, "article.html")
    return render_template(template, shown=shown, page=page, own=page.document, canonical=page.url, draft=draft)
