"""What is made once for a generation."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from kb.web import create_app, current
from tests.web.corpus import SETTINGS, build
from tests.web.markup import elements

MARKED = "//nav[@class='menu']//a[@aria-current='page']"


def test_the_menu_marks_the_page_itself_and_is_rendered_once_for_all_others(app: Flask, client: FlaskClient) -> None:
    for address in ("/search?q=bond", "/search?q=asylum", "/news/2019/h-1b-denied/"):
        assert elements(client.get(address).get_data(as_text=True), MARKED) == []
    marked = elements(client.get("/about/staff/").get_data(as_text=True), MARKED)
    assert [one.get("href") for one in marked] == ["/about/staff/"]
    edition = app.extensions[current.EDITION]
    assert edition.menu("/search") is edition.menu("/nothing/like/it/")
    assert edition.menu("/about/staff/") is not edition.menu("/search")


def test_every_request_of_a_generation_has_the_same_edition_and_a_new_generation_its_own(tmp_path: Path) -> None:
    knowledge_base = build(tmp_path)
    app = create_app(knowledge_base)
    client = app.test_client()
    seen = []
    for address in ("/", "/search?q=bond"):
        client.get(address)
        seen.append(app.extensions[current.EDITION])
    knowledge_base.rebuild()
    client.get("/")
    seen.append(app.extensions[current.EDITION])
    assert seen[0] is seen[1]
    assert seen[2] is not seen[0]
    assert seen[2].reader.generation == knowledge_base.reader().generation


def test_a_call_to_action_that_nobody_configured_leads_to_no_page_that_is_not_there(tmp_path: Path) -> None:
    site = SETTINGS.site.model_copy()
    site.model_fields_set.discard("action")
    app = create_app(build(tmp_path, SETTINGS.model_copy(update={"site": site})))
    app.test_client().get("/")
    assert app.extensions[current.EDITION].site.action.url == ""


def test_an_index_that_is_not_there_is_no_reason_not_to_start(tmp_path: Path) -> None:
    knowledge_base = build(tmp_path)
    opened, empty = create_app(knowledge_base), Flask("no knowledge base")
    current.prepare(opened)
    current.prepare(empty)
    assert opened.extensions[current.EDITION].reader is knowledge_base.reader()
    assert current.EDITION not in empty.extensions
