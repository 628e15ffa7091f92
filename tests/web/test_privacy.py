"""Personal numbers never reach a page, a link or an answer."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb.cli import cli
from kb.core import KnowledgeBase

NUMBERS = ["A123456789", "A 123-456-789", "123-45-6789", "WAC2190012345"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_page_asked_with_a_number_leads_to_the_address_without_it(client: FlaskClient, number: str) -> None:
    response = client.get("/search", query_string={"q": f"bond {number}", "tag": "ice", "author": number, "page": "2"})
    assert (response.status_code, response.headers["Location"]) == (303, "/search?q=bond+%5Bnumber%5D&tag=ice&page=2")
    assert number not in response.get_data(as_text=True)
    text = client.get(response.headers["Location"]).get_data(as_text=True)
    assert "We removed what looks like a personal number." in text


@pytest.mark.parametrize("address", ["/", "/news/", "/nothing/", "/services", "/tags/cbp/", "/search"])
def test_any_page_drops_a_number_from_its_address(client: FlaskClient, address: str) -> None:
    response = client.get(f"{address}?x=1&note=A123456789")
    assert (response.status_code, response.headers["Location"]) == (303, f"{address}?x=1")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_api_reads_a_search_without_its_numbers(client: FlaskClient, number: str) -> None:
    response = client.get("/api/search", query_string={"q": f"asylum {number}", "author": number, "from": number})
    answer = response.get_json()
    assert (response.status_code, answer["query"]["text"]) == (200, "asylum [number]")
    assert answer["query"]["read_as"][1]["kind"] == "redacted"
    assert number not in response.get_data(as_text=True)


def test_a_number_in_a_path_is_not_repeated(client: FlaskClient) -> None:
    for address in ("/cases/A123456789/", "/api/documents/A123456789", "/api/related/A123456789"):
        response = client.get(address)
        assert response.status_code == 404
        assert "A123456789" not in response.get_data(as_text=True).replace(
            f'canonical" href="https://law.example{address}', ""
        )


def test_a_suggestion_is_asked_for_without_the_number(client: FlaskClient) -> None:
    response = client.get("/api/suggest?q=A123456789")
    assert (response.status_code, response.get_json()) == (200, {"suggestions": []})


def test_searches_are_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/search?q=unforgettable")
        client.get("/search?q=unforgettable&from=x")
    assert "unforgettable" not in caplog.text


def test_the_terminal_drops_a_number_from_its_options(tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_text("", encoding="utf-8")
    page = tmp_path / "content" / "pages" / "bond.md"
    page.parent.mkdir(parents=True)
    page.write_text("---\ntitle: Bond\n---\nText.\n", encoding="utf-8")
    KnowledgeBase.open(tmp_path).rebuild()
    command = ["--root", str(tmp_path), "search", "bond", "--author", "A123456789", "--json"]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0
    assert "123456789" not in done.output
    assert '"total": 1' in done.output
