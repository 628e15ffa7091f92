"""The library's one face, used as a stranger would use it."""

from __future__ import annotations

import datetime as dt
import gc
from pathlib import Path
from typing import Any

import pytest

import kb
from kb import Change, Document, KnowledgeBase, Query
from kb.errors import ConfigError, DocumentError, RootError, UnknownDocumentError
from tests.indexing.roots import make_root, page, write

CONCEPTS = {
    "asylum": {"prefLabel": "Asylum", "group": "topic", "service": "services/visas/asylum"},
    "h-1b": {"prefLabel": "H-1B", "group": "visa"},
}


def test_a_document_needs_only_an_id_and_a_body() -> None:
    base = KnowledgeBase.from_documents([Document(id="x: ü/1", body="Some words")])
    (hit,) = base.search("words").hits
    assert (hit.id, hit.type, hit.title, hit.date, hit.tags) == ("x: ü/1", "page", "", None, ())
    assert base.document("x: ü/1").html == "<p>Some words</p>"
    assert base.related("x: ü/1") == ()
    assert base.status().documents == 1


def test_no_documents_are_a_knowledge_base_as_well() -> None:
    base = KnowledgeBase.from_documents([])
    assert base.search("anything").total == 0
    assert base.suggest("a") == ()
    assert base.rebuild().documents == 0


@pytest.mark.parametrize("bad", ["", "a\nb", "a\x00", "\x7f", "a\x85b", "\ud800"])
def test_an_id_is_any_text_without_control_characters(bad: str) -> None:
    with pytest.raises(DocumentError, match="cannot be an id"):
        KnowledgeBase.from_documents([Document(id=bad, body="")])


def test_an_id_stands_once() -> None:
    with pytest.raises(DocumentError, match="Two documents have the id “a”"):
        KnowledgeBase.from_documents([Document("a", ""), Document("a", "")])


def test_tags_are_ids_or_labels_and_an_unknown_one_names_the_nearest() -> None:
    base = KnowledgeBase.from_documents([Document("a", "Words", tags="ASYLUM")], vocabulary=CONCEPTS)  # type: ignore[arg-type]
    assert [tag.id for tag in base.search("words").hits[0].tags] == ["asylum"]
    with pytest.raises(DocumentError, match="a: unknown tag “asylm”: did you mean asylum"):
        KnowledgeBase.from_documents([Document("a", "", tags=("asylm",))], vocabulary=CONCEPTS)


@pytest.mark.parametrize(
    ("mistake", "what"),
    [
        ({"type": "blog"}, "“blog” is not a type: choose service, article"),
        ({"lang": "fr"}, "“fr” is not a language"),
        ({"date": "2020-01-01"}, "date is “2020-01-01”: give a datetime.date"),
        ({"body": "half a pair \ud800"}, "holds half of a surrogate pair"),
    ],
)
def test_what_a_document_cannot_hold_is_refused_by_name(mistake: dict[str, Any], what: str) -> None:
    with pytest.raises(DocumentError, match=f"a: {what}"):
        KnowledgeBase.from_documents([Document(**{"id": "a", "body": "Words", **mistake})])


def test_a_moment_is_its_day_and_an_empty_name_is_no_author() -> None:
    document = Document("a", "Words", date=dt.datetime(2020, 1, 31, 23, 59, tzinfo=dt.UTC), authors=("", "Ana Cruz"))
    (hit,) = KnowledgeBase.from_documents([document]).search("words").hits
    assert (hit.date, hit.authors) == (dt.date(2020, 1, 31), ("Ana Cruz",))


@pytest.mark.parametrize("body", ["…", "<<<", "***\n\n—", "🐟", ""])
@pytest.mark.parametrize("markdown", [True, False])
def test_a_body_without_one_word_is_found_and_shown(body: str, markdown: bool) -> None:
    base = KnowledgeBase.from_documents(
        [Document("a", body, title="Bond", markdown=markdown), Document("b", "The bond was paid.")]
    )
    assert {hit.id for hit in base.search("bond").hits} == {"a", "b"}
    assert base.search("").total == 2
    assert base.related("a") is not None


def test_an_accent_after_its_letter_and_a_soft_hyphen_part_no_word() -> None:
    written = "La peticio\u0301n de in\u00admi\u00adgra\u00adcio\u0301n"
    documents = [
        Document("plain", written, authors=("Jose\u0301 Pe\u0301rez",)),
        Document("entity", "La peticio&#769;n de inmi&shy;gración", markdown=True),
        Document("usual", "La petición de inmigración"),
        Document("number", "A123\u00ad456\u00ad789"),
    ]
    base = KnowledgeBase.from_documents(documents)
    for words in ("petición", "peticion", "peticio\u0301n", "inmigración", "in\u00admigración"):
        found = base.search(words)
        assert ({hit.id for hit in found.hits}, found.suggestion) == ({"plain", "entity", "usual"}, None)
        assert all("<mark>" in hit.snippet_html and "n</mark>" in hit.snippet_html for hit in found.hits)
    assert [hit.id for hit in base.search(Query(author=("José Pérez",))).hits] == ["plain"]
    assert base.document("number").html == "<p>[number]</p>"


def test_what_is_nested_too_deep_names_its_document() -> None:
    with pytest.raises(DocumentError, match="a: lists, quotations or tags are nested too deeply"):
        KnowledgeBase.from_documents([Document("a", ">" * 400 + "x", markdown=True)])


def test_a_change_of_the_law_is_given_by_any_citation_of_it() -> None:
    change = Change("8 C.F.R. § 214.2(h)", dt.date(2020, 1, 1), "A rule", "https://example.org/")
    document = Document("a", "See 8 CFR 214.2(h)(4).", date=dt.date(2019, 1, 1))
    base = KnowledgeBase.from_documents([document], changes=[change])
    assert base.document("a").status == "law-changed"
    assert base.document("a").changes[0].authority == "8 CFR 214.2(h)"
    with pytest.raises(DocumentError, match="“the rule” is not a citation"):
        KnowledgeBase.from_documents([document], changes=[Change("the rule", dt.date(2020, 1, 1), "", "")])


def test_a_folder_of_ones_own_keeps_its_index_and_a_temporary_one_goes(tmp_path: Path) -> None:
    KnowledgeBase.from_documents([Document("a", "Words")], path=tmp_path)
    assert (tmp_path / "index/columnar/CURRENT").exists()
    base = KnowledgeBase.from_documents([Document("a", "Words")])
    root = base.settings.root
    assert root.exists()
    del base
    gc.collect()
    assert not root.exists()


def test_a_query_is_words_or_a_query() -> None:
    base = KnowledgeBase.from_documents([Document("a", "Some words"), Document("b", "Other words")])
    assert base.search("words").total == base.search(Query(text="words", match="all", per_page=1)).total == 2


def test_a_root_is_a_folder_with_configuration_and_content(tmp_path: Path) -> None:
    with pytest.raises(RootError, match=r"no kb\.toml here"):
        KnowledgeBase.open(tmp_path)
    (tmp_path / "kb.toml").write_text("", encoding="ascii")
    with pytest.raises(RootError, match="no content/"):
        KnowledgeBase.open(tmp_path)
    (tmp_path / "content").mkdir()
    assert KnowledgeBase.open(str(tmp_path)).rebuild().documents == 0
    (tmp_path / "kb.toml").write_text("nope = 1", encoding="ascii")
    with pytest.raises(ConfigError, match=r"kb\.toml:1: unknown key"):
        KnowledgeBase.open(tmp_path)


def test_the_package_names_its_public_parts_and_no_others() -> None:
    for name in kb.__all__:
        assert getattr(kb, name)
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _: Any = kb.nope


# -- drafts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [True, False], ids=["files", "documents"])
def test_a_draft_reaches_no_search_count_suggestion_or_related_list(files: bool, tmp_path: Path) -> None:
    words = "Whoever asks for protection tells an officer why. " * 20
    if files:
        root = make_root(tmp_path / "root", {})
        write(root, "pages/a", page("Open", words, tags=["asylum"], related=["pages/secret"]))
        write(
            root, "pages/secret", page("Hidden matter", words, tags=["asylum"], authors=["Hidden Person"], draft=True)
        )
        write(root, "services/visas/asylum", page("Hidden service", words, draft=True))
        base = KnowledgeBase.open(root)
        base.rebuild()
    else:
        hidden: dict[str, Any] = {"tags": ("asylum",), "authors": ("Hidden Person",), "draft": True}
        documents = [
            Document("pages/a", words, title="Open", tags=("asylum",), related=("pages/secret",)),
            Document("pages/secret", words, title="Hidden matter", **hidden),
            Document("services/visas/asylum", words, title="Hidden service", type="service", draft=True),
        ]
        base = KnowledgeBase.from_documents(documents, vocabulary=CONCEPTS)
    results = base.search("protection")
    assert [hit.id for hit in results.hits] == ["pages/a"]
    assert base.search("hidden").total == 0
    assert base.suggest("hidden") == ()
    assert base.related("pages/a") == ()
    assert "idden" not in repr(results.facets)
    assert "visas/asylum" not in repr(results.facets)
    assert base.reader().locate("/secret/") is None
    assert [ref.id for ref in base.reader().refs()] == ["pages/a"]
    with pytest.raises(UnknownDocumentError):
        base.document("pages/secret")
    with pytest.raises(UnknownDocumentError):
        base.related("pages/secret")


def test_a_draft_is_read_from_its_file_by_its_address_alone(tmp_path: Path) -> None:
    root = make_root(tmp_path / "root")
    write(root, "pages/secret", page("A draft", "Of A123456789", draft=True))
    base = KnowledgeBase.open(root)
    found = base.draft_at("/secret/")
    assert found is not None
    assert (found.document.title, found.html) == ("A draft", "<p>Of [number]</p>")
    for path in ("/about/", "/nope/", "/", "/../kb/", "/secret\x00/", "//secret//x", "/" + "x" * 5000):
        assert base.draft_at(path) is None
