from __future__ import annotations

import datetime
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.regions import compiled

from consentguard.errors import Problem
from consentguard.model import STANDARD_PURPOSES, Model
from consentguard.policy import shape
from consentguard.policy.loader import PolicyReader
from consentguard.policy.positions import Positions
from consentguard.policy.presets import FILE, merged, presets, resolved, start_of, states

FACTS = {"law", "purposes", "confidence", "checked", "sources"}
EEA = (
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO "
    "AX GF GP MQ MF RE YT"
)
TABLES = Path("src/consentguard/policy/presets")


def test_what_is_read_is_what_the_files_say() -> None:
    assert FILE.read_text("utf-8") == compiled()
    assert {path.stem for path in TABLES.glob("*.toml")} == set(presets())


def problems(table: Mapping[str, Any], form: shape.Shape) -> list[Problem]:
    reader = PolicyReader(dict(table), Positions(""))
    reader.check(dict(table), form, ())
    return reader.problems


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_has_every_fact_and_no_key_that_nobody_knows(name: str) -> None:
    table = presets()[name]
    whole = resolved(name, {})
    assert whole.keys() >= FACTS
    assert problems(table, shape.PRESET) == []
    for rule in table.get("minors", ()):
        assert problems(rule, shape.MINORS) == []
        assert 0 <= rule.get("from", 0) <= rule["to"] < 18
        assert set(rule["purposes"]) <= set(STANDARD_PURPOSES)
    dates = {"effective": "", "until": ""}
    for change in table.get("changes", ()):
        assert problems({k: v for k, v in change.items() if k not in dates}, shape.PRESET) == []
        assert change.keys() & dates.keys()
        assert not change.keys() & {"extends", "codes", "group", "overlay", "minors", "changes"}
    if not table.get("overlay"):
        assert whole["purposes"].keys() >= {"functional", "login", "analytics", "advertising"}
    assert set(whole["purposes"].values()) <= set(Model)
    assert whole["sources"]
    assert all(whole["sources"])
    assert datetime.date.fromisoformat(table["checked"]) <= datetime.date(2026, 11, 22)


def test_every_code_belongs_to_one_preset() -> None:
    own = [t for t in presets().values() if not t.get("group")]
    codes = [code for preset in own for code in preset.get("codes", ())]
    assert len(codes) == len(set(codes))
    assert sorted(presets()["eea-gdpr"]["codes"]) == sorted(EEA.split())
    assert {"US", "PR", "GU", "VI", "AS", "MP"} <= set(presets()["us-states"]["codes"])


@pytest.mark.parametrize(
    ("name", "functional", "analytics", "advertising", "months", "gpc"),
    [
        ("eea-gdpr", "opt-in", "opt-in", "opt-in", 6, False),
        ("br-lgpd", "opt-in", "opt-in", "opt-in", 12, False),
        ("us-ca", "notice", "opt-out", "opt-out", 12, True),
        ("us-states", "notice", "notice", "opt-out", 12, True),
        ("opt-in-strict", "opt-in", "opt-in", "opt-in", 6, True),
    ],
)
def test_the_rules_as_the_law_tables_have_them(
    name: str, functional: str, analytics: str, advertising: str, months: int, gpc: bool
) -> None:
    table = resolved(name, {})
    assert table["purposes"] == {
        "functional": functional,
        "login": "on-click",
        "analytics": analytics,
        "advertising": advertising,
    }
    assert table["lifetime"] == {
        "grant_months": months,
        "refuse_months": months,
        "tracker_days": 395,
    }
    assert table["gpc"] is gpc
    assert table["banner"]["reject_on_first_layer"]
    assert table["banner"]["equal_buttons"]


def test_california_shows_the_signal_and_has_the_link() -> None:
    assert presets()["us-ca"]["gpc_display"]
    assert presets()["us-ca"]["do_not_sell"]


def test_changes_hold_from_their_day_until_theirs() -> None:
    table = {
        "law": "old",
        "purposes": {"a": "notice", "b": "notice"},
        "changes": [
            {"effective": "1970-01-03", "law": "new", "purposes": {"a": "opt-in"}},
            {"effective": "1970-01-02", "until": "1970-01-03", "purposes": {"b": "deny"}},
        ],
    }
    found = states(table)
    assert [since for since, _ in found] == [-inf, 86400, 2 * 86400]
    assert [state["purposes"] for _, state in found] == [
        {"a": "notice", "b": "notice"},
        {"a": "notice", "b": "deny"},
        {"a": "opt-in", "b": "notice"},
    ]
    assert [state["law"] for _, state in found] == ["old", "old", "new"]
    assert all("changes" not in state for _, state in found)
    assert start_of(datetime.date(1970, 1, 2), 0) == start_of("1970-01-02", 0) == 86400
    assert start_of(None, 7) == 7


def test_a_preset_without_a_parent_is_what_its_file_says() -> None:
    assert resolved("eea-gdpr", {"eea-gdpr": {"gpc": True}}) == presets()["eea-gdpr"]


def test_a_preset_inherits_what_the_site_changed_above_but_no_codes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree = {
        "top": {"law": "T", "codes": ["DE", "FR"], "purposes": {"a": "opt-in", "b": "opt-in"}},
        "below": {"extends": "top", "codes": ["FR"], "purposes": {"b": "deny"}},
        "bare": {"extends": "below"},
    }
    monkeypatch.setattr("consentguard.policy.presets.presets", lambda: tree)
    change = {"top": {"purposes": {"a": "deny"}}}
    below = resolved("below", change)
    assert below["purposes"] == {"a": "deny", "b": "deny"}
    assert (below["law"], below["codes"]) == ("T", ["FR"])
    assert "codes" not in resolved("bare", change)


TREES = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(0, 3), max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(TREES, TREES)
def test_merging_keeps_what_is_not_replaced_and_changes_neither_side(
    base: dict[str, object], change: dict[str, object]
) -> None:
    before = repr((base, change))
    result = merged(base, change)
    assert repr((base, change)) == before
    assert result.keys() == base.keys() | change.keys()
    assert merged(result, change) == result
    assert merged(base, {}) == base
    assert merged({}, change) == change
