from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue
from consentguard.catalogue.shelf import Shelf
from consentguard.model import Match, Service

CATALOGUE = Catalogue.bundled()
HOST = "www.site.example"
PAGE = f"https://{HOST}/shop/item?x=1"


def cookie(name: str, host: str = HOST, domain: str = "") -> tuple[tuple[str, ...], list[str]]:
    match = CATALOGUE.cookie(name, host=host, domain=domain)
    return match.purposes, [service.id for service in match.services]


def url(address: str, base: str = PAGE) -> tuple[tuple[str, ...], list[str]] | None:
    match = CATALOGUE.url(address, base=base)
    return None if match is None else (match.purposes, [s.id for s in match.services])


UNKNOWN: tuple[tuple[str, ...], list[str]] = ((), [])


@pytest.mark.parametrize(
    ("name", "purpose", "service"),
    [
        ("_ga", "analytics", "ga4"),
        ("_ga_ABC123", "analytics", "ga4"),
        ("_gid", "analytics", "ga4"),
        ("_gcl_au", "advertising", "google_ads"),
        ("_gcl_xyz", "advertising", "google_ads"),
        ("_fbp", "advertising", "meta_pixel"),
        ("_hjSession_123", "analytics", "hotjar"),
        ("_clck", "analytics", "clarity"),
        ("_uetsid", "advertising", "microsoft_ads"),
        ("_ttp", "advertising", "tiktok_pixel"),
        ("li_fat_id", "advertising", "linkedin_insight"),
        ("_pk_id.1.abcd", "analytics", "matomo"),
        ("mp_0a1b_mixpanel", "analytics", "mixpanel"),
        ("_dd_s", "analytics", "datadog_rum"),
        ("utag_main", "tag-manager", "tealium"),
        ("ioam2018", "analytics", "infonline"),
        ("intercom-id-abc", "functional", "intercom"),
        ("g_state", "login", "google_login"),
        ("g_csrf_token", "login", "google_login"),
        ("fbsr_123", "login", "facebook_login"),
        ("sessionid", "necessary", "django"),
        ("csrftoken", "necessary", "django"),
        ("messages", "necessary", "django"),
        ("session", "necessary", "framework_session"),
        ("session-0", "necessary", "framework_session"),
        ("remember_token", "necessary", "framework_login"),
        ("_csrf", "necessary", "framework_csrf"),
        ("PHPSESSID", "necessary", "platform_session"),
        ("__Host-sessionid", "necessary", "django"),
        ("__Secure-next-auth.session-token", "necessary", "platform_session"),
        ("AWSALB", "necessary", "aws_load_balancer"),
        ("__cf_bm", "necessary", "cloudflare"),
        ("django_language", "functional", "language"),
        ("_GRECAPTCHA", "security", "recaptcha"),
        ("__stripe_mid", "security", "stripe"),
        ("datadome", "security", "datadome"),
        ("OptanonConsent", "consent-management", "onetrust"),
        ("CookieConsent", "consent-management", "cookiebot"),
        ("__Host-consent", "consent-management", "consentguard"),
    ],
)
def test_cookies(name: str, purpose: str, service: str) -> None:
    assert cookie(name) == ((purpose,), [service])


@pytest.mark.parametrize(
    "name", ["exm_variant", "uid", "token", "oid", "IDE", "fr", "_gaz", "", "*"]
)
def test_unknown_cookies(name: str) -> None:
    assert cookie(name) == UNKNOWN


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("sessionid", "www.instagram.com", (("social",), ["instagram"])),
        ("sessionid", "instagram.com.evil.test", (("necessary",), ["django"])),
        ("csrftoken", "instagram.com", (("social",), ["instagram"])),
        ("uid", "dis.criteo.com", (("advertising",), ["criteo_host"])),
        ("uid", "track.adform.net", (("advertising",), ["adform_host"])),
        ("token", "adform.net", (("advertising",), ["adform_host"])),
        ("locale", "www.facebook.com", (("social",), ["facebook_account"])),
        ("locale", HOST, (("functional",), ["language"])),
        ("lang", "www.linkedin.com", (("social",), ["linkedin_account"])),
        ("lang", HOST, (("functional",), ["language"])),
        ("ESTSAUTH", "login.microsoftonline.com", (("login",), ["microsoft_account"])),
        ("IDE", ".doubleclick.net".lstrip("."), (("advertising",), ["doubleclick"])),
    ],
)
def test_one_name_means_what_its_host_makes_of_it(
    name: str, host: str, expected: tuple[tuple[str, ...], list[str]]
) -> None:
    assert cookie(name, host) == expected


def test_framework_names_count_for_the_sites_own_domain_alone() -> None:
    assert cookie("sessionid", domain=".site.example") == (("necessary",), ["django"])
    assert cookie("sessionid", host="WWW.Site.Example.") == (("necessary",), ["django"])
    assert cookie("sessionid", domain="other.example") == UNKNOWN


GTAG = "https://www.googletagmanager.com/gtag/js"


@pytest.mark.parametrize(
    ("address", "purpose", "service"),
    [
        (GTAG + "?id=G-1", "analytics", "ga4"),
        (GTAG + "?l=dl&id=UA-1-1", "analytics", "ga4"),
        (GTAG + "?id=AW-1", "advertising", "google_ads"),
        (GTAG + "?id=DC-1", "advertising", "google_ads"),
        (GTAG + "?id=GT-1", "tag-manager", "gtm"),
        ("https://www.googletagmanager.com/gtm.js?id=GTM-1", "tag-manager", "gtm"),
        ("https://www.googletagmanager.com/ns.html?id=GTM-1", "tag-manager", "gtm"),
        ("https://www.google-analytics.com", "analytics", "ga4"),
        ("https://region1.google-analytics.com/g/collect", "analytics", "ga4"),
        ("https://stats.g.doubleclick.net/dc.js", "advertising", "google_ads"),
        ("https://pagead2.googlesyndication.com/x.js", "advertising", "google_ads"),
        ("https://www.google.com/pagead/1p-user-list/1/", "advertising", "google_ads"),
        ("https://www.google.de/ads/ga-audiences", "advertising", "google_ads"),
        ("https://www.google.com/recaptcha/api.js", "security", "recaptcha"),
        ("https://www.gstatic.com/recaptcha/releases/x.js", "security", "recaptcha"),
        ("https://www.gstatic.com/x.png", "cdn", "google_cdn"),
        ("https://www.google.com/maps/embed?pb=1", "media", "google_maps"),
        ("https://fonts.googleapis.com/css2?family=Inter", "cdn", "google_fonts"),
        ("https://accounts.google.com/gsi/client", "login", "google_login"),
        ("https://accounts.google.com/gsi/style", "login", "google_login"),
        ("https://apis.google.com/js/platform.js", "login", "google_login"),
        ("https://www.youtube.com/embed/x", "media", "youtube"),
        ("https://www.youtube-nocookie.com/embed/x", "media", "youtube"),
        ("https://i.ytimg.com/vi/x/0.jpg", "media", "youtube"),
        ("https://connect.facebook.net/en_US/fbevents.js", "advertising", "meta_pixel"),
        ("https://connect.facebook.net/signals/config/1", "advertising", "meta_pixel"),
        ("https://www.facebook.com/tr?id=1&ev=PageView&noscript=1", "advertising", "meta_pixel"),
        ("https://www.facebook.com/tr/?id=1", "advertising", "meta_pixel"),
        ("https://www.facebook.com/track", "social", "facebook_social"),
        ("https://connect.facebook.net/de_DE/sdk.js", "social", "facebook_social"),
        ("https://www.facebook.com/plugins/like.php", "social", "facebook_social"),
        ("https://www.facebook.com/v19.0/dialog/oauth?x=1", "login", "facebook_login"),
        ("https://static.hotjar.com/c/hotjar-1.js?sv=6", "analytics", "hotjar"),
        ("https://www.clarity.ms/tag/x", "analytics", "clarity"),
        ("https://bat.bing.com/bat.js", "advertising", "microsoft_ads"),
        ("https://login.microsoftonline.com/x", "login", "microsoft_login"),
        ("https://alcdn.msauth.net/browser/2/js/msal-browser.min.js", "login", "microsoft_login"),
        ("https://px.ads.linkedin.com/collect", "advertising", "linkedin_insight"),
        (
            "https://snap.licdn.com/li.lms-analytics/insight.min.js",
            "advertising",
            "linkedin_insight",
        ),
        ("https://www.linkedin.com/px/li_sync", "advertising", "linkedin_insight"),
        ("https://www.linkedin.com/oauth/v2/authorization", "login", "linkedin_login"),
        ("https://www.linkedin.com/embed/feed/x", "social", "linkedin_social"),
        ("https://static.licdn.com/x.js", "cdn", "linkedin_cdn"),
        ("https://analytics.tiktok.com/i18n/pixel/events.js", "advertising", "tiktok_pixel"),
        ("https://www.tiktok.com/embed/v2/1", "media", "tiktok_embed"),
        ("https://static.ads-twitter.com/uwt.js", "advertising", "x_pixel"),
        ("https://t.co/i/adsct?x", "advertising", "x_pixel"),
        ("https://platform.twitter.com/widgets.js", "social", "x_social"),
        ("https://api.twitter.com/oauth/authenticate", "login", "x_login"),
        ("https://ct.pinterest.com/v3/", "advertising", "pinterest_tag"),
        ("https://assets.pinterest.com/js/pinit.js", "social", "pinterest_social"),
        ("https://dpm.demdex.net/id", "advertising", "adobe_audience_manager"),
        ("https://cm.everesttech.net/x", "advertising", "adobe_audience_manager"),
        ("https://use.typekit.net/x.css", "cdn", "adobe_fonts"),
        (
            "https://static.cloudflareinsights.com/beacon.min.js",
            "analytics",
            "cloudflare_analytics",
        ),
        ("https://challenges.cloudflare.com/turnstile/v0/api.js", "security", "turnstile"),
        ("https://cdnjs.cloudflare.com/ajax/libs/x.js", "cdn", "cdnjs"),
        ("https://cdn.jsdelivr.net/npm/htmx.org", "cdn", "jsdelivr"),
        ("https://cdn.jsdelivr.net/npm/mixpanel-browser@2/x.js", "analytics", "mixpanel"),
        (
            "https://appleid.cdn-apple.com/appleauth/static/jsapi/appleid/1/en_US/appleid.auth.js",
            "login",
            "apple_login",
        ),
        ("https://appleid.apple.com/auth/authorize", "login", "apple_login"),
        (
            "https://global.oktacdn.com/okta-signin-widget/7/js/okta-sign-in.min.js",
            "login",
            "okta",
        ),
        ("https://acme.okta.com/oauth2/v1/authorize", "login", "okta"),
        ("https://acme.eu.auth0.com/authorize?prompt=none", "login", "auth0"),
        ("https://access.line.me/oauth2/v2.1/authorize", "login", "line_login"),
        ("https://static.line-scdn.net/liff/edge/2/sdk.js", "login", "line_login"),
        (
            "https://d.line-scdn.net/n/line_tag/public/release/v1/lt.js",
            "advertising",
            "line_tag",
        ),
        ("https://t1.kakaocdn.net/kakao_js_sdk/2/kakao.min.js", "login", "kakao_login"),
        ("https://t1.daumcdn.net/kas/static/kp.js", "advertising", "kakao_pixel"),
        ("https://static.nid.naver.com/js/naveridlogin_js_sdk_2.js", "login", "naver_login"),
        ("https://wcs.naver.net/wcslog.js", "analytics", "naver_analytics"),
        (
            "https://res.wx.qq.com/connect/zh_CN/htmledition/js/wxLogin.js",
            "login",
            "wechat_login",
        ),
        ("https://telegram.org/js/telegram-widget.js?22", "social", "telegram_embed"),
        (
            "https://yastatic.net/s3/passport-sdk/autofill/v1/sdk-suggest-latest.js",
            "login",
            "yandex_login",
        ),
        ("https://yastatic.net/jquery/x.js", "cdn", "yandex_cdn"),
        ("https://mc.yandex.ru/metrika/tag.js", "analytics", "yandex_metrica"),
        ("https://yandex.ru/ads/system/context.js", "advertising", "yandex_ads"),
        ("https://id.vk.com/authorize", "login", "vk_login"),
        ("https://vk.com/js/api/openapi.js?169", "social", "vk_social"),
        ("https://vk.com/rtrg?p=1", "advertising", "vk_pixel"),
        ("https://assets.loginwithamazon.com/sdk/na/login1.js", "login", "amazon_login"),
        ("https://c.amazon-adsystem.com/aax2/apstag.js", "advertising", "amazon_ads"),
        ("https://github.com/login/oauth/authorize", "login", "github_login"),
        ("https://js.stripe.com/v3/", "security", "stripe"),
        ("https://player.vimeo.com/video/1", "media", "vimeo"),
        ("https://w.soundcloud.com/player/", "media", "soundcloud"),
        ("https://open.spotify.com/embed/x", "media", "spotify"),
    ],
)
def test_urls(address: str, purpose: str, service: str) -> None:
    assert url(address) == ((purpose,), [service])


def test_gtag_without_a_known_id_may_be_either() -> None:
    expected = (("analytics", "advertising"), ["ga4", "google_ads"])
    assert url(GTAG) == expected
    assert url(GTAG + "?id=X-1") == expected
    assert url(GTAG + "?id=G-1&id=AW-1") == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://evilgoogle-analytics.com/g.js",
        "https://google-analytics.com.evil.test/g.js",
        "https://google-analytics.com@evil.test/g.js",
        "https://1.2.3.4/x.js",
        "https://tracker.invalid/x.js",
    ],
)
def test_look_alikes_are_unknown_third_parties(address: str) -> None:
    assert url(address) == UNKNOWN


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("/gtag/js?id=G-1", "ga4"),
        ("/gtag/js?id=%47-1", "ga4"),
        ("/gt%61g/js?id=G-1", "ga4"),
        ("/x/../gtag/js?id=G-1", "ga4"),
        ("../gtag/js?id=G-1", "ga4"),
        ("/gtag/js?id=AW-1", "google_ads"),
        ("/gtm.js?id=GTM-1", "gtm"),
        ("/g/collect?v=2&tid=G-1", "ga4"),
        ("/fbevents.js", "meta_pixel"),
        ("/static/fbevents.js", "meta_pixel"),
        ("https://cdn.site.example/fbevents.js", "meta_pixel"),
        ("/matomo.js", "matomo"),
        ("/stats/matomo.php?idsite=1", "matomo"),
        ("https://stats.other.example/matomo.js", "matomo"),
    ],
)
def test_first_party_copies_are_known_by_path_and_query(address: str, service: str) -> None:
    found = url(address)
    assert found is not None
    assert found[1] == [service]


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.jsdelivr.net/gh/any/body/matomo.js",
        "https://bucket.s3.amazonaws.com/static/matomo.js",
    ],
)
def test_a_trackers_path_tells_more_than_a_bare_host(address: str) -> None:
    found = url(address)
    assert found is not None
    assert found[1] == ["matomo"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "#top",
        "?page=2",
        "/",
        "/app.js?v=1",
        "app.js",
        "./app.js",
        "/a//b.js",
        "/gtag/js",
        "/gtag/js?id=X-1",
        "/gtm.js",
        "/xmatomo.js",
        "https://www.site.example/app.js",
        "https://static.site.example/app.js",
        "https://site.example:8443/app.js",
        "//cdn.site.example/app.js",
        "data:image/gif;base64,R0lGOD",
        "javascript:void(0)",
        "https://[bad/",
    ],
)
def test_the_sites_own_and_what_contacts_nobody_is_none(address: str) -> None:
    assert url(address) is None


def test_a_site_is_not_its_own_third_party() -> None:
    assert url("https://www.facebook.com/plugins/x", base="https://m.facebook.com/") is None
    assert url("https://www.youtube.com/embed/x", base="https://m.facebook.com/") is not None


def test_the_base_element_moves_references_but_not_the_site() -> None:
    match = CATALOGUE.url("tag.js", base=PAGE, href="https://static.hotjar.com/c/")
    assert match is not None
    assert match.purposes == ("analytics",)
    own = CATALOGUE.url("/app.js", base=PAGE, href="//cdn.site.example/v2/")
    assert own is None
    for ignored in ("data:text/html,x", "javascript:x", "https://[bad/"):
        assert CATALOGUE.url("/app.js", base=PAGE, href=ignored) is None


def test_without_a_readable_page_everything_absolute_is_a_third_party() -> None:
    assert url("https://www.site.example/app.js", base="") == UNKNOWN
    assert url("/app.js", base="") is None


@pytest.mark.parametrize(
    ("script", "services"),
    [
        (b'window.dataLayer=window.dataLayer||[]; gtag("config", "G-1");', ["ga4"]),
        (b"gtag('config', 'G-1'); gtag('config', 'AW-1')", ["ga4", "google_ads"]),
        (b"gtag('config', ID)", ["ga4", "google_ads"]),
        (b"!function(f,b,e,v,n,t,s){}(); fbq( 'init', '1')", ["meta_pixel"]),
        (b"w[l].push({'gtm.start': new Date().getTime()})", ["gtm"]),
        (
            b"(function(h,o){h._hjSettings={hjid:1}})(window,document,"
            b"'https://static.hotjar.com/c/hotjar-','.js?sv=')",
            ["hotjar"],
        ),
        (b"var _paq = window._paq = window._paq || [];", ["matomo"]),
        (b"console.log('hello')", []),
        (b"gtag('consent', 'default', {})", []),
        (b'{"@context":"https://schema.org","sameAs":["https://www.facebook.com/x"]}', []),
    ],
)
def test_snippets(script: bytes, services: list[str]) -> None:
    match = CATALOGUE.snippet(script)
    assert [service.id for service in match.services] == services
    assert match.kind == "snippet"


@pytest.mark.parametrize(
    ("match", "why"),
    [
        (CATALOGUE.cookie("_ga_1", host=HOST), "cookie '_ga_*' of ga4 (Google Analytics)"),
        (CATALOGUE.cookie("nope", host=HOST), "nothing knows this cookie"),
        (CATALOGUE.url("//x.hotjar.com", base=PAGE), "host *.hotjar.com"),
        (CATALOGUE.url(GTAG + "?id=G-1", base=PAGE), "path *.googletagmanager.com/gtag/js?id=G-"),
        (CATALOGUE.url("//nobody.example", base=PAGE), "nothing knows this host"),
        (
            CATALOGUE.snippet(b"fbq('init')"),
            "script text \"fbq('init'\" of meta_pixel (Meta Pixel)",
        ),
        (CATALOGUE.snippet(b""), "nothing knows this script"),
    ],
)
def test_why(match: Match | None, why: str) -> None:
    assert match is not None
    assert match.why == why
    assert match.known is (not why.startswith("nothing"))


OWN = (
    Service(
        "stats",
        "Our statistics",
        ("analytics",),
        ("_ga", "_s*"),
        ("self/metrics/*",),
        declared=True,
    ),
    Service("player", "Player", ("media",), hosts=("static.site.example/player/",), declared=True),
    Service("hotjar", "hotjar", ("personalisation",), cookies=("heat",), declared=True),
    Service("ads", "Ads", ("advertising",), hosts=("www.googletagmanager.com",), declared=True),
)


def own(address: str) -> list[str] | None:
    match = Catalogue.bundled(OWN).url(address, base=PAGE)
    return None if match is None else [service.id for service in match.services]


def test_the_sites_own_claims_win_whatever_their_rank() -> None:
    assert own(GTAG + "?id=G-1") == ["ads"]
    match = Catalogue.bundled(OWN).cookie("_ga", host=HOST)
    assert match.services == (OWN[0],)
    assert match.why == "cookie '_ga' of stats (Our statistics), the site's own policy"
    assert Catalogue.bundled(OWN).cookie("_stripe", host=HOST).purposes == ("analytics",)
    assert Catalogue.bundled(OWN).cookie("_gid", host=HOST).services[0].id == "ga4"


def test_the_sites_own_hosts_are_classified_where_it_says_so() -> None:
    assert own("/metrics/e.js") == ["stats"]
    assert own("/a/../metrics/e.js") == ["stats"]
    assert own("https://static.site.example/metrics/e.js") is None
    assert own("https://static.site.example/player/1.js") == ["player"]
    assert own("https://static.site.example/app.js") is None
    assert own("/app.js") is None


def test_a_page_on_a_host_that_the_policy_names_is_classified_by_path() -> None:
    match = Catalogue.bundled(OWN).url("/player/1.js", base="https://static.site.example/")
    assert match is not None
    assert match.services == (OWN[1],)


def test_an_own_service_replaces_the_catalogues_and_is_filled_from_it() -> None:
    catalogue = Catalogue.bundled(OWN)
    known = CATALOGUE.services["hotjar"]
    merged = catalogue.services["hotjar"]
    assert merged.purposes == ("personalisation",)
    assert merged.cookies == ("heat",)
    assert (merged.hosts, merged.snippets, merged.name) == (
        known.hosts,
        known.snippets,
        known.name,
    )
    assert (merged.vendor, merged.country, merged.declared) == (known.vendor, known.country, True)
    found = catalogue.url("https://static.hotjar.com/x.js", base=PAGE)
    assert found is not None
    assert found.services == (merged,)
    assert "own policy" not in found.why
    assert catalogue.cookie("heat", host=HOST).services == (merged,)
    assert not catalogue.cookie("_hjSession_1", host=HOST).known
    assert catalogue.snippet(b"h._hjSettings={}").services == (merged,)


@pytest.mark.parametrize("name", ["", "google_ads", "Google Ads", "Google ads"])
def test_a_name_that_only_repeats_the_id_and_lifetimes_are_filled(name: str) -> None:
    known = CATALOGUE.services["google_ads"]
    own = Service("google_ads", name, ("advertising",), cookies=("_gcl_au",))
    merged = Catalogue.bundled([own]).services["google_ads"]
    assert (merged.name, merged.cookies) == (known.name, ("_gcl_au",))
    assert merged.lifetimes["_gcl_au"] == known.lifetimes["_gcl_au"] > 0


LISTED = Service("listed", "L", ("advertising",))
OWN_WORD = Service("written", "W", ("media",))
TIERS = Shelf(
    {"listed": LISTED, "written": OWN_WORD},
    [replace(OWN_WORD, hosts=("*.v.test",), cookies=("_v*", "sid"))],
    [
        replace(LISTED, hosts=("ads.v.test", "*.w.test"), cookies=("_v_ad", "_w")),
        replace(LISTED, cookies=("sid",), cookie_domains=("w.test",)),
    ],
)


def test_what_a_person_wrote_wins_over_a_more_specific_line_of_a_list() -> None:
    catalogue = Catalogue(TIERS)
    found = {
        host: catalogue.url(f"https://{host}/x", base=PAGE)
        for host in ("ads.v.test", "x.w.test", "v.test.x")
    }
    assert [match and [s.id for s in match.services] for match in found.values()] == [
        ["written"],
        ["listed"],
        [],
    ]
    assert catalogue.cookie("_v_ad", host=HOST).services == (OWN_WORD,)
    assert catalogue.cookie("_w", host=HOST).services == (LISTED,)


def test_a_cookie_on_its_very_host_comes_before_a_name_that_counts_everywhere() -> None:
    catalogue = Catalogue(TIERS)
    assert catalogue.cookie("sid", host="www.w.test").services == (LISTED,)
    assert catalogue.cookie("sid", host=HOST).services == (OWN_WORD,)


def test_a_sites_word_hides_the_catalogues_in_both_tiers() -> None:
    mine = Service("listed", "Mine", ("necessary",), cookies=("mine",), declared=True)
    catalogue = Catalogue(TIERS, own=[mine])
    assert not catalogue.cookie("_w", host=HOST).known
    assert catalogue.cookie("mine", host=HOST).services == (catalogue.services["listed"],)
    match = catalogue.url("https://x.w.test/", base=PAGE)
    assert match is not None
    assert match.purposes == ("necessary",)


def test_a_cookies_own_domain_counts_as_its_host() -> None:
    assert cookie("IDE", domain=".doubleclick.net") == cookie("IDE", host="doubleclick.net")
    assert CATALOGUE.cookie("IDE", host=HOST, domain="doubleclick.net").known


@pytest.mark.parametrize(
    ("name", "more", "purpose"),
    [
        ("acme_visitor_id", {}, "analytics"),
        ("__Host-acme-csrf", {}, "necessary"),
        ("zz1", {"value": "d41d8cd98f00b204e9800998ecf8427e", "days": 365}, "analytics"),
        ("acme-csrf", {"domain": "site.example"}, "necessary"),
    ],
)
def test_a_guess_is_made_for_those_who_ask(name: str, more: dict[str, Any], purpose: str) -> None:
    assert not CATALOGUE.cookie(name, host=HOST).known
    match = CATALOGUE.guess(name, host=HOST, **more)
    assert match.purposes == (purpose,)
    assert match.why.startswith("guess: ")
    assert match.services[0] is CATALOGUE.services[match.services[0].id]


def test_what_is_known_is_not_guessed_and_what_is_foreign_neither() -> None:
    assert CATALOGUE.guess("_ga", host=HOST) == CATALOGUE.cookie("_ga", host=HOST)
    assert not CATALOGUE.guess("acme-csrf", host=HOST, domain="t.test").known
    assert not CATALOGUE.guess("qqq", host=HOST).known
    assert not CATALOGUE.guess("a" * 100_000, host=HOST, value="1" * 100_000, days=9).known


def test_a_site_may_say_what_a_guess_stands_for() -> None:
    mine = Service("guess_csrf", "Ours", ("functional",), declared=True)
    match = Catalogue.bundled([mine]).guess("acme-csrf", host=HOST)
    assert match.purposes == ("functional",)


def test_a_framework_s_cookies_are_necessary_under_the_names_of_the_app() -> None:
    catalogue = Catalogue.bundled(necessary=["sid", "_ga"])
    match = catalogue.cookie("sid", host=HOST)
    assert (match.services[0].id, match.purposes) == ("site_framework", ("necessary",))
    assert catalogue.services["site_framework"].cookies == ("sid", "_ga")
    assert not catalogue.cookie("sid", host=HOST, domain="t.test").known
    for wrong in ("sid", [None], [b"sid"], [""]):
        with pytest.raises(TypeError, match="list of names"):
            Catalogue.bundled(necessary=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="policy file"):
        Catalogue.bundled(necessary=["any*"])
    # Whoever calls a session like a tracker's cookie has a session all the same.
    assert catalogue.cookie("_ga", host=HOST).purposes == ("necessary",)
    mine = Service("mine", "Mine", ("analytics",), ("sid",), declared=True)
    assert Catalogue.bundled([mine], ["sid"]).cookie("sid", host=HOST).purposes == ("analytics",)
    assert not Catalogue.bundled().cookie("sid_of_mine", host=HOST).known


def test_a_renamed_framework_in_the_policy_takes_the_default_names_away() -> None:
    renamed = Service("django", "Django", ("necessary",), ("shopsession",), declared=True)
    catalogue = Catalogue.bundled([replace(renamed, first_party_cookies=True)])
    assert catalogue.cookie("shopsession", host=HOST).purposes == ("necessary",)
    assert not catalogue.cookie("shopsession", host=HOST, domain="t.test").known
    assert not catalogue.cookie("sessionid", host=HOST).known


def test_only_the_attributes_of_the_element_tell() -> None:
    services = [
        Service("login", "L", ("login",), hosts=("t.test/w.js[data-login]",)),
        Service("post", "P", ("social",), hosts=("t.test/w.js",)),
    ]
    catalogue = Catalogue(services)
    assert catalogue.attributes == {"data-login"}
    for names, id in (((), "post"), (("async", "src"), "post"), (("src", "data-login"), "login")):
        match = catalogue.url("https://t.test/w.js?2", base=PAGE, attributes=frozenset(names))
        assert match is not None
        assert [s.id for s in match.services] == [id]


def test_own_services_are_laid_over_the_rest() -> None:
    catalogue = Catalogue.bundled(OWN)
    assert set(catalogue.services) == set(CATALOGUE.services) | {"stats", "player", "ads"}
    assert len(catalogue.services) == len(CATALOGUE.services) + 3
    assert "hotjar" in catalogue.services
    assert "nobody" not in catalogue.services
    assert catalogue.services["ga4"] is CATALOGUE.services["ga4"]
    assert catalogue.services.get("nobody") is None


def test_filled_patterns_do_not_outrank_the_catalogues() -> None:
    bare = replace(CATALOGUE.services["ga4"], cookies=(), hosts=(), snippets=(), declared=True)
    match = Catalogue.bundled([bare]).url(GTAG + "?id=AW-1", base=PAGE)
    assert match is not None
    assert [service.id for service in match.services] == ["google_ads"]


def test_a_bad_pattern_names_its_service() -> None:
    bad = Service("bad", "Bad", ("analytics",), hosts=("https://x.example",))
    with pytest.raises(ValueError, match="service 'bad': host pattern"):
        Catalogue.bundled([bad])


def test_an_empty_catalogue_answers_too() -> None:
    empty = Catalogue([])
    assert empty.url("https://t.example/", base=PAGE) == Match("url", (), "nothing knows this host")
    assert empty.url("/x", base=PAGE) is None
    assert not empty.cookie("_ga", host=HOST).known
    assert not empty.snippet(b"fbq('init')").known


ANY_TEXT = st.text(st.characters(), max_size=60)
WORDS = [
    *("/", "//", "\\", ".", "..", "%2e", "%2f", "gtag", "js", "?id=G-1", "#", "matomo.js", ":"),
    *("metrics", "player", "https", "@", "é", "static.site.example", "hotjar.com", "\t", " "),
]
PIECES = st.lists(
    st.sampled_from(WORDS),
    max_size=8,
).map("".join)


@given(ANY_TEXT | PIECES, ANY_TEXT | st.just(PAGE), PIECES)
def test_urls_never_raise(address: str, base: str, href: str) -> None:
    for catalogue in (CATALOGUE, Catalogue([], own=OWN)):
        for match in (
            catalogue.url(address, base=base),
            catalogue.url(address, base=base, href=href),
        ):
            assert match is None or match.why


SMALL = Catalogue([CATALOGUE.services["ga4"], CATALOGUE.services["matomo"]], own=OWN)


@given(PIECES.filter(lambda text: not text.startswith(("/", "\\", "\t"))))
def test_the_quick_way_out_says_what_the_parser_says(rest: str) -> None:
    for catalogue in (CATALOGUE, SMALL):
        quick = catalogue.url(f"/{rest}", base=PAGE)
        assert quick == catalogue.url(f"https://{HOST}/{rest}", base=PAGE)


HOSTS = (
    *("www.google-analytics.com", "www.googletagmanager.com", "www.facebook.com", "x.hotjar.com"),
    *("unknown.example", "static.site.example", HOST, "1.2.3.4", "localhost", "xn--a", "a..b", ""),
)


@given(st.sampled_from(("https://", "//", "http:", "wss://")), st.sampled_from(HOSTS), PIECES)
def test_a_host_is_known_as_the_parser_would_read_it(scheme: str, host: str, rest: str) -> None:
    address = f"{scheme}{host}{rest}"
    for catalogue in (CATALOGUE, SMALL):
        for page in (PAGE, "https://www.facebook.com/"):
            # The parser drops a tab before a URL, and nothing else takes it for a URL.
            assert catalogue.url(address, base=page) == catalogue.url(f"\t{address}", base=page)


PAGES = st.sampled_from(
    (PAGE, f"https://{HOST}//x.hotjar.com/a", f"https://{HOST}/a%3Fb/c%2F?/d", "https://é.test/a/")
)
FOLDERS = st.sampled_from(
    ("", "b/", "/c/d?/e/", "//x.hotjar.com/c/", "https://static.site.example/", "//u:p@h:8/", ":")
)


@given(PAGES, FOLDERS, st.sampled_from(("a", "gtag", "a/", "a.b", "a:", "_")), PIECES)
def test_a_path_in_the_pages_folder_is_known_as_the_parser_would_read_it(
    page: str, href: str, first: str, rest: str
) -> None:
    address = first + rest
    for catalogue in (CATALOGUE, SMALL):
        found = catalogue.url(address, base=page, href=href)
        assert found == catalogue.url(f"\t{address}", base=page, href=href)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_cookies_never_raise(name: str, host: str, domain: str) -> None:
    assert CATALOGUE.cookie(name, host=host, domain=domain).why


@given(st.binary(max_size=200))
def test_snippets_never_raise(script: bytes) -> None:
    assert CATALOGUE.snippet(script).why


@pytest.mark.parametrize("size", [10_000, 100_000])
def test_huge_input_is_answered(size: int) -> None:
    long = "a." * size
    assert not CATALOGUE.cookie(long, host=long, domain=long).known
    assert not CATALOGUE.cookie("_ga_" + "x" * size, host=HOST).services[1:]
    assert url(f"https://{long}example/") == UNKNOWN
    assert url("https://t.example/" + "%" * size + "&" * size) == UNKNOWN
    assert url("/" + "../" * size, base=PAGE + long) is None
    assert CATALOGUE.snippet(b"fbq('init'" * size).known


def test_importing_reads_no_data() -> None:
    code = "from consentguard.catalogue import bundled; print(bundled.shelf.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_an_unknown_cookie_of_a_tracker_s_host_is_guessed_to_be_its() -> None:
    catalogue = Catalogue.bundled()
    for host, domain in ((HOST, "ads.doubleclick.net"), ("ads.doubleclick.net", "")):
        match = catalogue.guess("zz9", host=host, domain=domain)
        assert match.purposes == ("advertising",)
        assert match.why.startswith("guess: host")
    for name in ("PHPSESSID2", "zz_csrf", "zz_auth"):
        assert catalogue.guess(name, host=HOST, domain="ads.doubleclick.net").purposes != (
            "advertising",
        )
    assert not catalogue.guess("zz9", host=HOST, domain="cdn.jsdelivr.net").known
    assert not catalogue.cookie("zz9", host=HOST, domain="ads.doubleclick.net").known
