"""Where the script of a service shows its button, puzzle or post: the elements that it looks for.

Each from the provider's own documentation. A service that is not here may show anything anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentguard.model import Service

#: What people meet at the very thing that they want: it asks there.
ASKED = frozenset(("login", "security"))

#: Selectors by service, ``""`` where the site names an element of its own. Of security services
#: only those that show something: who is kept out unseen cannot be asked.
WIDGETS: Mapping[str, str] = {
    "amazon_login": "#LoginWithAmazon",
    "apple_login": "#appleid-signin",
    "arkose": "",
    "bluesky": ".bluesky-embed",
    "facebook_social": r".fb-login-button, fb\:login-button, .fb-post, .fb-video, .fb-page, "
    ".fb-comments",
    "friendly_captcha": ".frc-captcha",
    "geetest": "",
    # Google's One Tap has no place of its own: its settings stand in an empty element.
    "google_login": ".g_id_signin, .g-signin2, :root:not(:has(.g_id_signin)) #g_id_onload",
    "hcaptcha": ".h-captcha",
    "instagram": ".instagram-media",
    "kakao_login": "#kakao-login-btn",
    "naver_login": "#naverIdLogin, #naver_id_login",
    "pinterest_social": "[data-pin-do^=embed]",
    "recaptcha": ".g-recaptcha",
    "reddit_embed": ".reddit-embed-bq",
    "telegram_embed": "script[data-telegram-login]",
    "tencent_captcha": "#TencentCaptcha",
    "tiktok_embed": ".tiktok-embed",
    "turnstile": ".cf-turnstile",
    "vk_login": "#VkIdSdkOneTap",
    "wechat_login": "#login_container",
    "x_social": ".twitter-tweet, .twitter-timeline",
    "yandex_captcha": ".smart-captcha",
}


def shows(service: Service) -> bool:
    """Whether a script of the service may show something that people can ask for."""
    return service.id in WIDGETS or "login" in service.purposes


def places(services: Iterable[Service]) -> str:
    """A selector of the elements in which these show it; ``""`` where nobody knows."""
    return ", ".join(filter(None, (WIDGETS.get(service.id, "") for service in services)))


def only_there(services: Iterable[Service]) -> bool:
    """Whether it is no loss where none of these elements is: they do other things as well."""
    return all(ASKED.isdisjoint(service.purposes) for service in services)
