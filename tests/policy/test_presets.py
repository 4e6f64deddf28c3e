from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.model import Model
from consentguard.policy import shape
from consentguard.policy.loader import PolicyReader
from consentguard.policy.positions import Positions
from consentguard.policy.presets import merged, presets, resolved

FACTS = {
    "law",
    "codes",
    "purposes",
    "lifetime",
    "banner",
    "gpc",
    "confidence",
    "checked",
    "sources",
}
EEA = (
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO "
    "AX GF GP MQ MF RE YT"
)


def test_the_presets_of_this_version() -> None:
    assert set(presets()) == {"eea-gdpr", "br-lgpd", "us-ca", "us-states", "opt-in-strict"}


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_preset_has_every_fact_and_no_key_that_nobody_knows(name: str) -> None:
    table = dict(presets()[name])
    assert table.keys() >= FACTS
    reader = PolicyReader(table, Positions(""))
    reader.check(table, shape.PRESET, ())
    assert reader.problems == []
    assert table["purposes"].keys() == {"functional", "login", "analytics", "advertising"}
    assert set(table["purposes"].values()) <= set(Model)
    assert table["lifetime"].keys() == shape.LIFETIME.keys()
    assert table["banner"].keys() == shape.BANNER.keys()
    assert table["sources"]
    assert all(table["sources"])
    assert isinstance(table["checked"], datetime.date)


def test_every_code_belongs_to_one_preset() -> None:
    codes = [code for preset in presets().values() for code in preset["codes"]]
    assert len(codes) == len(set(codes))
    assert sorted(presets()["eea-gdpr"]["codes"]) == sorted(EEA.split())
    assert presets()["us-states"]["codes"] == ["US", "PR", "GU", "VI", "AS", "MP"]


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
    table = presets()[name]
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


TABLES = st.recursive(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | st.integers(0, 3), max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(TABLES, TABLES)
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
