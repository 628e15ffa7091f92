"""`/tags/`: the vocabulary as a tree with counts, and a page for each concept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from kb.model import GROUPS, TYPES, PageRef, Query, Results
from kb.vocabulary import Concept, Vocabulary
from kb.web import current
from kb.web.items import Chip, Item, Itemiser, chip
from kb.web.params import search_url, with_pairs
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader

blueprint = Blueprint("topics", __name__)
NEWEST = 10


@dataclass(frozen=True, slots=True)
class Node:
    """A concept in the tree: its label, how many pages carry it or something narrower, and what stands below it."""

    id: str
    label: str
    count: int
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How many pages of one type carry a topic, in words, and the search that lists them."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Topic:
    """The page of one concept."""

    id: str
    label: str
    kicker: str
    names: tuple[str, ...]
    definition: str
    service: PageRef | None
    broader: tuple[Chip, ...]
    narrower: tuple[Chip, ...]
    kinds: tuple[Kind, ...]
    items: tuple[Item, ...]
    total: int
    all_url: str


@blueprint.get("/tags/")
def tags() -> str:
    """Every topic that a page carries, group by group."""
    reader = current.reader()
    counted = counts(reader)
    trees = {group: _tree(reader.vocabulary, group, counted, current.words()) for group in GROUPS}
    return render_template("tags.html", trees={group: nodes for group, nodes in trees.items() if nodes})


@blueprint.get("/tags/<concept_id>/")
def tag(concept_id: str) -> ResponseReturnValue:
    """One topic. A merged one leads to its successor, parameters kept; an unknown one is not here."""
    reader = current.reader()
    if concept_id not in reader.vocabulary:
        abort(404)
    successor = reader.vocabulary.successor(concept_id)
    if successor != concept_id:
        return redirect(with_pairs(f"/tags/{successor}/", request.args.items(multi=True)), 301)
    return render_template("tag.html", topic=_topic(reader, reader.vocabulary[concept_id], current.words()))


def counts(reader: Reader) -> dict[str, int]:
    """How many pages carry each concept or something narrower; concepts that no page carries are absent."""
    results = reader.search(Query(per_page=1))
    return {v.value: v.count for facet in results.facets if facet.param == "tag" for v in facet.values}


def _tree(vocabulary: Vocabulary, group: str, counted: dict[str, int], words: Words) -> tuple[Node, ...]:
    """The concepts of a group that lead somewhere, each below the first broader one of its group."""
    below: dict[str | None, list[Concept]] = {}
    for concept in vocabulary:
        if concept.group == group and counted.get(concept.id):
            below.setdefault(vocabulary.parent(concept.id), []).append(concept)

    def nodes(parent: str | None) -> tuple[Node, ...]:
        found = sorted(below.get(parent, ()), key=lambda concept: concept.label(words.lang).casefold())
        return tuple(Node(c.id, c.label(words.lang), counted[c.id], nodes(c.id)) for c in found)

    return nodes(None)


def _topic(reader: Reader, concept: Concept, words: Words) -> Topic:
    results = reader.search(Query(tag=(concept.id,), sort="newest", per_page=NEWEST))
    vocabulary = reader.vocabulary
    broader = [vocabulary.successor(other) for other in concept.broader if other in vocabulary]
    counted = counts(reader)
    narrower = [other for other in vocabulary.narrower(concept.id) if counted.get(other)]
    label = concept.label(words.lang)
    return Topic(
        id=concept.id,
        label=label,
        kicker=words(f"facet_{concept.group}"),
        names=tuple(name for name in dict.fromkeys(concept.labels) if name != label),
        definition=concept.definition or "",
        service=reader.ref(concept.service) if concept.service else None,
        broader=_chips(vocabulary, broader, words),
        narrower=_chips(vocabulary, narrower, words),
        kinds=_kinds(results, concept.id, words),
        items=Itemiser(reader, words).items(results),
        total=results.total,
        all_url=search_url(Query(tag=(concept.id,))),
    )


def _chips(vocabulary: Vocabulary, concept_ids: list[str], words: Words) -> tuple[Chip, ...]:
    concepts = (vocabulary[concept_id] for concept_id in concept_ids)
    return tuple(chip(one.label(words.lang), one.group, f"/tags/{one.id}/", words) for one in concepts)


def _kinds(results: Results, concept_id: str, words: Words) -> tuple[Kind, ...]:
    values = {v.value: v.count for facet in results.facets if facet.name == "type" for v in facet.values}
    return tuple(
        Kind(words(f"types_{name}", n=values[name]), search_url(Query(tag=(concept_id,), type=(name,))))
        for name in TYPES
        if values.get(name)
    )
