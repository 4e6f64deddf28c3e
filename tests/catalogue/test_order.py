"""Who is believed first: site, framework, sign-in and security, cookie of a host, vendor, host."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from consentguard.catalogue import Catalogue
from consentguard.model import Match, Service

SITE = "www.site.example"
PAGE = f"https://{SITE}/"
CATALOGUE = Catalogue.bundled()


def cookie(name: str, own: Iterable[Service] = (), host: str = SITE) -> Match:
    return Catalogue.bundled(own).cookie(name, host=host)


def url(address: str, own: Iterable[Service] = ()) -> Match:
    match = Catalogue.bundled(own).url(address, base=PAGE)
    assert match is not None
    return match


def service(id: str, purpose: str, cookies: str = "", hosts: str = "") -> Service:
    return Service(id, id, (purpose,), cookies=tuple(cookies.split()), hosts=tuple(hosts.split()))


@pytest.mark.parametrize("name", ["sessionid", "_ga", "AWSALB", "OptanonConsent", "g_state", "zz9"])
def test_the_sites_word_comes_first(name: str) -> None:
    match = cookie(name, [service("mine", "social", cookies=name)])
    assert match.purposes == ("social",)
    assert "the site's own policy" in match.why


@pytest.mark.parametrize(
    "address",
    [
        "https://accounts.google.com/gsi/client",
        "https://www.google.com/recaptcha/api.js",
        "https://www.googletagmanager.com/gtm.js?id=GTM-1",
        "https://cdn.jsdelivr.net/npm/vue",
    ],
)
def test_the_sites_word_comes_first_for_hosts(address: str) -> None:
    host = address.split("/")[2]
    assert url(address, [service("mine", "personalisation", hosts=host)]).purposes == (
        "personalisation",
    )


def test_a_pattern_of_the_sites_beats_an_exact_name_of_the_catalogue() -> None:
    mine = service("mine", "advertising", cookies="session*")
    assert cookie("sessionid", [mine]).purposes == ("advertising",)


def test_a_site_that_declares_sdk_js_for_sign_in_is_believed() -> None:
    mine = service("facebook_login", "login", hosts="connect.facebook.net/*/sdk.js")
    address = "https://connect.facebook.net/en_US/sdk.js"
    assert url(address).purposes == ("social",)
    assert url(address, [mine]).purposes == ("login",)
    pixel = "https://connect.facebook.net/en_US/fbevents.js"
    assert url(pixel, [mine]).purposes == ("advertising",)


def test_sign_in_and_security_come_before_the_vendors_whole_host() -> None:
    for address, purpose in {
        "https://www.google.com/recaptcha/api.js": "security",
        "https://www.google.com/x": "functional",
        "https://github.com/login/oauth/authorize": "login",
        "https://github.com/x": "functional",
        "https://res.wx.qq.com/connect/x.js": "login",
        "https://imgcache.qq.com/x.js": "media",
        "https://challenges.cloudflare.com/x.js": "security",
        "https://c.paypal.com/da/r/fb.js": "security",
        "https://www.paypal.com/sdk/js": "functional",
    }.items():
        assert url(address).purposes == (purpose,), address


def test_a_cookie_with_its_domain_comes_before_the_same_name_anywhere() -> None:
    assert cookie("sessionid").purposes == ("necessary",)
    assert cookie("sessionid", host="www.instagram.com").purposes == ("social",)
    assert cookie("JSESSIONID", host="acme.okta.com").purposes == ("login",)


def test_an_exact_name_comes_before_a_vendors_pattern() -> None:
    assert [s.id for s in cookie("mp_0a_mixpanel").services] == ["mixpanel"]
    assert cookie("wordpress_test_cookie").purposes == ("necessary",)
    assert cookie("_shopify_y").purposes == ("analytics",)
    assert cookie("_shopify_essential").purposes == ("necessary",)
    assert cookie("cookieyes-consent").purposes == ("consent-management",)


def test_a_trackers_path_comes_before_the_host_that_stores_it() -> None:
    for address, purpose in {
        "https://cdn.jsdelivr.net/gh/x/y/matomo.js": "analytics",
        "https://bucket.s3.amazonaws.com/gtm.js?id=GTM-1": "tag-manager",
        "https://storage.googleapis.com/bucket/fbevents.js": "advertising",
        "https://x.github.io/matomo.js": "analytics",
        "https://cdn.jsdelivr.net/npm/vue": "cdn",
    }.items():
        assert url(address).purposes == (purpose,), address


def test_what_a_functional_label_does_not_do() -> None:
    for name in ("django_language", "intercom-id-x", "__zlcmid", "crisp-client/session/x", "theme"):
        assert cookie(name).purposes == ("functional",)


def test_a_guess_is_asked_for_and_says_so() -> None:
    assert not cookie("acme_utm_source").known
    match = CATALOGUE.guess("acme_utm_source", host=SITE)
    assert match.purposes == ("advertising",)
    assert match.why.startswith("guess: ")
    for name in ("_ga", "sessionid"):
        assert CATALOGUE.guess(name, host=SITE) == cookie(name)


def test_what_nobody_knows_is_unknown() -> None:
    match = CATALOGUE.guess("zz9", host=SITE)
    assert match.services == ()
    assert match.why == "nothing knows this cookie"
    assert not url("https://zz9.invalid/x.js").known


def test_every_answer_says_why() -> None:
    for match in (cookie("_ga"), cookie("zz9"), url("https://www.clarity.ms/tag/x")):
        assert match.why
    assert "_ga" in cookie("_ga_ABC").why
    assert "clarity.ms" in url("https://www.clarity.ms/tag/x").why
    assert "/recaptcha/" in url("https://www.google.com/recaptcha/api.js").why
