"""No text, however broken, raises anything: it is written, or refused in a sentence, in time that grows with it."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.frontmatter import parse
from kb.ingest import ImportedFile, import_sources
from kb.vocabulary import Vocabulary
from tests.ingest.conftest import PAGE

#: Halves of what the importer mends, to be put together in any order.
PIECES = st.sampled_from(
    [
        "<div class=”", "<p>", "</p>", "<!–", "–>", "<!--", "-->", "&lt;p&gt;", "&amp;lt;", "<a href=″", "″>", "”",
        "“", "<table>", "<td>", "<li>", "<ul>", "<b>", "</b>", "<script>", "</style>", "{$x", "[caption id=",
        "<html>", "<body>", "August 20, 2019\n", "Article: X By Y Z\n", "<!–AUTHOR BIO START–>",
        "<!–END AUTHOR BIO–>", "Filed Under: x", '<script type="application/ld+json">', "[[[[",
        "From: a\nSubject: b\n", "https://x.example.org/", "<blockquote>", "<pre>", "|", "# ", "1. ", "- ", "&#0;",
        "&#xD800;", "<img src=”x” alt=”", "<span itemprop=”articleBody”>", "\n", "\n\n", "\x00", "\ud800", "---\n",
        "\u2028", " ", "A123-456-789", "text of a line ",
    ]
)  # fmt: skip
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=9)), max_size=60).map("".join)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join), MIXED)


def bring(text: str, into: Path, vocabulary: Vocabulary) -> ImportedFile:
    return import_sources(["-"], into, vocabulary, stdin=io.StringIO(text)).files[0]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=TEXTS)
def test_no_text_raises_and_what_is_written_can_be_read(
    text: str, tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary
) -> None:
    into = tmp_path_factory.mktemp("content")
    for prefix in ("", PAGE):
        file = bring(prefix + text, into, vocabulary)
        if file.path is not None:
            page = parse((into / file.path).read_text(encoding="utf-8"))
            assert page.values["title"]
            assert page.body.strip()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.binary(max_size=300))
def test_no_bytes_raise(data: bytes, tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "a.html").write_bytes(data)
    (folder / "b.html").write_bytes(PAGE.encode("cp1252") + data)
    import_sources([str(folder)], folder / "content", vocabulary)


HUGE = {
    "10,000 nested divs": "<div>" * 10_000 + "deep text of the page" + "</div>" * 10_000,
    "10,000 nested lists": "<ul><li>" * 10_000 + "deep text of the page",
    "10,000 nested quotes": "<blockquote><p>" * 10_000 + "deep text of the page",
    "10,000 nested spans": "<span class=x>" * 10_000 + "deep text of the page",
    "10,000 nested tables": "<table><tr><td>" * 10_000 + "deep text of the page",
    "10,000 nested bold": "<b>" * 10_000 + "deep text of the page",
    "10,000 open paragraphs": "<p>open paragraph of the page" * 10_000,
    "10,000 open attributes": "<a href=”x " * 10_000,
    "10,000 open comments": "<!– x " * 10_000,
    "10,000 open scripts": "<script>x" * 10_000,
    "one huge attribute": f"<p title=”{'x' * 1_000_000}”>text after the attribute</p>",
    "one huge word": "x" * 1_000_000,
    "one huge line": "some words of one line " * 40_000,
    "10,000 escaped tags": "&lt;p&gt;" * 10_000,
    "nested linked data": '<script type="application/ld+json">' + "[" * 100_000 + "</script>text of the page",
    "many brackets": "[caption " * 20_000,
    "many braces": "{{" * 50_000,
    "many ampersands": "&amp;" * 50_000,
    "many date lines": "August 20, 2019\n" * 5_000,
    "many titles": "Article: X By Ada Moor\n\nnothing\n\n" * 3_000,
    "many bylines": "By Ada Moor and Bo Lind\n" * 5_000,
    "white space": "text" + " \n" * 300_000 + "text",
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_and_hostile_texts_are_read_in_seconds(name: str, into: Path, vocabulary: Vocabulary) -> None:
    started = time.process_time()
    bring(PAGE + HUGE[name], into, vocabulary)
    assert time.process_time() - started < 20


def test_deep_markup_keeps_its_text_and_is_reported(into: Path, vocabulary: Vocabulary) -> None:
    file = bring(PAGE + HUGE["10,000 nested divs"], into, vocabulary)
    assert any("was flattened" in note.what for note in file.notes)
    assert "carries forms" in (into / str(file.path)).read_text(encoding="utf-8")
