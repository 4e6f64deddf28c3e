"""Dates of cookies, as RFC 6265bis reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.dates import cookie_date


def at(*parts: int) -> float:
    year, month, day, *time = parts
    hour, minute, second = [*time, 0, 0, 0][:3]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Sun, 06 Nov 1994 08:49:37 GMT", at(1994, 11, 6, 8, 49, 37)),
        (b"Sunday, 06-Nov-94 08:49:37 GMT", at(1994, 11, 6, 8, 49, 37)),
        (b"Sun Nov  6 08:49:37 1994", at(1994, 11, 6, 8, 49, 37)),
        (b"6november2094xx 8:9:7", None),
        (b"2094 nOvEmber 6th 8:9:7foo", at(2094, 11, 6, 8, 9, 7)),
        (b"Wed, 21 Oct 2015 07:28:00 +0200", at(2015, 10, 21, 7, 28)),
        (b"1 Jan 69 0:0:0", at(2069, 1, 1)),
        (b"1 Jan 70 0:0:0", at(1970, 1, 1)),
        (b"1 Jan 1601 0:0:0", at(1601, 1, 1)),
        (b"29 Feb 2024 23:59:59", at(2024, 2, 29, 23, 59, 59)),
        (b"29 Feb 2023 00:00:00", None),
        (b"1 Jan 1600 0:0:0", None),
        (b"0 Jan 2000 0:0:0", None),
        (b"1 Jan 2000 24:0:0", None),
        (b"1 Jan 2000 0:60:0", None),
        (b"1 Jan 2000 0:0:60", None),
        (b"1 Jan 2000 00:00", None),
        (b"1 Jan 20000 00:00:00", None),
        (b"1 Foo 2000 00:00:00", None),
        (b"", None),
        (b"0", None),
    ],
)
def test_dates(text: bytes, expected: float | None) -> None:
    assert cookie_date(text) == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_a_number_or_none(text: bytes) -> None:
    result = cookie_date(text)
    assert result is None or isinstance(result, float)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2069, 12, 31)))  # noqa: DTZ001
def test_every_date_that_http_writes_is_read(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"):
        assert cookie_date(moment.strftime(form).encode()) == moment.timestamp()


def test_a_megabyte_is_read_once() -> None:
    for piece in (b"1", b"1:", b"jan", b" ", b"1:1:1x ", b"\xff"):
        cookie_date(piece * (1_000_000 // len(piece)))
