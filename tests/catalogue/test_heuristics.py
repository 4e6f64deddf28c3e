from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue
from consentguard.catalogue.heuristics import LONGEST, SERVICES, guess
from consentguard.model import STANDARD_PURPOSES


def purpose(name: str, value: str = "", days: int | None = None) -> str:
    found = guess(name, value=value, days=days)
    return found.service.purposes[0] if found else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acme_cookie_notice_accepted", "consent-management"),
        ("gdprConsentGiven", "consent-management"),
        ("cookie-analytics-consent", "consent-management"),
        ("acme_utm_source", "advertising"),
        ("firstReferrer", "advertising"),
        ("viewedCookiePolicy", "consent-management"),
        ("acme_cookie_compliance", "consent-management"),
        ("acmeconsent", "consent-management"),
        ("cookie-pref", "consent-management"),
        ("cookienotify", "consent-management"),
        ("waCookieManagement", "consent-management"),
        ("cookie_stuffing", ""),
        ("tracking_preferences", "consent-management"),
        ("tracking_info", "analytics"),
        ("tracking_status", "analytics"),
        ("IR_20541", "advertising"),
        ("IR_x", ""),
        ("kclkid", "advertising"),
        ("lead_source", "advertising"),
        ("lastVisit", "analytics"),
        ("experimentation_id", "analytics"),
        ("acme_visitor_id", "analytics"),
        ("acmeAnalyticsSession", "analytics"),
        ("acme-csrf", "necessary"),
        ("ACME_XSRF_TOKEN", "necessary"),
        ("MyAppSessionId", ""),
        ("acmeAntiForgery", "necessary"),
        ("%40Acme%3AAuthToken", "necessary"),
        ("CJSESSIONID", "necessary"),
        ("PHPSESSID_9660cdb704026c618a09bd6ad453be3f", "necessary"),
        ("SESS5e81a5bef6fe57d03ef4ba84c3fa2737", "necessary"),
        ("SESSION_TRACKING", "analytics"),
        ("acme_refresh_token", "necessary"),
        ("push_token", "functional"),
        ("visitor_id_token", "analytics"),
        ("ad_access_token", "advertising"),
        ("acme-auth", "necessary"),
        ("acme_auth_level", ""),
        ("CaptchaCode", "security"),
        ("TScaafd3c3027", "necessary"),
        ("TSearch", ""),
        ("app_session", "necessary"),
        ("APP_SESSION_ID", "necessary"),
        ("auth.token", "necessary"),
        ("acme.login.state", "necessary"),
        ("backendid", "necessary"),
        ("ingress-affinity", "necessary"),
        ("acme_cart_id", "necessary"),
        ("preferred_currency", "functional"),
        ("recent_searches", "functional"),
        ("isTopBarDismissed", "functional"),
        ("zipCode", "functional"),
        ("acme_session", ""),
        ("visitor_session", "analytics"),
        ("exm_variant", "analytics"),
        ("uid", "analytics"),
        ("acmeuid", "analytics"),
        ("AcmeDeviceId", "analytics"),
        ("uid_csrf", "necessary"),
        ("token", ""),
        ("oid", ""),
        ("adressbook", ""),
    ],
)
def test_families(name: str, expected: str) -> None:
    assert purpose(name) == expected


def test_the_value_tells_a_session_from_a_mark() -> None:
    assert purpose("acme_session", "eyJ" * 40, 0) == "necessary"
    assert purpose("acme_session", "eyJ" * 40, 1000) == ""
    assert purpose("zz1", "d41d8cd98f00b204e9800998ecf8427e", 365) == "analytics"
    assert purpose("zz1", "1700000000.1234567890", 730) == "analytics"
    assert purpose("zz1", "d41d8cd98f00b204e9800998ecf8427e", 0) == ""
    assert purpose("zz1", "d41d8cd98f00b204e9800998ecf8427e") == ""
    assert purpose("zz1", "blue", 365) == ""


def test_nothing_necessary_lives_for_years() -> None:
    assert purpose("acme-csrf", days=365) == "necessary"
    assert purpose("acme-csrf", days=3650) == ""
    assert purpose("zz1", days=3650) == "analytics"
    assert purpose("zz1", days=365) == ""


def test_every_answer_says_that_it_is_a_guess() -> None:
    for name in ("acme_utm_source", "acme-csrf", "acme_cart_id"):
        found = guess(name)
        assert found is not None
        assert found.why.startswith("guess: ")
        assert found.service in SERVICES


def test_services_are_plain() -> None:
    known = Catalogue.bundled().services
    for service in SERVICES:
        assert service.id.startswith("guess_")
        assert set(service.purposes) <= set(STANDARD_PURPOSES)
        assert service.sells_or_shares is (service.purposes == ("advertising",))
        assert not service.hosts
        assert service.id not in known or known[service.id] == service


@given(st.text(max_size=300), st.text(max_size=300), st.none() | st.integers(0, 10**9))
def test_any_cookie_gets_an_answer(name: str, value: str, days: int | None) -> None:
    found = guess(name, value=value, days=days)
    assert found is None or 2 < len(name) <= 3 * LONGEST  # %41 is one character


@pytest.mark.parametrize("part", ["cookie ", "a_", "xsrf", "A", "ad-", "%41", "is_", "accept "])
def test_long_names_are_not_looked_at(part: str) -> None:
    assert guess(part * 20_000) is None
    guess((part * LONGEST)[:LONGEST], value="1" * 100_000, days=365)
