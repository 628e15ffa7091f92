"""Markdown into HTML that can harm nobody, and into the text that is searched."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content.numbers import without_numbers
from kb.content.render import DeepNestingError, Section, render, render_inline
from kb.core import KnowledgeBase
from kb.model import Document, Query, Source
from tests.indexing.roots import WORDS, contents, live_name, make_root, page, write


def html(body: str) -> str:
    return render(body, is_markdown=True).html


TABLE = (
    "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
    "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>"
)
#: What is written, and what is shown.
SHOWN = {
    "a table": ("|a|b|\n|-|-|\n|1|2|", TABLE),
    "a definition list": ("Term\n:   What it means", "<dl>\n<dt>Term</dt>\n<dd>What it means</dd>\n</dl>"),
    "an attribute list": ("## Head {#here}", '<h2 id="here">Head</h2>'),
    "a heading has an anchor": ("## Who *may* apply?", '<h2 id="who-may-apply">Who <em>may</em> apply?</h2>'),
    "headings of one text have anchors of their own": ("## A\n\n## A", '<h2 id="a">A</h2>\n<h2 id="a_1">A</h2>'),
    "a heading of the first level makes all one level lower": (
        "# A\n\n## B",
        '<h2 id="a">A</h2>\n<h3 id="b">B</h3>',
    ),
    "headings without a first level stay": ("## A\n\n###### B", '<h2 id="a">A</h2>\n<h6 id="b">B</h6>'),
    "the lowest level goes no lower": ("# A\n\n###### B", '<h2 id="a">A</h2>\n<h6 id="b">B</h6>'),
    "an anchor that the page uses itself gets another name": ("## Results", '<h2 id="s-results">Results</h2>'),
    "an anchor given by hand as well": ("## Head {#main}", '<h2 id="s-main">Head</h2>'),
    "an anchor given twice stands once": ("## A {#x}\n\n## B {#x}", '<h2 id="x">A</h2>\n<h2 id="s-x">B</h2>'),
    "a picture from elsewhere is a link": (
        "![A map](https://x.org/a.png)",
        '<p><a href="https://x.org/a.png" rel="noopener">Picture: A map</a></p>',
    ),
    "a picture without words as well": (
        "![](https://x.org/a.png)",
        '<p><a href="https://x.org/a.png" rel="noopener">Picture</a></p>',
    ),
    "a picture within a link is its words": (
        "[![A map](a.png)](https://x.org/)",
        '<p><a href="https://x.org/" rel="noopener">Picture: A map</a></p>',
    ),
    "a picture of raw HTML is a link": (
        '<p>See <IMG src="https://x.org/a.png" alt="A <map>"></p>',
        '<p>See <a href="https://x.org/a.png" rel="noopener">Picture: A &lt;map&gt;</a></p>',
    ),
    "a picture of raw HTML within a link is its words": (
        '<a href="/x/"><img src="a.png" alt="A map"></a>',
        '<p><a href="/x/" rel="noopener">Picture: A map</a></p>',
    ),
    "plain marks stay what they are": ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
    "a link to this site": ("[a](/services/)", '<p><a href="/services/" rel="noopener">a</a></p>'),
}


@pytest.mark.parametrize("name", SHOWN)
def test_markdown_is_shown_as_it_should(name: str) -> None:
    written, shown = SHOWN[name]
    assert html(written) == shown


#: Each holds something that must not get through.
VECTORS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.org/a.js></SCRIPT>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="&#x6A&#x61vascript:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](vbscript:msgbox)",
    "![x](javascript:alert(1))",
    '<https://x.org/" onclick="alert(1)>',
    "<iframe src=https://x.org></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://x.org><input name=q><button>x</button></form>",
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    "x {: style='color:red' onclick='alert(1)' }",
    "## Head {: onmouseover=alert(1) }",
    "<base href=https://x.org/>",
    "<meta http-equiv=refresh content='0;url=https://x.org'>",
    "<link rel=stylesheet href=https://x.org/a.css>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<video src=https://x.org/a.mp4 autoplay></video><audio src=x></audio>",
    "<b><script>alert(1)</b></script>",
    "<div><table><style><img src=x onerror=alert(1)></style></table></div>",
    "<img src=https://x.org/a.png alt='\"><script>alert(1)</script>'>",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    '*[HTML]: "><script>alert(1)</script>\n\nHTML',
)
TAG = re.compile(r"<\s*/?\s*([a-zA-Z][\w:-]*)([^>]*)>")
ALLOWED = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "href",
    "title",
    "hreflang",
    "lang",
    "start",
    "reversed",
    "colspan",
    "rowspan",
    "scope",
    "id",
    "class",
    "rel",
}


def assert_harmless(shown: str) -> None:
    for name, attributes in TAG.findall(shown):
        assert name in ALLOWED, shown
        names = set(re.findall(r'([\w:-]+)\s*=\s*"', attributes))
        assert names <= ATTRIBUTES, shown
        for address in re.findall(r'href\s*=\s*"([^"]*)"', attributes):
            # As browsers read it: without tabs and ends of line, and a scheme is what stands before the first colon.
            scheme = re.match(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):", re.sub(r"[\t\r\n]", "", unescape(address)))
            assert scheme is None or scheme[1].lower() in ("http", "https", "mailto", "tel"), shown


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_harmful_gets_through(vector: str) -> None:
    for body in (vector, f"Before\n\n{vector}\n\nAfter", f"> {vector}", f"- {vector}", f"|a|\n|-|\n|{vector}|"):
        assert_harmless(html(body))
    assert_harmless(render_inline(vector))
    assert html(vector) == "" or "<script" not in html(vector)


@given(st.text(st.sampled_from("<>\"'`&#=/[]()!{}:*_-|^\\\n aimgscrptjv0"), max_size=80))
def test_whatever_is_written_can_be_shown_and_harms_nobody(body: str) -> None:
    assert_harmless(html(body))


def test_plain_text_is_paragraphs_and_no_markup() -> None:
    found = render("One <b>\nline\n\n* Two & more\n", is_markdown=False)
    assert found.html == "<p>One &lt;b&gt;\nline</p>\n<p>* Two &amp; more</p>"
    assert found.sections == (Section("", "", "One <b>\nline\n\n* Two & more"),)


def test_sections_begin_at_headings_and_hold_the_text_without_markup() -> None:
    found = render(
        "Before *it*.\n\n## A `b`\n\n- one\n- two[^1]\n\n### C\n\n|x|\n|-|\n|y|\n\n[^1]: A note.", is_markdown=True
    )
    assert found.sections == (
        Section("", "", "Before it."),
        Section("a-b", "A b", "one\ntwo"),
        Section("c", "C", "x\ny\nA note."),
    )
    assert [(one.level, one.anchor, one.text) for one in found.headings] == [(2, "a-b", "A b"), (3, "c", "C")]


def test_footnotes_lead_there_and_back_and_none_stays_for_the_next_page() -> None:
    shown = html("Text[^1]\n\n[^1]: Note")
    assert 'href="#fn:1"' in shown
    assert 'id="fn:1"' in shown
    assert 'href="#fnref:1"' in shown
    assert "fn:1" not in html("Other text")


DEEP = {
    "quotations": ">" * 300 + " x",
    "elements": "<div>" * 600 + "x" + "</div>" * 600,
    "elements without end": "<div>" * 50_000 + "x",
    "marks without end": "<b>" * 3000 + "x",
}


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_too_deep_is_refused_and_nothing_is_lost_in_silence(name: str) -> None:
    with pytest.raises(DeepNestingError, match="nested too deeply"):
        html(DEEP[name])


def test_what_is_nested_deep_but_not_too_deep_is_there() -> None:
    assert render(">" * 60 + " deep", is_markdown=True).sections[0].text == "deep"
    assert (
        render("\n".join("    " * level + "* x" for level in range(40)), is_markdown=True).sections[0].text.count("x")
        == 40
    )
    assert "end" in html("<p>" * 3000 + "end")


def test_a_page_of_a_megabyte_is_rendered_in_reasonable_time() -> None:
    body = (
        "## Head\n\n" + "A paragraph of some words with a [link](https://example.org/) in it, and *more*.\n\n" * 12_000
    )
    began = time.process_time()
    found = render(body, is_markdown=True)
    assert time.process_time() - began < 20
    assert len(found.links) == 12_000
    assert len(body) > 980_000


# -- personal numbers --------------------------------------------------------------------------------------------------

#: Bodies that show a number once rendered.
NUMBERS = (
    "His number is A123-456-789.",
    "Receipt IOE0912345678 came.",
    "SSN 123-45-6789 was used.",
    "A\\-123456789 in Markdown",
    "A&#45;123456789 with an entity",
    "A<b>123456789</b> in pieces",
    "## Case A123456789",
    "- one\n- **A**123456789",
    "|a|\n|-|\n|WAC2190012345|",
    "[link](https://example.org/?case=A123456789)",
    "[A123456789](https://example.org/)",
    "<a title='A123456789' href='/x/'>x</a>",
    "A-\n123456789 over two lines",
)


@pytest.mark.parametrize("body", NUMBERS)
def test_no_personal_number_of_a_body_is_shown_linked_or_searched(body: str) -> None:
    base = KnowledgeBase.from_documents([Document("a", body, markdown=True, title="A page")])
    found = base.document("a")
    shown = re.sub(r"<[^>]*>", "", found.html) + found.html + str(found.headings)
    assert not re.search(r"\d{5}|\d{3}-\d\d", shown)
    assert "number" in shown
    assert base.search("123456789").total == 0


def test_no_personal_number_of_any_key_is_kept_anywhere_in_the_index(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    number = "A123456789"
    keys = {
        "summary": f"About {number}",
        "authors": [f"Ana {number}"],
        "author_bio": f"Case {number}",
        "aliases": [f"Other {number}"],
        "menu_title": f"Short {number}",
        "reviewed": "2023-01-01",
        "reviewed_by": f"B {number}",
        "redirect_from": [f"/old/{number}/", "/older/"],
        "source": {
            "name": f"S {number}",
            "url": f"https://example.org/{number}",
            "publisher": number,
            "reprint": number,
        },
        "imported": {"from": f"{number}.html", "title": number, "tags": [number]},
    }
    write(root, "news/2022/page", page(f"Of {number}", f"{WORDS} {number}", date="2022-01-01", **keys))
    base = KnowledgeBase.open(root)
    base.rebuild()
    document = base.document("news/2022/page").document
    assert document.title == "Of [number]"
    assert document.source == Source("S [number]", None, None, "[number]", "[number]")
    assert document.redirect_from == ("/older/",)
    assert "123456789" not in repr(base.document("news/2022/page"))
    assert "123456789" not in repr(base.search(Query(text="page", per_page=100)))
    for folder in (root / "index/columnar" / live_name(root), root / "index/readings"):
        assert not [name for name, data in contents(folder).items() if b"123456789" in data]
    (problem,) = [one for one in base.check() if "personal numbers" in one.what]
    assert (problem.level, problem.path, problem.line) == ("warning", "content/news/2022/page.md", 2)
    # Said again where nothing had to be read anew.
    assert problem in base.check()


@given(st.builds(Document, id=st.just("a"), body=st.text(), title=st.text(), authors=st.lists(st.text()).map(tuple)))
def test_a_document_without_numbers_is_the_same_document(document: Document) -> None:
    clean, count = without_numbers(document)
    assert (clean == document) is (count == 0)
    assert without_numbers(clean) == (clean, 0)


def test_nothing_of_one_page_is_left_in_the_next() -> None:
    pages = [
        "A note.[^1] The INA.\n\n[^1]: Its words.\n\n*[INA]: Immigration and Nationality Act\n",
        "# One\n\nThe INA.[^1] See [it].\n\n[it]: https://example.org/\n",
        "# One\n\nSee [it]. A note.[^1]\n\n[^1]: Other words.\n",
    ]
    alone = []
    for body in pages:
        thread = ThreadPoolExecutor(1)
        alone.append(thread.submit(render, body, is_markdown=True).result())
        thread.shutdown()
    assert [render(body, is_markdown=True) for body in pages] == alone
    assert [render(body, is_markdown=True) for body in pages[::-1]] == alone[::-1]


def test_a_page_that_is_nested_too_deeply_spoils_no_other() -> None:
    before = render("A *page*.[^1]\n\n[^1]: Words.\n", is_markdown=True)
    with pytest.raises(DeepNestingError):
        render("> " * 3000 + "deep", is_markdown=True)
    assert render("A *page*.[^1]\n\n[^1]: Words.\n", is_markdown=True) == before
