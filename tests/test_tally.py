"""Counters with a bound, and log lines that nobody can forge."""

from __future__ import annotations

import json
import logging
import tomllib
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentguard.model import Service
from consentguard.tally import MAX_NAMES, Tally


def test_counting() -> None:
    tally = Tally()
    assert [tally.add("html", "ga4"), tally.add("html", "ga4"), tally.add("header", "ga4")] == [
        True,
        False,
        True,
    ]
    assert tally.counts == {("html", "ga4"): 2, ("header", "ga4"): 1}


def test_names_of_an_attacker_are_bounded() -> None:
    tally = Tally()
    for i in range(MAX_NAMES * 3):
        tally.add("set-cookie", f"{i}")
    assert not tally.add("html", "late")
    assert len(tally.counts) == MAX_NAMES + 2
    assert tally.counts[("set-cookie", "…")] == 2 * MAX_NAMES
    assert sum(tally.counts.values()) == 3 * MAX_NAMES + 1
    long = Tally()
    long.add("html", "x" * 1_000_000)
    assert max(len(name) for _, name in long.counts) == 200


def test_the_first_drop_of_each_name_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tally = Tally()
    ga4 = Service("ga4", "Google Analytics", ("analytics",))
    for _ in range(3):
        tally.dropped_cookie("_ga", replace(ga4, declared=True))
        tally.dropped_cookie("mine", None)
        tally.dropped_cookie("_gid", ga4)
    declared, unknown, undeclared = (r.getMessage() for r in caplog.records)
    assert [r.levelname for r in caplog.records] == ["INFO", "WARNING", "WARNING"]
    assert declared == 'Set-Cookie "_ga" waits for consent to ga4'
    toml = tomllib.loads(undeclared.partition("policy file:\n")[2])
    assert toml == {"services": {"ga4": {"purposes": ["analytics"]}}}
    toml = tomllib.loads(unknown.partition("policy file:\n")[2])
    assert toml == {"services": {"SERVICE": {"purposes": ["necessary"], "cookies": ["mine"]}}}
    assert tally.counts[("set-cookie", "mine")] == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(max_codepoint=255), max_size=120))
def test_a_name_forges_no_line_and_the_advice_can_be_pasted(
    caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.clear()
    caplog.set_level(logging.WARNING)
    Tally().dropped_cookie(name, None)
    message = caplog.records[0].getMessage()
    assert len(message.split("\n")) == len(message.splitlines()) == 4
    assert message.isascii()
    toml = tomllib.loads(message.partition("policy file:\n")[2])
    assert toml["services"]["SERVICE"]["cookies"] == [name[:100]]
    assert json.dumps(name[:100]).replace("\x7f", "\\u007f") in message
