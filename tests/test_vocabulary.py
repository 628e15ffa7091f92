from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import ConfigError
from kb.model import GROUPS, Tag
from kb.vocabulary import Concept, Vocabulary

SHIPPED = Path(__file__).parent.parent / "content" / "vocabulary.toml"

TEXT = """
[concept.work-visa]
prefLabel = "Work visa"
prefLabel_es = "Visa de trabajo"
group = "visa"

[concept.h-1b]
prefLabel = "H-1B"
altLabel = ["Specialty occupation"]
altLabel_es = ["Ocupación especializada"]
group = "visa"
broader = "work-visa"
definition = "For specialty occupations."
service = "/services/non-immigrant-visas/h-1b-visas/"

[concept.h-1b-cap]
prefLabel = "H-1B cap"
group = "topic"
broader = ["h-1b", "lottery"]

[concept.lottery]
prefLabel = "Lottery"
group = "topic"

[concept.sevis-lottery]
prefLabel = "Cap lottery"
group = "topic"
replaced_by = "drawing"

[concept.drawing]
prefLabel = "Drawing"
group = "topic"
replaced_by = "lottery"
"""


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    path = tmp_path / "vocabulary.toml"
    path.write_text(TEXT, encoding="utf-8")
    return Vocabulary.load(path)


def test_a_concept_is_read_with_all_that_the_file_says(vocabulary: Vocabulary) -> None:
    assert vocabulary["h-1b"] == Concept(
        id="h-1b",
        pref_label="H-1B",
        group="visa",
        alt_labels=("Specialty occupation",),
        broader=("work-visa",),
        alt_labels_es=("Ocupación especializada",),
        definition="For specialty occupations.",
        service="services/non-immigrant-visas/h-1b-visas",
    )
    assert [concept.id for concept in vocabulary] == [
        "work-visa",
        "h-1b",
        "h-1b-cap",
        "lottery",
        "sevis-lottery",
        "drawing",
    ]
    assert len(vocabulary) == 6
    assert ("h-1b" in vocabulary, "H-1B" in vocabulary) == (True, False)


def test_labels_come_with_the_preferred_ones_first() -> None:
    concept = Concept("a", "A", "topic", ("B",), (), "A es", ("B es",))
    assert concept.labels == ("A", "A es", "B", "B es")
    assert (concept.label(), concept.label("es"), Concept("a", "A", "topic").label("es")) == ("A", "A es", "A")


@pytest.mark.parametrize(
    ("text", "found", "resolved"),
    [
        ("h-1b", "h-1b", "h-1b"),
        ("H1B", "h-1b", "h-1b"),
        ("specialty  OCCUPATION", "h-1b", "h-1b"),
        ("ocupacion especializada", "h-1b", "h-1b"),
        ("visa de trabajo", "work-visa", "work-visa"),
        ("Cap lottery", "sevis-lottery", "lottery"),
        ("drawing", "drawing", "lottery"),
        ("h-9b", None, None),
        ("", None, None),
    ],
)
def test_a_concept_is_found_by_id_and_by_any_label(
    vocabulary: Vocabulary, text: str, found: str | None, resolved: str | None
) -> None:
    assert (vocabulary.find(text), vocabulary.resolve(text)) == (found, resolved)


def test_a_label_that_a_merged_concept_shares_belongs_to_the_living_one() -> None:
    merged = Concept("ins", "Immigration service", "agency", replaced_by="uscis")
    living = Concept("uscis", "USCIS", "agency", alt_labels=("Immigration Service",))
    assert Vocabulary([merged, living]).find("immigration service") == "uscis"


def test_the_nearest_concept_is_the_one_spelt_most_alike(vocabulary: Vocabulary) -> None:
    assert (vocabulary.nearest("loterry"), vocabulary.nearest("drawin")) == ("lottery", "lottery")
    assert Vocabulary().nearest("anything") is None


def test_a_concept_brings_everything_broader_once_and_nearest_first(vocabulary: Vocabulary) -> None:
    assert vocabulary.with_broader(["h-1b-cap"]) == ("h-1b-cap", "h-1b", "lottery", "work-visa")
    assert vocabulary.with_broader(["drawing", "lottery", "unknown"]) == ("lottery",)


def test_a_concept_knows_the_row_above_it_in_its_own_group_alone(vocabulary: Vocabulary) -> None:
    above = {concept.id: vocabulary.parent(concept.id) for concept in vocabulary}
    assert {concept_id: parent for concept_id, parent in above.items() if parent} == {
        "h-1b": "work-visa",
        "h-1b-cap": "lottery",
    }


def test_the_concepts_below_stand_by_label_without_merged_ones() -> None:
    below = [Concept(i, label, "topic", broader=("top",)) for i, label in (("x", "B"), ("y", "A"))]
    merged = Concept("z", "C", "topic", broader=("top",), replaced_by="x")
    assert Vocabulary([Concept("top", "Top", "topic"), *below, merged]).narrower("top") == ("y", "x")


def test_the_services_are_those_of_the_concepts_and_of_what_is_broader(vocabulary: Vocabulary) -> None:
    assert vocabulary.services(["h-1b-cap", "h-1b"]) == ("services/non-immigrant-visas/h-1b-visas",)
    assert vocabulary.services(["lottery"]) == ()


def test_a_tag_is_shown_with_its_label_in_the_language(vocabulary: Vocabulary) -> None:
    assert vocabulary.tag("work-visa", "es") == Tag("work-visa", "Visa de trabajo", "visa")


def test_a_missing_file_is_an_empty_vocabulary(tmp_path: Path) -> None:
    assert len(Vocabulary.load(tmp_path / "vocabulary.toml")) == 0


A = '[concept.a]\nprefLabel = "A"\ngroup = "topic"\n'
B = '[concept.b]\nprefLabel = "B"\ngroup = "topic"\n'
MISTAKES = [
    ('[concep.a]\nprefLabel = "A"', 0, "unknown table “concep”"),
    ("concept = 5", 0, "“concept” is not a table"),
    ('[concept.a]\ngroup = "topic"', 1, "concept a: “prefLabel” is missing"),
    (
        '[concept.a]\nprefLabel = ""\ngroup = "topic"',
        2,
        "concept a: “prefLabel”: must not be empty",
    ),
    ('\n[concept.a]\nprefLabel = "A"\ngroup = "person"', 4, "concept a: “group”: “person” is not a group"),
    (A + "colour = 'red'", 4, "concept a: unknown key “colour”"),
    (A + "broader = ['b', 'c']\n" + B, 4, "concept a: no concept “c”"),
    (A + "replaced_by = 'b'", 4, "concept a: no concept “b”"),
    (A + "replaced_by = 'a'", 4, "concept a: its replaced_by leads in a circle"),
    (A + "broader = 'a'", 4, "concept a: its broader leads in a circle"),
    (A + B + 'altLabel = ["-a-"]', 7, "concept b: the label “a” belongs to a already"),
]


@pytest.mark.parametrize(("text", "line", "what"), MISTAKES)
def test_a_mistake_names_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    path = tmp_path / "vocabulary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Vocabulary.load(path)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.level) == ("content/vocabulary.toml", line, "error")
    assert problem.what.startswith(what)
    assert problem.fix


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Vocabulary.from_mapping({"a": {"prefLabel": "A"}, "b": {"group": "topic"}})
    assert len(caught.value.problems) == 2


def test_a_vocabulary_can_come_from_a_mapping_instead_of_a_file() -> None:
    found = Vocabulary.from_mapping({"cbp": {"prefLabel": "CBP", "group": "agency", "broader": []}})
    assert list(found) == [Concept("cbp", "CBP", "agency")]


def test_a_merge_that_leads_in_a_circle_still_has_an_end() -> None:
    circle = [Concept("a", "A", "topic", replaced_by="b"), Concept("b", "B", "topic", replaced_by="a")]
    assert Vocabulary(circle).successor("a") == "b"


def test_the_shipped_vocabulary_is_large_bilingual_and_whole() -> None:
    shipped = Vocabulary.load(SHIPPED)
    assert len(shipped) >= 80
    assert {concept.group for concept in shipped} == set(GROUPS)
    assert [concept.id for concept in shipped if not concept.pref_label_es] == []
    assert {"cbp", "ice", "uscis", "h-1b", "i-130", "asylum"} <= {concept.id for concept in shipped}
