"""Where published lists go wrong, one table a trap: what they say, and what is right here."""

from __future__ import annotations

import pytest

from consentguard.catalogue import Catalogue

CATALOGUE = Catalogue.bundled()
SITE = "www.site.example"

#: Hosts that serve several purposes: the path or the query tells.
BY_PATH = {
    "https://www.googletagmanager.com/gtm.js?id=GTM-1": "tag-manager",
    "https://www.googletagmanager.com/ns.html?id=GTM-1": "tag-manager",
    "https://www.googletagmanager.com/gtag/js?id=G-1": "analytics",
    "https://www.googletagmanager.com/gtag/js?id=AW-1": "advertising",
    "https://www.googletagmanager.com/gtag/js?id=DC-1": "advertising",
    "https://www.gstatic.com/recaptcha/releases/x/recaptcha__en.js": "security",
    "https://www.gstatic.com/images/x.png": "cdn",
    "https://www.google.com/recaptcha/enterprise.js": "security",
    "https://www.google.de/recaptcha/api.js": "security",
    "https://www.google.de/pagead/1p-user-list/1": "advertising",
    "https://www.google.co.jp/ads/ga-audiences": "advertising",
    "https://www.google.fr/maps/embed": "media",
    "https://connect.facebook.net/en_US/fbevents.js": "advertising",
    "https://connect.facebook.net/signals/config/1": "advertising",
    "https://connect.facebook.net/en_US/sdk.js": "social",
    "https://www.facebook.com/tr?id=1": "advertising",
    "https://www.facebook.com/plugins/page.php": "social",
    "https://www.facebook.com/v19.0/dialog/oauth": "login",
    "https://challenges.cloudflare.com/turnstile/v0/api.js": "security",
    "https://cdnjs.cloudflare.com/ajax/libs/x.js": "cdn",
    "https://static.cloudflareinsights.com/beacon.min.js": "analytics",
    "https://px.ads.linkedin.com/collect": "advertising",
    "https://www.linkedin.com/oauth/v2/authorization": "login",
    "https://www.linkedin.com/embed/feed/update/1": "social",
    "https://snap.licdn.com/li.lms-analytics/insight.min.js": "advertising",
    "https://static.licdn.com/aero-v1/sc/h/x": "cdn",
    "https://platform.twitter.com/widgets.js": "social",
    "https://static.ads-twitter.com/uwt.js": "advertising",
    "https://t.co/i/adsct": "advertising",
    "https://ct.pinterest.com/v3/": "advertising",
    "https://s.pinimg.com/ct/core.js": "advertising",
    "https://assets.pinterest.com/js/pinit.js": "social",
    "https://analytics.tiktok.com/i18n/pixel/events.js": "advertising",
    "https://www.tiktok.com/embed.js": "media",
    "https://stats.wp.com/e-202601.js": "analytics",
    "https://pixel.wp.com/g.gif": "analytics",
    "https://c0.wp.com/c/6.0/wp-includes/js/jquery.js": "cdn",
    "https://yastatic.net/share2/share.js": "social",
    "https://api-maps.yandex.ru/2.1/": "media",
}

#: Hosts that expert lists disagree about, or that third-party-web files under the wrong purpose.
DISPUTED = {
    "https://www.google-analytics.com/analytics.js": "analytics",
    "https://idsync.rlcdn.com/1.gif": "advertising",
    "https://cdn.jsdelivr.net/npm/vue": "cdn",
    "https://d.liadm.com/x": "advertising",
    "https://cm.everesttech.net/cm/dd": "advertising",
    "https://dpm.demdex.net/ibs": "advertising",
    "https://bh.contextweb.dotomi.com/x": "advertising",
    "https://secure.quantserve.com/quant.js": "advertising",
    "https://rules.quantcount.com/rules-p.js": "advertising",
    "https://ad.ipredictive.com/x": "advertising",
    "https://www.clarity.ms/tag/x": "analytics",
    "https://p.rfihub.com/cm": "advertising",
    "https://sb.scorecardresearch.com/beacon.js": "analytics",
    "https://www.youtube.com/iframe_api": "media",
    "https://use.typekit.net/x.js": "cdn",
    "https://thrtle.com/sync": "advertising",
    "https://secure-dcr.imrworldwide.com/x": "advertising",
    "https://uipglob.semasio.net/x": "advertising",
    "https://ps.eyeota.net/pixel": "advertising",
    "https://sync.fastclick.net/x": "advertising",
    "https://unpkg.com/htmx.org": "cdn",
    "https://js-agent.newrelic.com/nr.js": "analytics",
    "https://bam.nr-data.net/1/x": "analytics",
    "https://static.klaviyo.com/onsite/js/klaviyo.js": "advertising",
    "https://eus.rubiconproject.com/usync.html": "advertising",
    "https://ssum.tremorhub.com/x": "advertising",
    "https://cs.admanmedia.com/sync": "advertising",
    "https://btloader.com/tag": "advertising",
    "https://www.apple.com/ac/x.js": "functional",
    "https://www.microsoft.com/x.js": "functional",
    "https://acme.okta.com/x": "login",
    "https://ok1static.oktacdn.com/x.js": "login",
    "https://page.line.me/x": "social",
    "https://static.line-scdn.net/x.png": "cdn",
    "https://www.linkedin.com/x": "social",
    "https://vm.gtimg.cn/x.js": "cdn",
    "https://player.aniview.com/script/6.1/player.js": "advertising",
    "https://s3.amazonaws.com/bucket/x.js": "cdn",
    "https://gdpr.privacymanager.io/1/gdpr.bundle.js": "consent-management",
    "https://ats-wrapper.privacymanager.io/ats-modules/x/ats.js": "advertising",
    "https://widget.trustpilot.com/bootstrap/v5/tp.widget.bootstrap.min.js": "functional",
    "https://cdn.ampproject.org/v0.js": "cdn",
    "https://fonts.googleapis.com/css": "cdn",
    "https://translate.googleapis.com/element.js": "functional",
}

#: Names that a list gives to one vendor and that many sites use for something else.
SHARED_NAMES = [
    ("sessionid", SITE, "necessary"),
    ("sessionid", "www.instagram.com", "social"),
    ("csrftoken", SITE, "necessary"),
    ("_csrf", SITE, "necessary"),
    ("_csrf", "app.stonly.com", "security"),
    ("token", "track.adform.net", "advertising"),
    ("token", SITE, ""),
    ("uid", "dis.criteo.com", "advertising"),
    ("uid", "track.adform.net", "advertising"),
    ("uid", SITE, ""),
    ("locale", "www.facebook.com", "social"),
    ("locale", SITE, "functional"),
    ("lang", "www.linkedin.com", "social"),
    ("lang", SITE, "functional"),
    ("oid", SITE, ""),
    ("chk", SITE, ""),
    ("dc", SITE, ""),
    ("JSESSIONID", "www.linkedin.com", "social"),
    ("JSESSIONID", SITE, "necessary"),
    ("CONSENT", "www.google.com", "consent-management"),
    ("m", "m.stripe.com", "security"),
    ("m", SITE, ""),
    ("ts", "www.paypal.com", "security"),
    ("ts", SITE, ""),
    ("skey", "qun.qq.com", "login"),
    ("skey", SITE, ""),
    ("NNB", "land.naver.com", "advertising"),
    ("NNB", SITE, ""),
]

#: Names that the Open Cookie Database lacks, or spells or files differently.
MISSING_NAMES = [
    ("remember_token", "necessary"),
    ("g_state", "login"),
    ("_dd_s", "analytics"),
    ("utag_main", "tag-manager"),
    ("ioam2018", "analytics"),
    ("datadome", "security"),
    ("Datadome", "security"),
    ("TS01abcdef", "necessary"),
    ("euconsent", "consent-management"),
    ("euconsent-v2", "consent-management"),
    ("_ga", "analytics"),
    ("_gid", "analytics"),
    ("mp_0123_mixpanel", "analytics"),
    ("sb-abc-auth-token", "necessary"),
    ("li_gc", "consent-management"),
    ("__hs_do_not_track", "consent-management"),
    ("BOOMR_CONSENT", "consent-management"),
    ("kndctr_0123_AdobeOrg_consent", "consent-management"),
    ("kndctr_0123_AdobeOrg_identity", "analytics"),
    ("s_lv", "analytics"),
    ("gpv_pn", "analytics"),
    ("ajs%3Atest", "analytics"),
    ("FCNEC", "analytics"),
    ("_pbjs_userid_consent_data", "advertising"),
    ("_pubcid", "advertising"),
    ("IR_gbd", "advertising"),
    ("__lt__cid.c83939be", "advertising"),
    ("acw_tc", "security"),
    ("__jsluid_s", "security"),
    ("rbzid", "security"),
    ("localization", "necessary"),
    ("vtex_segment", "functional"),
    ("vtex_session", "necessary"),
    ("VtexFingerPrint", "analytics"),
    ("LPVID", "functional"),
]

#: Scripts and frames as pages embed them, of vendors that lists lack.
EMBEDDED = {
    "https://widget.kommunicate.io/v2/kommunicate.app": "functional",
    "https://cdn.userway.org/widget.js": "functional",
    "https://giscus.app/client.js": "functional",
    "https://buttons.github.io/buttons.js": "functional",
    "https://storage.ko-fi.com/cdn/scripts/overlay-widget.js": "functional",
    "https://checkout.razorpay.com/v1/checkout.js": "functional",
    "https://cdn.growthbook.io/sub/x": "analytics",
    "https://cdn.rudderlabs.com/v1.1/rudder-analytics.min.js": "analytics",
    "https://s4.cnzz.com/z_stat.php?id=1": "analytics",
    "https://cdn.lr-ingest.io/LogRocket.min.js": "analytics",
    "https://cdn.split.io/sdk/split-10.js": "analytics",
    "https://a.omappapi.com/app/js/api.min.js": "advertising",
    "https://sibautomation.com/sa.js": "advertising",
    "https://pl1.effectivegatecpm.com/x/invoke.js": "advertising",
    "https://r.wdfl.co/rw.js": "advertising",
    "https://cdn.tailwindcss.com/": "cdn",
}

#: Prefixes of three characters or fewer that a list would match anything with.
SHORT_PREFIXES = (
    *("CTmine", "NPAmine", "P_mine", "RE_mine", "RP_mine", "SRmine", "MSOmine", "CX_mine"),
    *("_smine", "_lvmine", "_utmine", "capmine", "cc-mine", "ct_mine", "lc_mine", "tpmine"),
    "ua_mine",
)


def of_url(address: str) -> tuple[str, ...]:
    match = CATALOGUE.url(address, base=f"https://{SITE}/")
    assert match is not None
    return match.purposes


def of_cookie(name: str, host: str = SITE) -> tuple[str, ...]:
    return CATALOGUE.cookie(name, host=host).purposes


@pytest.mark.parametrize(("address", "purpose"), BY_PATH.items())
def test_the_path_tells(address: str, purpose: str) -> None:
    assert of_url(address) == (purpose,)


@pytest.mark.parametrize(("address", "purpose"), DISPUTED.items())
def test_disputed_hosts(address: str, purpose: str) -> None:
    assert of_url(address) == (purpose,)


@pytest.mark.parametrize(("address", "purpose"), EMBEDDED.items())
def test_embedded_scripts(address: str, purpose: str) -> None:
    assert of_url(address) == (purpose,)


@pytest.mark.parametrize(("name", "host", "purpose"), SHARED_NAMES)
def test_one_name_of_two_owners(name: str, host: str, purpose: str) -> None:
    assert of_cookie(name, host) == ((purpose,) if purpose else ())


@pytest.mark.parametrize(("name", "purpose"), MISSING_NAMES)
def test_names_that_lists_lack(name: str, purpose: str) -> None:
    assert of_cookie(name) == (purpose,)


@pytest.mark.parametrize("name", SHORT_PREFIXES)
def test_short_prefixes_claim_nothing(name: str) -> None:
    assert "necessary" not in of_cookie(name)
    match = CATALOGUE.cookie(name, host=SITE)
    assert not match.known or match.why.startswith("guess"), match.why


def test_names_below_an_empty_label_belong_to_nobody() -> None:
    for address in (
        "https://notgoogle-analytics.com/g",
        "https://xokta.com/",
        "https://okta.com.x/",
    ):
        assert of_url(address) == ()


@pytest.mark.parametrize(
    ("url", "purpose"),
    [
        ("https://cdn.jsdelivr.net/npm/yandex-metrica-watch/tag.js", "analytics"),
        ("https://cdn.jsdelivr.net/npm/posthog-js@1/dist/array.js", "analytics"),
        ("https://unpkg.com/@hotjar/browser", "analytics"),
        ("https://www.gstatic.com/firebasejs/9.0.0/firebase-analytics.js", "analytics"),
        ("https://www.gstatic.com/firebasejs/9.0.0/firebase-app.js", "cdn"),
        (
            "https://cdnjs.cloudflare.com/ajax/libs/fingerprintjs2/2.1.0/fingerprint2.js",
            "analytics",
        ),
        ("https://cdn.jsdelivr.net/npm/jquery@3", "cdn"),
        ("https://platform.twitter.com/oct.js", "advertising"),
        ("https://google.com/pagead/form-data/1", "advertising"),
        ("/metrics/gtag/js?id=G-1", "analytics"),
        ("/static/gtm.js?id=GTM-1", "tag-manager"),
        ("/a/b/g/collect?v=2&tid=G-1", "analytics"),
    ],
)
def test_trackers_on_shared_and_own_hosts_are_told_by_their_path(url: str, purpose: str) -> None:
    match = Catalogue.bundled().url(url, base="https://site.example/")
    assert match is not None
    assert match.purposes == (purpose,)
