"""Sign-in by third parties: what a provider gives to sign-in alone is ``login``, its pixels not.

Endpoints as social-auth-core 7.0 and django-allauth 65.21 call them; scripts and frames as the
vendors' documentation embeds them.
"""

from __future__ import annotations

import pytest

from consentguard.catalogue import Catalogue

CATALOGUE = Catalogue.bundled()
PAGE = "https://www.site.example/sign-in"
LOGIN_WIDGET = frozenset({"async", "src", "data-telegram-login", "data-size"})
POST_WIDGET = frozenset({"async", "src", "data-telegram-post", "data-width"})
DISCUSSION = frozenset({"async", "src", "data-telegram-discussion"})
WIDGET = "https://telegram.org/js/telegram-widget.js?22"

#: Scripts, frames and endpoints that do nothing but sign in.
LOGIN_ONLY = {
    "Google": (
        "https://accounts.google.com/gsi/client",
        "https://accounts.google.com/gsi/style",
        "https://accounts.google.com/gsi/iframe/select?client_id=1",
        "https://apis.google.com/js/platform.js",
        "https://apis.google.com/js/api.js?onload=start",
        "https://accounts.google.com/o/oauth2/v2/auth?client_id=1",
        "https://accounts.google.com/signin/oauth/id",
        "https://oauth2.googleapis.com/token",
        "https://openidconnect.googleapis.com/v1/userinfo",
        "https://www.googleapis.com/oauth2/v3/userinfo",
    ),
    "Facebook": (
        "https://www.facebook.com/v19.0/dialog/oauth?client_id=1",
        "https://graph.facebook.com/v19.0/oauth/access_token",
    ),
    "X": (
        "https://api.twitter.com/oauth/authenticate",
        "https://api.twitter.com/oauth/request_token",
        "https://twitter.com/i/oauth2/authorize",
        "https://x.com/i/oauth2/authorize",
        "https://api.twitter.com/2/oauth2/token",
    ),
    "Apple": (
        "https://appleid.cdn-apple.com/appleauth/static/jsapi/appleid/1/en_US/appleid.auth.js",
        "https://appleid.apple.com/auth/authorize?client_id=1",
        "https://appleid.apple.com/auth/token",
        "https://appleid.apple.com/auth/keys",
    ),
    "Microsoft": (
        "https://alcdn.msauth.net/browser/2.38.0/js/msal-browser.min.js",
        "https://aadcdn.msauth.net/shared/1.0/content/js/x.js",
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "https://login.live.com/oauth20_authorize.srf",
        "https://tenant.b2clogin.com/tenant.onmicrosoft.com/oauth2/v2.0/authorize",
        "https://graph.microsoft.com/v1.0/me",
    ),
    "LinkedIn": (
        "https://www.linkedin.com/oauth/v2/authorization",
        "https://www.linkedin.com/oauth/v2/accessToken",
        "https://api.linkedin.com/v2/userinfo",
    ),
    "GitHub": (
        "https://github.com/login/oauth/authorize",
        "https://github.com/login/oauth/access_token",
    ),
    "Amazon": (
        "https://assets.loginwithamazon.com/sdk/na/login1.js",
        "https://api-cdn.amazon.com/sdk/login1.js",
        "https://www.amazon.com/ap/oa?client_id=1",
        "https://api.amazon.com/auth/o2/token",
    ),
    "Auth0": (
        "https://cdn.auth0.com/js/auth0-spa-js/2.0/auth0-spa-js.production.js",
        "https://acme.eu.auth0.com/authorize?prompt=none",
        "https://acme.us.auth0.com/oauth/token",
    ),
    "Okta": (
        "https://global.oktacdn.com/okta-signin-widget/7.8.1/js/okta-sign-in.min.js",
        "https://acme.okta.com/oauth2/v1/authorize",
        "https://acme.oktapreview.com/oauth2/v1/token",
    ),
    "Yandex": (
        "https://yastatic.net/s3/passport-sdk/autofill/v1/sdk-suggest-with-polyfills-latest.js",
        "https://oauth.yandex.ru/authorize",
        "https://oauth.yandex.com/token",
        "https://login.yandex.ru/info",
        "https://autofill.yandex.ru/suggest",
    ),
    "VK": (
        "https://unpkg.com/@vkid/sdk@2/dist-sdk/umd/index.js",
        "https://id.vk.ru/authorize",
        "https://id.vk.com/oauth2/auth",
        "https://oauth.vk.ru/authorize",
        "https://api.vk.ru/method/users.get",
    ),
    "LINE": (
        "https://static.line-scdn.net/liff/edge/2/sdk.js",
        "https://access.line.me/oauth2/v2.1/authorize",
        "https://api.line.me/oauth2/v2.1/token",
    ),
    "Kakao": (
        "https://t1.kakaocdn.net/kakao_js_sdk/2.7.2/kakao.min.js",
        "https://kauth.kakao.com/oauth/authorize",
        "https://kapi.kakao.com/v2/user/me",
    ),
    "Naver": (
        "https://static.nid.naver.com/js/naveridlogin_js_sdk_2.0.2.js",
        "https://nid.naver.com/oauth2.0/authorize",
        "https://openapi.naver.com/v1/nid/me",
    ),
    "WeChat": (
        "https://res.wx.qq.com/connect/zh_CN/htmledition/js/wxLogin.js",
        "https://open.weixin.qq.com/connect/qrconnect?appid=1",
        "https://open.weixin.qq.com/connect/oauth2/authorize",
        "https://api.weixin.qq.com/sns/oauth2/access_token",
    ),
    "Telegram": ("https://oauth.telegram.org/auth?bot_id=1",),
}

#: The same vendors, other purposes: pixels, embeds, and scripts that do more than sign in.
NOT_LOGIN = {
    "https://region1.google-analytics.com/g/collect": "analytics",
    "https://www.googletagmanager.com/gtag/js?id=G-1": "analytics",
    "https://www.googletagmanager.com/gtm.js?id=GTM-1": "tag-manager",
    "https://www.google.com/pagead/1p-user-list/1/": "advertising",
    "https://ad.doubleclick.net/activity": "advertising",
    "https://pagead2.googlesyndication.com/pagead/js/adsbygoogle.js": "advertising",
    "https://www.google.com/recaptcha/api.js": "security",
    "https://apis.google.com/js/plusone.js": "functional",
    "https://connect.facebook.net/en_US/sdk.js": "social",
    "https://connect.facebook.net/de_DE/sdk/xfbml.customerchat.js": "social",
    "https://connect.facebook.net/en_US/all.js": "social",
    "https://connect.facebook.net/en_US/fbevents.js": "advertising",
    "https://connect.facebook.net/signals/config/1?v=2": "advertising",
    "https://connect.facebook.net/signals/plugins/identity.js": "advertising",
    "https://www.facebook.com/tr?id=1&ev=PageView": "advertising",
    "https://www.facebook.com/plugins/login_button.php": "social",
    "https://platform.twitter.com/widgets.js": "social",
    "https://static.ads-twitter.com/uwt.js": "advertising",
    "https://static.ads-twitter.com/oct.js": "advertising",
    "https://analytics.twitter.com/i/adsct": "advertising",
    "https://t.co/i/adsct?p=1": "advertising",
    "https://bat.bing.com/bat.js": "advertising",
    "https://www.clarity.ms/tag/x": "analytics",
    "https://platform.linkedin.com/in.js": "social",
    "https://snap.licdn.com/li.lms-analytics/insight.min.js": "advertising",
    "https://px.ads.linkedin.com/collect/": "advertising",
    "https://www.linkedin.com/px/li_sync": "advertising",
    "https://www.linkedin.com/collect/?pid=1": "advertising",
    "https://www.linkedin.com/embed/feed/update/1": "social",
    "https://c.amazon-adsystem.com/aax2/apstag.js": "advertising",
    "https://mc.yandex.ru/metrika/tag.js": "analytics",
    "https://an.yandex.ru/resource/context.js": "advertising",
    "https://yandex.ru/ads/system/context.js": "advertising",
    "https://yastatic.net/jquery/2.1.4/jquery.min.js": "cdn",
    "https://vk.com/js/api/openapi.js?169": "social",
    "https://vk.com/widget_community.php": "social",
    "https://vk.com/rtrg?p=1": "advertising",
    "https://top-fwz1.mail.ru/js/code.js": "advertising",
    "https://d.line-scdn.net/n/line_tag/public/release/v1/lt.js": "advertising",
    "https://tr.line.me/tag.gif": "advertising",
    "https://t1.daumcdn.net/kas/static/kp.js": "advertising",
    "https://t1.daumcdn.net/kas/static/ba.min.js": "advertising",
    "https://wcs.naver.net/wcslog.js": "analytics",
    "https://wcs.naver.com/b": "analytics",
    "https://v.qq.com/txp/iframe/player.html": "media",
    "https://t.me/durov/1?embed=1": "social",
    WIDGET: "social",
}


def purposes(address: str, attributes: frozenset[str] = frozenset()) -> tuple[str, ...]:
    match = CATALOGUE.url(address, base=PAGE, attributes=attributes)
    assert match is not None
    return match.purposes


def test_seventeen_providers() -> None:
    assert len(LOGIN_ONLY) == 17


@pytest.mark.parametrize("address", [url for urls in LOGIN_ONLY.values() for url in urls])
def test_what_signs_in_and_does_nothing_else(address: str) -> None:
    assert purposes(address) == ("login",)


@pytest.mark.parametrize(("address", "purpose"), NOT_LOGIN.items())
def test_what_the_same_vendors_serve_besides(address: str, purpose: str) -> None:
    assert purposes(address) == (purpose,)


def test_the_tags_attributes_say_what_telegrams_widget_is() -> None:
    assert purposes(WIDGET, LOGIN_WIDGET) == ("login",)
    assert purposes(WIDGET, POST_WIDGET) == ("social",)
    assert purposes(WIDGET, DISCUSSION) == ("social",)
    assert "data-telegram-login" in CATALOGUE.attributes


def test_the_attribute_gives_no_other_script_away() -> None:
    fake = "https://evil.test/js/telegram-widget.js"
    match = CATALOGUE.url(fake, base=PAGE, attributes=LOGIN_WIDGET)
    assert match is not None
    assert not match.known
    assert purposes("https://connect.facebook.net/x/sdk.js", LOGIN_WIDGET) == ("social",)


@pytest.mark.parametrize(
    ("name", "host", "purpose"),
    [
        ("g_state", "www.site.example", "login"),
        ("g_csrf_token", "www.site.example", "login"),
        ("ACCOUNT_CHOOSER", "accounts.google.com", "login"),
        ("__Host-GAPS", "accounts.google.com", "login"),
        ("g_enabled_idps", "accounts.google.com", "login"),
        ("NID", "www.google.com", "advertising"),
        ("fbsr_1234", "www.site.example", "login"),
        ("fbm_1234", "www.site.example", "login"),
        ("fblo_1234", "www.site.example", "login"),
        ("c_user", "www.facebook.com", "social"),
        ("auth_token", "twitter.com", "social"),
        ("ESTSAUTH", "login.microsoftonline.com", "login"),
        ("ESTSAUTHPERSISTENT", "login.microsoftonline.com", "login"),
        ("x-ms-cpim-sso:tenant_0", "tenant.b2clogin.com", "login"),
        ("msal.interaction.status", "www.site.example", "login"),
        ("li_at", "www.linkedin.com", "social"),
        ("user_session", "github.com", "login"),
        ("_octo", "github.com", "analytics"),
        ("auth0-mf_compat", "acme.eu.auth0.com", "login"),
        ("auth0.abc.is.authenticated", "www.site.example", "login"),
        ("idx", "acme.okta.com", "login"),
        ("Session_id", "passport.yandex.ru", "login"),
        ("NID_AUT", "www.naver.com", "login"),
        ("stel_ssid", "oauth.telegram.org", "login"),
    ],
)
def test_cookies_of_sign_in(name: str, host: str, purpose: str) -> None:
    assert CATALOGUE.cookie(name, host=host).purposes == (purpose,)
