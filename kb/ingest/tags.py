"""Tags of a source read through the vocabulary; labels that stand in the text are suggestions with their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bs4 import Tag

from kb.folding import fold_label
from kb.ingest.furniture import tokens
from kb.ingest.metadata import Metadata
from kb.ingest.report import Log
from kb.ingest.tree import Block
from kb.ingest.wording import shorten, squash
from kb.vocabulary import Concept, Vocabulary

_CLASS = re.compile(r"^(category|tag)-(?!archive$|\d+$)(.+)$")
#: "Category C08" in a list is a sentence of the text: a noun is a label with a colon only, or where links follow it.
_FILED = re.compile(
    r"^(?:(?P<phrase>filed (?:under|in|as)|tagged(?: with| under| as)?|posted (?:in|under)|archivado en)\s*:?"
    r"|(?P<noun>tags?|categor(?:y|ies)|topics?|etiquetas)(?P<colon>\s*:)?)\s*(?P<labels>.+)$",
    re.IGNORECASE,
)
_NOTHING = frozenset({"uncategorised", "uncategorized", "none", "sincategoria", "general", "blog"})
#: How often a label must stand in the text to be applied where the source has no tags, and the most that are.
_OFTEN = 4
_MOST = 6


@dataclass(frozen=True, slots=True)
class SourceTags:
    """Tags and categories as the source had them, in order, each once."""

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tagging:
    """`tags` are ids of concepts; `applied` are those of them that stood in the text alone."""

    tags: tuple[str, ...]
    applied: tuple[str, ...] = ()


def source_tags(
    scope: Iterable[Tag], links: Iterable[Tag], lines: Sequence[Block], meta: Metadata, log: Log
) -> SourceTags:
    """What a source filed its article under.

    From links with rel=tag and "Filed under" lines (their words are kept), from classes of the elements in `scope`,
    and from the page's metadata. "Uncategorised" is no tag.
    """
    found: dict[str, dict[str, str]] = {"category": {}, "tag": {}}
    for kind, name in (*_linked(links), *_filed(lines), *_said(meta), *_classes(scope)):
        key = fold_label(name)
        if key in _NOTHING:
            log.add("dropped", "a category that says nothing", name)
        elif key and key not in found["tag"] and key not in found["category"]:
            found[kind][key] = name
    return SourceTags(tuple(found["category"].values()), tuple(found["tag"].values()))


def _linked(links: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    for link in links:
        address = str(link.get("href") or "").lower()
        yield "category" if "/category/" in address or "/topics/" in address else "tag", squash(link.get_text(" "))


def _filed(lines: Sequence[Block]) -> Iterator[tuple[str, str]]:
    for block in lines:
        found = _FILED.match(block.text)
        if found is None or block.words > 40:
            continue
        links = [squash(link.get_text(" ")) for link in block.tag.find_all("a")]
        if found["noun"] and not found["colon"] and not links:
            continue
        kind = "tag" if (found["noun"] or found["phrase"]).lower().startswith(("tag", "etiq")) else "category"
        labels = links or re.split(r"[,;|·•]", found["labels"])
        for label in labels:
            yield kind, label.strip(" .")


def _said(meta: Metadata) -> Iterator[tuple[str, str]]:
    yield from (("category", said.text) for said in meta.categories)
    yield from (("tag", said.text) for said in meta.tags if len(said.text) < 60)


def _classes(scope: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    for element in scope:
        for token in tokens(element):
            if found := _CLASS.match(token):
                yield found[1], found[2]


def tagging(source: SourceTags, vocabulary: Vocabulary, title: str, text: str, log: Log) -> Tagging:
    """Concepts of an article: those that the source's own words name, else those that its text names clearly."""
    tags: dict[str, None] = {}
    for name in (*source.tags, *source.categories):
        if (concept := _resolve(name, vocabulary)) is not None:
            tags[concept] = None
        else:
            log.add(
                "unknown tag", f"the vocabulary has no “{name}”; it is kept under imported", _nearest(name, vocabulary)
            )
    suggested = list(_in_text(vocabulary, title, text))
    applied = [s.concept for s in suggested if s.in_title or s.count >= _OFTEN][:_MOST] if not tags else []
    for suggestion in suggested:
        if suggestion.concept in applied:
            log.add("tags", f"{suggestion.concept} was applied; the source has no tags of its own", suggestion.evidence)
        elif suggestion.concept not in tags:
            log.add("suggestion", suggestion.words, suggestion.evidence)
    return Tagging((*tags, *applied), tuple(applied))


def _resolve(name: str, vocabulary: Vocabulary) -> str | None:
    singular = re.sub(r"(?<=[a-z]{2})s$", "", name)
    for spelling in (name, singular, re.sub(r"(?i)^form[- ]", "", name)):
        if (concept := vocabulary.resolve(spelling)) is not None:
            return concept
    return None


def _nearest(name: str, vocabulary: Vocabulary) -> str:
    """The nearest concept, where it is near enough to be what was meant."""
    concept = vocabulary.nearest(name)
    labels = [concept, *vocabulary[concept].labels] if concept else []
    near = any(SequenceMatcher(None, fold_label(name), fold_label(label)).ratio() >= 0.75 for label in labels)
    return f"nearest concept: {concept}" if near else ""


@dataclass(frozen=True, slots=True)
class _Suggestion:
    concept: str
    count: int
    in_title: bool
    evidence: str

    @property
    def words(self) -> str:
        """The suggestion as the report says it."""
        where = f"{self.count} times in the text" if self.count else "in the title"
        return f"{self.concept} may be a tag, it stands {where}"


def _in_text(vocabulary: Vocabulary, title: str, text: str) -> Iterator[_Suggestion]:
    """Concepts whose labels stand in the title or at least twice in the text, the most frequent first."""
    found: list[_Suggestion] = []
    for concept in vocabulary:
        if concept.replaced_by or (pattern := _pattern(concept)) is None:
            continue
        in_text = list(pattern.finditer(text))
        in_title = pattern.search(title)
        if in_title or len(in_text) > 1:
            place = in_text[0].start() if in_text else 0
            evidence = shorten(text[max(0, place - 30) : place + 50]) if in_text else title
            found.append(_Suggestion(concept.id, len(in_text), in_title is not None, evidence))
    yield from sorted(found, key=lambda s: (not s.in_title, -s.count, s.concept))


_PATTERNS: dict[Concept, re.Pattern[str] | None] = {}


def _pattern(concept: Concept) -> re.Pattern[str] | None:
    """Matches any telling label: acronyms and visa classes as they are written, words in any case."""
    if concept not in _PATTERNS:
        exact = [label for label in concept.labels if len(label) > 1 and not re.search("[a-z]", label)]
        loose = [label for label in concept.labels if len(label) > 3 and re.search("[a-z]", label)]
        parts = [_spelling(label) for label in exact] + [f"(?i:{_spelling(label)})" for label in loose]
        _PATTERNS[concept] = re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])") if parts else None
    return _PATTERNS[concept]


def _spelling(label: str) -> str:
    escaped = re.escape(label).replace(r"\ ", r"\s+")
    return re.sub(r"^([A-Z]+)\\-(?=\d)", lambda found: f"{found[1]}[-‐-– ]?", escaped)
