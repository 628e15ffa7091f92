"""The parts of a query on their way to units: how each kind is made, and how neighbours become one part."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kb.folding import fold
from kb.language import authorities
from kb.language.analysis import bare
from kb.language.lexicon import Identifier
from kb.language.redaction import PLACEHOLDER
from kb.language.stems import stem, stop_words
from kb.language.topics import Topic
from kb.language.tree import AUTHORITY, EXACT, IDENTIFIER, AnyOf, AnyTerm, Named, Node, Prefix
from kb.model import Mark

#: Stands for characters of a query that have been read already.
HIDDEN = "\ue000"
_SMALL_CITATION = re.compile(r"(?i)\b(?:ina|i\.n\.a\.|c\.?\s?f\.?\s?r\b\.?|u\.?\s?s\.?\s?c\b\.?)(?=[\s§\d])")
_NOT_USED = re.compile(r"[^\w\s.,;:!?'’\"()\-–—/&$§%+\ue000]+|&{2,}|(?<!\S)[&+*|-]+(?!\S)")
#: Words that belong to an identifier right beside them (DESIGN.md 6), with their plurals and Spanish forms.
_BELONGING = frozenset(
    {"visa", "visas", "visado", "visados", "form", "forms", "formulario", "formularios", "status", "estatus"}
)


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """A filter typed among the words. `value` is as typed; for `title` it is the node to match, for dates a date."""

    name: str
    value: str
    node: Node | None = None
    date: dt.date | None = None
    excluded: bool = False


@dataclass(slots=True)
class Part:
    """A part of the query on its way to a unit."""

    start: int
    end: int
    kind: str
    text: str
    value: str
    label: str
    node: Node | None = None
    sign: str = ""
    stop: bool = False
    identifier: Identifier | None = None
    also: tuple[str, ...] = ()
    weak: bool = False
    filter: TypedFilter | None = field(default=None)

    @property
    def strong(self) -> bool:
        """Whether it is an identifier or a citation."""
        return not self.weak and self.kind not in ("word", "phrase", "prefix")

    def mark(self) -> Mark:
        """The part as the answer says it was read."""
        occur = "not" if self.sign == "-" else "must"
        return Mark(self.kind, self.text, self.value, self.label, occur, self.also, self.start, self.end)  # type: ignore[arg-type]


def citation(start: int, end: int, typed: str, key: str, sign: str) -> Part:
    """A citation with its key."""
    return Part(start, end, "citation", typed, key, authorities.label(key), AnyTerm((AUTHORITY + key,)), sign)


def run_of_words(parts: list[Part], index: int, text: str) -> list[Part]:
    """The plain words from `index` on that stand side by side; none where the first is excluded."""
    run: list[Part] = []
    for part in parts[index : index + 8]:
        if part.kind != "word" or part.sign == "-" or not adjacent([*run[-1:], part], text):
            break
        run.append(part)
    return run


def topic_part(run: list[Part], topic: Topic, text: str) -> Part:
    """A run of words that names a topic."""
    first, last = run[0], run[-1]
    words = tuple(part.node for part in run if isinstance(part.node, AnyTerm))
    typed = text[first.start : last.end]
    return Part(first.start, last.end, topic.group, typed, topic.concept_id, topic.label, Named(words, topic.names),
                 first.sign, also=topic.also, weak=True)  # fmt: skip


def redacted(match: re.Match[str]) -> Part:
    """A personal number that was taken out before."""
    return Part(match.start(), match.end(), "redacted", PLACEHOLDER, PLACEHOLDER, "number removed")


def plain_word(start: int, end: int, typed: str, folded: str, sign: str) -> Part:
    """An ordinary word, read in both languages."""
    terms = tuple(dict.fromkeys((stem(folded), stem(folded, "es"))))
    node = AnyTerm(terms)
    return Part(start, end, "word", typed, terms[0], typed, node, sign, stop=folded in stop_words())


def prefix(part: Part) -> Part:
    """`word*`: a part as the beginning of words, or of identifiers with a number."""
    value = part.value if part.identifier and any(char.isdigit() for char in part.value) else fold(bare(part.text))
    start = IDENTIFIER if value == part.value and part.identifier else EXACT
    return Part(
        part.start, part.end + 1, "prefix", part.text + "*", value, part.text + "*", Prefix(start + value), part.sign
    )


def adjacent(parts: list[Part], text: str, also: str = "") -> bool:
    """Whether only space, hyphens, commas and `also` stand between the parts, and no sign before later ones."""
    gaps = (text[left.end : right.start] for left, right in pairwise(parts))
    return not any(gap.strip(f" \t\n\r\u00a0-–&,{also}") for gap in gaps) and not any(part.sign for part in parts[1:])


def absorb(parts: list[Part], text: str) -> list[Part]:
    """`visa`, `form` and `status` right beside an identifier become part of it."""
    kept: list[Part] = []
    for index, part in enumerate(parts):
        if part.kind != "word" or fold(part.text) not in _BELONGING or part.sign:
            kept.append(part)
            continue
        neighbours = [*kept[-1:], *parts[index + 1 : index + 2]]
        owner = next(
            (
                one
                for one in neighbours
                if one.identifier and adjacent(sorted([one, part], key=lambda p: p.start), text)
            ),
            None,
        )
        if owner is None:
            kept.append(part)
            continue
        owner.start, owner.end = min(owner.start, part.start), max(owner.end, part.end)
        owner.text = text[owner.start : owner.end]
    return kept


def join_alternatives(parts: list[Part]) -> list[Part]:
    """`a OR b` as one part; an OR without a unit on either side is left out."""
    joined: list[Part] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        following = parts[index + 1] if index + 1 < len(parts) else None
        if part.kind != "or":
            joined.append(part)
        elif joined and following is not None and can_join(joined[-1]) and can_join(following):
            joined[-1] = alternatives(joined[-1], following)
            index += 1
        else:
            joined.append(Part(part.start, part.end, "ignored", part.text, part.value, part.text))
        index += 1
    return joined


def can_join(part: Part) -> bool:
    """Whether a part can be one side of an OR."""
    return part.node is not None and part.sign != "-" and not part.stop and part.kind != "or"


def alternatives(left: Part, right: Part) -> Part:
    """Two parts as one unit that either of them satisfies."""
    assert left.node is not None
    assert right.node is not None
    nodes = (*(left.node.nodes if isinstance(left.node, AnyOf) else (left.node,)), right.node)
    kind = left.kind if left.kind == right.kind or left.strong == right.strong else "word"
    sign = "+" if "+" in (left.sign, right.sign) or {left.kind, right.kind} == {"phrase"} else ""
    return Part(left.start, right.end, "word" if kind == "phrase" else kind, f"{left.text} OR {right.text}",
                 f"{left.value} OR {right.value}", f"{left.label} or {right.label}", AnyOf(nodes), sign,
                weak=left.weak or right.weak)  # fmt: skip


def required(part: Part) -> bool:
    """Whether a part must match: typed with `+`, or in quotes."""
    return part.sign == "+" or part.kind == "phrase"


def not_used(text: str, hidden: str, parts: list[Part]) -> Iterator[Part]:
    """What could be read neither as syntax nor as words."""
    covered = [(part.start, part.end) for part in parts]
    for match in _NOT_USED.finditer(hidden):
        if not any(start < match.end() and match.start() < end for start, end in covered):
            shown = text[match.start() : match.end()].strip()
            yield Part(match.start(), match.end(), "ignored", shown, shown, shown)


def hide(text: str, start: int, end: int) -> str:
    """The text with a stretch replaced by as many place-holders."""
    return text[:start] + HIDDEN * (end - start) + text[end:]


def capitals(text: str) -> str:
    """Small letters of `ina`, `cfr` and `usc` made capital, so that citations typed in haste are read; same length."""
    return _SMALL_CITATION.sub(lambda match: match[0].upper(), text)


def calendar_day(value: str) -> dt.date | None:
    """The day that a text names as year-month-day, or None."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None
