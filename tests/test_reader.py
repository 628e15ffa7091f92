"""What is asked of one generation: suggestions, neighbours, services, and related reading with its reasons."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kb import Document, KnowledgeBase
from kb.config import ServiceHeading, Settings
from kb.errors import UnknownDocumentError

CONCEPTS: dict[str, dict[str, Any]] = {
    "asylum": {"prefLabel": "Asylum", "prefLabel_es": "Asilo", "group": "topic", "service": "services/law/asylum"},
    "h-1b": {"prefLabel": "H-1B", "altLabel": ["Specialty occupation"], "group": "visa"},
    "i-589": {"prefLabel": "I-589", "group": "form"},
    "unused": {"prefLabel": "Assembly", "group": "topic"},
}
#: Words of one matter, and words of another.
REFUGE = "A person who fears persecution at home asks an officer for protection and tells what happened there. " * 6
WORKERS = (
    "An employer files a petition for a worker with a degree, and the registration lottery decides its chance. " * 6
)


def news(name: str, body: str = REFUGE, **keys: Any) -> Document:
    keys = {"title": f"Of {name}", "type": "news", "date": dt.date(2020, 1, 1), "tags": ("asylum",), **keys}
    return Document(f"news/2020/{name}", body, **keys)


def built(*documents: Document) -> KnowledgeBase:
    # Pages of other matters, so that what is shared says something.
    others = [
        news(f"other-{n}", f"{WORKERS} number{n}", tags=("h-1b",), date=dt.date(2010 + n, 1, 1)) for n in range(6)
    ]
    headings = (ServiceHeading(slug="law", label="Law"),)
    return KnowledgeBase.from_documents([*documents, *others], vocabulary=CONCEPTS, settings=Settings(heading=headings))


def ids(base: KnowledgeBase, document_id: str) -> list[str]:
    return [one.id.removeprefix("news/2020/") for one in base.related(document_id)]


def test_each_related_page_says_why() -> None:
    base = built(news("one", REFUGE + "INA 208(a)."), news("two", REFUGE + "INA 208(a).", title="Another"))
    (found,) = [one for one in base.related("news/2020/one") if one.id == "news/2020/two"]
    assert {reason.kind for reason in found.reasons} >= {"tag", "cites", "similar"}
    assert "Asylum" in {reason.label for reason in found.reasons}
    assert found.score > 0


def test_never_itself_a_draft_a_second_copy_a_digest_or_filler() -> None:
    from kb.model import Source

    source, other = Source("A blog", "https://www.example.org/a/"), Source("A blog", "http://example.org/a#top")
    base = built(
        news("one", source=source),
        news("copy-of-one", source=other, title="Reprinted"),
        news("draft", draft=True),
        news("digest", type="digest"),
        news("filler", "Nothing yet."),
        news("untitled", title="Untitled"),
        news("same-title-and-text", title="Of one"),
        news("two", REFUGE + WORKERS),
        news("copy-of-two", REFUGE + WORKERS, title="Of two"),
    )
    found = ids(base, "news/2020/one")
    assert len({"two", "copy-of-two"} & set(found)) == 1
    assert not {"one", "copy-of-one", "draft", "digest", "filler", "untitled", "same-title-and-text"} & set(found)


def test_a_superseded_page_gives_way_to_the_last_of_its_successors() -> None:
    base = built(
        news("one"),
        news("old", superseded_by="news/2020/newer"),
        news("newer", WORKERS, tags=("h-1b",), superseded_by="news/2020/newest", title="Newer"),
        news("newest", REFUGE + WORKERS, title="Newest"),
    )
    found = ids(base, "news/2020/one")
    assert "newest" in found
    assert not {"old", "newer"} & set(found)


PINS = ("news/2020/filler", "news/2020/old", "news/2020/draft", "news/2020/nope", "news/2020/one")


def test_pins_come_first_even_filler_and_as_their_successors_and_what_is_kept_out_stays_out() -> None:
    base = built(
        news("one", related=PINS, not_related=("news/2020/two",)),
        news("two"),
        news("three", REFUGE + "Three more.", title="Three"),
        news("filler", "Nothing yet."),
        news("old", superseded_by="news/2020/newest"),
        news("newest", WORKERS, tags=("h-1b",), title="Newest"),
        news("draft", draft=True),
    )  # fmt: skip
    found = base.related("news/2020/one")
    assert ids(base, "news/2020/one")[:2] == ["filler", "newest"]
    assert [[reason.kind for reason in one.reasons] for one in found[:2]] == [["pinned"], ["pinned"]]
    assert "news/2020/three" in {one.id for one in found}
    assert not {"news/2020/two", "news/2020/draft", "news/2020/one"} & {one.id for one in found}


def test_what_was_kept_out_stays_out_when_it_is_superseded() -> None:
    base = built(
        news("one", not_related=("news/2020/old",)), news("old", superseded_by="news/2020/newest"), news("newest")
    )
    assert "newest" not in ids(base, "news/2020/one")


def test_at_most_six_and_as_many_as_are_asked_for() -> None:
    base = built(*(news(f"n{n}", f"{REFUGE} more{n} words{n}", title=f"Title {n}") for n in range(12)))
    assert len(base.related("news/2020/n0")) == 6
    assert len(base.related("news/2020/n0", limit=2)) == 2
    assert [one.id for one in base.related("news/2020/n0", limit=2)] == [
        one.id for one in base.related("news/2020/n0")
    ][:2]


def test_few_good_ones_beat_six_poor_ones() -> None:
    base = built(news("alone", "Zebras and giraffes graze on dry plains under an open sky. " * 10, tags=()))
    assert base.related("news/2020/alone") == ()


def test_an_unknown_page_has_no_related_ones() -> None:
    with pytest.raises(UnknownDocumentError, match="No page has the id “nope”"):
        built().related("nope")


def test_reasons_are_in_the_language_of_the_page() -> None:
    base = built(news("uno", lang="es"), news("two", title="Two"))
    labels = {reason.label for one in base.related("news/2020/uno") for reason in one.reasons if reason.kind == "tag"}
    assert labels == {"Asilo"}


# -- suggestions, neighbours, services ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    service: dict[str, Any] = {"type": "service", "updated": dt.date(2024, 1, 1)}
    names: dict[str, Any] = {"menu_title": "Asylum", "aliases": ("Protección",), "order": 2, **service}
    return built(
        Document("services/law/asylum", REFUGE, title="Asylum and refuge", **names),
        Document("services/law/bond", WORKERS, title="Bond", order=1, **service),
        Document("services/other/thing", WORKERS, title="A thing", **service),
        news("first", "INA 208(a). " + REFUGE, title="Asylum news", tags=("asylum", "i-589"), date=dt.date(2021, 1, 1)),
        news("second", title="Later news", date=dt.date(2021, 1, 1)),
        news("third", title="Latest news", date=dt.date(2022, 1, 1)),
        Document("pages/about", WORKERS, title="About us"),
    )  # fmt: skip


def suggested(base: KnowledgeBase, prefix: str) -> list[tuple[str, str]]:
    return [(one.text, one.kind) for one in base.suggest(prefix)]


def test_suggestions_are_services_then_concepts_forms_citations_titles(base: KnowledgeBase) -> None:
    assert suggested(base, "asyl") == [("Asylum", "service"), ("Asylum", "concept"), ("Asylum news", "title")]
    assert suggested(base, "I-5") == [("I-589", "form")]
    assert suggested(base, "ina 208") == [("INA 208", "citation"), ("INA 208(a)", "citation")]
    assert suggested(base, "latest") == [("Latest news", "title")]


def test_suggestions_know_other_names_accents_and_words_within(base: KnowledgeBase) -> None:
    assert suggested(base, "PROTECCION") == [("Asylum", "service")]
    assert suggested(base, "refuge") == [("Asylum", "service")]
    assert suggested(base, "specialty") == [("H-1B", "concept")]
    assert suggested(base, "asilo") == [("Asylum", "concept")]


@pytest.mark.parametrize("prefix", ["", "   ", "xyzzy", "\x00", "assembly", "%", "x" * 5000])
def test_nothing_is_suggested_for_what_begins_nothing(base: KnowledgeBase, prefix: str) -> None:
    assert base.suggest(prefix) == ()


def test_neighbours_are_the_older_and_the_newer_news(base: KnowledgeBase) -> None:
    reader = base.reader()

    def names(document_id: str) -> list[str | None]:
        return [ref.id.rpartition("/")[2] if ref else None for ref in reader.neighbours(document_id)]

    # Of one day by id, as the news page lists them: the list goes from newer to older.
    assert names("news/2020/first") == ["second", "third"]
    assert names("news/2020/third") == ["first", None]
    assert names("news/2020/other-0") == [None, "other-1"]
    assert names("pages/about") == [None, None]


def test_services_stand_in_the_order_of_their_headings_and_then_of_their_own(base: KnowledgeBase) -> None:
    groups = base.reader().services()
    assert [(group.slug, group.label, [ref.menu_label for ref in group.entries]) for group in groups] == [
        ("law", "Law", ["Bond", "Asylum"]),
        ("other", "Other", ["A thing"]),
    ]
