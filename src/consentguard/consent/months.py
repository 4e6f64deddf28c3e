"""Calendar months. Six months after 31 August is 28 or 29 February, not 184 days later."""

from __future__ import annotations

import calendar
from datetime import MAXYEAR, UTC, datetime
from math import inf


def months_after(time: float, months: int) -> float:
    """The same day and hour ``months`` calendar months later, or that month's last day; seconds.

    Never (``inf``) where that is after the year 9999.
    """
    start = datetime.fromtimestamp(time, UTC)
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    if year > MAXYEAR:
        return inf
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day).timestamp()
