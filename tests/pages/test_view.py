"""From policy and decision to what is shown."""

from __future__ import annotations

from tests.conftest import Here
from tests.pages.driving import a_site

from consentguard.model import Model
from consentguard.pages.markup import View

SERVICES = """
[purposes.analytics]
description = "How <often> songs are played."
[purposes.email_marketing]

[services.ga4]
purposes = ["analytics"]
hosts = ["*.google-analytics.com"]
cookies = ["_ga"]
vendor = "Google Ireland Limited"
country = "US"
safeguard = { EU = "dpf", BR = "scc" }
policy_url = "https://policies.google.com/privacy"

[services.ads]
purposes = ["advertising"]
hosts = ["ads.example"]
vendor = "Google Ireland Limited"
country = "US"
safeguard = { EU = "dpf", BR = "scc" }
policy_url = "https://policies.google.com/privacy"

[services.own]
purposes = ["analytics"]
hosts = ["self/metrics/*"]
third_party = false
"""


def shown(more: str = "", place: Here | None = None, **headers: str) -> View:
    site = a_site(more, place)
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    visit = site.guard.exchange(site.request("GET", "/artist", headers=named)).visit
    return visit.view("/artist", "nonce1")


def test_a_first_visit() -> None:
    view = shown()
    assert (view.prefix, view.next, view.nonce) == ("/_consent", "/artist", "nonce1")
    assert (view.variant, view.show_banner, view.chosen, view.gpc) == ("opt-in", True, False, False)
    assert view.css_url.startswith("/_consent/static/banner.")
    rows = {row.id: row for row in view.purposes}
    assert {"necessary", "analytics", "advertising", "media"} <= set(rows)
    # What follows from the others, or is never part of accept, is no row unless declared.
    assert {"tag-manager", "cdn", "consent-management", "email_marketing"}.isdisjoint(rows)
    assert view.purposes[0].required
    assert not any(row.allowed for row in view.purposes if not row.required)


def test_what_the_site_declares_is_shown() -> None:
    view = shown(SERVICES)
    rows = {row.id: row for row in view.purposes}
    assert rows["analytics"].description == "How <often> songs are played."
    assert [s.id for s in rows["analytics"].services] == ["ga4", "own"]
    assert rows["email_marketing"].explicit
    assert rows["advertising"].name
    assert view.partners == 1  # one vendor behind two services; the site itself is none


def test_exempt_purposes_come_first() -> None:
    models = [row.model is Model.NONE for row in shown(SERVICES).purposes]
    assert models == sorted(models, reverse=True)


def test_an_opt_out_region() -> None:
    view = shown(SERVICES, Here("US", "US-CA"), sec_gpc="1")
    rows = {row.id: row for row in view.purposes}
    assert (view.variant, view.gpc, view.show_banner) == ("opt-out", True, False)
    assert not rows["advertising"].allowed
    assert rows["analytics"].allowed


def test_a_service_named_by_its_id_is_the_catalogues_and_a_partner() -> None:
    more = """
[services.ga4]
purposes = ["analytics"]
[services.matomo]
purposes = ["analytics"]
third_party = false
[services.shop]
purposes = ["analytics"]
"""
    view = shown(more)
    (row,) = (row for row in view.purposes if row.id == "analytics")
    assert [(s.id, s.third_party) for s in row.services] == [
        ("ga4", True),
        ("matomo", False),
        ("shop", False),
    ]
    assert row.services[0].vendor == "Google"
    assert view.partners == 1
