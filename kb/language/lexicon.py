"""The identifiers of the field: visa classes and forms by pattern, acronyms with their expansions by vocabulary."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kb.folding import fold
from kb.language.acronyms import Several, WordRule, several, word_rules
from kb.language.codes import Code, code_pattern, codes, read_code
from kb.language.stems import stem, stop_words
from kb.language.tables import table
from kb.vocabulary import Concept, Vocabulary

__all__ = ["Identifier", "Lexicon", "WordRule", "code_pattern", "word_rules"]

_CODE_LABEL = re.compile(r"[A-Za-z]{1,5}-?\d[\w-]*\Z")
_ACRONYM_LABEL = re.compile(r"[A-Z][A-Z0-9]{1,6}\Z")
_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’ʼ]s?\Z")
#: Groups whose labels of several words are one thing, not words that happen to stand together.
_NAMED = frozenset({"agency", "visa", "form", "program"})
#: Words of a label beside which a single letter is a class, found by its pattern and not as a phrase.
_BESIDE_LETTER = frozenset({"visa", "visas", "status", "form", "de", "la"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing with a name of its own. `kind` is visa, form, agency, program, topic or case; `value` its key."""

    value: str
    kind: str
    label: str


class Lexicon:
    """Every identifier that a vocabulary and the built-in tables know, found in text by code or by label."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._identifiers: dict[str, Identifier] = {}
        #: Labels of what stands in the built-in tables, by our own value.
        self._labels: dict[str, tuple[str, ...]] = {}
        #: Identifiers by the value of the built-in tables, which a vocabulary's concept may have taken over.
        self._ours: dict[str, Identifier] = {}
        #: Acronyms in capitals, without full stops.
        self.acronyms: dict[str, Identifier] = {}
        self._phrases: defaultdict[tuple[str, str], list[tuple[tuple[str, ...], Identifier]]] = defaultdict(list)
        entries = [*self._concepts(), *self._built_in()]
        for identifier, labels in entries:
            self._add_acronyms(identifier, labels)
        for identifier, labels in entries:
            self._add_phrases(identifier, labels)
        #: Expansions by their first two stems, the longest first.
        self.phrases: Mapping[tuple[str, str], list[tuple[tuple[str, ...], Identifier]]] = {
            first: sorted(found, key=lambda phrase: -len(phrase[0])) for first, found in self._phrases.items()
        }
        #: The same as a tree of stems: what a path names stands under None, None where the longer name is none of ours.
        self.names: dict[str | None, Any] = {}
        for found in self.phrases.values():
            for stems, identifier in found:
                self._plant(stems, identifier)
        for name in table("acronyms")["nothing"]:
            self._plant(tuple(stem(fold(word)) for word in _WORD.findall(name)), None)

    # -- what is known ------------------------------------------------------------------------------------------------

    def _concepts(self) -> Iterator[tuple[Identifier, tuple[str, ...]]]:
        """The concepts of the vocabulary that are named things, with their labels."""
        for concept in self.vocabulary:
            if concept.group in _NAMED or any(map(_is_code, concept.labels)):
                yield self._of_concept(self.vocabulary.successor(concept.id)), concept.labels

    def _of_concept(self, concept_id: str) -> Identifier:
        concept = self.vocabulary[concept_id]
        return self._identifiers.setdefault(concept_id, Identifier(concept_id, concept.group, concept.pref_label))

    def _built_in(self) -> Iterator[tuple[Identifier, tuple[str, ...]]]:
        """What the tables know; a concept with the name or a label of an entry takes it over."""
        for value, kind, labels in _entries():
            identifier = self._owner(value, kind, labels)
            self._ours[value] = identifier
            self._labels[value] = labels
            yield identifier, tuple(label for label in labels if self._may_name(identifier, label))

    def _owner(self, value: str, kind: str, labels: tuple[str, ...]) -> Identifier:
        names = (value,) if kind in ("visa", "form") else (*labels, value)
        concept_id = next(filter(None, map(self.vocabulary.resolve, names)), None)
        if concept_id:
            return self._of_concept(concept_id)
        label = value.upper() if kind in ("visa", "form") else labels[0]
        return self._identifiers.setdefault(value, Identifier(value, kind, label))

    def _may_name(self, identifier: Identifier, label: str) -> bool:
        """Whether the label is not another concept's. Names of classes in words are theirs in any case."""
        owner = self.vocabulary.resolve(label)
        return owner is None or owner == identifier.value or identifier.kind == "visa"

    def _add_acronyms(self, identifier: Identifier, labels: Iterable[str]) -> None:
        for label in labels:
            if _ACRONYM_LABEL.match(label) and not code_pattern().fullmatch(label):
                self.acronyms.setdefault(label, identifier)

    def _add_phrases(self, identifier: Identifier, labels: Iterable[str]) -> None:
        for label in labels:
            if _ACRONYM_LABEL.match(label) or _CODE_LABEL.match(label) or code_pattern().fullmatch(label):
                continue
            for words in self._sequences(label):
                if len(words) > 1 and not _is_letter_label(words):
                    self._learn(words, identifier)

    def _sequences(self, label: str) -> Iterator[list[str]]:
        """The words of a label as a text has them: folded; with codes, and once more with acronyms, as `#value`."""
        words: list[str] = []
        with_acronyms: list[str] = []
        position = 0
        for match, read in codes(label, 0, len(label)):
            self._add_words(label[position : match.start()], words, with_acronyms)
            for one in (words, with_acronyms):
                one += [f"#{self.of_code(code).value}" for code in read]
            position = match.end()
        self._add_words(label[position:], words, with_acronyms)
        yield words
        if with_acronyms != words:
            yield with_acronyms

    def _add_words(self, text: str, words: list[str], with_acronyms: list[str]) -> None:
        for word in _WORD.findall(text):
            plain = _POSSESSIVE.sub("", word)
            words.append(fold(plain))
            known = self.acronyms.get(plain)
            with_acronyms.append(f"#{known.value}" if known else fold(plain))

    def _learn(self, words: list[str], identifier: Identifier) -> None:
        for lang in ("en", "es"):
            stems = tuple(word if word.startswith("#") else stem(word, lang) for word in words)
            found = self._phrases[stems[0], stems[1]]
            if all(known != stems for known, _ in found):
                found.append((stems, identifier))

    def _plant(self, stems: tuple[str, ...], identifier: Identifier | None) -> None:
        node = self.names
        for one in stems:
            node = node.setdefault(one, {})
        node[None] = identifier

    # -- reading ------------------------------------------------------------------------------------------------------

    def code(self, match: re.Match[str]) -> list[Identifier]:
        """The identifiers that a match of `code_pattern` names: two for `H-2A/B`, none where it is none after all."""
        return self.of_codes(read_code(match))

    def of_codes(self, read: Iterable[Code]) -> list[Identifier]:
        """The identifiers of codes, a vocabulary's concepts before our own."""
        return [self.of_code(one) for one in read]

    def of_code(self, code: Code) -> Identifier:
        """The identifier of a code."""
        if code.kind == "case":
            return Identifier(code.key, "case", code.key.upper())
        if code.key in self._ours:
            return self._ours[code.key]
        concept_id = self.vocabulary.resolve(code.key)
        if concept_id and self.vocabulary[concept_id].group in ("visa", "form"):
            return self._of_concept(concept_id)
        return Identifier(code.key, code.kind, code.key.upper())

    def named(self, first_terms: Iterable[str]) -> tuple[int, Identifier | None]:
        """The longest name at the beginning of a run of first terms: how many of them, and what it names."""
        node: Any = self.names
        best: tuple[int, Identifier | None] = (0, None)
        for length, term in enumerate(first_terms, 1):
            node = node.get(term)
            if node is None:
                break
            if None in node:
                best = (length, node[None])
        return best

    def acronym(self, word: str) -> Identifier | None:
        """The identifier that a word in capitals is, with or without full stops."""
        return self.acronyms.get(word)

    @cached_property
    def several(self) -> Mapping[str, Several]:
        """Acronyms with more than one meaning, in capitals; one that the vocabulary has as a label has only that."""
        return {acronym: found for acronym, found in several().items() if acronym not in self.acronyms}

    def chosen(self, acronym: str, near: Collection[str]) -> Identifier | None:
        """What an acronym with several meanings is among these words (stems, `#` and values); None: none of ours."""
        value = self.several[acronym].choose(near)
        return self._ours[value] if value else None

    def otherwise(self, acronym: str, chosen: Identifier) -> tuple[str, ...]:
        """What else an acronym with several meanings may be."""
        if acronym not in self.several:
            return ()
        found = self.several[acronym]
        ours = (self._ours[value] for value, _ in found.readings)
        return (*(one.label for one in ours if one != chosen), *(name for name, _ in found.others))

    def defined(self, acronym: str, words: tuple[str, ...]) -> tuple[bool, Identifier | None]:
        """What a text that defines an acronym by these words means: (whether that differs from what is known, what)."""
        stems = tuple(map(stem, words))
        known = self.acronyms.get(acronym)
        meant = next((one for start in range(len(stems) - 1) if (one := self._phrase(stems[start:]))), None)
        if meant is not None:
            return meant != known, meant
        if known is None:
            return acronym in self.several, None
        return not self._resembles(known, set(stems)), None

    def _phrase(self, stems: tuple[str, ...]) -> Identifier | None:
        found = self.phrases.get((stems[0], stems[1]), ()) if len(stems) > 1 else ()
        return next((identifier for known, identifier in found if known == stems), None)

    def _resembles(self, identifier: Identifier, stems: set[str]) -> bool:
        """Whether a definition shares a word of weight with a label of the identifier, or it has none to compare."""
        labels = [label for label in self._all_labels(identifier) if not _ACRONYM_LABEL.match(label)]
        words = {stem(fold(word)) for label in labels for word in _WORD.findall(label)}
        return bool(stems & {word for word in words if word not in stop_words()})

    def _all_labels(self, identifier: Identifier) -> tuple[str, ...]:
        concept = self.vocabulary.get(identifier.value)
        ours = [labels for value, labels in self._labels.items() if self._ours[value] == identifier]
        return (*(concept.labels if concept else ()), *(label for labels in ours for label in labels))

    def broader(self, identifier: Identifier) -> tuple[str, ...]:
        """Values that a text with this identifier is about as well: `l-1a` is an `l-1` and an `l`."""
        found = dict.fromkeys(self.vocabulary.with_broader([identifier.value]))
        if identifier.kind == "visa":
            found |= dict.fromkeys(_enclosing_classes(identifier.value))
        found.pop(identifier.value, None)
        return tuple(found)

    def expansions(self, identifier: Identifier) -> tuple[str, ...]:
        """Other labels of the identifier that a search for it finds as well."""
        concept: Concept | None = self.vocabulary.get(identifier.value)
        labels = (concept.pref_label, *concept.alt_labels) if concept else self._labels.get(identifier.value, ())
        return tuple(dict.fromkeys(label for label in labels if label != identifier.label))


def _entries() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(value, kind, labels) of everything in the tables that has a label."""
    for value, titles in table("classes")["titles"].items():
        yield value, "visa", (value.upper(), *titles) if "-" in value else tuple(titles)
    for value, titles in table("forms")["titles"].items():
        yield value, "form", (value.upper(), *titles)
    for kind in ("agency", "program", "topic"):
        for value, labels in table("acronyms")[kind].items():
            yield value, kind, tuple(labels)
    for value, (kind, *labels) in table("acronyms")["named"].items():
        yield value, kind, tuple(labels)


def _is_code(label: str) -> bool:
    return bool(_ACRONYM_LABEL.match(label) or _CODE_LABEL.match(label))


def _is_letter_label(words: list[str]) -> bool:
    """Whether a label is a letter beside "visa": `B visa`, `visa B`."""
    return all(len(word) == 1 or word in _BESIDE_LETTER for word in words)


def _enclosing_classes(value: str) -> Iterator[str]:
    """`eb-1a` → `eb-1`, `eb`; `h-1b` → `h-1`, `h`. A number after the letter (`h-1b1`) makes another class."""
    match = re.match(r"([a-z]+)-(\d)([a-z]?)(\d?)\Z", value)
    if match and match[3] and not match[4]:
        yield f"{match[1]}-{match[2]}"
    if match:
        yield match[1]
    yield from table("classes")["broader"].get(value, ())
