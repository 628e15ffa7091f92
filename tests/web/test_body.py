"""The body of a page as it is shown."""

from __future__ import annotations

from kb.web.body import shown


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
