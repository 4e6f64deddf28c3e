"""What a banner of the site's own is made of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import Here
from tests.pages.driving import Site, a_site, first

SERVICES = """
languages = ["en", "de"]
[purposes.email_marketing]
[services.ga4]
purposes = ["analytics"]
hosts = ["www.google-analytics.com"]
[services.session]
purposes = ["necessary"]
"""


def config_of(site: Site, **headers: str) -> dict[str, Any]:
    response = site.get("/_consent/config", b"", **headers)
    assert response.status == 200
    assert first(response, b"content-type") == b"application/json"
    assert first(response, b"cache-control") == b"no-store"
    return dict(json.loads(response.body))


@pytest.fixture
def site() -> Site:
    return a_site(SERVICES)


def test_a_first_visit(site: Site) -> None:
    config = config_of(site)
    assert (config["variant"], config["show_banner"], config["chosen"]) == ("opt-in", True, False)
    assert {"analytics", "advertising"} <= set(config["ask"])
    assert {"necessary", "email_marketing"}.isdisjoint(config["ask"])
    assert config["texts"]["text"].startswith("Test Ltd would like to use cookies")
    assert "1 partner is involved." in config["texts"]["facts"]
    assert config["buttons"]["accept"] == "Accept all"
    assert config["buttons"]["reopen"] == "Cookie settings"
    assert config["first_layer"]["reject"] is True
    assert config["site"]["policy_url"] == "/privacy"


def test_purposes_and_their_services(site: Site) -> None:
    rows = {row["id"]: row for row in config_of(site)["purposes"]}
    needed, analytics = rows["necessary"], rows["analytics"]
    assert (needed["locked"], needed["allowed"]) == (True, True)
    assert (analytics["locked"], analytics["allowed"]) == (False, False)
    assert (analytics["model"], analytics["reason"]) == ("opt-in", "no-choice")
    assert analytics["why"] == "you have not chosen yet"
    assert rows["email_marketing"]["explicit"] is True
    (ga4,) = analytics["services"]
    assert (ga4["id"], ga4["vendor"], ga4["allowed"], ga4["locked"]) == (
        "ga4",
        "Google",
        False,
        False,
    )
    assert needed["services"][0]["locked"] is True


def test_it_speaks_the_visitors_language(site: Site) -> None:
    config = config_of(site, accept_language="de")
    assert (config["language"], config["direction"]) == ("de", "ltr")
    assert config["buttons"]["reject"] == "Alle ablehnen"


def test_what_is_chosen_is_not_asked_again(site: Site) -> None:
    site.json({"choice": "save", "purposes": {"analytics": True}})
    config = config_of(site)
    assert (config["ask"], config["show_banner"], config["chosen"]) == ([], False, True)
    rows = {row["id"]: row for row in config["purposes"]}
    assert (rows["analytics"]["allowed"], rows["media"]["reason"]) == (True, "refused")
    assert rows["analytics"]["services"][0]["allowed"] is True


def test_a_purpose_that_is_new_is_asked_alone(site: Site) -> None:
    site.form({"choice": "accept"})
    changed = a_site(SERVICES.replace('"www.google', '"ssl.google'))
    changed.cookies = site.cookies
    assert config_of(changed)["ask"] == ["analytics"]


def test_urls_are_ours_below_the_apps_root(site: Site) -> None:
    urls = config_of(site)["urls"]
    assert urls["choice"] == "/_consent"
    for name in ("state", "config", "cookies", "settings"):
        assert site.get(urls[name]).status == 200
    assert site.json({"choice": "reject"}, urls["choice"]).status == 200
    assert site.json({}, urls["withdraw"]).status == 200
    assert config_of(a_site(root="/shop"))["urls"]["choice"] == "/shop/_consent"


def test_california_has_to_be_told_and_asked_nothing() -> None:
    config = config_of(a_site(SERVICES, Here("US", "US-CA")), sec_gpc="1")
    assert (config["ask"], config["gpc"], config["first_layer"]["do_not_sell"]) == ([], True, True)
    assert config["buttons"]["reopen"] == "Do Not Sell or Share My Personal Information"
    assert config["texts"]["signal"] == "Your opt-out signal was honoured"
