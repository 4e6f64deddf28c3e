"""Calendar months. Six months after 31 August is 28 or 29 February, not 184 days later."""

from __future__ import annotations

import calendar
from datetime import MAXYEAR, date
from functools import lru_cache
from math import inf

DAY = 86400  # seconds; POSIX time knows no leap seconds
EPOCH = date(1970, 1, 1).toordinal()


def months_after(time: float, months: int) -> float:
    """The same day and hour ``months`` calendar months later, or that month's last day; seconds.

    Never (``inf``) where that is after the year 9999.
    """
    day, rest = divmod(time, DAY)
    return _day_after(int(day), months) * DAY + rest


@lru_cache(maxsize=4096)
def _day_after(day: int, months: int) -> float:
    """The same for days since 1970: the choices of many visitors were made on few days."""
    start = date.fromordinal(day + EPOCH)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > MAXYEAR:
        return inf
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).toordinal() - EPOCH
