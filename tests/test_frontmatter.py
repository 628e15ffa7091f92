from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.frontmatter import FrontMatter, FrontMatterError, parse, render

PAGE = """---
title: "TN: who may come"
date: 2019-08-20
draft: NO
order: 1.10
authors:
  - Penélope Cruz
  - "O'Neil"
tags: [h-1b, CBP]
source:
  name: Immigration Impact
  published: 2019-08-14
summary:
---

First line.

---
Not a fence any more.
"""


def test_a_page_is_read_as_texts_lists_and_mappings_with_the_line_of_each_key() -> None:
    assert parse(PAGE) == FrontMatter(
        values={
            "title": "TN: who may come",
            "date": "2019-08-20",
            "draft": "NO",
            "order": "1.10",
            "authors": ["Penélope Cruz", "O'Neil"],
            "tags": ["h-1b", "CBP"],
            "source": {"name": "Immigration Impact", "published": "2019-08-14"},
            "summary": None,
        },
        lines={"title": 2, "date": 3, "draft": 4, "order": 5, "authors": 6, "tags": 9, "source": 10, "summary": 13},
        body="First line.\n\n---\nNot a fence any more.\n",
        body_line=16,
    )


@pytest.mark.parametrize(
    ("text", "body", "body_line"),
    [
        ("---\ntitle: x\n---\nBody", "Body", 4),
        ("---\ntitle: x\n---\n\n\n\nBody", "Body", 7),
        ("---\r\ntitle: x\r\n---\r\n\r\nBody\r\n", "Body\r\n", 5),
        ("---\ntitle: x\n---\n    code\n", "    code\n", 4),
        ("---\ntitle: x\n---", "", 4),
        ("---  \ntitle: x\n--- \nBody", "Body", 4),
    ],
)
def test_the_body_begins_at_its_first_line_that_is_not_blank(text: str, body: str, body_line: int) -> None:
    found = parse(text)
    assert (found.values, found.body, found.body_line) == ({"title": "x"}, body, body_line)


def test_a_byte_order_mark_is_no_reason_to_miss_the_front_matter() -> None:
    assert parse("\ufeff---\ntitle: x\n---\n").values == {"title": "x"}


def test_empty_front_matter_is_an_empty_mapping() -> None:
    assert parse("---\n---\nBody").values == {}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "no front matter"),
        ("Just a text.\n", 1, "no front matter"),
        (" ---\ntitle: x\n---\n", 1, "no front matter"),
        ("---\ntitle: x\n", 1, "the front matter is not closed"),
        ("---\n- a\n- b\n---\n", 2, "is not a list of keys and values"),
        ("---\njust words\n---\n", 2, "is not a list of keys and values"),
        ("---\ntitle: x\ndate: a: b\n---\n", 3, "is not YAML (mapping values are not allowed in this context)"),
        ("---\ntitle: x\nsummary: “a” b\ntags: [a\n---\n", 5, "is not YAML (did not find expected ',' or ']')"),
        ("---\ntitle: *nowhere\n---\n", 2, "is not YAML (found undefined alias)"),
        ("---\ntitle: \x07\n---\n", 1, "is not YAML (a character that YAML does not allow)"),
        ("---\ntitle: x\ntags: []\ntitle: y\n---\n", 4, "the key “title” stands twice"),
        ("---\nsource:\n  name: x\n  name: y\n---\n", 4, "the key “name” stands twice"),
        ("---\ntitle: x\n? [a, b]\n: c\n---\n", 3, "has a list or a mapping as a key"),
        ("---\ntags: &all [*all]\n---\n", 2, "is nested too deep"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(FrontMatterError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.what) == (line, what)
    assert caught.value.fix


def test_a_page_is_written_with_its_keys_in_order_and_dates_as_dates() -> None:
    values = {"title": "A: b", "date": dt.date(2019, 8, 20), "tags": ["cbp", "h-1b"], "imported": {"from": "a.txt"}}
    assert render(values, "\n\nBody.\n\n\n") == (
        "---\ntitle: 'A: b'\ndate: 2019-08-20\ntags:\n  - cbp\n  - h-1b\nimported:\n  from: a.txt\n---\n\nBody.\n"
    )


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
KEYS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)


@given(st.dictionaries(KEYS, LINES | st.lists(LINES, max_size=3), max_size=5), LINES)
def test_what_is_written_is_read_back(values: dict[str, str | list[str]], body: str) -> None:
    found = parse(render(values, body))
    assert found.values == values
    assert found.body == body.strip() + "\n" or not body.strip()
