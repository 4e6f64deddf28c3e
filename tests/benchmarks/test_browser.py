"""What the looks in Chromium make of what it tells: the longest interaction, and the verdict."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.browser.lighthouse import Scores, verdict
from benchmarks.browser.site import GATED, page
from benchmarks.browser.vitals import Interaction, interaction, table


def event(name: str, ts: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "ts": ts, "pid": 1, "tid": 1, "args": {}, **more}


def timed(ts: int, duration: float, id: int = 7) -> dict[str, Any]:
    return event("EventTiming", ts, args={"data": {"duration": duration, "interactionId": id}})


def test_the_longest_event_of_an_interaction_counts() -> None:
    events = [
        timed(1000, 24.0),
        timed(1100, 40.0),
        timed(1200, 90.0, id=0),  # a pointer that moves is none
        event("EventTiming", 1300),
        event("RunTask", 0, dur=500, tdur=500),  # before
        event("RunTask", 900, dur=400, tdur=300),
        event("RunTask", 5000, dur=9000, tdur=2000),
        event("RunTask", 5000, dur=9000, tdur=7000, tid=2),  # another thread's
        event("RunTask", 50_000, dur=10, tdur=10),  # after the paint
    ]
    assert interaction(events) == Interaction(paint=40.0, work=2.3)
    assert interaction(events[2:]) is None


def test_what_is_over_its_budget_says_so() -> None:
    found = {
        "accept": [Interaction(20.0, 10.0), Interaction(60.0, 10.0), Interaction(30.0, 10.0)],
        "reject": [Interaction(51.0, 10.0)],
        "plain": [Interaction(99.0, 10.0)],
        "settings": [],
    }
    _, accept, reject, plain, settings = table(found)
    assert accept.split() == ["accept", "30.0", "60.0", "20.0", "10.0", "3"]
    assert reject.endswith("over budget")
    assert not plain.endswith("over budget")
    assert "none" in settings


@pytest.mark.parametrize(
    ("accessibility", "performance", "without", "amiss"),
    [
        ([100.0, 100.0], [97.0, 98.0], [98.0, 98.0], ""),
        ([100.0, 96.0], [98.0], [98.0], "accessibility: image-alt"),
        ([100.0], [90.0, 91.0], [98.0, 97.0], "performance: 7 less, noise is 1"),
        ([100.0], [94.0], [92.0, 96.0, 97.0], ""),  # it varies that much by itself
    ],
)
def test_the_verdict(
    accessibility: list[float], performance: list[float], without: list[float], amiss: str
) -> None:
    with_us = Scores(performance, accessibility, {"image-alt"})
    assert verdict(with_us, Scores(without)) == amiss


def test_two_hundred_elements_wait() -> None:
    assert len(GATED) == 200
    body = page().decode()
    assert all(one in body for one in GATED)
    assert "stats.test" not in page(gated=False).decode()
