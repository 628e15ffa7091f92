"""How a query was read, as the line “Read as” says it: each part with its kind and a link that leaves it out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kb.folding import fold, fold_name
from kb.language.stems import stem
from kb.model import Mark, Query, Results
from kb.vocabulary import Vocabulary
from kb.web.params import search_url
from kb.web.words import Words

#: Marks that only say what was typed: a line of nothing else is not shown.
_PLAIN = frozenset({"word", "phrase"})
#: Kinds that ordinary words may be read as. Identifiers and citations are not among them: quotes do not change those.
_ORDINARY = frozenset({"word", "topic", "agency", "program", "person"})
#: Other names that a mark lists, at most.
ALSO = 3
#: Kinds that are shown as they were typed: a topic's own name stands among its other names.
_AS_TYPED = _PLAIN | {"prefix", "topic"}
_WORD = re.compile(r"[^\s\"“”]+")
_OR_AFTER = re.compile(r"\s*\bOR\b\s*")
_OR_BEFORE = re.compile(r"\s*\bOR\s*\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the line: what was read, a note on it, and the address of the search without it (if it has one)."""

    text: str
    note: str = ""
    drop_url: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole line; `exact_url` is the same search with each ordinary word in quotes, empty where nothing changes.

    `partial` says that no result need have every part.
    """

    parts: tuple[Part, ...]
    partial: bool = False
    exact_url: str = ""


def reading(results: Results, query: Query, words: Words, vocabulary: Vocabulary | None = None) -> Reading | None:
    """The line “Read as”, or None where everything was taken as it was typed.

    With the vocabulary, words that are only a concept's Spanish name are said to be that.
    """
    marks = results.read_as
    if not results.relaxed and all(_is_plain(mark) for mark in marks):
        return None
    corrected = results.suggestion is not None and results.suggestion.used
    read = _as_read(results, query)
    parts = tuple(_part(mark, read, words, vocabulary or Vocabulary()) for mark in marks)
    exact = exact_words(read.text, marks)
    # Where the words typed found nothing, they would find nothing again.
    changes = exact != read.text and not corrected
    return Reading(parts, results.relaxed, search_url(_with_text(query, exact)) if changes else "")


def _as_read(results: Results, query: Query) -> Query:
    """The query whose text the marks are places in: the corrected one where a correction is used."""
    suggestion = results.suggestion
    return _with_text(query, suggestion.text) if suggestion and suggestion.used else query


def read_as_agency(results: Results, word: str = "ice") -> Mark | None:
    """The small letters that were read as an agency (“ice” as ICE): the mark cut down to that word, or None."""
    return next(filter(None, (_agency_word(mark, word) for mark in results.read_as)), None)


def _agency_word(mark: Mark, word: str) -> Mark | None:
    """The word within an agency’s mark (a “visa” beside it is part of that); None where it is in capitals."""
    found = re.search(rf"(?i)\b{word}\b", mark.text) if mark.kind == "agency" else None
    if found is None or found[0].isupper():
        return None
    return replace(mark, text=found[0], start=mark.start + found.start(), end=mark.start + found.end())


def quoted(query: Query, mark: Mark) -> Query:
    """The query with the words of one mark in quotes."""
    text = query.text
    return _with_text(query, f'{text[: mark.start]}"{text[mark.start : mark.end]}"{text[mark.end :]}')


def exact_words(text: str, marks: tuple[Mark, ...]) -> str:
    """The text with each ordinary word in its own quotes; identifiers, citations, filters and operators as typed."""
    for mark in sorted(marks, key=lambda mark: mark.start, reverse=True):
        if _is_ordinary(mark) and not _in_quotes(text, mark):
            inside = _WORD.sub(_in_own_quotes, text[mark.start : mark.end])
            text = text[: mark.start] + inside + text[mark.end :]
    return text


def without_part(text: str, start: int, end: int) -> str:
    """The text without one part, its quotes, its sign and one `OR` beside it."""
    if start and text[start - 1 : start] == '"' and text[end : end + 1] == '"':
        start, end = start - 1, end + 1
    if start and text[start - 1] in "+-":
        start -= 1
    before, after = text[:start], text[end:]
    if joined := _OR_BEFORE.search(before):
        before = before[: joined.start()]
    elif joined := _OR_AFTER.match(after):
        after = after[joined.end() :]
    return " ".join(f"{before} {after}".split())


def _is_plain(mark: Mark) -> bool:
    return mark.kind in _PLAIN and mark.occur != "not" and not mark.also


def _is_ordinary(mark: Mark) -> bool:
    """Whether quotes would change how the mark is read: its letters are typed as a word, not as a name in capitals."""
    typed_as_word = mark.kind in ("word", "topic") or (mark.kind in _ORDINARY and mark.text.islower())
    return mark.end > mark.start and typed_as_word


def _in_quotes(text: str, mark: Mark) -> bool:
    return '"' in text[mark.start : mark.end] or text[: mark.start].count('"') % 2 == 1


def _in_own_quotes(match: re.Match[str]) -> str:
    if match[0] == "OR":
        return match[0]
    sign = match[0][0] if match[0][0] in "+-" else ""
    word = match[0][len(sign) :]
    return f'{sign}"{word}"' if word else match[0]


def _with_text(query: Query, text: str) -> Query:
    return replace(query, text=text, page=1)


def _part(mark: Mark, query: Query, words: Words, vocabulary: Vocabulary) -> Part:
    drop = ""
    if mark.end > mark.start:
        drop = search_url(_with_text(query, without_part(query.text, mark.start, mark.end)))
    if mark.kind == "redacted":
        return Part(words("number_removed"))
    if mark.kind == "ignored":
        return Part(words("not_used", text=mark.text))
    if mark.occur == "not":
        return Part(words("without", text=mark.text.lstrip("-")), "", drop)
    if mark.kind == "filter":
        return Part(mark.label, "", drop)
    return Part(_shown(mark), _note(mark, words, vocabulary), drop)


def _shown(mark: Mark) -> str:
    """The name of what was recognised (`H-1B` for “h1b”), else the words as they were typed."""
    return mark.label if mark.kind not in _AS_TYPED and mark.label else mark.text


def _note(mark: Mark, words: Words, vocabulary: Vocabulary) -> str:
    """The kind, what Spanish words mean, and the other names; a topic that has any needs no kind."""
    english = _english(mark, vocabulary)
    also = _telling(mark, english)
    if _agency_word(mark, "ice") is not None:
        # A notice of its own says what was read, and undoes it.
        return words("kind_agency")
    notes = [words("spanish_for", label=english)] if english else []
    if words.has(f"kind_{mark.kind}") and not (mark.kind == "topic" and (english or also)):
        notes.insert(0, words(f"kind_{mark.kind}"))
    if also:
        notes.append(words("also", words=", ".join(also)))
    return "; ".join(notes)


def _english(mark: Mark, vocabulary: Vocabulary) -> str:
    """The English name of the concept that Spanish words alone name; else empty."""
    if mark.value not in vocabulary or mark.kind == "citation":
        return ""
    concept = vocabulary[mark.value]
    spanish = (concept.pref_label_es or "", *concept.alt_labels_es)
    english = (concept.pref_label, *concept.alt_labels)
    in_spanish = _stems(mark.text, "es") in [_stems(one, "es") for one in spanish]
    in_english = _stems(mark.text, "en") in [_stems(one, "en") for one in english]
    return concept.pref_label if in_spanish and not in_english else ""


def _stems(text: str, lang: str) -> tuple[str, ...]:
    return tuple(stem(word, lang) for word in re.findall(r"\w+", fold(text)))


def _telling(mark: Mark, english: str) -> list[str]:
    """The other names that tell something new: not those that only lengthen one already said."""
    said = [fold_name(one) for one in (mark.text, _shown(mark), english) if one]
    found: list[str] = []
    for name in mark.also:
        folded = fold_name(name)
        if len(found) < ALSO and not any(shorter in folded for shorter in said):
            found.append(name)
            said.append(folded)
    return found
