"""The panel of filters, on results made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement
from markupsafe import Markup

from kb.model import Facet, FacetValue, Query, Results
from kb.web import current
from kb.web.edition import Edition
from kb.web.facets import Group, panel
from kb.web.params import toggle_url

Groups = Callable[..., dict[str, Group]]


@pytest.fixture
def edition(app: Flask) -> Edition:
    with app.app_context():
        return current.edition()


@pytest.fixture
def groups(edition: Edition) -> Groups:
    def found(query: Query, *facets: Facet, total: int = 10) -> dict[str, Group]:
        results = Results(query, (), None, False, (), total, 1, 10, "relevance", (), facets)
        return {group.name: group for group in panel(results, query, edition)}

    return found


class Row(NamedTuple):
    """What a row shows, and the rows below it under their label."""

    label: str
    number: str
    selected: bool
    url: str
    spoken: str
    bar: int
    children: list[Row]
    children_label: str
    open: bool


def rows(markup: Markup) -> list[Row]:
    return [_row(one) for one in html.fragment_fromstring(markup, create_parent="ul")]


def _row(item: HtmlElement) -> Row:
    link, (name,), (number,) = item[0], item.xpath("./a/span[@class='name']"), item.xpath("./a/span[@class='n']")
    below = item.xpath("./details")
    assert link.get("rel") == "nofollow"
    assert ("on" in link.get("class").split()) is (link.get("aria-current") == "true")
    return Row(
        label=name.text_content().removeprefix("✓ "),
        number=number.text,
        selected=link.get("aria-current") == "true",
        url=link.get("href"),
        spoken=number[0].text_content(),
        bar=sum(int(bar.get("width")) for bar in item.xpath("./a/svg/rect")),
        children=[_row(one) for one in item.xpath("./details/ul/li")],
        children_label="".join(one.findtext("summary") for one in below),
        open=any(one.get("open") is not None for one in below),
    )


def values(count: int, name: str = "v") -> tuple[FacetValue, ...]:
    return tuple(FacetValue(f"{name}{n:03}", f"Value {n}", 100 - n % 90) for n in range(count))


def source(count: int) -> Facet:
    return Facet("source", "Source", "source", values(count))


@pytest.mark.parametrize(
    ("count", "shown", "label"), [(3, 3, ""), (7, 7, ""), (8, 6, "Show 2 more"), (60, 6, "Show 44 more")]
)
def test_six_values_are_shown_seven_as_seven_and_at_most_fifty(
    groups: Groups, count: int, shown: int, label: str
) -> None:
    group = groups(Query(), source(count))["source"]
    assert (len(rows(group.rows)), group.more_label) == (shown, label)


def test_past_fifty_values_a_field_takes_any_other(groups: Groups) -> None:
    query = Query(text="bond", author=("A",), page=2)
    facet = Facet("author", "Author", "author", values(51))
    field = groups(query, facet)["author"].field
    assert field is not None
    assert (field.param, field.hidden, field.all_url) == ("author", (("q", "bond"), ("author", "A")), "/authors/")
    assert groups(query, Facet("author", "Author", "author", values(50)))["author"].field is None


def test_the_law_cited_always_has_a_field(groups: Groups) -> None:
    field = groups(Query(), Facet("cites", "Law cited", "cites", values(1)))["cites"].field
    assert field is not None
    assert field.label == "Another citation"


def test_each_row_toggles_its_value_and_leads_back_to_its_group(groups: Groups) -> None:
    query = Query(text="bond", tag=("ice",), page=3)
    facet = Facet("agency", "Agency", "tag", (FacetValue("cbp", "CBP", 7), FacetValue("ice", "ICE", 3, True)))
    assert [(row.label, row.selected, row.url) for row in rows(groups(query, facet)["agency"].rows)] == [
        ("ICE", True, "/search?q=bond#f-agency"),
        ("CBP", False, "/search?q=bond&tag=ice&tag=cbp#f-agency"),
    ]


def test_the_texts_of_rows_are_escaped(groups: Groups) -> None:
    hostile = "\"><script>alert('x')</script>&%s"
    query = Query(text=hostile, author=(hostile,))
    facet = Facet(
        "author", "Author", "author", (FacetValue(hostile, hostile, 7, True), FacetValue("A & B", "A & B", 2))
    )
    assert [(row.label, row.url) for row in rows(groups(query, facet)["author"].rows)] == [
        (hostile, toggle_url(query, "author", hostile) + "#f-author"),
        ("A & B", toggle_url(query, "author", "A & B") + "#f-author"),
    ]


@given(
    st.builds(
        Query,
        text=st.sampled_from(["", "bond", '<b> & "é"']),
        tag=st.lists(st.sampled_from(["ice", "h-1b"]), unique=True),
        author=st.lists(st.sampled_from(["A & B", "Ana Ruiz"]), unique=True),
        year=st.lists(st.sampled_from(["2019", "2020"]), unique=True),
        cites=st.lists(st.sampled_from(["8-cfr-214.2", "8-cfr-214.2-h"]), unique=True),
        sort=st.sampled_from([None, "newest"]),
        page=st.sampled_from([1, 3]),
    )
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_has_the_address_that_toggles_its_value(groups: Groups, query: Query) -> None:
    offered = {
        "agency": ("tag", ["ice", "cbp"]),
        "visa": ("tag", ["h-1b", "l-1"]),
        "year": ("year", ["2020", "2019"]),
        "cites": ("cites", ["8-cfr-214.2", "8-cfr-214.2-h", "ina-212"]),
        "author": ("author", ["A & B", "Ana Ruiz", "Bo O’Shea <x>"]),
    }
    facets = [
        Facet(
            name,
            name,
            param,
            tuple(
                FacetValue(one, one, 3, one in getattr(query, param), one.rpartition("-h")[0] or None) for one in every
            ),
        )
        for name, (param, every) in offered.items()
    ]
    for name, group in groups(query, *facets).items():
        param, every = offered[name]
        shown = [row for top in rows(group.rows) for row in (top, *top.children)]
        assert sorted(row.label for row in shown) == sorted(every)
        for row in shown:
            assert row.selected is (row.label in getattr(query, param))
            assert row.url == toggle_url(query, param, row.label) + f"#f-{name}"


def test_what_a_visitor_has_made_up_is_not_kept(groups: Groups, edition: Edition) -> None:
    made_up = Facet(
        "author", "Author", "author", (FacetValue("x", "x", 0, True), FacetValue("Ana Ruiz", "Ana Ruiz", 2))
    )
    groups(Query(author=("x",)), made_up)
    assert list(edition.rows(made_up).known) == ["Ana Ruiz"]


def test_a_row_says_what_its_number_counts(groups: Groups) -> None:
    counted = (FacetValue("a", "A", 1204), FacetValue("b", "B", 1), FacetValue("c", "C", 1, False, "b"))
    found = rows(groups(Query(), Facet("service", "Service", "service", counted))["service"].rows)
    assert [(row.number, row.spoken) for row in (*found, *found[1].children)] == [
        ("1,204", " results"),
        ("1", " result, with all below it"),
        ("1", " result"),
    ]


def test_groups_stand_in_their_order_and_say_what_is_selected(groups: Groups) -> None:
    type_facet = Facet(
        "type", "Type", "type", (FacetValue("news", "News", 4, True), FacetValue("article", "Article", 6))
    )
    found = groups(Query(type=("news",)), source(2), type_facet)
    assert list(found) == ["type", "source"]
    assert (found["type"].summary, found["source"].summary) == ("Type, 1 selected", "Source")


def test_the_first_four_are_open_if_they_narrow_and_any_with_a_selection(groups: Groups) -> None:
    one_for_all = Facet("type", "Type", "type", (FacetValue("news", "News", 10),))
    narrows = Facet("topic", "Subject", "tag", (FacetValue("bond", "Bond", 4),))
    later = Facet("agency", "Agency", "tag", (FacetValue("cbp", "CBP", 4),))
    selected = Facet("source", "Source", "source", (FacetValue("S", "S", 0, True),))
    empty = Facet("visa", "Visa class", "tag", ())
    found = groups(Query(), one_for_all, narrows, later, selected, empty)
    opened = {name: group.open for name, group in found.items()}
    assert opened == {"type": False, "topic": True, "visa": False, "agency": False, "source": True}


def test_a_tree_hangs_values_below_their_parents_and_opens_where_one_is_selected(groups: Groups) -> None:
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
    found = rows(groups(Query(service=("defense/bond",)), facet)["service"].rows)
    assert [(row.label, row.open, row.children_label, [child.label for child in row.children]) for row in found] == [
        ("Defense", True, "1 service", ["Bond"]),
        ("Visas", False, "1 service", ["H-1B"]),
    ]


def test_a_value_whose_parent_is_not_listed_stands_at_the_top(groups: Groups) -> None:
    facet = Facet(
        "cites", "Law cited", "cites", (FacetValue("8-cfr-214.2-h", "8 CFR 214.2(h)", 1, True, "8-cfr-214.2"),)
    )
    assert [row.label for row in rows(groups(Query(), facet)["cites"].rows)] == ["8 CFR 214.2(h)"]


def test_years_have_bars_and_the_range_of_dates_carries_all_else(groups: Groups) -> None:
    query = Query(text="bond", year=("2019",), date_from=dt.date(2019, 1, 1), page=2)
    facet = Facet("year", "Date", "year", (FacetValue("2019", "2019", 8, True), FacetValue("2018", "2018", 2)))
    group = groups(query, facet)["year"]
    assert [row.bar for row in rows(group.rows)] == [64, 16]
    assert group.dates == (("q", "bond"), ("year", "2019"))
    assert groups(Query(date_to=dt.date(2019, 1, 1)), facet)["year"].open


def test_closed_sets_are_worded_by_the_catalogue(groups: Groups) -> None:
    facet = Facet("status", "Status", "status", (FacetValue("law-changed", "law-changed", 3),))
    assert rows(groups(Query(), facet)["status"].rows)[0].label == "Law changed since"


def test_there_is_no_panel_where_nothing_can_be_chosen(groups: Groups) -> None:
    assert groups(Query(), Facet("type", "Type", "type", ()), Facet("agency", "Agency", "tag", ())) == {}
    assert groups(Query(tag=("x",)), Facet("agency", "Agency", "tag", (FacetValue("x", "x", 0, True),))) == {}
