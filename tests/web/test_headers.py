"""What every response carries."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.core import KnowledgeBase
from kb.reader import Reader
from kb.web import create_app
from tests.web.corpus import DOCUMENTS, SETTINGS, build
from tests.web.markup import elements

ADDRESSES = [
    "/",
    "/search?q=asylum&tag=ice",
    "/search?q=zzzqqq",
    "/search?from=x",
    "/services/",
    "/services/defense/",
    "/services/non-immigrant-visas/h-1b/",
    "/news/",
    "/news/2019/h-1b-denied/",
    "/news/2020/hostile/",
    "/tags/",
    "/tags/cbp/",
    "/authors/",
    "/authors/scott-bratton/",
    "/about/scott-bratton/",
    "/nothing/",
]
OTHERS = [
    "/healthz",
    "/sitemap.xml",
    "/robots.txt",
    "/api/search",
    "/static/site.css",
    "/favicon.ico",
    "/services",
    "/api/x",
]


@pytest.mark.parametrize("address", ADDRESSES + OTHERS)
def test_every_response_is_fenced_in_and_sets_no_cookie(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers
    assert "no-store" not in headers.get("Cache-Control", "")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_has_anything_inline_or_asks_another_host_for_anything(client: FlaskClient, address: str) -> None:
    text = client.get(address).get_data(as_text=True)
    assert elements(text, "//script | //style | //*[@style] | //iframe | //object | //img") == []
    assert elements(text, "//@*[starts-with(name(), 'on')]/..") == []
    sheets = [one.get("href", "") for one in elements(text, "//link[@rel='stylesheet']")]
    assert len(sheets) == 1
    assert sheets[0].startswith("/static/site.css?v=")


@pytest.mark.parametrize(
    "address", ["/", "/search?q=asylum", "/api/search?q=asylum", "/sitemap.xml", "/news/2019/h-1b-denied/"]
)
def test_a_page_that_did_not_change_is_a_304(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    tag = first.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" in again.headers
    assert client.get(address, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_304_is_given_before_anything_is_searched(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {address: client.get(address).headers["ETag"] for address in ("/search?q=asylum", "/api/search?q=asylum")}
    monkeypatch.delattr(Reader, "search")
    for address, tag in tags.items():
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_tags_differ_by_address_generation_and_settings(tmp_path: Path, client: FlaskClient) -> None:
    knowledge_base = build(tmp_path)
    own = create_app(knowledge_base).test_client()
    tags = {
        own.get("/search?q=a").headers["ETag"],
        own.get("/search?q=b").headers["ETag"],
        own.get("/").headers["ETag"],
    }
    renamed = SETTINGS.model_copy(update={"site": SETTINGS.site.model_copy(update={"name": "Renamed"})})
    other = create_app(KnowledgeBase(renamed.model_copy(update={"root": tmp_path}))).test_client()
    tags.add(other.get("/").headers["ETag"])
    knowledge_base.rebuild()
    tags.add(own.get("/").headers["ETag"])
    assert len(tags) == 5


def test_errors_and_redirects_are_not_tagged(client: FlaskClient) -> None:
    for address in ("/nothing/", "/search?from=x", "/services"):
        assert "ETag" not in client.get(address).headers


def test_pages_are_compressed_for_those_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    packed = client.get("/", headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert int(packed.headers["Content-Length"]) == len(packed.get_data())
    refused = client.get("/", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


def test_small_answers_and_pictures_are_left_as_they_are(client: FlaskClient) -> None:
    for address in ("/healthz", "/favicon.ico"):
        assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "gzip"}).headers


def test_the_style_sheet_is_small_and_kept_for_ever_under_its_version(client: FlaskClient) -> None:
    versioned = client.get("/static/site.css?v=1", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in versioned.headers["Cache-Control"]
    assert versioned.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(versioned.get_data())) <= 21_000
    bare = client.get("/static/site.css")
    assert "immutable" not in bare.headers.get("Cache-Control", "")
    again = client.get("/static/site.css", headers={"If-None-Match": bare.headers["ETag"]})
    assert again.status_code == 304


def test_a_first_view_weighs_at_most_sixty_kilobytes(client: FlaskClient) -> None:
    packed = {"Accept-Encoding": "gzip"}
    for address in ("/", "/search?q=asylum", "/news/2019/h-1b-denied/"):
        both = (
            client.get(address, headers=packed).get_data() + client.get("/static/site.css", headers=packed).get_data()
        )
        assert len(both) <= 60_000


def test_strict_transport_is_promised_only_over_a_secure_line(tmp_path: Path, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "Strict-Transport-Security" in client.get("/", base_url="https://law.example").headers
    plain = SETTINGS.model_copy(update={"site": SETTINGS.site.model_copy(update={"base_url": "http://law.example"})})
    insecure = create_app(build(tmp_path, plain)).test_client()
    assert "Strict-Transport-Security" not in insecure.get("/", base_url="https://law.example").headers


@pytest.mark.parametrize("address", ADDRESSES + OTHERS)
def test_head_answers_as_get_does_without_a_body(client: FlaskClient, address: str) -> None:
    full, head = client.get(address), client.head(address)
    assert (head.status_code, head.get_data()) == (full.status_code, b"")
    assert head.headers.get("ETag") == full.headers.get("ETag")


def test_a_page_is_never_answered_from_two_generations(tmp_path: Path) -> None:
    knowledge_base = KnowledgeBase.from_documents(DOCUMENTS[1:2], path=tmp_path, settings=SETTINGS)
    client = create_app(knowledge_base).test_client()
    before = client.get("/healthz").get_json()["generation"]
    changed = replace(DOCUMENTS[1], title="A New Title")
    KnowledgeBase.from_documents([changed], path=tmp_path, settings=SETTINGS)
    knowledge_base.rebuild()
    assert client.get("/healthz").get_json()["generation"] != before
