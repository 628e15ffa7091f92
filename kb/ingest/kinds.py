"""Which type of document an article is, by what its title and its form show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from kb.ingest.headline import Headline
from kb.ingest.report import Log
from kb.ingest.tree import HEADINGS, Block

_ALERT = re.compile(r"\b(?:legal|client|policy|practice|urgent|immigration|travel)\s+alert\b|^alert\b", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY_TITLE = re.compile(rf"^{_MONTH} \d{{1,2}}(?:, \d{{4}})? ?[-–—:] ?\S", re.IGNORECASE)
_DIGEST = re.compile(
    r"\b(?:digest|round-?up|top articles|news of the week|weekly (?:news|update|review|wrap)|daily (?:news|update)"
    r"|headlines|in brief|this week in)\b",
    re.IGNORECASE,
)


def kind_of(headline: Headline, body: Sequence[Block], syndicated: bool, log: Log) -> str:
    """`article`, `news`, `digest` or `alert`; the reason is noted."""
    kind, why = _decide(headline, body, syndicated)
    log.add("type", f"the type is {kind} because {why}", headline.raw_title)
    return kind


def _decide(headline: Headline, body: Sequence[Block], syndicated: bool) -> tuple[str, str]:
    title, prefix = headline.title.text, headline.title.prefix
    if "alert" in prefix or _ALERT.search(headline.raw_title):
        return "alert", "the title says so"
    if _DAY_TITLE.match(title) or _DIGEST.search(title):
        return "digest", "the title is that of a digest"
    if prefix in ("news", "press release", "legal update"):
        return "news", f"the title begins with “{prefix}”"
    if prefix:
        return "article", f"the title begins with “{prefix}”"
    if _has_many_short_items(body):
        return "digest", "the text is many short items with links"
    if headline.authors:
        return "article", "it names its author"
    return ("article", "it is reprinted from elsewhere") if syndicated else ("news", "it names no author")


def _has_many_short_items(body: Sequence[Block]) -> bool:
    items = [block for block in body if block.name not in HEADINGS and block.text]
    headings = sum(block.name in HEADINGS for block in body)
    linked = [block for block in items if block.tag.find("a") is not None]
    if len(items) < 6 or len(linked) * 3 < len(items) * 2:
        return False
    return median(block.words for block in items) <= 35 and (
        headings >= 3 or median(block.links for block in linked) >= 0.5
    )
