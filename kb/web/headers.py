"""What every response carries: security headers, revalidation by generation, compression.

The policy allows this site's own style sheet and pictures and nothing else; there is no script, so none is allowed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from flask import Flask, Response, g, request
from isal import igzip

import kb
from kb.config import Settings
from kb.web.current import open_reader, site

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT = "max-age=31536000"
YEAR = 31_536_000
#: Below this, compression costs more than it saves.
SMALLEST = 860
#: Of a page of results of 64 kB, isal's level 2 makes 9.3 kB in 0.07 ms, as zlib's level 3 does in 0.27; zlib's level 4
#: makes 8.6 kB in 0.38.
LEVEL = 2
_COMPRESSED = ("text/", "application/json", "application/xml", "image/svg+xml")


def version(settings: Settings, *folders: Path) -> str:
    """A name for everything but the index that a page is made of: program, settings, templates, style sheet, words."""
    digest = hashlib.sha256(kb.__version__.encode())
    digest.update(settings.model_dump_json().encode())
    for folder in folders:
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in (".html", ".xml", ".txt", ".css", ".toml", ".py"):
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def install(app: Flask, made_of: str, *, revalidate: bool) -> None:
    """Put the headers on every response of an application.

    `made_of` is what `version` gave. Without `revalidate` (drafts change under our feet) pages have no ETag.
    """

    def unchanged() -> Response | None:
        tag = g.tag = _tag(made_of) if revalidate else None
        if tag and request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(tag):
            response = Response(status=304)
            response.set_etag(tag, weak=True)
            return response
        return None

    def finish(response: Response) -> Response:
        response.headers.extend(SECURITY)
        if site().base_url.startswith("https://") and request.is_secure:
            response.headers["Strict-Transport-Security"] = TRANSPORT
        _set_caching(response, g.get("tag"))
        return _compress(_held(response))

    app.before_request(unchanged)
    app.after_request(finish)


def _tag(made_of: str) -> str | None:
    """The tag of the present address in the present generation, or None where no index is open."""
    reader = open_reader()
    if reader is None:
        return None
    # The day too: whether the law has changed since is told as of today.
    today = dt.datetime.now(dt.UTC).date()
    seed = f"{made_of}\n{reader.settings.engine}\n{reader.generation}\n{today}\n{request.full_path}"
    return hashlib.sha256(seed.encode(errors="replace")).hexdigest()[:24]


def _set_caching(response: Response, tag: str | None) -> None:
    """Pages are kept but asked about again, so that Back is instant and never stale; never `no-store`."""
    if request.endpoint == "static":
        _set_static_caching(response)
        return
    response.headers.setdefault("Cache-Control", "no-cache")
    if tag and response.status_code == 200:
        response.set_etag(tag, weak=True)


def _set_static_caching(response: Response) -> None:
    """A file asked for with its version never changes under that address."""
    if response.status_code in (200, 304) and "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)


def _held(response: Response) -> Response:
    """The response with its body in memory: our files are small, and an open one outlives a client that went away."""
    if response.direct_passthrough:
        response.direct_passthrough = False
        response.set_data(response.get_data())
        response.close()
    return response


def _compress(response: Response) -> Response:
    if not (response.mimetype or "").startswith(_COMPRESSED):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code < 200 or response.status_code in (204, 304) or "Content-Encoding" in response.headers:
        return response
    if request.accept_encodings["gzip"] <= 0:
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        # No time stamp (mtime=0): the same page gives the same bytes.
        response.set_data(igzip.compress(body, compresslevel=LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
