"""The state as JSON, and the Global Privacy Control resource."""

from __future__ import annotations

import json

import pytest
from tests.conftest import Here
from tests.pages.driving import a_site, first

KEYS = {
    "region",
    "preset",
    "models",
    "granted",
    "complete",
    "stand",
    "unknown",
    "denied",
    "services",
    "show_banner",
    "policy_version",
    "gpc",
}


def test_the_state_of_a_first_visit() -> None:
    site = a_site('[policy]\nversion = "7"\n')
    state = site.state()
    assert set(state) == KEYS
    assert (state["region"], state["preset"], state["policy_version"]) == (
        "de-tdddg",
        "de-tdddg",
        "7",
    )
    assert (state["show_banner"], state["gpc"], state["services"]) == (True, False, {})
    assert state["models"]["analytics"] == "opt-in"
    # Every purpose is in one of the two lists, and in one only.
    assert set(state["granted"]) | set(state["denied"]) == set(state["models"])
    assert set(state["granted"]).isdisjoint(state["denied"])
    assert "necessary" in state["granted"]


def test_the_state_after_choices() -> None:
    site = a_site()
    site.json({"choice": "save", "purposes": {"analytics": True}, "services": {"youtube": True}})
    state = site.state()
    assert state["services"] == {"youtube": True}
    assert state["denied"]["advertising"] == "refused"
    assert state["show_banner"] is False


def test_the_state_under_a_signal() -> None:
    site = a_site(place=Here("US", "US-CA"))
    assert site.state()["gpc"] is False
    state = site.state(sec_gpc="1")
    assert (state["gpc"], state["denied"]["advertising"]) == (True, "signal")


@pytest.mark.parametrize(
    "cookie",
    ["consent=x", "consent=", "consent=a; consent=b", "consent=" + "A" * 5000, "consent=\xff.\x00"],
)
def test_an_unreadable_consent_allows_nothing(cookie: str) -> None:
    site = a_site(place=Here("US", "US-ID"))
    assert "analytics" in site.state()["granted"]
    state = site.state(cookie=cookie)
    assert state["denied"]["analytics"] == state["denied"]["advertising"] == "unreadable-consent"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", {"gpc": True}),
        ('[policy]\nversion = "2026-11-21"\n', {"gpc": True, "lastUpdate": "2026-11-21"}),
        (
            '[policy]\nversion = "3"\neffective = 2026-11-20\n',
            {"gpc": True, "lastUpdate": "2026-11-20"},
        ),
    ],
)
def test_the_gpc_resource(more: str, expected: dict[str, object]) -> None:
    response = a_site(more).get("/.well-known/gpc.json")
    assert first(response, b"content-type") == b"application/json"
    assert json.loads(response.body) == expected
