"""What we make of the categories of the published lists, and what we do not believe of them.

Doubt means no: where two lists differ the purpose that needs more consent holds, a label that says
little (``other``) says nothing, and "functional" is never necessary.
"""

from __future__ import annotations

import hashlib

#: ``other`` is left out: unknown is unknown.
THIRD_PARTY_WEB_PURPOSE = {
    "ad": "advertising",
    "marketing": "advertising",
    "analytics": "analytics",
    "social": "social",
    "video": "media",
    "content": "media",
    "utility": "functional",
    "customer-success": "functional",
    "hosting": "cdn",
    "cdn": "cdn",
    "consent-provider": "consent-management",
    "tag-manager": "tag-manager",
}
#: ``other`` and ``google`` (states of a consent mode) are left out.
TARTEAUCITRON_PURPOSE = {
    "analytic": "analytics",
    "ads": "advertising",
    "api": "functional",
    "support": "functional",
    "comment": "functional",
    "video": "media",
    "social": "social",
}
C15T_PURPOSE = {
    "measurement": "analytics",
    "marketing": "advertising",
    "functionality": "functional",
    # Its tag managers: called necessary there, because they read the consent themselves.
    "necessary": "tag-manager",
}

#: From the purpose that needs most consent to the one that needs least.
STRICTEST_FIRST = (
    *("advertising", "social", "analytics", "personalisation", "media", "tag-manager"),
    *("functional", "login", "security", "consent-management", "cdn", "necessary"),
)

#: Entities of third-party-web whose category says the wrong thing: most lists and the vendor's own
#: words say what stands here.
ENTITIES_OVERRULED = {
    "Adobe Tag Manager": "tag-manager",
    "Azure Web Services": "cdn",
    "Clarity": "analytics",
    "Cookiebot": "consent-management",
    "Cookie-Script.com": "consent-management",
    "Google Maps": "media",
    "Google reCAPTCHA": "security",
    "Kakao": "social",
    "mPulse": "analytics",
    "New Relic": "analytics",
    "Quantcast": "advertising",
    "iubenda": "consent-management",
    # One company's video player, ad server and tag manager under one name.
    "Tealium": "advertising",
}

#: Whole domains of companies that do much else, among it signing people in: what is known of them
#: is written by hand, by host and path.
WRONG_HOSTS = frozenset(
    {
        *("*.apple.com", "*.microsoft.com", "*.msn.com", "*.okta.com", "*.line.me"),
        *("*.line-scdn.net", "www.linkedin.com", "*.facebook.com", "*.facebook.net", "*.qq.com"),
        *("*.twitter.com", "*.google.com", "*.vk.com", "*.yandex.ru", "*.yastatic.net"),
        *("*.demdex.net", "*.everesttech.net", "accounts.google.com", "apis.google.com"),
        *("static.cloudflareinsights.com", "*.bing.com", "platform.linkedin.com"),
    }
)

#: What tarteaucitron's blocks link to that is nobody's service.
NOT_A_VENDOR = ("w3.org", "schema.org", "docs.google.com", "www.google.com", "policies.google.com")
#: Its blocks whose cookies are those of everything that such a page may load.
NO_COOKIES_OF_ITS_OWN = frozenset(
    {
        *("Geoportail maps Embed", "Google Maps Embed", "Google Tag Manager"),
        *("Matomo Tag Manager", "Marketo munchkin"),
    }
)

_CONSENT = """
aws cookies popup|axeptio|borlabs|civic|complianz|consentmanager.net|cookie first|cookie law info
cookie script|cookiebot|cookieconsent.io|cookieyes|didomi|enzuzo|hu-manity.co|iubenda|moove|onetrust
osano|privacypillar|qookieqloud|termly|digital factory
"""
#: Platforms of the Open Cookie Database, in lower case, whose cookies keep a choice.
CONSENT_PLATFORMS = frozenset(_CONSENT.replace("\n", "|").strip("|").split("|"))
SOCIAL_PLATFORMS = frozenset(
    {
        "disqus",
        "facebook",
        "instagram",
        "linkedin",
        "pinterest",
        "reddit",
        "snapchat",
        "tiktok",
        "x",
    }
)
MEDIA_PLATFORMS = frozenset({"spotify", "twitch", "vimeo", "wistia", "youtube"})
SECURITY_PLATFORMS = frozenset(
    {"akamai botmanager", "cheq ai technologies", "datadome", "google recaptcha", "imperva"}
)

#: So short that it is anybody's name, unless the host says whose.
SHORT = 3
#: Prefixes that are short, and known well enough.
SHORT_BUT_KNOWN = frozenset({"mp_*", "sb-*"})

_NAMES = """
_csrf api_token apiDomain_* app_ts appLang appName audience audit auth-token auth_token BACKENDID
callback Cart cart_currency cart_sig cart_ts check checkout_token client_id color_mode Comp
compass Conversion CONSENT criteria criteo csrf csrf-canary csrftoken data-* DEVICE_INFO device_id
discount_code done_redirects* enforce_policy euconsent expid_* f_token feed-sort fonts-loaded
frontend gdpr gdpr_status GeoIP guest_id hash html-classes identity-state initref is_gdpr js_ver
keep_alive lang LANG LANG_CHANGED language locale LOGIN_INFO messages oid opt_out optout
PAIDCONTENT partner-* pid Player PLAY_LANG PLAY_SESSION PREF presence preview_theme previous_step
put_* recent_history recs referrer_url remember_me Secret sess session session_id session-id
sessionid sharing_* ssid SSID sync test_cookie token unique_id univ_id user user_id user_session
userlang userlang* uid uids uuid version viewer viewer_token visitor visitor-id visitor_id
visitor_v2
"""
#: Names that sites give to cookies of their own. They mean a vendor's on the vendor's hosts alone.
ANYBODYS = frozenset(_NAMES.split())


def anybodys(name: str) -> bool:
    """Whether a cookie's name says whose it is only together with the host."""
    return name in ANYBODYS or (len(name.replace("*", "")) <= SHORT and name not in SHORT_BUT_KNOWN)


def strictness(purposes: tuple[str, ...]) -> int:
    """A rank for sorting: the smaller, the more consent these purposes need."""
    return min(STRICTEST_FIRST.index(purpose) for purpose in purposes)


def digest() -> str:
    """Names this state of the rules, so that data made by other rules shows as stale."""
    tables = {name: value for name, value in globals().items() if name.isupper()}
    plain = {
        name: sorted(value.items()) if isinstance(value, dict) else sorted(value)
        for name, value in tables.items()
        if isinstance(value, dict | frozenset | tuple) and not name.startswith("_")
    }
    order = repr([sorted(plain.items()), STRICTEST_FIRST, SHORT])
    return hashlib.sha256(order.encode()).hexdigest()[:8]
