"""The panel of filters, on results made by hand."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest

from kb.model import Facet, FacetValue, Query, Results
from kb.web.facets import Group, panel
from kb.web.params import toggle_url
from kb.web.words import catalogue


def groups(query: Query, *facets: Facet, total: int = 10) -> dict[str, Group]:
    found = Results(query, (), None, False, (), total, 1, 10, "relevance", (), facets)
    return {group.name: group for group in panel(found, query, catalogue("en"))}


def values(count: int, name: str = "v") -> tuple[FacetValue, ...]:
    return tuple(FacetValue(f"{name}{n:03}", f"Value {n}", 100 - n % 90) for n in range(count))


def source(count: int) -> Facet:
    return Facet("source", "Source", "source", values(count))


@pytest.mark.parametrize(
    ("count", "shown", "label"), [(3, 3, ""), (7, 7, ""), (8, 6, "Show 2 more"), (60, 6, "Show 44 more")]
)
def test_six_values_are_shown_seven_as_seven_and_at_most_fifty(count: int, shown: int, label: str) -> None:
    group = groups(Query(), source(count))["source"]
    assert (len(group.rows), group.more_label) == (shown, label)


def test_past_fifty_values_a_field_takes_any_other() -> None:
    query = Query(text="bond", author=("A",), page=2)
    facet = Facet("author", "Author", "author", values(51))
    field = groups(query, facet)["author"].field
    assert field is not None
    assert (field.param, field.hidden, field.all_url) == ("author", (("q", "bond"), ("author", "A")), "/authors/")
    assert groups(query, Facet("author", "Author", "author", values(50)))["author"].field is None


def test_the_law_cited_always_has_a_field() -> None:
    field = groups(Query(), Facet("cites", "Law cited", "cites", values(1)))["cites"].field
    assert field is not None
    assert field.label == "Another citation"


def test_each_row_toggles_its_value_and_leads_back_to_its_group() -> None:
    query = Query(text="bond", tag=("ice",), page=3)
    facet = Facet("agency", "Agency", "tag", (FacetValue("cbp", "CBP", 7), FacetValue("ice", "ICE", 3, True)))
    rows = groups(query, facet)["agency"].rows
    assert [(row.label, row.selected, row.url) for row in rows] == [
        ("ICE", True, "/search?q=bond#f-agency"),
        ("CBP", False, "/search?q=bond&amp;tag=ice&amp;tag=cbp#f-agency"),
    ]
    assert unescape(rows[1].url) == toggle_url(query, "tag", "cbp") + "#f-agency"


def test_the_texts_of_rows_are_markup() -> None:
    hostile = "\"><script>alert('x')</script>&"
    query = Query(text=hostile, author=(hostile,))
    facet = Facet(
        "author", "Author", "author", (FacetValue(hostile, hostile, 7, True), FacetValue("A & B", "A & B", 2))
    )
    for row, label in zip(groups(query, facet)["author"].rows, (hostile, "A & B"), strict=True):
        texts = (row.label, row.number, row.url, row.spoken, row.children_label)
        assert not set("".join(texts)) & set("<>\"'")
        assert unescape(row.label) == label
        assert unescape(row.url) == toggle_url(query, "author", label) + "#f-author"


def test_groups_stand_in_their_order_and_say_what_is_selected() -> None:
    type_facet = Facet(
        "type", "Type", "type", (FacetValue("news", "News", 4, True), FacetValue("article", "Article", 6))
    )
    found = groups(Query(type=("news",)), source(2), type_facet)
    assert list(found) == ["type", "source"]
    assert (found["type"].summary, found["source"].summary) == ("Type, 1 selected", "Source")


def test_the_first_four_are_open_if_they_narrow_and_any_with_a_selection() -> None:
    one_for_all = Facet("type", "Type", "type", (FacetValue("news", "News", 10),))
    narrows = Facet("topic", "Subject", "tag", (FacetValue("bond", "Bond", 4),))
    later = Facet("agency", "Agency", "tag", (FacetValue("cbp", "CBP", 4),))
    selected = Facet("source", "Source", "source", (FacetValue("S", "S", 0, True),))
    empty = Facet("visa", "Visa class", "tag", ())
    found = groups(Query(), one_for_all, narrows, later, selected, empty)
    opened = {name: group.open for name, group in found.items()}
    assert opened == {"type": False, "topic": True, "visa": False, "agency": False, "source": True}


def test_a_tree_hangs_values_below_their_parents_and_opens_where_one_is_selected() -> None:
    facet = Facet(
        "service",
        "Service",
        "service",
        (
            FacetValue("visas", "Visas", 5),
            FacetValue("defense", "Defense", 3),
            FacetValue("defense/bond", "Bond", 2, True, "defense"),
            FacetValue("visas/h-1b", "H-1B", 2, False, "visas"),
        ),
    )
    rows = groups(Query(service=("defense/bond",)), facet)["service"].rows
    assert [(row.label, row.open, row.children_label, [child.label for child in row.children]) for row in rows] == [
        ("Defense", True, "1 service", ["Bond"]),
        ("Visas", False, "1 service", ["H-1B"]),
    ]


def test_a_value_whose_parent_is_not_listed_stands_at_the_top() -> None:
    facet = Facet(
        "cites", "Law cited", "cites", (FacetValue("8-cfr-214.2-h", "8 CFR 214.2(h)", 1, True, "8-cfr-214.2"),)
    )
    assert [row.label for row in groups(Query(), facet)["cites"].rows] == ["8 CFR 214.2(h)"]


def test_years_have_bars_and_the_range_of_dates_carries_all_else() -> None:
    query = Query(text="bond", year=("2019",), date_from=dt.date(2019, 1, 1), page=2)
    facet = Facet("year", "Date", "year", (FacetValue("2019", "2019", 8, True), FacetValue("2018", "2018", 2)))
    group = groups(query, facet)["year"]
    assert [row.bar for row in group.rows] == [64, 16]
    assert group.dates == (("q", "bond"), ("year", "2019"))
    assert groups(Query(date_to=dt.date(2019, 1, 1)), facet)["year"].open


def test_closed_sets_are_worded_by_the_catalogue() -> None:
    facet = Facet("status", "Status", "status", (FacetValue("law-changed", "law-changed", 3),))
    assert groups(Query(), facet)["status"].rows[0].label == "Law changed since"


def test_there_is_no_panel_where_nothing_can_be_chosen() -> None:
    assert groups(Query(), Facet("type", "Type", "type", ()), Facet("agency", "Agency", "tag", ())) == {}
    assert groups(Query(tag=("x",)), Facet("agency", "Agency", "tag", (FacetValue("x", "x", 0, True),))) == {}
