"""The cookie declaration: what the site declares, filled from the catalogue, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Here
from tests.pages.driving import Site, a_site, first

from consentguard.errors import ConfigError
from consentguard.pages.declaration import fragment, wants_json
from consentguard.pages.everybody import Everybody

Read = Callable[[str], Any]

SERVICES = """
languages = ["en", "de"]
[policy]
version = "7"
effective = 2026-11-01
[purposes.analytics]
description = "How <often> songs are played."
[purposes.social]

[services.ga4]
purposes = ["analytics"]
country = "US"
safeguard = { EU = "dpf", BR = "scc" }
hosts = ["www.google-analytics.com"]

[services.own]
name = "Own <counter>"
purposes = ["analytics", "functional"]
cookies = ["own_id", "theme"]
max_cookie_days = 30
"""


@pytest.fixture
def site() -> Site:
    return a_site(SERVICES)


def page_of(site: Site, read: Read, **headers: str) -> Any:
    response = site.get("/_consent/cookies", b"", **headers)
    assert response.status == 200
    return read(response.body.decode())


def data_of(site: Site, **headers: str) -> dict[str, Any]:
    response = site.get("/_consent/cookies", b"format=json", **headers)
    assert first(response, b"content-type") == b"application/json"
    return dict(json.loads(response.body))


def test_it_is_a_page_of_ours(site: Site, read: Read) -> None:
    response = site.get("/_consent/cookies")
    assert first(response, b"cache-control") == b"no-store"
    assert not [value for name, value in response.headers if name == b"etag"]
    page = read(response.body.decode())
    assert page.one("h1").text == "Cookies and services"
    assert page.one("title").text == "Cookies and services – Test"
    assert page.one("a", href="/_consent").text == "Cookie settings"
    assert "Version 7, in force since November 1, 2026." in page.one("main").text
    assert "Test Ltd" in page.one("main").text
    assert all("style" not in e.attrs for e in page.elements)


def test_purposes_and_what_stands_behind_them(site: Site, read: Read) -> None:
    page = page_of(site, read)
    assert [e.text for e in page.all("h2")] == [
        "Functional",
        "Analytics",
        "Social networks",
        "Consent management",
    ]
    names = ["Own <counter>", "Google Analytics", "Own <counter>", "Your choice on cookies"]
    assert [e.text for e in page.all("h3")] == names
    text = page.one("main").text
    assert "How <often> songs are played." in text
    assert "No service is named." in text
    # Filled from the catalogue: vendor, cookies, lifetimes, privacy policy.
    for words in ("Google", "United States", "_ga_*", "European Union: Data Privacy Framework"):
        assert words in text
    assert page.all("a", href="https://policies.google.com/privacy")
    assert "at most 1 month" in text


def test_only_what_the_site_declares(site: Site) -> None:
    ids = {s["id"] for p in data_of(site)["purposes"] for s in p["services"]}
    assert ids == {"ga4", "own", "consentguard"}


def test_our_own_cookie_is_declared_as_it_is_set() -> None:
    for site, name in ((a_site(), "consent"), (a_site(https=True), "__Host-consent")):
        (purpose,) = data_of(site)["purposes"]
        assert purpose["id"] == "consent-management"
        (service,) = purpose["services"]
        assert service["cookies"] == [{"name": name, "days": 395}]
        assert (service["third_party"], service["vendor"]) == (False, "Test Ltd")
        site.form({"choice": "reject"})
        assert list(site.cookies) == [name]


def test_the_hint_of_shared_pages_is_declared_where_there_are_any() -> None:
    site = a_site('[enforcement]\nshared_paths = ["/news"]\n')
    (purpose,) = data_of(site)["purposes"]
    (service,) = purpose["services"]
    assert [c["name"] for c in service["cookies"]] == ["consent", "consent-hint"]


def test_who_declares_our_cookie_is_believed() -> None:
    more = '[services.mine]\npurposes = ["necessary"]\ncookies = ["consent"]\n'
    ids = [[s["id"] for s in p["services"]] for p in data_of(a_site(more))["purposes"]]
    assert ids == [["mine"]]


def test_cookies_of_the_framework_are_the_sites_own(read: Read) -> None:
    site = a_site('[services.mine]\npurposes = ["necessary"]\ncookies = ["csrf"]\n')
    guard = type(site.guard)(
        site.guard.policy, ["key"], geo=Here(), ledger=None, cookies=["sid", "csrf"]
    )
    site.guard = guard
    necessary = data_of(site)["purposes"][0]
    named = {s["name"]: [c["name"] for c in s["cookies"]] for s in necessary["services"]}
    assert named == {"Mine": ["csrf"], "Sign-in, forms and messages of this site": ["sid"]}


def test_it_is_the_same_for_everybody_of_a_language(site: Site) -> None:
    page, data = fragment(visit_of(site).visit), data_of(site)
    site.form({"choice": "accept"})
    assert (fragment(visit_of(site).visit), data_of(site)) == (page, data)
    there = a_site(SERVICES, Here("US", "US-CA"))
    assert (fragment(visit_of(there).visit), data_of(there)) == (page, data)


def test_it_speaks_the_visitors_language(site: Site, read: Read) -> None:
    page = page_of(site, read, accept_language="de")
    assert page.one("html").attrs["lang"] == "de"
    assert "Drittanbieter" in page.one("main").text
    assert data_of(site, accept_language="de-AT")["language"] == "de"


@pytest.mark.parametrize(
    ("accept", "wanted", "json"),
    [
        ("", "", False),
        ("*/*", "", False),
        ("application/json", "", True),
        ("Application/JSON;q=0.9, */*", "", True),
        ("text/html, application/json", "", False),
        ("text/html", "json", True),
        ("application/json", "html", False),
        ("application/jsonp", "", False),
        (",;" * 9000, "", False),
    ],
)
def test_page_or_json(accept: str, wanted: str, json: bool) -> None:
    assert wants_json(accept, wanted) is json


def test_as_json_for_programs(site: Site) -> None:
    response = site.get("/_consent/cookies", accept="application/json")
    data = json.loads(response.body)
    assert data == data_of(site)
    assert (data["controller"], data["policy_version"]) == ("Test Ltd", "7")
    analytics = next(p for p in data["purposes"] if p["id"] == "analytics")
    ga4, own = analytics["services"]
    assert ga4["safeguard"] == {"EU": "dpf", "BR": "scc"}
    assert {"name": "_ga", "days": 730} in ga4["cookies"]
    assert own["cookies"] == [{"name": "own_id", "days": 30}, {"name": "theme", "days": 30}]


def test_the_settings_lead_there(site: Site, read: Read) -> None:
    page = read(site.get("/_consent").body.decode())
    assert page.one("a", href="/_consent/cookies").text == "Cookies and services"


def visit_of(site: Site, **headers: str) -> Any:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return site.guard.exchange(site.request("GET", "/privacy", headers=named))


def test_a_fragment_begins_where_the_page_wants(site: Site, read: Read) -> None:
    visit = visit_of(site).visit
    assert fragment(visit).startswith('<div class="cg-declaration" lang="en" dir="ltr"><section>')
    part = read(fragment(visit, 4))
    assert {e.tag for e in part.elements if e.tag[0] == "h"} == {"h4", "h5"}
    assert not any("id" in e.attrs for e in part.elements)
    for level in (0, 6, -1):
        with pytest.raises(ConfigError, match="level 1 to 5"):
            fragment(visit, level)


@pytest.mark.parametrize(
    ("language", "lang"),
    [("", "en"), ("de", "de"), ("de-CH", "de"), ("de_CH", "de"), ("fr", "en"), ("<b>", "en")],
)
def test_a_fragment_in_the_language_of_its_page(site: Site, language: str, lang: str) -> None:
    assert f'lang="{lang}"' in fragment(visit_of(site).visit, language=language)


def test_a_page_that_caches_share_has_the_sites_language(site: Site) -> None:
    exchange = visit_of(site, accept_language="de")
    assert 'lang="de"' in fragment(exchange.page)
    exchange.cache_mode = "shared"
    assert isinstance(exchange.page, Everybody)
    assert 'lang="en"' in fragment(exchange.page)
    assert not exchange.asked
