from __future__ import annotations

from datetime import UTC, datetime
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.consent.months import months_after


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-07-01T00:00:00", 6, "2027-01-01T00:00:00"),  # 184 days
        ("2026-01-01T00:00:00", 6, "2026-07-01T00:00:00"),  # 181 days
        ("2026-08-31T12:30:05", 6, "2027-02-28T12:30:05"),
        ("2027-08-31T00:00:00", 6, "2028-02-29T00:00:00"),
        ("2024-02-29T00:00:00", 12, "2025-02-28T00:00:00"),
        ("2026-11-30T23:59:59", 1, "2026-12-30T23:59:59"),
        ("2026-12-31T00:00:00", 12, "2027-12-31T00:00:00"),
        ("2026-12-15T00:00:00", 1, "2027-01-15T00:00:00"),
        ("2026-11-18T00:00:00", 13, "2027-12-18T00:00:00"),
        ("1970-01-01T00:00:00", 0, "1970-01-01T00:00:00"),
    ],
)
def test_calendar_months(start: str, months: int, end: str) -> None:
    assert months_after(at(start), months) == at(end)


@pytest.mark.parametrize("months", [12 * 8000, 10**9, 10**30])
def test_what_ends_after_the_calendar_never_ends(months: int) -> None:
    assert months_after(at("2026-11-18T00:00:00"), months) == inf


@settings(deadline=None)
@given(st.integers(0, 4_000_000_000), st.integers(0, 240), st.integers(0, 240))
def test_more_months_are_never_sooner(time: int, one: int, two: int) -> None:
    low, high = sorted((one, two))
    assert time <= months_after(time, low) <= months_after(time, high)
    assert 28 * 86400 * low <= months_after(time, low) - time <= 31 * 86400 * low
