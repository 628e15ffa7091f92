"""The catalogue of words."""

from __future__ import annotations

import ast
import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kb.model import GROUPS, SORTS, STATUSES, TYPES
from kb.web import words as module
from kb.web.facets import ORDER
from kb.web.words import LANGUAGES, catalogue

FOLDER = Path(module.__file__).parent
TABLES: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
TEMPLATES = FOLDER.parent.parent / "templates"


def values(entry: object) -> set[str]:
    """The names of the values that an entry takes."""
    forms = entry.values() if isinstance(entry, dict) else [entry]
    return {name for form in forms for name in re.findall(r"{(\w+)}", str(form))}


def test_both_languages_have_the_same_keys_with_the_same_values() -> None:
    english, spanish = TABLES["en"], TABLES["es"]
    assert list(english) == list(spanish)
    assert {key: values(entry) for key, entry in english.items()} == {
        key: values(entry) for key, entry in spanish.items()
    }


def test_no_sentence_is_left_untranslated() -> None:
    same = {key for key, entry in TABLES["en"].items() if TABLES["es"][key] == entry}
    assert same <= {
        "search_placeholder",
        "fax",
        "json",
        "title_page",
        "not_used",
        "month_count",
        "error_title",
        "kind_visa",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_value_of_a_closed_set_has_its_word(lang: str) -> None:
    words = catalogue(lang)
    keys = [f"type_{name}" for name in TYPES] + [f"types_{name}" for name in TYPES]
    keys += [f"status_{name}" for name in STATUSES] + [f"sort_{name}" for name in SORTS]
    keys += [f"group_{name}" for name in GROUPS] + [f"facet_{name}" for name in ORDER]
    keys += [f"reason_{name}" for name in ("tag", "cites", "service", "similar", "pinned")]
    keys += [f"unknown_{name}" for name in ("tag", "author", "source", "service", "cites", "year")]
    assert [key for key in keys if not words.has(key)] == []


def used_in_templates() -> set[str]:
    """The keys that templates name outright."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    return set(re.findall(r'\bw\("(\w[\w-]*)"[,)]', text))


def used_in_code() -> set[str]:
    """The keys that modules name outright, as the first argument of a call of `words`."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in ("words", "_words"):
                    found.add(str(node.args[0].value))
    return found


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = used_in_templates() | used_in_code()
    assert len(asked) > 100
    assert asked - set(TABLES["en"]) == set()


@pytest.mark.parametrize(
    ("lang", "count", "sentence"),
    [
        ("en", 0, "No results"),
        ("en", 1, "1 result"),
        ("en", 1204, "1,204 results"),
        ("es", 0, "Ningún resultado"),
        ("es", 1, "1 resultado"),
        ("es", 12, "12 resultados"),
    ],
)
def test_plurals_come_from_the_catalogue(lang: str, count: int, sentence: str) -> None:
    assert catalogue(lang)("results", n=count) == sentence


def test_dates_are_written_in_full() -> None:
    day = dt.date(2019, 8, 20)
    assert (catalogue("en").date(day), catalogue("es").date(day)) == ("August 20, 2019", "20 de agosto de 2019")
    assert (catalogue("en").month(day), catalogue("es").month(day)) == ("August 2019", "agosto de 2019")


def test_items_are_joined_as_a_phrase() -> None:
    words = catalogue("en")
    assert [words.listing(list(items)) for items in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]


def test_an_unknown_language_reads_english_and_an_unknown_word_is_an_error() -> None:
    assert catalogue("fr").lang == "en"
    assert catalogue("en").get("nothing like it", "else") == "else"
    with pytest.raises(KeyError):
        catalogue("en")("nothing like it")


def test_values_that_look_like_places_for_values_are_left_alone() -> None:
    assert catalogue("en")("results_for", n=2, text="{n} {0}") == "2 results for “{n} {0}”"
