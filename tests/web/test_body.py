"""The body of a page as it is shown."""

from __future__ import annotations

import pytest

from kb.web.body import shown, with_citations
from tests.web.markup import links


def test_each_table_scrolls_in_a_frame_that_the_keyboard_reaches() -> None:
    frame = '<div class="scroll" role="region" tabindex="0" aria-label="Table">'
    html = "<p>a</p><table><tr><td>1</td></tr></table><p>b</p><table class=x></table>"
    assert shown(html, "Table") == (
        f"<p>a</p>{frame}<table><tr><td>1</td></tr></table></div><p>b</p>{frame}<table class=x></table></div>"
    )


def test_a_body_without_tables_is_left_as_it_is() -> None:
    assert shown("<p>tables of contents, &lt;table&gt;</p>", "Table") == "<p>tables of contents, &lt;table&gt;</p>"


def test_the_label_is_only_text() -> None:
    assert 'aria-label="&#34;&lt;b&gt;"' in shown("<table></table>", '"<b>')


KNOWN = frozenset({"8-cfr-214", "8-cfr-214.2", "8-cfr-214.2-h", "8-cfr-214.2-h-4", "ina-212", "ina-212-a", "ina-237"})
ECFR = (
    '\N{WORD JOINER}<a class="official" href="https://www.ecfr.gov/current/title-8/section-214.2"'
    ' rel="external noopener"><span class="vh">{}, official text</span><span aria-hidden="true">↗</span></a>'
)


def linked(html: str) -> str:
    return with_citations(html, KNOWN, "official text")


def internal(html: str) -> dict[str, str]:
    """Address by text of the links to our pages of the law."""
    return {text: url for text, url in links(linked(html)).items() if url.startswith("/")}


def test_a_citation_leads_to_our_page_and_then_to_its_official_text() -> None:
    assert linked("<p>See 8 CFR 214.2(h) &amp; more.</p>") == (
        '<p>See <a href="/authorities/8-cfr-214.2-h/">8 CFR 214.2(h)</a>'
        + ECFR.format("8 CFR 214.2(h)")
        + " &amp; more.</p>"
    )


def test_the_official_text_follows_the_first_time_alone() -> None:
    html = linked("<p>8 CFR 214.2(h) and <b>8 C.F.R. § 214.2(h)</b></p>")
    assert html.count('href="/authorities/8-cfr-214.2-h/"') == 2
    assert html.count('class="official"') == 1


@pytest.mark.parametrize(
    "html",
    [
        '<p>See <a href="https://www.ecfr.gov/x" rel="noopener">8 CFR 214.2(h)</a>.</p>',
        "<h2>8 CFR 214.2(h)</h2>",
        "<h3 id='x'>Under <em>8 CFR 214.2(h)</em></h3>",
        "<p><code>8 CFR 214.2(h)</code></p>",
        '<p title="8 CFR 214.2(h) > 5">$130 million &lt;b&gt; &nbsp;</p>',
        "<ul><li>nothing<br>here</li></ul>",
        "",
    ],
)
def test_links_headings_code_and_what_cites_nothing_are_left_as_they_are(html: str) -> None:
    assert linked(html) == html


def test_after_a_link_citations_are_linked_again() -> None:
    assert list(internal("<p><a href='/x/'>8 CFR 214.2</a> and INA 212(a)</p>")) == ["8 CFR 214.2", "INA 212(a)"]


def test_each_member_of_a_list_is_a_link_and_a_range_one_to_what_encloses_it() -> None:
    assert internal("<p>sections 212(a) and 237 of the Act</p>") == {
        "sections 212(a)": "/authorities/ina-212-a/",
        "237 of the Act": "/authorities/ina-237/",
    }
    assert internal("<p>8 CFR 214.2(h)(4)–(6)</p>") == {"8 CFR 214.2(h)(4)–(6)": "/authorities/8-cfr-214.2-h/"}


def test_a_part_that_no_page_cites_leads_to_what_encloses_it() -> None:
    assert internal("<p>8 CFR 214.2(h)(4)(i)</p>") == {"8 CFR 214.2(h)(4)(i)": "/authorities/8-cfr-214.2-h-4/"}


def test_what_nobody_cites_has_its_official_text_alone() -> None:
    assert list(links(linked("<p>see 8 CFR 103.2(a)</p>"))) == ["8 CFR 103.2(a), official text↗"]


def test_hostile_text_beside_a_citation_stays_text() -> None:
    html = linked("<p>&lt;script&gt;x&lt;/script&gt; 8 CFR 214.2(h) &lt;b&gt; &quot;&amp;lt;</p>")
    assert "&lt;script&gt;x&lt;/script&gt; <a" in html
    assert html.endswith(' &lt;b&gt; "&amp;lt;</p>')
