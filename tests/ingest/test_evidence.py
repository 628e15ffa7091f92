"""Decisions by evidence: the original address, personal numbers, types, tags — and what the report says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from kb.ingest import ImportedFile, ImportReport
from tests.ingest.conftest import PAGE, said

Save = Callable[[str, str], str]
Bring = Callable[..., ImportReport]


@pytest.fixture
def read(save: Save, bring: Bring, into: Path) -> Callable[[str], tuple[ImportedFile, dict[str, object], str]]:
    """Imports a text; gives the record, the front matter and the body."""

    def run(text: str) -> tuple[ImportedFile, dict[str, object], str]:
        file = bring(save("page.html", text)).files[0]
        _, block, body = (into / str(file.path)).read_text(encoding="utf-8").split("---\n", 2)
        return file, yaml.safe_load(block), body.strip()

    return run


WORDS = "The Board of Immigration Appeals explained when a judge may set bond in such a case. " * 4
Read = Callable[[str], tuple[ImportedFile, dict[str, object], str]]


def reprint(url: str) -> str:
    return (
        PAGE + f"<p>This post originally appeared on <a href=”{url}”>The Slipway</a>. Reprinted with permission.</p>\n"
    )


def test_share_data_outweighs_the_link_of_the_reprint_line(read: Read) -> None:
    file, values, _ = read(reprint("http://slipway.example.org/2019/08/12/harbor-master-retires/"))
    source = values["source"]
    assert isinstance(source, dict)
    assert source["url"] == "http://slipway.example.org/2019/08/14/ferries-carry-forms/"
    assert str(source["published"]) == "2019-08-14"
    contradiction = said(file, "contradiction")
    assert "harbor-master-retires" in contradiction
    assert "ferries-carry-forms" in contradiction


def test_a_reprint_link_that_agrees_is_no_contradiction(read: Read) -> None:
    file, _, _ = read(reprint("https://www.slipway.example.org/2019/08/14/ferries-carry-forms?utm_source=x#top"))
    assert said(file, "contradiction") == ""


def test_a_reprint_link_alone_is_believed_if_it_fits(read: Read) -> None:
    lone = reprint("http://slipway.example.org/2019/08/14/ferries-now-carry-forms/").replace("data-url", "data-nothing")
    file, values, _ = read(lone)
    source = values["source"]
    assert isinstance(source, dict)
    assert source["url"] == "http://slipway.example.org/2019/08/14/ferries-now-carry-forms/"
    assert said(file, "contradiction") == ""


def test_a_reprint_link_alone_that_does_not_fit_is_not_taken(read: Read) -> None:
    lone = reprint("http://slipway.example.org/2019/09/30/harbor-master-retires/").replace("data-url", "data-nothing")
    file, values, _ = read(lone)
    source = values["source"]
    assert isinstance(source, dict)
    assert (source["name"], source.get("url")) == ("The Slipway", None)
    assert "does not fit the article" in said(file, "contradiction")


def test_a_reprint_link_to_a_home_page_names_the_source_only(read: Read) -> None:
    file, values, _ = read(reprint("http://slipway.example.org/").replace("data-url", "data-nothing"))
    assert values["source"] == {"name": "The Slipway", "reprint": "Reprinted with permission."}
    assert "leads to a home page" in said(file, "source")


def test_an_address_from_after_the_posting_is_not_the_original(read: Read) -> None:
    share = "https://www.facebook.com/sharer.php?u=http://slipway.example.org/2019/"
    early, late = f"{share}08/14/night-ferry-carries-forms/", f"{share}10/14/night-ferry-carries-forms/"
    links = f"<p><a href=”{early}”>Share</a> <a href=”{late}”>Share</a> <a href=”{late}”>Share</a></p>\n"
    _, values, _ = read(PAGE.replace("data-url", "data-nothing") + links)
    source = values["source"]
    assert isinstance(source, dict)
    assert "/2019/08/14/" in source["url"]


def test_an_address_dated_after_the_posting_is_reported(read: Read) -> None:
    file, _, _ = read(PAGE.replace("2019/08/14", "2019/11/30"))
    assert "is dated after the day posted here" in said(file, "contradiction")


NUMBERS = {
    "an A-number": "A123-456-789",
    "a receipt number": "MSC2012345678",
    "a social security number": "219-09-9999",
}


@pytest.mark.parametrize("name", NUMBERS)
def test_personal_numbers_are_written_and_reported_nowhere(name: str, read: Read, into: Path) -> None:
    number = NUMBERS[name]
    page = PAGE.replace("Ferries Now", f"{number} Ferries Now", 1).replace("sealed bag", f"sealed bag ({number})")
    page = page.replace(
        "</p>\n</div>", f' <a href="https://x.example.org/{number}">here</a></p>\n<p>Tags: {number}</p></div>'
    )
    file, values, body = read(page)
    assert number not in (into / str(file.path)).read_text(encoding="utf-8") + str(file.path)
    assert number not in str(file.to_json()["title"]) + "\n".join(map(str, file.notes))
    assert "[number]" in body
    assert "[number]" in str(values["title"])
    assert "replaced by [number]" in said(file, "redacted")


TYPES = {
    "Article: Ferries Now Carry Forms By Ada Moor": "article",
    "News: Ferries Now Carry Forms": "news",
    "Legal Alert: Ferries Now Carry Forms": "alert",
    "May 8 – Ferries, Forms": "digest",
    "May 7 – Top Articles And News For March 2018": "digest",
    "Ferries Now Carry Forms": "news",
}


@pytest.mark.parametrize("title", TYPES)
def test_the_type_follows_from_the_title_and_is_reported(title: str, read: Read) -> None:
    file, values, _ = read(PAGE.replace("Article: Ferries Now Carry Forms By Ada Moor", title))
    assert values["type"] == TYPES[title]
    assert f"the type is {TYPES[title]} because" in said(file, "type")


def test_a_title_that_only_sounds_like_a_byline_keeps_its_end(read: Read) -> None:
    _, values, _ = read(
        PAGE.replace("Article: Ferries Now Carry Forms By Ada Moor", "News: Travel Rule Upheld By Supreme Court")
    )
    assert (values["title"], values.get("authors")) == ("Travel Rule Upheld By Supreme Court", None)


def test_labels_in_the_text_are_suggestions_beside_the_tags_of_a_source(read: Read) -> None:
    text = PAGE.replace("sealed bag", "sealed bag from USCIS, which USCIS counts") + "<p>Tags: Bond, Uncategorized</p>"
    file, values, _ = read(text)
    assert values["tags"] == ["bond"]
    assert "uscis may be a tag, it stands 2 times" in said(file, "suggestion")
    assert "applied" not in str(values["imported"])


def test_labels_of_the_title_are_applied_where_a_source_has_no_tags(read: Read) -> None:
    file, values, _ = read(PAGE.replace("Carry Forms", "Carry H1B Forms"))
    assert values["tags"] == ["h-1b"]
    imported = values["imported"]
    assert isinstance(imported, dict)
    assert imported["applied"] == ["h-1b"]
    assert "h-1b was applied" in said(file, "tags")


def test_a_single_letter_is_no_label_of_a_text(read: Read) -> None:
    _, values, _ = read(PAGE.replace("sealed bag", "T T T T T"))
    assert "tags" not in values


def test_a_merged_concept_is_written_as_its_successor(read: Read) -> None:
    _, values, _ = read(PAGE + "<p>Tags: Surety</p>")
    assert values["tags"] == ["bond"]


def test_an_unknown_tag_is_kept_as_the_source_had_it(read: Read) -> None:
    file, values, _ = read(PAGE + "<p>Tags: Paroles, Tides</p>")
    imported = values["imported"]
    assert isinstance(imported, dict)
    assert (values["tags"], imported["tags"]) == (["parole"], ["Paroles", "Tides"])
    assert "no “Tides”" in said(file, "unknown tag")


def test_a_list_of_categories_in_the_text_is_no_label_of_the_page(read: Read) -> None:
    items = "<ul><li>Category C08</li><li>Topics in asylum</li></ul>"
    _, values, body = read(f"<h1>Work permits</h1><p>May 4, 2022</p>{items}<p>Categories: Parole</p><p>{WORDS}</p>")
    imported = values["imported"]
    assert isinstance(imported, dict)
    assert imported["categories"] == ["Parole"]
    assert "Category C08" in body


def test_the_label_before_a_pasted_title_is_no_part_of_it(read: Read) -> None:
    file, values, _ = read(f"<p>Title: Two Cases on Bond</p><p>By: Jane Roe</p><p>July 9, 2021</p><p>{WORDS}</p>")
    assert (file.path, values["title"]) == ("news/2021/two-cases-on-bond.md", "Two Cases on Bond")
