"""What an answer holds beside its matches: hits as they are shown, facets with their names, marks, explanations."""

from __future__ import annotations

import datetime as dt

import pytest

from kb import Change, Document, KnowledgeBase, Query, Source
from kb.config import ServiceHeading, Settings
from kb.model import Hit, SectionLink, Suggestion, Tag

_SETTINGS = Settings(heading=(ServiceHeading(slug="removal", label="Removal"),))
_VOCABULARY = {
    "asylum": {"prefLabel": "Asylum", "group": "topic", "service": "services/removal/refuge"},
    "uscis": {"prefLabel": "USCIS", "group": "agency"},
    "h-1b": {"prefLabel": "H-1B", "group": "visa"},
}
_CHANGES = [
    Change("8 CFR 208.13", dt.date(2020, 1, 1), "First", "https://example.org/1"),
    Change("8 CFR part 208", dt.date(2021, 1, 1), "Second", "https://example.org/2"),
    Change("8 CFR 208.13(b)", dt.date(2018, 1, 1), "Before it", "https://example.org/0"),
    Change("8 CFR 208.13(c)(1)", dt.date(2022, 1, 1), "Deeper than it", "https://example.org/3"),
]
_DOCUMENTS = [
    Document(
        "news/one",
        "Asylum under 8 CFR 208.13(b) & <b>8 CFR 208.13(c)</b>.",
        title="Asylum <now>",
        type="news",
        date=dt.date(2019, 5, 1),
        updated=dt.date(2019, 6, 1),
        authors=("Ana Cruz",),
        tags=("asylum", "H1B", "uscis"),
        source=Source("Law360", "https://example.org/law", dt.date(2019, 4, 30), "Portfolio", "with permission"),
        summary="In short.",
    ),
    Document("services/removal/refuge", "Of refuge and asylum.", title="Refuge", type="service", reviewed=dt.date.max),
    Document("page", "An asylum seeker sought asylum.", superseded_by="services/removal/refuge"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    folder = tmp_path_factory.mktemp("results")
    return KnowledgeBase.from_documents(_DOCUMENTS, _VOCABULARY, folder, changes=_CHANGES, settings=_SETTINGS)


def _hit(made: KnowledgeBase, document_id: str, text: str = "asylum") -> Hit:
    return next(hit for hit in made.search(text).hits if hit.id == document_id)


def test_a_hit_shows_its_document(made: KnowledgeBase) -> None:
    hit = _hit(made, "news/one")
    document = _DOCUMENTS[0]
    assert (hit.title, hit.type, hit.date, hit.updated, hit.reviewed) == (
        document.title, document.type, document.date, document.updated, None
    )  # fmt: skip
    assert (hit.url, hit.authors, hit.source, hit.summary, hit.lang) == (
        "/news/one/", document.authors, document.source, document.summary, "en"
    )  # fmt: skip


def test_tags_stand_in_the_order_of_their_groups(made: KnowledgeBase) -> None:
    tags = (Tag("uscis", "USCIS", "agency"), Tag("h-1b", "H-1B", "visa"), Tag("asylum", "Asylum", "topic"))
    assert _hit(made, "news/one").tags == tags


def test_a_law_changed_hit_names_the_newest_change_and_counts_them(made: KnowledgeBase) -> None:
    hit = _hit(made, "news/one")
    assert (hit.status, hit.changes, hit.change and hit.change.title) == ("law-changed", 2, "Second")
    assert hit.change is not None
    assert (hit.change.authority, hit.change.date) == ("8 CFR part 208", dt.date(2021, 1, 1))


def test_a_change_is_named_as_of_a_day(made: KnowledgeBase) -> None:
    (hit,) = made.search(Query(type=("news",), as_of=dt.date(2020, 6, 1))).hits
    assert (hit.status, hit.changes, hit.change and hit.change.title) == ("law-changed", 1, "First")


def test_a_hit_whose_law_did_not_change_names_no_change(made: KnowledgeBase) -> None:
    hit = _hit(made, "page")
    assert (hit.status, hit.changes, hit.change, hit.superseded_by) == (
        "superseded",
        0,
        None,
        "services/removal/refuge",
    )


def test_matches_are_marked_and_everything_else_is_escaped(made: KnowledgeBase) -> None:
    hit = _hit(made, "news/one")
    assert hit.title_html == "<mark>Asylum</mark> &lt;now&gt;"
    assert "<mark>Asylum</mark> under 8 CFR 208.13(b) &amp; &lt;b&gt;" in hit.snippet_html


def test_facets_stand_in_one_order_with_their_labels_and_parameters(made: KnowledgeBase) -> None:
    shown = [(facet.name, facet.label, facet.param) for facet in made.search("asylum").facets]
    assert shown == [
        ("type", "Type", "type"),
        ("service", "Service", "service"),
        ("topic", "Subject", "tag"),
        ("visa", "Visa class", "tag"),
        ("form", "Form", "tag"),
        ("agency", "Agency", "tag"),
        ("program", "Program", "tag"),
        ("year", "Date", "year"),
        ("cites", "Law cited", "cites"),
        ("status", "Status", "status"),
        ("author", "Author", "author"),
        ("source", "Source", "source"),
    ]


def test_values_of_facets_read_as_people_write_them(made: KnowledgeBase) -> None:
    labels = {f"{facet.name}:{one.value}": one.label for facet in made.search("").facets for one in facet.values}
    assert labels == {
        "type:news": "News",
        "type:page": "Page",
        "type:service": "Service",
        "service:removal": "Removal",
        "service:removal/refuge": "Refuge",
        "topic:asylum": "Asylum",
        "visa:h-1b": "H-1B",
        "agency:uscis": "USCIS",
        "year:2019": "2019",
        "cites:8-cfr-208.13": "8 CFR 208.13",
        "cites:8-cfr-208.13-b": "8 CFR 208.13(b)",
        "cites:8-cfr-208.13-c": "8 CFR 208.13(c)",
        "status:law-changed": "Law changed since",
        "status:current": "Reviewed",
        "status:superseded": "Replaced",
        "author:Ana Cruz": "Ana Cruz",
        "source:Law360": "Law360",
    }


def test_a_value_that_nothing_has_reads_like_its_neighbours(made: KnowledgeBase) -> None:
    found = made.search(Query(service=("removal/none", "elsewhere"), cites=("8 U.S.C. 1",)))
    shown = {one.value: (one.label, one.count) for facet in found.facets for one in facet.values if one.selected}
    assert shown == {"removal/none": ("None", 0), "elsewhere": ("Elsewhere", 0), "8-usc-1": ("8 U.S.C. 1", 0)}


def test_a_value_given_twice_is_one(made: KnowledgeBase) -> None:
    found = made.search(Query(author=("Nobody", "Nobody", "ANA CRUZ", "ana cruz"), tag=("asylum", "Asylum", "x", "x")))
    assert [(one.parameter, one.value) for one in found.unknown] == [("tag", "x"), ("author", "Nobody")]
    selected = [(facet.name, one.value) for facet in found.facets for one in facet.values if one.selected]
    assert selected == [("topic", "asylum"), ("author", "Ana Cruz"), ("author", "Nobody")]


def test_a_personal_number_is_taken_out_of_the_query_and_is_no_unit(made: KnowledgeBase) -> None:
    found = made.search("asylum A123-456-789")
    assert found.query.text == "asylum [number]"
    assert [(mark.kind, mark.text, mark.occur) for mark in found.read_as] == [
        ("word", "asylum", "must"),
        ("redacted", "[number]", "must"),
    ]
    assert found.total == 3


def test_marks_stand_in_the_order_typed(made: KnowledgeBase) -> None:
    found = made.search('-seeker type:news asylum "under 8 CFR 208.13(b)" @@')
    assert [(mark.kind, mark.occur) for mark in found.read_as] == [
        ("word", "not"),
        ("filter", "must"),
        ("word", "must"),
        ("phrase", "must"),
        ("ignored", "must"),
    ]


def test_where_nothing_is_misspelt_nothing_is_suggested(made: KnowledgeBase) -> None:
    assert made.search("asylum refuge").suggestion is None


def test_what_was_corrected_by_itself_is_shown_as_it_ran(made: KnowledgeBase) -> None:
    found = made.search("assylum")
    assert (found.suggestion, found.query.text, found.total) == (Suggestion("asylum", used=True), "assylum", 3)


def test_nothing_is_corrected_into_a_word_that_is_left_out() -> None:
    base = KnowledgeBase.from_documents([Document("a", "This is one page."), Document("b", "A surety paid.")])
    found = base.search("thin surety")
    assert (found.suggestion, found.relaxed, [hit.id for hit in found.hits]) == (None, True, ["b"])


def test_the_parts_of_a_score_make_the_score(made: KnowledgeBase) -> None:
    lines = made.reader().explain(Query("asylum under"), "news/one")
    parts = [float(line.rpartition(": ")[2]) for line in lines if "×" not in line]
    factors = [float(line.rpartition("× ")[2]) for line in lines if "×" in line]
    score = sum(parts)
    for factor in factors:
        score *= factor
    assert _hit(made, "news/one", "asylum under").score == pytest.approx(score, abs=0.002)


def test_why_a_service_page_stands_first_is_said(made: KnowledgeBase) -> None:
    assert made.search("asylum").hits[0].id == "services/removal/refuge"
    assert (
        made.reader().explain(Query("asylum"), "services/removal/refuge")[-1] == "covers exactly what was asked: first"
    )


def test_the_words_of_a_library_query_may_be_a_plain_text(made: KnowledgeBase) -> None:
    assert made.search("asylum") == made.search(Query(text="asylum"))


def test_a_hit_names_the_section_that_holds_what_was_asked_and_how_many_headings_its_page_has() -> None:
    body = "Words before.\n\n## Who may ask\n\nA surety pays a bond."
    base = KnowledgeBase.from_documents([Document("a", body, markdown=True), Document("b", "A bond in one stretch.")])
    found = {hit.id: (hit.sections, hit.headings) for hit in base.search("bond").hits}
    assert found == {"a": ((SectionLink("Who may ask", "/a/#who-may-ask"),), 1), "b": ((), 0)}
