"""Necessary cookies: of frameworks, their usual libraries and infrastructure; first-party only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue

CATALOGUE = Catalogue.bundled()
SITE = "shop.site.example"

FRAMEWORKS = {
    "Django": "sessionid csrftoken messages",
    "django-allauth": "apple-login-session mfa_trusted",
    "django-two-factor-auth": "remember-cookie_6f0d",
    "Flask, Quart, Starlette, FastAPI, Litestar, starsessions, BlackSheep": "session",
    "Litestar": "session-0 session-1 csrftoken",
    "Flask-Login": "remember_token",
    "Flask-Security-Too": "fs_refresh tf_validity",
    "Flask-JWT-Extended, AuthX": (
        "access_token_cookie refresh_token_cookie csrf_access_token csrf_refresh_token"
    ),
    "Flask-SeaSurf": "_csrf_token",
    "quart-auth": "QUART_AUTH",
    "Pyramid": "session csrf_token auth_tkt",
    "aiohttp-session": "AIOHTTP_SESSION",
    "Tornado": "_xsrf _oauth_request_token user",
    "Beaker": "beaker.session.id",
    "starlette-csrf, asgi-csrf": "csrftoken",
    "fastapi-csrf-protect": "fastapi-csrf-token",
    "fastapi-users": "fastapiusersauth fastapiusersoauthcsrf",
    "Datasette": "ds_actor ds_csrftoken ds_messages",
    "Streamlit": "_streamlit_user _streamlit_user_tokens _streamlit_xsrf",
    "Gradio": "access-token-1a2b access-token-unsecure-1a2b",
    "Jupyter": "username-localhost-8888 jupyterhub-session-id jupyterhub-hub-login",
    "Panel": "user access_token id_token refresh_token oauth_expiry is_guest next_url",
    "FastHTML, Masonite": "session_ SESSID",
}

PLATFORMS = {
    "PHP, Java, .NET, Node": (
        "PHPSESSID JSESSIONID ASP.NET_SessionId .AspNetCore.Antiforgery.x laravel_session "
        "XSRF-TOKEN connect.sid _rails_session next-auth.session-token sb-abc-auth-token "
        "__clerk_db_jwt clerk_active_context ASPSESSIONIDQAABCD"
    ),
    "shops": "woocommerce_items_in_cart wp_woocommerce_session_ab form_key cart _shopify_essential",
    "content": "eZSESSID98defd6ee70d CONCRETE5 mage-cache-storage VTEXSC WC_PERSISTENT ilClientId",
    "single sign-on": (
        "LtpaToken2 MYSAPSSO2 SMSESSION ObSSOCookie iPlanetDirectoryPro PF.PERSISTENT "
        "CognitoIdentityServiceProvider.4f1k.idToken VtexIdclientAutCookie_shop"
    ),
}

INFRASTRUCTURE = {
    "AWS": "AWSALB AWSALBCORS AWSALBTG AWSALBTGCORS AWSELB AWSELBCORS AWSALBAPP-0",
    "Google": "GCLB GAESA",
    "Azure": (
        "ARRAffinity ARRAffinitySameSite ApplicationGatewayAffinity "
        "ApplicationGatewayAffinityCORS ASLBSA ASLBSACORS"
    ),
    "Cloudflare": (
        "__cf_bm __cflb cf_clearance _cfuvid __cfruid cf_ob_info cf_use_ob __cfwaitingroom "
        "__cfseq cf_chl_2 cf_chl_rc_i"
    ),
    "Imperva": "incap_ses_1_2 nlbi_1 visid_incap_1",
    "F5": "BIGipServerpool TS01a2b3 MRHSession LastMRH_Session",
    "Akamai": "AKA_A2",
    "HAProxy, Citrix, nginx": "SERVERID SRV NSC_abc route",
}

NOT_NECESSARY = {
    "security": (
        "ak_bmsc bm_sv bm_sz _abck datadome _px3 _pxhd _GRECAPTCHA __stripe_mid __stripe_sid"
    ),
    "functional": "django_language wagtail_sidebar_collapsed lang",
    "consent-management": (
        "CookieConsent OptanonConsent OptanonAlertBoxClosed euconsent-v2 cookieyes-consent "
        "cmplz_banner-status __cmpconsent123 consent"
    ),
    "analytics": "_ga ai_user ai_session tildauid",
}

NECESSARY = [
    name
    for table in (FRAMEWORKS, PLATFORMS, INFRASTRUCTURE)
    for names in table.values()
    for name in names.split()
]

each_necessary = pytest.mark.parametrize("name", sorted(set(NECESSARY)))


@each_necessary
def test_necessary_on_the_sites_own_host(name: str) -> None:
    match = CATALOGUE.cookie(name, host=SITE)
    assert match.purposes == ("necessary",), match.why


@each_necessary
def test_necessary_for_the_whole_site(name: str) -> None:
    assert CATALOGUE.cookie(name, host=SITE, domain=".site.example").purposes == ("necessary",)


@pytest.mark.parametrize(
    ("name", "purpose"),
    [(n, p) for p, names in NOT_NECESSARY.items() for n in names.split()],
)
def test_what_looks_like_it_but_is_not(name: str, purpose: str) -> None:
    assert CATALOGUE.cookie(name, host=SITE).purposes == (purpose,)


@given(
    st.sampled_from([n for t in (FRAMEWORKS, PLATFORMS) for ns in t.values() for n in ns.split()])
)
def test_framework_names_mean_nothing_for_another_site(name: str) -> None:
    match = CATALOGUE.cookie(name, host=SITE, domain="tracker.example")
    assert "necessary" not in match.purposes


@given(
    st.sampled_from(sorted(set(NECESSARY))), st.text("abcdefghijklmnop_", min_size=1, max_size=8)
)
def test_a_longer_name_is_another_name(name: str, more: str) -> None:
    match = CATALOGUE.cookie(f"{more}{name}", host=SITE)
    # Nothing of a vendor's table: at most a guess, or another name that is in the table itself.
    known = {service.id for service in match.services}
    exact = CATALOGUE.cookie(name, host=SITE).services
    assert (
        not known & {s.id for s in exact}
        or match.why.startswith("guess")
        or more + name in NECESSARY
    )


def test_necessary_has_no_third_party() -> None:
    for service in CATALOGUE.services.values():
        if "necessary" in service.purposes:
            assert service.purposes == ("necessary",), service.id
            assert not service.hosts, service.id
            assert service.first_party_cookies or service.vendor == "Cloudflare", service.id
            assert not service.sells_or_shares, service.id
