"""A source met again, met twice, met with another's name: nothing of an editor's is overwritten, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kb.ingest import ImportReport
from tests.ingest.conftest import PAGE, said

Save = Callable[[str, str], str]
Bring = Callable[..., ImportReport]
PATH = "news/2019/ferries-now-carry-forms.md"


def pages(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.*")}


def test_importing_again_changes_nothing(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", PAGE)
    assert bring(source).files[0].path == PATH
    before = pages(into)
    report = bring(source)
    assert [file.outcome for file in report.files] == ["unchanged"]
    assert (report.exit_code, pages(into)) == (0, before)


def test_a_source_is_known_again_from_another_folder_under_another_name(save: Save, bring: Bring, into: Path) -> None:
    bring(save("a.txt", PAGE))
    assert bring(save("elsewhere/b.txt", PAGE)).counts == {"unchanged": 1}
    assert list(pages(into)) == [PATH]


def test_a_source_without_an_address_is_known_again_by_its_words(save: Save, bring: Bring, into: Path) -> None:
    text = (
        "A Title\n\nBy Ada Moor\n\nMarch 3, 2020\n\nThe only paragraph of this article is this one, and it is short.\n"
    )
    bring(save("a.txt", text))
    assert bring(save("b.txt", text.replace("\n", "\r\n"))).counts == {"unchanged": 1}
    assert len(pages(into)) == 1


def test_a_page_saved_anew_with_another_related_list_is_known_again(save: Save, bring: Bring, into: Path) -> None:
    text = "News: A Title\n\nMarch 3, 2020\n\nThe only paragraph of this article is short.\n\nYou May Also Like:\n\n"
    bring(save("a.txt", text + "News: One\n"))
    assert bring(save("a.txt", text + "News: Two\n")).counts == {"unchanged": 1}
    assert len(pages(into)) == 1


def test_an_edited_page_is_left_as_it_is(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", PAGE)
    bring(source)
    edited = (into / PATH).read_text(encoding="utf-8").replace("the captain says", "the captain said")
    (into / PATH).write_text(edited, encoding="utf-8")
    report = bring(source)
    assert (report.exit_code, report.files[0].outcome, report.files[0].path) == (0, "edited", PATH)
    assert pages(into) == {PATH: edited}


def test_an_edited_key_counts_as_an_edit(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", PAGE)
    bring(source)
    page = into / PATH
    page.write_text(page.read_text(encoding="utf-8").replace("type: article", "type: news"), encoding="utf-8")
    assert bring(source).files[0].outcome == "edited"


@pytest.mark.parametrize("broken", ['title: "half a quote', "title: a: b", "type: article\ntype: news"])
def test_a_page_whose_front_matter_is_broken_is_still_known_again(
    broken: str, save: Save, bring: Bring, into: Path
) -> None:
    source = save("a.txt", PAGE)
    bring(source)
    text = (into / PATH).read_text(encoding="utf-8")
    (into / PATH).write_text(text.replace("title: Ferries Now Carry Forms", broken, 1), encoding="utf-8")
    assert bring(source).counts == {"edited": 1}
    assert len(pages(into)) == 1


def test_a_page_that_was_moved_and_renamed_is_known_again(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", PAGE)
    bring(source)
    moved = into / "pages" / "old" / "ferries.md"
    moved.parent.mkdir(parents=True)
    (into / PATH).rename(moved)
    file = bring(source).files[0]
    assert (file.outcome, file.path, file.id) == ("unchanged", "pages/old/ferries.md", "pages/old/ferries")
    assert "under another name" in said(file, "two names")
    assert len(pages(into)) == 1


def test_a_source_that_was_revised_leaves_the_page_and_says_so(save: Save, bring: Bring, into: Path) -> None:
    bring(save("a.txt", PAGE))
    before = pages(into)
    report = bring(save("a.txt", PAGE.replace("the captain says.", "the captain says, on Tuesdays.")))
    assert (report.exit_code, report.files[0].outcome, pages(into)) == (0, "unchanged", before)
    assert "reads otherwise" in said(report.files[0], "changed")


def test_a_source_whose_address_holds_a_personal_number_is_known_again(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", PAGE.replace("ferries-carry-forms", "case/A123-456-789"))
    path = bring(source).files[0].path
    assert "A123" not in (into / str(path)).read_text(encoding="utf-8")
    assert bring(source).counts == {"unchanged": 1}


def test_another_source_of_the_same_title_gets_a_number(save: Save, bring: Bring, into: Path) -> None:
    text = "A different ferry carries different forms, and nobody knows why."
    other = f"Article: Ferries Now Carry Forms By Bo Lind\n\nMay 1, 2019\n\n{text}\n"
    bring(save("a.txt", PAGE))
    second = bring(save("b.txt", other)).files[0]
    third = bring(save("c.txt", other.replace("different", "third"))).files[0]
    assert second.path == "news/2019/ferries-now-carry-forms-2.md"
    assert third.path == "news/2019/ferries-now-carry-forms-3.md"
    assert "this one became ferries-now-carry-forms-2" in said(second, "slug")
    assert bring(save("b.txt", other)).counts == {"unchanged": 1}


def test_a_page_written_by_hand_is_never_overwritten(save: Save, bring: Bring, into: Path) -> None:
    (into / PATH).parent.mkdir(parents=True)
    (into / PATH).write_text("---\ntitle: Mine\n---\n\nMine.\n", encoding="utf-8")
    assert bring(save("a.txt", PAGE)).files[0].path == "news/2019/ferries-now-carry-forms-2.md"
    assert (into / PATH).read_text(encoding="utf-8").endswith("Mine.\n")


def test_one_source_in_two_files_of_a_run_is_written_once_and_warned_of(save: Save, bring: Bring, into: Path) -> None:
    first, second = save("a.txt", PAGE), save("b.txt", PAGE)
    report = bring(first, second)
    assert [file.outcome for file in report.files] == ["written", "duplicate"]
    assert report.exit_code == 0
    assert first in said(report.files[1], "two names")
    assert len(pages(into)) == 1


def test_one_address_under_two_titles_with_one_text_is_one_source(save: Save, bring: Bring, into: Path) -> None:
    bring(save("a.txt", PAGE))
    file = bring(save("b.txt", PAGE.replace("Ferries Now Carry Forms", "Ferries Take Forms"))).files[0]
    assert (file.outcome, file.path) == ("unchanged", PATH)
    assert "slipway.example.org/2019/08/14/ferries-carry-forms/ was imported as" in said(file, "two names")
    assert len(pages(into)) == 1


def test_one_address_with_two_texts_keeps_both_and_warns(save: Save, bring: Bring, into: Path) -> None:
    """Editors copy share bars from one article to the next: an address alone must not lose an article."""
    other = PAGE.replace("Ferries Now Carry Forms", "Stamps Are Not Stickers")
    start = other.index("<p>")
    text = "Glue and ink differ; no clerk mistakes either, whatever travelers claim about it."
    other = f"{other[:start]}<p>{text}</p>\n</div>\n"
    report = bring(save("a.txt", PAGE), save("b.txt", other))
    assert report.counts == {"written": 2}
    assert "with another text; both are kept" in said(report.files[1], "two names")
    assert bring(save("b.txt", other)).counts == {"unchanged": 1}
    assert len(pages(into)) == 2


def test_a_dry_run_reports_the_same_and_writes_nothing(save: Save, bring: Bring, into: Path) -> None:
    sources = [save("a.txt", PAGE), save("b.txt", "News: No Date\n\nA paragraph that has no date anywhere near it.\n")]
    dry = bring(*sources, dry_run=True)
    assert not into.exists()
    real = bring(*sources)
    assert dry.files == real.files
    assert (dry.dry_run, dry.exit_code, real.exit_code) == (True, 1, 1)


def test_a_draft_without_a_date_is_reported_once_and_left_after(save: Save, bring: Bring, into: Path) -> None:
    source = save("a.txt", "News: No Date\n\nA paragraph that has no date anywhere near it.\n")
    report = bring(source)
    assert (report.exit_code, report.files[0].outcome) == (1, "draft")
    assert report.files[0].path == "news/undated/no-date.md"
    assert "draft: true" in (into / "news/undated/no-date.md").read_text(encoding="utf-8")
    assert (bring(source).exit_code, bring(source).counts) == (0, {"unchanged": 1})
