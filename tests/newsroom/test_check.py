"""`kb check` lists what an editor should look at, each with its level, its place and how to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.core import KnowledgeBase
from kb.model import Problem
from tests.indexing.roots import CONFIG, LEDGER, VOCABULARY, make_root, page, write

NEWS, SERVICE = "news/2022/page", "services/visas/page"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path / "root")


def add(path: str, text: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        file = root / path
        file.write_text((file.read_text(encoding="utf-8") if file.exists() else "") + text, encoding="utf-8")

    return change


def news(body: str = "Text", **keys: object) -> Callable[[Path], object]:
    return lambda root: write(root, NEWS, page("A page", body, **{"date": "2022-01-01", "tags": "uscis", **keys}))


def drafted(root: Path) -> None:
    write(root, "pages/draft", page("A draft", draft=True))
    news(related=["pages/draft"])(root)


def twice(root: Path) -> None:
    source = {"name": "A blog", "url": "https://example.org/a"}
    write(root, "news/2022/older", page("Another", date="2021-01-01", tags="uscis", source=source))
    news(source=source)(root)


FUTURE = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)).isoformat()
PAGE = f"content/{NEWS}.md"
CONCEPT = '\n[concept.x]\nprefLabel = "X"\ngroup = "topic"\nservice = "services/nope"\n'
CHANGE = '\n[[change]]\nauthority = "8 CFR 9"\ndate = 2019-01-01\ntitle = "T"\nurl = "/nope/"\n'
MENU = '\n[[site.menu]]\nlabel = "M"\nurl = "/nope/"\n'
URGENT = '[site]\nname = "F"\nurgent = ["services/nope"]\n'
OLD_LAW = page("A page", "8 CFR 214.2(h)(1)")
#: What is done to a sound root, and the one problem that comes of it: level, path, line, and how the sentence begins.
FOUND: dict[str, tuple[Callable[[Path], object], str, str, int, str]] = {
    "a date in the future": (news(date=FUTURE), "warning", PAGE, 3, f"date is in the future ({FUTURE})"),
    "a review by nobody": (news(reviewed="2023-01-01"), "warning", PAGE, 5, "reviewed, but not by whom"),
    "a link that leads nowhere": (news("A\n\n[b](/nope/)"), "warning", PAGE, 9, "the link /nope/ leads nowhere"),
    "a relative link": (news("[b](../nope/)"), "warning", PAGE, 7, "the link ../nope/ leads nowhere"),
    "a tag that is none": (news("[b](/tags/nope/)"), "warning", PAGE, 7, "the link /tags/nope/ leads nowhere"),
    "a draft that is named": (drafted, "warning", PAGE, 5, "“pages/draft” is a draft"),
    "a source twice": (twice, "warning", PAGE, 5, "has the same source as content/news/2022/older.md"),
    "a personal number": (news("A\n\nB 123-45-6789"), "warning", PAGE, 9, "holds personal numbers (1)"),
    "no tags": (news(tags=[]), "note", PAGE, 1, "has no tags"),
    "law that changed": (
        *(news("8 CFR 214.2(h)(1)", date="2019-01-01"), "note", PAGE, 1),
        "8 CFR 214.2(h) changed on 2020-06-01",
    ),
    "changed law and no date": (
        *(lambda root: write(root, "pages/page", OLD_LAW), "note", "content/pages/page.md", 1),
        "cites law that has changed, and has no date",
    ),
    "a service without updated": (
        *(lambda root: write(root, SERVICE, page("A page")), "warning", f"content/{SERVICE}.md", 2),
        "a service page without updated",
    ),
    "a concept without its service": (
        *(add("content/vocabulary.toml", CONCEPT), "warning", "content/vocabulary.toml", VOCABULARY.count("\n") + 5),
        "concept x: there is no page “services/nope”",
    ),
    "a change of a page that is none": (
        *(add("content/changes.toml", CHANGE), "warning", "content/changes.toml", LEDGER.count("\n") + 6),
        "the change “T” names /nope/, and there is no such page",
    ),
    "a menu that leads nowhere": (
        *(add("kb.toml", MENU), "warning", "kb.toml", CONFIG.count("\n") + 4),
        "the link “M” to /nope/ leads nowhere",
    ),
    "an urgent page that is none": (
        *(lambda root: (root / "kb.toml").write_text(URGENT, encoding="utf-8"), "warning", "kb.toml", 3),
        "site.urgent names “services/nope”, and there is no such page",
    ),
    "a file that is no page": (add("content/news/a.txt", "x"), "note", "content/news/a.txt", 1, "is not a page"),
    "a page with a mistake": (news(tags="nope"), "error", PAGE, 4, "unknown tag “nope”"),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_problem_is_listed_and_stops_no_rebuild_unless_it_is_an_error(root: Path, name: str) -> None:
    change, level, path, line, what = FOUND[name]
    before = KnowledgeBase.open(root).check()
    change(root)
    (found,) = set(KnowledgeBase.open(root).check()) - set(before)
    assert (found.level, found.path, found.line) == (level, path, line)
    assert found.what.startswith(what)
    assert found.fix
    if level != "error":
        KnowledgeBase.open(root).rebuild()
        assert found in KnowledgeBase.open(root).check()


SOUND = (
    *("/services/visas/", "/services/", "/news/2019/", "/tags/h-1b/", "/search?q=x", "/about/", "/about#top", "#x"),
    *("/authorities/", "/authors/"),
    *("/old/", "mailto:a@b.org", "https://example.org/nope/", "../first/", "../../2021/second/?x=1"),
)


def test_links_that_lead_somewhere_are_no_problem(root: Path) -> None:
    body = " ".join(f"[x]({link})" for link in SOUND)
    write(root, "news/2019/linking", page("A page", body, date="2019-01-01", tags="uscis", redirect_from="/old/"))
    assert not [one for one in KnowledgeBase.open(root).check() if "leads nowhere" in one.what]


def test_errors_come_first_and_then_warnings_and_notes(root: Path) -> None:
    news(date=FUTURE, tags=[])(root)
    write(root, "pages/z", "no front matter")
    levels = [problem.level for problem in KnowledgeBase.open(root).check()]
    assert levels == sorted(levels, key=("error", "warning", "note").index)
    assert set(levels) == {"error", "warning", "note"}


def test_mistakes_of_vocabulary_and_ledger_are_told_together(root: Path) -> None:
    add("content/vocabulary.toml", "\n[concept.x]\n")(root)
    add("content/changes.toml", "\n[[change]]\n")(root)
    found = KnowledgeBase.open(root).check()
    assert {problem.path for problem in found} == {"content/vocabulary.toml", "content/changes.toml"}
    assert {problem.level for problem in found} == {"error"}


def test_nothing_is_built_by_a_check(root: Path) -> None:
    KnowledgeBase.open(root).check()
    assert not (root / "index").exists()


def test_a_problem_reads_as_path_line_what_and_how_to_mend_it() -> None:
    assert str(Problem("content/a.md", 3, "is wrong", "mend it")) == "content/a.md:3: is wrong: mend it"
