"""Dates, bylines, titles and addresses: the cases on which the reading of pages stands."""

from __future__ import annotations

import datetime as dt

import pytest

from kb.ingest.dates import impossible_date, read_date, read_date_line, url_date
from kb.ingest.links import address_key, clean_url, source_url, url_slug
from kb.ingest.names import is_byline, split_names
from kb.ingest.origin import is_origin_line
from kb.ingest.plaintext import paragraphs
from kb.ingest.provenance import shared_urls
from kb.ingest.titles import read_title

DATES = {
    "August 20, 2019": "2019-08-20",
    "Aug. 20th, 2019": "2019-08-20",
    "20 August 2019": "2019-08-20",
    "Sept 3 2019": "2019-09-03",
    "2019-08-20T23:30:00-04:00": "2019-08-20",
    "8/20/2019": "2019-08-20",
    "20.8.2019": "2019-08-20",
    "20 de agosto de 2019": "2019-08-20",
    "3-Mar-2020": "2020-03-03",
    "1/2/21": "2021-01-02",
    "February 31, 2019": None,
    "2019": None,
    "May 8 – Travel": None,
    "13/13/2019": None,
    "call 555-01-2019": None,
    "January 1, 1492": None,
}


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_read_strictly_or_not_at_all(text: str) -> None:
    found = read_date(text)
    assert (found.date.isoformat() if found else None) == DATES[text]


@pytest.mark.parametrize(
    "text", ["Posted on Tuesday, August 20, 2019 at 9:30 am EST", "Date: 8/20/2019", "• Aug 20, 2019 •"]
)
def test_a_line_that_is_only_a_date_is_a_date_line(text: str) -> None:
    found = read_date_line(text)
    assert found is not None
    assert found.date == dt.date(2019, 8, 20)


@pytest.mark.parametrize(
    "text", ["On August 20, 2019 the court ruled.", "August 20, 2019: the day it ended", "tomorrow"]
)
def test_a_sentence_with_a_date_is_no_date_line(text: str) -> None:
    assert read_date_line(text) is None


def test_a_date_that_the_calendar_lacks_can_be_quoted() -> None:
    assert impossible_date("Posted February 31, 2019 by staff") == "February 31, 2019"
    assert impossible_date("Posted March 31, 2019") is None


def test_the_day_in_an_address_is_read() -> None:
    assert url_date("http://x.example.org/2019/08/14/title/") == dt.date(2019, 8, 14)
    assert url_date("http://x.example.org/2019/08/title/") is None


NAMES = {
    "By Dara H. Nolan, Esq., Milo Pruitt, Esq. and Lena Zorn, Esq.": ("Dara H. Nolan", "Milo Pruitt", "Lena Zorn"),
    "by Ada Moor": ("Ada Moor",),
    "Ada Moor & Bo Lind": ("Ada Moor", "Bo Lind"),
    "Ada Moor; Bo Lind": ("Ada Moor", "Bo Lind"),
    "Marsh Birch & Partners LLP": ("Marsh Birch & Partners LLP",),
    "Wolf and Rose, LLP": ("Wolf and Rose, LLP",),
    "Sam Hill, Jr. and Bo Lind, J.D.": ("Sam Hill, Jr.", "Bo Lind"),
    "By: Ada Moor | August 20, 2019 | 4 min read": ("Ada Moor",),
    "Posted by Ada Moor on August 20, 2019": ("Ada Moor",),
    "Por Lucía Ortega y Ana Sol": ("Lucía Ortega", "Ana Sol"),
    "news@letters.example.org": (),
    "": (),
}


@pytest.mark.parametrize("text", NAMES)
def test_a_byline_is_split_into_its_authors(text: str) -> None:
    assert split_names(text) == NAMES[text]


BYLINES = {
    "By Ada Moor": True,
    "Written by Ada Moor, Esq.": True,
    "By then the ferry had left": False,
    "By Monday": False,
    "Ada Moor": False,
}


@pytest.mark.parametrize("text", BYLINES)
def test_only_a_line_of_names_is_a_byline(text: str) -> None:
    assert is_byline(text) is BYLINES[text]


TITLES = {
    "Article: Ferries Sail By Ada Moor, Esq.": ("Ferries Sail", "article", ("Ada Moor",)),
    "Article: Upheld By Court By Ada Moor": ("Upheld By Court", "article", ("Ada Moor",)),
    "News: Upheld By Supreme Court": ("Upheld By Supreme Court", "news", ()),
    "Ferries Sail By Bo Lind, Esq.": ("Ferries Sail", "", ("Bo Lind",)),
    "Ferries Sail | Example Law": ("Ferries Sail", "", ()),
    "Fees & “Forms”": ("Fees & “Forms”", "", ()),
    "Article:": ("Article:", "", ()),
}


@pytest.mark.parametrize("raw", TITLES)
def test_a_title_is_freed_of_what_stands_around_it(raw: str) -> None:
    title = read_title(raw, sites=("Example Law",))
    assert (title.text, title.prefix, title.authors) == TITLES[raw]


ADDRESSES = {
    "https://x.example.org/a?b=1&c=2″": "https://x.example.org/a?b=1&c=2",
    "“https://x.example.org/a”": "https://x.example.org/a",
    "https://x.example.org/a%E2%80%9D": "https://x.example.org/a",
    "https://x.example.org/a-1280×640.jpg": "https://x.example.org/a-1280x640.jpg",
    "https://x.example.org/a–b": "https://x.example.org/a--b",
    "www.example.org/a": "https://www.example.org/a",
    "http://http://x.example.org/a": "http://x.example.org/a",
    " https://x.example.org/a b ": "https://x.example.org/a%20b",
    "/guide": "https://base.example.org/guide",
    "https://www.google.com/url?q=https://x.example.org/a&sa=D": "https://x.example.org/a",
    "mailto:clerk@x.example.org": "mailto:clerk@x.example.org",
    "#top": None,
    "": None,
    "javascript:alert(1)": None,
    "java\nscript:alert(1)": None,
    "data:text/html,x": None,
    "http://[bad": None,
    "https://localhost": None,
}


@pytest.mark.parametrize("raw", ADDRESSES)
def test_an_address_is_mended_or_refused(raw: str) -> None:
    assert clean_url(raw, "https://base.example.org/news/") == ADDRESSES[raw]


def test_tracking_and_fragments_are_no_part_of_a_source() -> None:
    assert source_url("https://x.example.org/a/?utm_source=f&id=3#bio") == "https://x.example.org/a/?id=3"
    assert address_key("http://www.x.example.org/A/") == address_key("https://x.example.org/a?fbclid=1")
    assert address_key("https://x.example.org/?p=1") != address_key("https://x.example.org/?p=2")
    assert url_slug("https://x.example.org/2019/08/14/ferries-carry-forms.html") == "ferries-carry-forms"


SHARED = {
    "http://www.facebook.com/sharer.php?u=http://x.example.org/a/&t=Title": ["http://x.example.org/a/"],
    "https://twitter.com/intent/tweet?text=Title%20http://x.example.org/a/": ["http://x.example.org/a/"],
    "https://pinterest.com/pin/create/button/?url=http://x.example.org/a/&media=http://x.example.org/b.jpg": [
        "http://x.example.org/a/"
    ],
    "mailto:?subject=Title&body=https%3A%2F%2Fx.example.org%2Fa": ["https://x.example.org/a"],
    "https://www.facebook.com/example": [],
    "https://x.example.org/?u=http://y.example.org": [],
    "http://[bad": [],
}


@pytest.mark.parametrize("address", SHARED)
def test_a_share_link_gives_the_address_that_it_shares(address: str) -> None:
    assert shared_urls(address) == SHARED[address]


ORIGINS = {
    "This post originally appeared on The Slipway. Reprinted with permission.": True,
    "Originally published in The Slipway on May 30, 2016.": True,
    "Reprinted with permission from The Slipway.": True,
    "Source: The Slipway": True,
    "Este artículo fue publicado originalmente en La Grada.": True,
    "The rule was originally published in May, and it took effect in June.": False,
    "Copyright is not a form of permission.": False,
}


@pytest.mark.parametrize("text", ORIGINS)
def test_a_reprint_line_is_told_from_a_sentence(text: str) -> None:
    assert is_origin_line(text) is ORIGINS[text]


PLAIN = {
    "One.\n\nTwo.": ["<p>One.</p>", "<p>Two.</p>"],
    "• One\n• Two\nAfter": ["<ul>", "<li>One</li>", "<li>Two</li>", "</ul>", "<p>After</p>"],
    "> quoted": ["<blockquote>", "<p>quoted</p>", "</blockquote>"],
    "- - -": ["<hr>"],
    "See https://x.example.org/a.": ['<p>See <a href="https://x.example.org/a">https://x.example.org/a</a>.</p>'],
    f"{'word ' * 14}\n{'word ' * 14}\nend": [f"<p>{('word ' * 28)}end</p>"],
}


@pytest.mark.parametrize("text", PLAIN)
def test_plain_lines_become_blocks(text: str) -> None:
    assert paragraphs(text) == PLAIN[text]
