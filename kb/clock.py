"""What day it is. Statuses and checks go by the calendar of the machine, as the people who run it do."""

from __future__ import annotations

import datetime as dt


def today() -> dt.date:
    """The day where this machine is."""
    return dt.datetime.now().astimezone().date()
