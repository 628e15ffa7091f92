"""What machines read."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from lxml import etree

from kb.core import KnowledgeBase
from kb.web import site

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def places(client: FlaskClient, address: str) -> list[str]:
    root = etree.fromstring(client.get(address).get_data())
    found = root.xpath("//s:loc/text()", namespaces=NAMES)
    assert isinstance(found, list)
    return [str(one) for one in found]


def test_healthz_names_engine_generation_and_documents(client: FlaskClient, knowledge_base: KnowledgeBase) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.get_json()) == (
        200,
        {"status": "ok", "engine": "columnar", "generation": knowledge_base.reader().generation, "documents": 37},
    )


def test_the_sitemap_names_every_page_that_is_there(client: FlaskClient) -> None:
    addresses = places(client, "/sitemap.xml")
    assert len(addresses) == len(set(addresses))
    for address in addresses:
        assert address.startswith("https://law.example/")
        assert client.get(address.removeprefix("https://law.example")).status_code == 200, address
    assert "https://law.example/services/defense/asylum/" in addresses
    assert not any("secret" in address or "/search" in address for address in addresses)
    assert b"<lastmod>2025-03-01</lastmod>" in client.get("/sitemap.xml").get_data()


def test_a_sitemap_too_long_for_one_file_becomes_several(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = places(client, "/sitemap.xml")
    monkeypatch.setattr(site, "MOST", 20)
    files = places(client, "/sitemap.xml")
    assert len(files) == -(-len(whole) // 20)
    parts = [address for file in files for address in places(client, file.removeprefix("https://law.example"))]
    assert parts == whole
    assert client.get("/sitemap-99.xml").status_code == client.get("/sitemap-0.xml").status_code == 404


def test_robots_are_told_where_the_sitemap_is(client: FlaskClient) -> None:
    assert client.get("/robots.txt").get_data(as_text=True).splitlines() == [
        "User-agent: *",
        "Disallow: /api/",
        "",
        "Sitemap: https://law.example/sitemap.xml",
    ]


def test_the_sign_in_the_tab_is_where_browsers_look_for_it(client: FlaskClient) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 200
    assert response.mimetype == "image/vnd.microsoft.icon"
