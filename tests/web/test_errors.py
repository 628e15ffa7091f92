"""What goes wrong, as pages and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.core import KnowledgeBase
from kb.web import create_app
from tests.web.corpus import SETTINGS
from tests.web.markup import elements, links, texts

REFUSED = [
    ("type=blog", "type", "“blog” is not a type. Choose: service, article, news, digest, alert, page."),
    ("status=old", "status", "“old” is not a status. Choose: current, unreviewed, law-changed, superseded."),
    ("sort=best", "sort", "“best” is not a sort order. Choose: relevance, newest, oldest."),
    ("from=2019-13-40", "from", "“2019-13-40” is not a date. Write year-month-day, such as 2019-08-20."),
    ("to=x", "to", "“x” is not a date. Write year-month-day, such as 2019-08-20."),
    ("as_of=x", "as_of", "“x” is not a date. Write year-month-day, such as 2019-08-20."),
    ("from=2020-01-02&to=2020-01-01", "from", "The first date is after the last."),
    ("year=19", "year", "“19” is not a year. Write four digits, such as 2019."),
    ("page=0", "page", "The page must be 1 or more."),
    ("page=x", "page", "“x” is not a page number. Write a whole number, 1 or more."),
    ("per_page=101", "per_page", "“101” is not a number of results a page. Write a whole number from 1 to 100."),
    (f"q={'x' * 1204}", "q", "Your search has 1,204 characters; the limit is 1,000."),
]


@pytest.mark.parametrize(("query", "parameter", "sentence"), REFUSED)
def test_a_bad_parameter_is_a_400_that_says_which_and_why(
    client: FlaskClient, query: str, parameter: str, sentence: str
) -> None:
    answer = client.get(f"/api/search?{query}")
    assert answer.status_code == 400
    assert answer.get_json() == {
        "error": {"status": 400, "code": "bad-parameter", "message": sentence, "parameter": parameter}
    }
    response = client.get(f"/search?{query}")
    text = response.get_data(as_text=True)
    assert response.status_code == 400
    assert texts(text, "//title")[0].startswith("Error: ")
    [summary] = elements(text, "//div[@role='alert']//a")
    assert summary.text_content() == sentence
    field = elements(text, f"//*[@id='{(summary.get('href') or '')[1:]}']")[0]
    assert (field.get("name"), field.get("aria-invalid")) == (parameter, "true")
    assert elements(text, "//ol[@class='results']") == []


def test_an_error_keeps_what_was_typed_and_offers_the_search_without_it(client: FlaskClient) -> None:
    text = client.get("/search?q=bond&tag=ice&tag=cbp&from=2019-13-40&page=3").get_data(as_text=True)
    [field] = elements(text, "//input[@id='bad']")
    assert (field.get("type"), field.get("value")) == ("text", "2019-13-40")
    hidden = [(one.get("name"), one.get("value")) for one in elements(text, "//input[@type='hidden']")]
    assert hidden == [("tag", "ice"), ("tag", "cbp")]
    assert elements(text, "//input[@name='q']")[0].get("value") == "bond"
    assert links(text)["Search without it"] == "/search?q=bond&tag=ice&tag=cbp"


def test_one_bad_value_of_several_is_taken_away_alone(client: FlaskClient) -> None:
    text = client.get("/search?q=bond&type=news&type=blog").get_data(as_text=True)
    assert links(text)["Search without it"] == "/search?q=bond&type=news"


def test_words_that_are_too_long_are_kept_in_the_field(client: FlaskClient) -> None:
    text = client.get(f"/search?q={'x' * 1001}&tag=ice").get_data(as_text=True)
    [field] = elements(text, "//input[@name='q']")
    assert field.get("value") == "x" * 1001
    assert links(text)["Search without it"] == "/search?tag=ice"


@pytest.mark.parametrize("limit", ["0", "101", "x", "²"])
def test_a_bad_limit_is_refused(client: FlaskClient, limit: str) -> None:
    response = client.get(f"/api/related/pages/contact?limit={limit}")
    assert (response.status_code, response.get_json()["error"]["parameter"]) == (400, "limit")


@pytest.mark.parametrize(
    ("address", "code", "message"),
    [
        ("/api/nothing", "not-found", "This page is not here."),
        (
            "/api/documents/no/such/page",
            "unknown-document",
            "No page has the id “no/such/page”. An id is the path under content/ without .md.",
        ),
        (
            "/api/related/nothing",
            "unknown-document",
            "No page has the id “nothing”. An id is the path under content/ without .md.",
        ),
    ],
)
def test_what_the_api_does_not_have_is_a_404_as_json(
    client: FlaskClient, address: str, code: str, message: str
) -> None:
    response = client.get(address)
    error = response.get_json()["error"]
    assert (response.status_code, error["status"], error["code"], error["message"]) == (404, 404, code, message)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(client: FlaskClient, method: str) -> None:
    for address in ("/", "/search?q=x", "/contact/"):
        response = client.open(address, method=method)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
    answer = client.open("/api/search", method=method)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (405, "method-not-allowed")


def without_index(root: Path) -> FlaskClient:
    (root / "content").mkdir()
    (root / "kb.toml").write_text('[site]\nname = "Root"\nphone = "(216) 555-0100"\n', encoding="utf-8")
    return create_app(KnowledgeBase.open(root)).test_client()


@pytest.mark.parametrize("address", ["/", "/search?q=x", "/contact/", "/nothing/", "/tags/", "/sitemap.xml"])
def test_without_an_index_every_page_is_a_503_that_says_what_to_run(tmp_path: Path, address: str) -> None:
    response = without_index(tmp_path).get(address)
    text = response.get_data(as_text=True)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "kb rebuild-index" in text
    assert "(216) 555-0100" in text
    assert "ETag" not in response.headers


def test_without_an_index_the_api_says_so_and_healthz_still_answers(tmp_path: Path) -> None:
    client = without_index(tmp_path)
    answer = client.get("/api/search?q=x")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "no-index")
    assert "kb rebuild-index" in answer.get_json()["error"]["message"]
    health = client.get("/healthz")
    assert (health.status_code, health.get_json()) == (
        200,
        {"status": "no-index", "engine": "columnar", "generation": None, "documents": 0},
    )
    assert client.get("/static/site.css").status_code == 200


def test_a_damaged_index_is_a_503_until_it_is_mended(tmp_path: Path) -> None:
    client = without_index(tmp_path)
    KnowledgeBase.open(tmp_path).rebuild()
    for manifest in (tmp_path / "index").rglob("manifest.json"):
        manifest.write_text("{}", encoding="utf-8")
    assert client.get("/").status_code == 503
    assert client.get("/healthz").get_json()["status"] == "damaged-index"
    KnowledgeBase.open(tmp_path).rebuild(full=True)
    assert client.get("/").status_code == 200


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(knowledge_base: KnowledgeBase) -> None:
    app: Flask = create_app(knowledge_base)

    def broken() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/broken", view_func=broken)
    app.add_url_rule("/api/broken", "api-broken", broken)
    app.logger.disabled = True
    client = app.test_client()
    response = client.get("/broken")
    assert response.status_code == 500
    assert "secret detail" not in response.get_data(as_text=True)
    assert "Content-Security-Policy" in response.headers
    assert client.get("/api/broken").get_json()["error"]["code"] == "internal-error"


def test_error_pages_know_the_firm(client: FlaskClient) -> None:
    text = client.get("/nothing/").get_data(as_text=True)
    assert SETTINGS.site.phone in text
