"""The vocabulary of tags, in SKOS terms: concepts with labels in two languages, groups, broader concepts and merges.

SKOS: https://www.w3.org/TR/skos-reference/ (prefLabel, altLabel, broader).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from rapidfuzz import process

from kb.errors import ConfigError
from kb.folding import fold_label
from kb.model import GROUPS, Problem, Tag
from kb.toml import explain, line_of, read_toml

PATH = "content/vocabulary.toml"


@dataclass(frozen=True, slots=True)
class Concept:
    """One tag. `broader` and `replaced_by` are ids; `service` is the id of the service page that covers it."""

    id: str
    pref_label: str
    group: str
    alt_labels: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    pref_label_es: str | None = None
    alt_labels_es: tuple[str, ...] = ()
    definition: str | None = None
    service: str | None = None
    replaced_by: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label in both languages, the preferred ones first."""
        spanish = (self.pref_label_es,) if self.pref_label_es else ()
        return (self.pref_label, *spanish, *self.alt_labels, *self.alt_labels_es)

    def label(self, lang: str = "en") -> str:
        """The preferred label in a language (`en`, `es`), English where there is none."""
        return self.pref_label_es if lang == "es" and self.pref_label_es else self.pref_label


class Vocabulary:
    """All concepts, found by id or by any label whatever its case, accents, hyphens and spaces."""

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        self._concepts = {concept.id: concept for concept in concepts}

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def __contains__(self, concept_id: object) -> bool:
        return concept_id in self._concepts

    def __getitem__(self, concept_id: str) -> Concept:
        return self._concepts[concept_id]

    @cached_property
    def _by_label(self) -> dict[str, str]:
        found: dict[str, str] = {}
        living = [concept for concept in self if not concept.replaced_by]
        merged = [concept for concept in self if concept.replaced_by]
        for concept in (*living, *merged):
            for label in (concept.id, *concept.labels):
                found.setdefault(fold_label(label), concept.id)
        return found

    def get(self, concept_id: str) -> Concept | None:
        """The concept with this id, or None."""
        return self._concepts.get(concept_id)

    def find(self, text: str) -> str | None:
        """The id of the concept that `text` names by id or label, as it stands (a merged one is itself), or None."""
        if text in self._concepts:
            return text
        return self._by_label.get(fold_label(text))

    def resolve(self, text: str) -> str | None:
        """`find`, with a merged concept read as its last successor."""
        found = self.find(text)
        return self.successor(found) if found else None

    def successor(self, concept_id: str) -> str:
        """The concept that `concept_id` was merged into, at the end of the chain; itself where it was not."""
        seen = {concept_id}
        following = self._concepts[concept_id].replaced_by
        while following is not None and following in self._concepts and following not in seen:
            seen.add(following)
            concept_id, following = following, self._concepts[following].replaced_by
        return concept_id

    def nearest(self, text: str) -> str | None:
        """The id of the concept whose label is spelt most like `text`, or None in an empty vocabulary."""
        if not self._by_label:
            return None
        label = process.extractOne(fold_label(text), self._by_label.keys())[0]
        return self.successor(self._by_label[label])

    def with_broader(self, concept_ids: Iterable[str]) -> tuple[str, ...]:
        """The concepts and everything broader, each once, nearest first."""
        found: dict[str, None] = {}
        queue = [concept_id for concept_id in concept_ids if concept_id in self._concepts]
        while queue:
            concept_id = self.successor(queue.pop(0))
            if concept_id not in found:
                found[concept_id] = None
                queue += [broader for broader in self._concepts[concept_id].broader if broader in self._concepts]
        return tuple(found)

    def narrower(self, concept_id: str) -> tuple[str, ...]:
        """The concepts directly below, by label."""
        below = [concept for concept in self if concept_id in concept.broader and not concept.replaced_by]
        return tuple(concept.id for concept in sorted(below, key=lambda concept: concept.pref_label))

    def parent(self, concept_id: str) -> str | None:
        """The first broader concept of the same group: the row under which a facet shows this one."""
        concept = self._concepts[concept_id]
        same = (self.successor(b) for b in concept.broader if b in self._concepts)
        return next((b for b in same if self._concepts[b].group == concept.group and b != concept_id), None)

    def services(self, concept_ids: Iterable[str]) -> tuple[str, ...]:
        """The service pages of the concepts and of what is broader, each once."""
        found = (self._concepts[concept_id].service for concept_id in self.with_broader(concept_ids))
        return tuple(dict.fromkeys(service for service in found if service))

    def tag(self, concept_id: str, lang: str = "en") -> Tag:
        """The concept as hits and chips show it."""
        concept = self._concepts[concept_id]
        return Tag(concept.id, concept.label(lang), concept.group)

    @classmethod
    def from_mapping(cls, concepts: Mapping[str, Mapping[str, Any]]) -> Vocabulary:
        """Concepts as `vocabulary.toml` writes them, by id. Raises ConfigError with every problem."""
        return _parse({"concept": concepts}, text="")

    @classmethod
    def load(cls, path: Path, shown_as: str = PATH) -> Vocabulary:
        """The vocabulary of a file; an empty one if the file is missing. Raises ConfigError with every problem."""
        if not path.exists():
            return cls()
        data = read_toml(path, shown_as, "create it")
        return _parse(data, path.read_text(encoding="utf-8-sig"), shown_as)


class _ConceptFile(BaseModel):
    """One `[concept.<id>]` table."""

    model_config = ConfigDict(extra="forbid")
    prefLabel: str = Field(min_length=1)  # noqa: N815 - the names of SKOS
    altLabel: list[str] = []  # noqa: N815
    group: str
    broader: list[str] = []
    prefLabel_es: str | None = None  # noqa: N815
    altLabel_es: list[str] = []  # noqa: N815
    definition: str | None = None
    service: str | None = None
    replaced_by: str | None = None

    @field_validator("broader", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("group")
    @classmethod
    def _known_group(cls, value: str) -> str:
        if value not in GROUPS:
            raise ValueError(f"“{value}” is not a group (agency, visa, form, topic, program)")
        return value


def _parse(data: Mapping[str, Any], text: str, shown_as: str = PATH) -> Vocabulary:
    problems = [
        Problem(shown_as, 0, f"unknown table “{key}”", "only [concept.<id>] tables belong here")
        for key in data
        if key != "concept"
    ]
    concepts = []
    tables = data.get("concept", {})
    if not isinstance(tables, Mapping):
        problems.append(Problem(shown_as, 0, "“concept” is not a table", "write each concept as [concept.<id>]"))
        tables = {}
    for concept_id, table in tables.items():
        try:
            concepts.append(_concept(str(concept_id), _ConceptFile.model_validate(table)))
        except ValidationError as error:
            for place, what, fix in explain(error, _ConceptFile):
                line = line_of(text, f"[concept.{concept_id}]", 0, place)
                problems.append(Problem(shown_as, line, f"concept {concept_id}: {what}", fix))
    vocabulary = Vocabulary(concepts)
    problems += _reference_problems(vocabulary, text, shown_as)
    if problems:
        raise ConfigError(problems)
    return vocabulary


def _concept(concept_id: str, table: _ConceptFile) -> Concept:
    return Concept(
        concept_id,
        table.prefLabel,
        table.group,
        tuple(table.altLabel),
        tuple(table.broader),
        table.prefLabel_es,
        tuple(table.altLabel_es),
        table.definition,
        table.service.strip("/") if table.service else None,
        table.replaced_by,
    )


def _reference_problems(vocabulary: Vocabulary, text: str, shown_as: str) -> Iterator[Problem]:
    for concept, keys, what, fix in (*_broken_references(vocabulary), *_shared_labels(vocabulary)):
        line = line_of(text, f"[concept.{concept.id}]", 0, keys)
        yield Problem(shown_as, line, f"concept {concept.id}: {what}", fix)


#: The concept, the keys one of which is wrong, what is wrong, and how to mend it.
_Found = tuple[Concept, tuple[str, ...], str, str]


def _broken_references(vocabulary: Vocabulary) -> Iterator[_Found]:
    for concept in vocabulary:
        for broader in concept.broader:
            if broader not in vocabulary:
                yield concept, ("broader",), f"no concept “{broader}”", "correct broader"
        if _is_its_own_ancestor(vocabulary, concept):
            yield concept, ("broader",), "its broader leads in a circle", "break the circle"
        if concept.replaced_by and concept.replaced_by not in vocabulary:
            yield concept, ("replaced_by",), f"no concept “{concept.replaced_by}”", "correct replaced_by"
        elif concept.replaced_by and vocabulary[vocabulary.successor(concept.id)].replaced_by:
            yield concept, ("replaced_by",), "its replaced_by leads in a circle", "break the circle"


def _is_its_own_ancestor(vocabulary: Vocabulary, concept: Concept) -> bool:
    return not concept.replaced_by and concept.id in vocabulary.with_broader(concept.broader)


def _shared_labels(vocabulary: Vocabulary) -> Iterator[_Found]:
    owners: dict[str, str] = {}
    for concept in vocabulary:
        if concept.replaced_by:
            continue
        for label in dict.fromkeys(map(fold_label, (concept.id, *concept.labels))):
            if owners.setdefault(label, concept.id) != concept.id:
                what = f"the label “{label}” belongs to {owners[label]} already"
                yield concept, ("altLabel", "prefLabel"), what, "keep it in one of them"
