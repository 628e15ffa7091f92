"""The identifiers of the field: visa classes and forms by pattern, acronyms with their expansions by vocabulary."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from kb.folding import fold, fold_label
from kb.language.stems import stem
from kb.vocabulary import Vocabulary

_DASH = r"[-\u2010-\u2015\u2212]"
_CODE_LABEL = re.compile(r"[A-Za-z]{1,5}-?\d[\w-]*\Z")
_ACRONYM_LABEL = re.compile(r"[A-Z]{2,7}\Z")
_WORD = re.compile(r"[^\W_]+")
#: Groups whose labels of several words are one thing, not words that happen to stand together.
_NAMED = frozenset({"agency", "visa", "form", "program"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing with a name of its own. `kind` is visa, form, agency, program, topic or case; `value` its key."""

    value: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class WordRule:
    """An acronym that is an ordinary word too: when small letters mean the acronym, and next to which words never."""

    beside: frozenset[str]
    small: bool = True
    told: bool = False


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("kb.language") / "data" / "identifiers.toml").read_text(encoding="utf-8"))


@cache
def word_rules() -> Mapping[str, WordRule]:
    """The acronyms that are words, by the folded word."""
    return {
        word: WordRule(frozenset(rule["beside"]), rule.get("small", True), rule.get("told", False))
        for word, rule in _data()["word"].items()
    }


def _class_pattern(name: str, hyphen: str, inner: str) -> str:
    letters, rest = name.split("-", 1)
    return letters + hyphen + inner.join(rest)


@cache
def code_pattern() -> re.Pattern[str]:
    """One pattern for every identifier with a number, for single-letter classes, and for initials of cases."""
    visa = _data()["visa"]
    anyhow = rf"(?:{_DASH}|[ \u00a0])?"
    suffixed = [name for name in visa["classes"] if name[-1].isalpha() or name.endswith("B1")]
    plain = [name for name in visa["classes"] if name not in suffixed]
    classes = "|".join(
        [_class_pattern(name, anyhow, rf"{_DASH}?") for name in suffixed]
        + [_class_pattern(name, rf"{_DASH}?", "") for name in plain]
        + [_class_pattern(name, _DASH, "") for name in visa["hyphened"]]
    )
    spaced = "|".join(_class_pattern(name, r"[ \u00a0]?", "") for name in [*plain, *visa["hyphened"]])
    return re.compile(
        rf"""
        (?<![\w$.])(?<!\d-)(?:
          (?P<case>(?:[A-Z]{_DASH}){{2,6}}(?:[A-Z]{_DASH}?(?=\W|\Z))?)(?!\w)
        | (?:Form[ \u00a0]+)?(?:
            (?P<eb>EB{anyhow}1{_DASH}?[123]|E1[123])
          | (?P<visa>{classes})
          | (?P<spaced>{spaced})(?=[ \u00a0](?:visa|status|nonimmigrant)s?\b)
          | (?P<letter>[{visa["letters"]}])(?=[ \u00a0-](?:visas?|status|nonimmigrants?)\b)
          | (?P<form>(?:EOIR|ETA|DS|CBP|SF|AR|WH){anyhow}(?:Form[ \u00a0]+)?\d{{1,4}}[A-Z]{{0,2}}
                   | [ING]{_DASH}?\d{{2,4}}[A-Z]{{0,2}} | I{_DASH}?9 | N{_DASH}4)
          )(?:['’]?s)?(?![\w$])(?!{_DASH}\d)(?P<second>/[A-C]\b)?
        | (?P<worded>Form[ \u00a0]+[ING][ \u00a0]\d{{1,4}}[A-Z]{{0,2}})(?!\w)
        )""",
        re.VERBOSE | re.IGNORECASE,
    )


class Lexicon:
    """Every identifier that a vocabulary and the built-in table know, found in text by code or by label."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._identifiers: dict[str, Identifier] = {}
        #: Acronyms in capitals, without full stops.
        self.acronyms: dict[str, Identifier] = {}
        self._phrases: defaultdict[tuple[str, str], list[tuple[tuple[str, ...], Identifier]]] = defaultdict(list)
        for value, kind, labels in self._entries():
            self._add(value, kind, labels)
        #: Expansions by their first two stems, the longest first.
        self.phrases: Mapping[tuple[str, str], list[tuple[tuple[str, ...], Identifier]]] = {
            first: sorted(found, key=lambda phrase: -len(phrase[0])) for first, found in self._phrases.items()
        }

    def _entries(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(value, kind, labels) of each: concepts first, then what the built-in table adds to them or has alone."""
        for concept in self.vocabulary:
            if concept.group in _NAMED or any(map(_is_code, concept.labels)):
                value = self.vocabulary.successor(concept.id)
                yield value, self.vocabulary[value].group, concept.labels
        for value, entry in _data()["acronym"].items():
            concept_id = next(filter(None, map(self.vocabulary.resolve, entry["labels"])), None)
            kind = self.vocabulary[concept_id].group if concept_id else entry["kind"]
            yield concept_id or value, kind, tuple(entry["labels"])

    def _add(self, value: str, kind: str, labels: Iterable[str]) -> None:
        labels = list(labels)
        concept = self.vocabulary.get(value)
        shown = concept.pref_label if concept else labels[0]
        identifier = self._identifiers.setdefault(value, Identifier(value, kind, shown))
        for label in labels:
            words = [fold(word) for word in _WORD.findall(label)]
            if _ACRONYM_LABEL.match(label):
                self.acronyms.setdefault(label, identifier)
            elif len(words) > 1 and not _CODE_LABEL.match(label) and not code_pattern().fullmatch(label):
                self._learn(words, identifier)

    def _learn(self, words: list[str], identifier: Identifier) -> None:
        for lang in ("en", "es"):
            stems = tuple(stem(word, lang) for word in words)
            found = self._phrases[stems[0], stems[1]]
            if all(known != stems for known, _ in found):
                found.append((stems, identifier))

    def code(self, match: re.Match[str]) -> list[Identifier]:
        """The identifiers that a match of `code_pattern` names: two for `H-2A/B`."""
        if match["case"]:
            value = re.sub(_DASH, "-", match["case"]).upper()
            value = value if value.endswith("-") else value + "-"
            return [Identifier(value.lower(), "case", value)]
        text = match["eb"] or match["visa"] or match["spaced"] or match["letter"] or match["form"] or match["worded"]
        first = self._named(text, "form" if match["form"] or match["worded"] else "visa")
        if not match["second"] or not match["visa"]:
            return [first]
        return [first, self._named(fold_label(text)[:-1] + match["second"][1:], "visa")]

    def _named(self, text: str, kind: str) -> Identifier:
        squeezed = fold_label(re.sub(r"(?i)\bform\b", "", text))
        return self._by_code(squeezed, kind)

    def _by_code(self, squeezed: str, kind: str) -> Identifier:
        same = _data()["visa"]["same"].get(squeezed)
        value = same or re.sub(r"^([a-z]+)(\d)", r"\1-\2", squeezed)
        concept_id = self.vocabulary.resolve(value)
        concept = self.vocabulary[concept_id] if concept_id else None
        if concept and concept.group in ("visa", "form"):
            return Identifier(concept.id, concept.group, concept.pref_label)
        return Identifier(value, kind, value.upper())

    def acronym(self, word: str) -> Identifier | None:
        """The identifier that a word in capitals is, with or without full stops."""
        return self.acronyms.get(word)

    @cached_property
    def folded_acronyms(self) -> Mapping[str, Identifier]:
        """Acronyms by their folded form, for queries, where people do not press the shift key."""
        return {fold(acronym): identifier for acronym, identifier in self.acronyms.items()}

    def broader(self, identifier: Identifier) -> tuple[str, ...]:
        """Values that a text with this identifier is about as well: `l-1a` is an `l-1` and an `l`."""
        found = dict.fromkeys(self.vocabulary.with_broader([identifier.value]))
        if identifier.kind == "visa":
            found |= dict.fromkeys(_enclosing_classes(identifier.value))
        found.pop(identifier.value, None)
        return tuple(found)

    def expansions(self, identifier: Identifier) -> tuple[str, ...]:
        """Other labels of the identifier that a search for it finds as well."""
        concept = self.vocabulary.get(identifier.value)
        if concept is None:
            return tuple(_data()["acronym"].get(identifier.value, {}).get("labels", ())[1:])
        return tuple(label for label in (concept.pref_label, *concept.alt_labels) if label != identifier.label)


def _is_code(label: str) -> bool:
    return bool(_ACRONYM_LABEL.match(label) or _CODE_LABEL.match(label))


def _enclosing_classes(value: str) -> Iterator[str]:
    """`eb-1a` → `eb-1`; `h-1b` → `h`. A trailing letter is a subclass, a number after it (`h-1b1`) another class."""
    match = re.match(r"([a-z]{1,2})-(\d)([a-z]?)\Z", value)
    if match and match[3]:
        yield f"{match[1]}-{match[2]}"
    if match and len(match[1]) == 1:
        yield match[1]
