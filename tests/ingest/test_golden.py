"""Every kind of broken page against what it must become: the page files, and the report with its evidence.

After a change that is meant to change them, write the golden files anew and read the difference:

    KB_WRITE_GOLDEN=1 python -m pytest tests/ingest/test_golden.py && git diff tests/ingest/golden
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from kb.frontmatter import parse
from kb.ingest import import_sources
from kb.vocabulary import Vocabulary

HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "fixtures").iterdir())
#: Words of page furniture: in no fixture do they belong to the text.
FURNITURE = (
    "addthis", "sharer.php", "Share:", "Filed Under", "FILED UNDER", "You May Also", "Previous Post", "Copyright ©",
    "Primary Sidebar", "inline_image", "AUTHOR BIO", "Reprinted with permission", "itemprop", "<div", "<p>", "”>",
    "%E2%80%9D",
)  # fmt: skip


@pytest.mark.parametrize("source", FIXTURES, ids=lambda path: path.stem)
def test_a_page_becomes_what_its_golden_file_says(
    source: Path, into: Path, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    report = import_sources([source.name], into, vocabulary)
    found = {
        f"{source.stem}{f'-{number}' if number > 1 else ''}.md": (into / str(file.path)).read_text(encoding="utf-8")
        for number, file in enumerate(report.files, 1)
    }
    found[f"{source.stem}.json"] = json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n"
    for name, text in found.items():
        golden = HERE / "golden" / name
        if os.environ.get("KB_WRITE_GOLDEN"):
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8"), name


@pytest.mark.parametrize("golden", sorted((HERE / "golden").glob("*.md")), ids=lambda path: path.stem)
def test_no_golden_text_holds_page_furniture(golden: Path) -> None:
    body = parse(golden.read_text(encoding="utf-8")).body
    assert [word for word in FURNITURE if word in body] == []


@pytest.mark.parametrize("golden", sorted((HERE / "golden").glob("*.md")), ids=lambda path: path.stem)
def test_front_matter_has_only_keys_of_the_contract(golden: Path) -> None:
    keys = {
        "title", "type", "date", "authors", "author_bio", "tags", "source", "lang", "draft", "imported",
    }  # fmt: skip
    values = yaml.safe_load(golden.read_text(encoding="utf-8").split("---\n")[1])
    assert set(values) <= keys
    assert set(values.get("source", {})) <= {"name", "url", "published", "publisher", "reprint"}
    assert set(values["imported"]) <= {"from", "hash", "title", "slug", "categories", "tags", "applied"}
    assert ("date" in values) != values.get("draft", False)
