"""Every mistake of a page is told with its place and how to mend it, all of them at once, and the index stays."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.content.files import LARGEST, find_pages
from kb.core import KnowledgeBase
from kb.errors import ContentError
from kb.model import Problem
from tests.indexing.roots import PAGES, WORDS, make_root, page, write

MISTAKES = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))["mistake"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


def problems(root: Path) -> tuple[Problem, ...]:
    """What stops a rebuild."""
    with pytest.raises(ContentError) as caught:
        KnowledgeBase.open(root).rebuild()
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return caught.value.problems


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"])
def test_a_mistake_is_told_with_its_line_and_how_to_mend_it(root: Path, mistake: dict[str, Any]) -> None:
    text = mistake.get("whole", f"---\ntitle: A page\ndate: 2022-01-01\n{mistake.get('keys')}\n---\n\n{WORDS}\n")
    write(root, "news/2022/page", text)
    (found,) = problems(root)
    assert (found.path, found.line, found.level) == ("content/news/2022/page.md", mistake["line"], "error")
    assert found.what.startswith(mistake["what"])
    assert found.fix.startswith(mistake["fix"])
    assert str(found) == f"{found.path}:{found.line}: {found.what}: {found.fix}"


#: Files that can be no page: how each is made, at which line, and the sentence.
FILES: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "a page over 10 MB": (
        lambda root: write(root, "news/2022/page", page("x", date="2022-01-01") + "x" * LARGEST),
        1,
        "the file has 10,0",
    ),
    "a page that is not UTF-8": (
        lambda root: write(root, "news/2022/page", page("x").encode() + b"\ncaf\xe9\n"),
        7,
        "the file is not UTF-8 text: save it as UTF-8",
    ),
    "a binary file": (
        lambda root: write(root, "news/2022/page", b"\x89PNG\r\n\x1a\n\x00"),
        1,
        "the file is not UTF-8 text",
    ),
    "a file with a NUL": (lambda root: write(root, "news/2022/page", page("x") + "\0"), 1, "the file is binary"),
    "a link to nothing": (
        lambda root: (root / "content/news/page.md").symlink_to(root / "nowhere"),
        1,
        "cannot be read (No such file or directory)",
    ),
    "a pipe": (lambda root: os.mkfifo(root / "content/news/page.md"), 1, "is neither a file nor a folder"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_can_be_no_page_is_told(root: Path, name: str) -> None:
    make, line, sentence = FILES[name]
    make(root)
    (found,) = problems(root)
    assert found.line == line
    assert f"{found.what}: {found.fix}".startswith(sentence)


NAMES = (
    "news/2022/Upper",
    "news/2022/a_b",
    "news/2022/a--b",
    "news/2022/-a",
    "news/2022/a.b",
    "news/20 22/a",
    "news/2022/é",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_that_can_be_no_id_is_told(root: Path, name: str) -> None:
    write(root, name, page("x", date="2022-01-01"))
    (found,) = problems(root)
    assert found == Problem(
        f"content/{name}.md",
        1,
        f"“{name}” cannot be an id",
        "rename it: each part small letters and digits, joined by single hyphens",
    )


def test_a_file_name_that_is_no_text_is_told(root: Path) -> None:
    (root / "content/news" / os.fsdecode(b"\xff.md")).write_text(page("x", date="2022-01-01"), encoding="utf-8")
    (found,) = problems(root)
    assert found.path == "content/news/?.md"
    assert "cannot be an id" in found.what


def test_a_file_named_by_a_personal_number_is_refused(root: Path) -> None:
    write(root, "news/2022/case-of-a-123456789", page("x", date="2022-01-01"))
    (found,) = problems(root)
    assert found.what == "the name of the file holds a personal number, and would be its address"


def test_all_problems_of_all_pages_are_told_at_once_by_path_and_line(root: Path) -> None:
    write(root, "news/2022/b", "---\ntitle: B\ndate: never\ntags: [asylm, visum]\nnope: 1\n---\n")
    write(root, "news/2022/a", "---\ntitle: A\ndate: 2022-01-01\ntags: [asylm, visum]\nredirect_from: [x, y]\n---\n")
    write(root, "news/2022/c", b"\xff")
    found = problems(root)
    assert [(one.path[-4:], one.line) for one in found] == [
        ("a.md", 4), ("a.md", 4), ("a.md", 5), ("a.md", 5),
        ("b.md", 3), ("b.md", 4), ("b.md", 4), ("b.md", 5), ("c.md", 1),
    ]  # fmt: skip


def test_a_key_with_a_mistake_hides_no_other_mistake_and_makes_none_up(root: Path) -> None:
    write(root, "news/2022/a", "---\ntype: blog\ndate: never\ntags: [asylm]\nredirect_from: x\n---\nText\n")
    write(root, "loose", "---\ntitle: B\ntype: blog\n---\nText\n")
    assert [(one.path, one.line, one.what) for one in problems(root)] == [
        ("content/loose.md", 3, "“type”: “blog” is not a type (service, article, news, digest, alert, page)"),
        ("content/news/2022/a.md", 1, "“title” is missing"),
        ("content/news/2022/a.md", 2, "“type”: “blog” is not a type (service, article, news, digest, alert, page)"),
        (
            "content/news/2022/a.md",
            3,
            "“date”: “never” is not a date (year-month-day, such as 2019-08-20)",
        ),
        ("content/news/2022/a.md", 4, "unknown tag “asylm”"),
        ("content/news/2022/a.md", 5, "the old path “x” does not begin with /"),
    ]


def test_a_url_claimed_by_two_pages_names_both(root: Path) -> None:
    write(root, "pages/visas", page("One"))
    write(root, "visas", page("Two", type="page"))
    (found,) = problems(root)
    assert (found.path, found.line) == ("content/visas.md", 1)
    assert found.what == "the URL /visas/ is claimed by content/pages/visas.md as well"


def test_each_claimant_of_an_address_of_the_site_is_told(root: Path) -> None:
    names = ["news/2022", "pages/es", "pages/search", "pages/tags/x", "services/visas"]
    for name in names:
        write(root, name, page("x", type="page"))
    assert [one.path for one in problems(root)] == [f"content/{name}.md" for name in names]


def test_a_circle_of_successors_is_told_of_each_of_its_pages_and_of_no_other(root: Path) -> None:
    for name, successor in {"a": "b", "b": "c", "c": "a", "d": "a"}.items():
        write(root, f"pages/{name}", page(name, superseded_by=f"pages/{successor}"))
    assert [one.path for one in problems(root)] == [f"content/pages/{name}.md" for name in "abc"]


def test_a_page_with_a_mistake_exists_all_the_same_for_those_that_name_it(root: Path) -> None:
    write(root, "pages/bad", page("Bad", tags=["nope"]))
    write(root, "pages/good", page("Good", related=["pages/bad"]))
    assert [one.path for one in problems(root)] == ["content/pages/bad.md"]


def test_keep_going_leaves_out_pages_with_mistakes_and_lists_them(root: Path) -> None:
    write(root, "pages/bad", page("Bad article", tags=["nope"]))
    write(root, "pages/good", page("Good article", related=["pages/bad"], superseded_by="pages/bad"))
    write(root, "pages/visas", page("One"))
    write(root, "visas", page("Two", type="page"))
    base = KnowledgeBase.open(root)
    summary = base.rebuild(keep_going=True)
    assert [one.path for one in summary.problems] == ["content/pages/bad.md", "content/visas.md"]
    assert summary.documents == len(PAGES) + 2
    assert {hit.id for hit in base.search("article").hits} == {"news/2019/first", "news/2021/second", "pages/good"}
    assert base.related("pages/good") is not None


def test_what_may_be_left_out_may_be_empty_and_texts_may_stand_alone(root: Path) -> None:
    keys = (
        "authors: Ana Cruz\ntags: asylum\nsummary:\nrelated: ~\nlang:\ndraft: null\norder: 3\nsource:\n  name: A blog\n"
    )
    text = f"---\r\ntitle: 'A page'\r\ndate: 2022-01-01\r\n{keys}---\r\n\r\nText\r\n".replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )
    write(root, "news/2022/page", b"\xef\xbb\xbf" + text.encode())
    base = KnowledgeBase.open(root)
    base.rebuild()
    document = base.document("news/2022/page").document
    found = (document.authors, document.tags, document.summary, document.lang, document.order)
    assert found == (("Ana Cruz",), ("asylum",), None, "en", 3)
    assert document.source is not None
    assert document.source.name == "A blog"


def test_yes_no_and_numbers_are_texts_where_texts_belong(root: Path) -> None:
    write(root, "news/2022/page", "---\ntitle: NO\ndate: 2022-01-01\nauthors: [yes, 12:30, 007]\n---\nText\n")
    base = KnowledgeBase.open(root)
    base.rebuild()
    document = base.document("news/2022/page").document
    assert (document.title, document.authors) == ("NO", ("yes", "12:30", "007"))


def test_pages_are_found_by_path_wherever_they_lie(root: Path) -> None:
    write(root, "pages/deep/er/page", page("x"))
    (root / "content/notes.txt").write_text("no page", encoding="ascii")
    assert [file.id for file in find_pages(root)] == sorted([*PAGES, "pages/deep/er/page"])
