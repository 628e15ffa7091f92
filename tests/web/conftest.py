"""The site of a small corpus, asked through Flask's test client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.core import KnowledgeBase
from kb.web import create_app
from tests.web.corpus import build


@pytest.fixture(scope="session")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    return build(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def app(knowledge_base: KnowledgeBase) -> Flask:
    made = create_app(knowledge_base)
    made.testing = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def page(client: FlaskClient) -> Callable[[str], str]:
    """The text of a page that is there."""

    def get(url: str) -> str:
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
        return response.get_data(as_text=True)

    return get
