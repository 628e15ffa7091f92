"""`/`: the search, what the firm does, what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from kb.model import Query
from kb.web import current
from kb.web.items import Chip, chip
from kb.web.newest import latest_news
from kb.web.params import search_url
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("home", __name__)
TOPICS = 12


@dataclass(frozen=True, slots=True)
class CountedChip:
    """A topic with the number of its pages."""

    chip: Chip
    count: int


@blueprint.get("/")
def home() -> str:
    """The front page."""
    reader, site = current.reader(), current.site()
    urgent = (reader.ref(document_id) for document_id in site.urgent)
    return render_template(
        "home.html",
        urgent=tuple(ref for ref in urgent if ref),
        tries=tuple((text, search_url(Query(text=text))) for text in site.tries),
        news=latest_news(reader),
        topics=_topics(reader, current.words()),
    )


def _topics(reader: Reader, words: Words) -> tuple[CountedChip, ...]:
    """The topics that most pages carry."""
    facets = reader.search(Query(per_page=1)).facets
    tags = [(facet.name, value) for facet in facets if facet.param == "tag" for value in facet.values]
    most = sorted(tags, key=lambda pair: (-pair[1].count, pair[1].label))[:TOPICS]
    return tuple(CountedChip(chip(v.label, group, f"/tags/{v.value}/", words), v.count) for group, v in most if v.count)
