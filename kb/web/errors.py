"""Error pages, and errors of the API: the only place that turns errors into status codes of the web."""

from __future__ import annotations

import re
from urllib.parse import unquote

from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from kb.errors import DamagedIndexError, NoIndexError, ParameterError, UnknownDocumentError
from kb.language.redaction import redact
from kb.model import Hit
from kb.web import answers
from kb.web.current import given, open_reader, wants_json, words
from kb.web.newest import latest_news
from kb.web.params import ORDER, Pairs, redacted, with_pairs

#: Seconds after which a visitor, or a crawler, may try again when there is no index.
RETRY = "30"
_CODES = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 500: "internal-error"}
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp)\Z", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[-_+.\s]+")


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(ParameterError, bad_parameter)
    app.register_error_handler(NoIndexError, unavailable)
    app.register_error_handler(DamagedIndexError, unavailable)
    app.register_error_handler(UnknownDocumentError, unknown_document)
    app.register_error_handler(HTTPException, other)


def bad_parameter(error: ParameterError) -> ResponseReturnValue:
    """400: which parameter, why, and a form that keeps all that was typed."""
    message = redact(str(error))[0]
    if wants_json():
        return jsonify(answers.error(400, "bad-parameter", message, error.parameter)), 400
    pairs = tuple((name, value) for name, value in given() if name in ORDER and value.strip())
    page = render_template(
        "bad_request.html",
        message=message,
        parameter=error.parameter,
        typed=error.value,
        text=next((value for name, value in pairs if name == "q"), ""),
        hidden=_others(pairs, error, "q"),
        without=with_pairs("/search", _others(pairs, error)),
    )
    return page, 400


def unavailable(_error: NoIndexError | DamagedIndexError) -> ResponseReturnValue:
    """503: there is no index, or it is damaged; operators are told what to run."""
    if wants_json():
        sentence = f"{words()('not_ready')} {words()('operators')} kb rebuild-index."
        response = make_response(jsonify(answers.error(503, "no-index", sentence)), 503)
    else:
        response = make_response(render_template("unavailable.html"), 503)
    response.headers["Retry-After"] = RETRY
    return response


def unknown_document(error: UnknownDocumentError) -> ResponseReturnValue:
    """404: no page that visitors may see has this id."""
    if wants_json():
        return jsonify(answers.error(404, "unknown-document", redact(str(error))[0], "id")), 404
    return _not_found()


def other(error: HTTPException) -> ResponseReturnValue:
    """Every other error that HTTP has a number for, unforeseen ones among them (500)."""
    if error.response is not None or (error.code or 0) < 400:
        return error
    status = error.code or 500
    if status == 404 and not wants_json():
        return _not_found()
    key = {405: "bad_method"}.get(status, "broken" if status >= 500 else "bad_method")
    if wants_json():
        sentence = words()("not_found" if status == 404 else key)
        body: ResponseReturnValue = jsonify(answers.error(status, _CODES.get(status, "error"), sentence))
    else:
        body = render_template("error.html", key=key)
    response = make_response(body, status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def words_of_address(path: str) -> str:
    """The words of an address, as a search for what may have stood there: `/old/h1b-cap.html` gives “h1b cap”."""
    last = unquote(path).rstrip("/").rpartition("/")[2]
    return redact(_NOT_WORDS.sub(" ", _ENDING.sub("", last)).strip())[0][:200]


def _not_found() -> ResponseReturnValue:
    reader = open_reader()
    news: tuple[Hit, ...] = latest_news(reader) if reader else ()
    return render_template("not_found.html", text=words_of_address(request.path), news=news), 404


def _others(pairs: Pairs, error: ParameterError, *without: str) -> Pairs:
    """The parameters that are kept: not the bad value, nor the page of results, which would be another one."""
    kept = redacted(pairs) or pairs
    bad = (error.parameter, error.value)
    repeated = {"type", "status", "year"}
    return tuple(
        (name, value)
        for name, value in kept
        if name not in ("page", *without)
        and (name != error.parameter or (name in repeated and (name, value.strip()) != bad))
    )
