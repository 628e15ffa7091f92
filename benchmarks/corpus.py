"""One seeded generator of realistic articles: Zipfian words, identifiers, citations, skewed tags, authors, years."""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from kb.frontmatter import render
from kb.vocabulary import Vocabulary

PROJECT = Path(__file__).resolve().parent.parent
_CITATIONS = (
    "INA 212(a)(9)(B)", "INA 240A(b)", "8 U.S.C. 1229a(b)(5)", "8 CFR 214.2(h)(4)", "8 CFR 208.13", "8 CFR 1003.19",
    "INA 236(c)", "8 U.S.C. 1182(a)(6)(C)(i)", "INA 101(a)(15)(H)(i)(b)", "8 CFR 204.5(k)(2)",
)  # fmt: skip
_IDENTIFIERS = (
    "H-1B",
    "L-1A",
    "I-130",
    "I-485",
    "ICE",
    "CBP",
    "USCIS",
    "O-1",
    "TN status",
    "EB-1A",
    "DACA",
    "I-601A",
    "NTA",
)
_AUTHORS = ("Ana Ruiz", "Bo Chen", "Carla Díaz", "Dan Meyer", "Eve Novak", "Finn O’Shea", "Gita Rao")
_SOURCES = ("Example Review", "Border Notes", "Docket Weekly", None, None, None)


class Generator:
    """Articles from a seed; the same seed gives the same articles."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        texts = (path.read_text(encoding="utf-8") for path in sorted((PROJECT / "content").rglob("*.md")))
        words = sorted({word for text in texts for word in re.findall(r"[a-z]{3,}", text)})
        self._random.shuffle(words)
        self._words = words
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
        vocabulary = Vocabulary.load(PROJECT / "content" / "vocabulary.toml")
        self._tags = [concept.id for concept in vocabulary if not concept.replaced_by]
        self._tag_weights = list(accumulate(1 / (rank + 2) for rank in range(len(self._tags))))

    def words(self, number: int) -> list[str]:
        """Ordinary words, the frequent ones often."""
        return self._random.choices(self._words, cum_weights=self._weights, k=number)

    def article(self, number: int) -> tuple[str, str]:
        """(id, page file) of an article of some 300 words."""
        day = dt.date(2006, 1, 1) + dt.timedelta(days=self._random.randrange(7300))
        source = self._random.choice(_SOURCES)
        matter: dict[str, object] = {
            "title": " ".join(self.words(7)).capitalize(),
            "type": "article",
            "date": day,
            "authors": self._random.sample(_AUTHORS, self._random.choice((1, 1, 2))),
            "tags": sorted(set(self._random.choices(self._tags, cum_weights=self._tag_weights, k=4))),
        }
        if source:
            matter["source"] = {"name": source, "url": f"https://example.org/{number}"}
        return f"news/{day.year}/article-{number}", render(matter, "\n\n".join(self._paragraphs()))

    def _paragraphs(self) -> Iterator[str]:
        for part in range(self._random.randrange(4, 8)):
            if part in (2, 4):
                yield f"## {' '.join(self.words(4)).capitalize()}"
            yield " ".join(self._sentence() for _ in range(4))

    def _sentence(self) -> str:
        words = self.words(self._random.randrange(8, 18))
        for chance, choices in ((0.25, _IDENTIFIERS), (0.08, _CITATIONS)):
            if self._random.random() < chance:
                words.insert(self._random.randrange(len(words)), self._random.choice(choices))
        return " ".join(words).capitalize() + "."


def write_root(folder: Path, articles: int, seed: int = 7) -> Path:
    """A root with that many generated articles and the shipped vocabulary."""
    generator = Generator(seed)
    (folder / "content").mkdir(parents=True)
    shutil.copy(PROJECT / "kb.toml", folder)
    shutil.copy(PROJECT / "content" / "vocabulary.toml", folder / "content")
    for number in range(articles):
        page_id, text = generator.article(number)
        path = folder / "content" / f"{page_id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def queries(number: int, seed: int = 11) -> Sequence[str]:
    """Mixed queries: one to three words, identifiers, citations, phrases, prefixes."""
    generator = Generator(seed)
    chooser = random.Random(seed)
    found = []
    for _ in range(number):
        words = generator.words(chooser.choice((1, 2, 2, 3)))
        extra = chooser.random()
        if extra < 0.25:
            words.append(chooser.choice(_IDENTIFIERS))
        elif extra < 0.35:
            words = [chooser.choice(_CITATIONS)]
        elif extra < 0.45:
            words[0] = words[0][:4] + "*"
        found.append(" ".join(words))
    return found
