"""What counts as news, the newest of it, and where the news of a month stands."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kb.model import NEWS_TYPES, TYPES, Hit, Query

if TYPE_CHECKING:
    from kb.reader import Reader

#: The types listed as news, in the order of the contract.
NEWS: tuple[str, ...] = tuple(name for name in TYPES if name in NEWS_TYPES)
LATEST = 5


def latest_news(reader: Reader, count: int = LATEST) -> tuple[Hit, ...]:
    """The newest news."""
    return reader.search(Query(type=NEWS, sort="newest", per_page=count)).hits


def month_url(day: dt.date) -> str:
    """Where the news of a month stands."""
    return f"/news/{day.year:04}/#{anchor(day)}"


def anchor(day: dt.date) -> str:
    """The id of a month on the page of its year, such as `m-2019-08`."""
    return f"m-{day.year:04}-{day.month:02}"
