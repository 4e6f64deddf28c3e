"""Rules to choose from: named for people, never weaker than those of the visitor's place."""

from __future__ import annotations

import pytest
from tests.conftest import NOW, Here, a_policy
from tests.pages.driving import a_site

from consentguard.locales import Texts, load
from consentguard.pages.places import name, places
from consentguard.policy.regions import at_least_as_strict

POLICY = a_policy()
ENGLISH, GERMAN = load("en"), load("de")


def offered(region: str, words: Texts = ENGLISH) -> dict[str, str]:
    return dict(places(POLICY.regions.values(), POLICY.regions[region].at(NOW), NOW, words))


@pytest.mark.parametrize("region", ["us-ca", "de-tdddg", "gb-pecr", "opt-in-strict", "us-nogpc"])
def test_none_is_weaker_and_the_own_one_comes_first(region: str) -> None:
    own = POLICY.regions[region].at(NOW)
    found = offered(region)
    assert next(iter(found)) == region
    for id in found:
        assert at_least_as_strict(POLICY.regions[id].at(NOW), own)


def test_who_is_in_america_may_ask_for_europe() -> None:
    found = offered("us-ca")
    assert found["us-ca"] == "California (United States)"
    assert found["de-tdddg"] == "Germany"
    assert "and" in found["eea-gdpr"]
    assert found["opt-in-strict"] == "The strictest rules of all"
    assert "us-nogpc" not in found


def test_names_are_in_the_visitors_language() -> None:
    assert name(POLICY.regions["de-tdddg"], GERMAN) == "Deutschland"
    assert name(POLICY.regions["us-ca"], GERMAN) == "California (Vereinigte Staaten)"


def test_the_preferences_page_offers_them_and_saves_one() -> None:
    site = a_site(place=Here("US", "US-CA"))
    page = site.get("/_consent").body.decode()
    assert '<option value="us-ca" selected>California (United States)</option>' in page
    site.form({"choice": "save", "region": "de-tdddg"})
    page = site.get("/_consent").body.decode()
    assert '<option value="de-tdddg" selected>Germany</option>' in page
    assert site.state()["models"]["analytics"] == "opt-in"
    site.form({"choice": "save", "region": "us-ca"})
    assert site.state()["region"] == "us-ca"


def test_where_nothing_is_stricter_nothing_is_asked() -> None:
    assert "cg-place" not in a_site(place=Here("RU")).get("/_consent").body.decode()
