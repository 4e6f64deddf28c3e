"""The dates of cookies, read as browsers read them: leniently, and without time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DELIMITER = re.compile(rb"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(rb"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?", re.S)
_DAY = re.compile(rb"(\d{1,2})(?:\D.*)?", re.S)
_YEAR = re.compile(rb"(\d{2,4})(?:\D.*)?", re.S)
_MONTHS = b"jan feb mar apr may jun jul aug sep oct nov dec".split()


def cookie_date(text: bytes) -> float | None:
    """Seconds since 1970, or None for what a browser does not take (RFC 6265bis, section 5.1.1).

    A mail parser will not do: it heeds time zones and puts the year 69 into 1969, so it takes
    cookies that live for deletions.
    """
    time: re.Match[bytes] | None = None
    day: re.Match[bytes] | None = None
    year: re.Match[bytes] | None = None
    month = 0
    for token in _DELIMITER.split(text):
        # Each token counts for the first of the four that is still missing and that it fits.
        if time is None and (time := _TIME.fullmatch(token)):
            continue
        if day is None and (day := _DAY.fullmatch(token)):
            continue
        if not month and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
            continue
        if year is None:
            year = _YEAR.fullmatch(token)
    if time is None or day is None or year is None or not month:
        return None
    return _seconds(int(year[1]), month, int(day[1]), time)


def _seconds(year: int, month: int, day: int, time: re.Match[bytes]) -> float | None:
    if year < 100:
        # "70 to 99 are 19xx, 0 to 69 are 20xx."
        year += 1900 if year >= 70 else 2000
    if year < 1601:
        return None
    try:
        hour, minute, second = map(int, time.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
