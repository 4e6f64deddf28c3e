"""The last resort: what a cookie's name, value and lifetime look like, when nobody knows it.

Every answer here is a guess and says so. A guess calls a cookie necessary only for families in
which published lists hold next to no tracker: an unknown cookie waits anyway, a wrong guess leaks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from consentguard.model import Service

LONGEST = 128  #: a longer name is nobody's habit, and is not looked at

_QUOTED = 3 * LONGEST + 1  #: characters that percent-decoding needs to see, and one more
_KEPT = 30  #: days: an identifier that lives longer marks a visitor, not a visit
_OLD = 400  #: days: nothing necessary lives longer
_SEALED = 80  #: characters: a signed or encrypted session is longer than a tracker's identifier


class Guess(NamedTuple):
    """A service that stands for a family of cookies, and what made it look like one."""

    service: Service
    why: str


# They bind a cookie to its host or to https (RFC 6265bis §4.1.3) and say nothing about its use.
_PREFIX = re.compile(r"\A__(?:host-http|host|secure|http)-", re.IGNORECASE)
# Names are cut into words at everything but letters and digits, and before a capital.
_CUT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", re.ASCII)

_CONSENT = r"""
(?:cookies?|gdpr|ccpa|dsgvo|privacy|consent)\ .*(?:consent|accept(?:ed)?|notice|banner
|policy|agree(?:d|ment)?|allow(?:ed)?|law|settings?|preferences?|prefs?|dismissed|bar|level|stat(?:us|e)
|choices?|compliance|manager|management|control|hint|info|messages?|msg|popup|modal|closed?|seen
|alert|warning|disclaimer|opt\ ?in|opt\ ?out|directive|layer|hide|hidden|confirm(?:ed)?|approved
|approval|groups|categor(?:y|ies)|permissions?)
|(?:tracking|avg)\ (?:accept(?:ed)?|allowed|preferences?|prefs|opt\ ?in|opt\ ?out)
|(?:accept|accepted|agree|agreed|allow|allowed|hide|seen|viewed|close|dismiss|has|show)\ .*
(?:cookies?|gdpr|privacy|consent)
|[a-z]*cookie(?:s|consent|accepted|policy|notice|banner|law|alert|bar|choice|settings|hinweis
|optin|control|manager|management|notify|info)|[a-z]*consents?|gdpr|dsgvo|ccpa|rgpd|lgpd|tcf|tcf2|usprivacy
"""
_SELLING = r"""
ads?|adid|advert(?:ising)?|campaigns?|affiliates?|aff|affid|utms?|utmz|[a-z]{1,4}clk?id|[gw]braid
|click|clickid|referr?er|referral|refid|ref|landing(?:page)?|retarget(?:ing)?|remarketing|partnerid
|partner|pixel|fbp|fbc|attribution|conversion|marketing|cpm|promo(?:tion)?|dmp|dfp|bid|bidder
|traffic\ ?source|lead\ ?source|^ir\ [0-9]{4,6}$
|(?:first|last|user|persisted|initial)\ (?:source|medium|touch)
"""
_MEASURING = r"""
analytics?|stats?|track(?:er|ing|id|s)?|visit(?:or|ors|orid|s|ed|id|count)?|pageviews?|hits?|uv
|heatmap|experiment(?:s|ation)?|ab\ ?test(?:s|ing)?|ab|variants?|variation|rum|metrics?|telemetry
|anon(?:ymous)?(?:\ ?id)?|replay|recording|ga|ga4|gtm|matomo|piwik|segment|amplitude|mixpanel
|hotjar|split|bucket|cohort|(?:first|last|new)\ ?(?:visit|user)|returning|session\ ?depth
"""
_CSRF = r"""
[a-z0-9]*(?:c|x)srf[a-z0-9]*|anti\ ?forgery|[a-z]*antiforgery|request\ ?verification(?:\ ?token)?
"""
_SITE = (
    "app|web|site|my|user|php|asp|java|shop|store|portal|api|server|secure|admin|customer|member"
)
# A server's name for its session under one of the site's own: CJSESSIONID, PHPSESSID_9f2c.
_SESSION = rf"""
^(?:(?:{_SITE}|laravel|flask|django|rails|symfony|spring|express)\ )?
(?:session|sess|sessid|sessionid|phpsessid|(?:session|sess)\ (?:id|key|cookie))$
|^(?:[a-z0-9]+\ )*[a-z0-9]{{0,8}}(?:jsessionid|phpsessid|aspsessionid[a-z]*)(?:\ [0-9a-f]+)?$
|^s?sess[0-9a-f]{{32}}$
"""
_LOGIN = r"""
(?:auth|jwt|login|remember|identity|sso|oauth|oidc|openid|saml)\ (?:token|ticket|state|nonce|cookie
|me|session|redirect|return|callback|check|key)
|passive\ auth|^[a-z0-9]+\ auth$|mfa|2fa|totp|shibboleth
|^(?:[a-z0-9]+\ ){0,2}(?:access|refresh|bearer)\ token(?:\ expires\ at)?$|^id\ token$
|^jwt$|^logged\ ?in$|^remember\ ?me$|stay\ (?:connected|logged\ in|signed\ in)
|wordpress\ logged\ in
"""
_CAPTCHA = r"[a-z]*captcha(?:\ ?(?:code|id|key|token|hash|session|text))?"
_BALANCING = r"""
affinity|sticky|stickiness|loadbalancer|load\ balancer|haproxy|^lb$|^(?:lb|haproxy|backend)\ id$
|^(?:server|backend|node|route|srv)\ ?id$|^ts[0-9a-f]{6,12}$
"""
_BASKET = r"""
^(?:[a-z0-9]+\ )?(?:cart|basket|checkout)(?:\ (?:id|token|hash|key|count|items|sig|session))?$
"""
_TASTE = r"""
lang|language|locale|currency|country|region|timezone|tz|theme|dark\ ?mode|color\ ?scheme|layout
|font\ ?size|sidebar|sort(?:\ ?(?:order|type))?|per\ ?page|view\ ?mode|wishlist|favou?rites?
|(?:recent|recently|last|already)\ [a-z]+|popup|modal|overlay|tooltip|newsletter|tutorial|onboarding
|zip(?:\ ?code)?|postal\ ?code|postcode|city|location|geo|settings|prefs?|preferences?|search(?:es)?
|history|device\ ?type|device\ ?view|screen(?:\ ?[a-z]+)?|resolution|viewport|retina|webp|contrast
|accessibility|volume|player|autoplay|survey|feedback|chat|announcement|smart\ ?banner
|(?:is|has|no|btn|show|hide|hidden|seen|shown)\ [a-z\ ]*(?:closed|dismissed|shown|seen|open|opened)
|dismissed|closed|shown|device(?!\ ?id)|loc|push|notifications?|mobile|desktop
"""
# A mark of the browser under a name of the site's own. Looked at last.
_MARK = r"""
[a-z]{0,10}u?uid|guid|duid|[a-z]{0,3}vid|device\ ?id|client\ ?id|browser\ ?id|finger\ ?print
|user\ ?hash|fp
"""


# Nobody guesses about a third party's cookies.
_GUESSED = Service("", "", (), first_party_cookies=True, third_party=False)


def _family(id: str, name: str, purpose: str, words: str) -> tuple[Service, re.Pattern[str]]:
    service = replace(_GUESSED, id=id, name=name, purposes=(purpose,))
    service = replace(service, sells_or_shares=purpose == "advertising")
    return service, re.compile(rf"\b(?:{words})\b", re.ASCII | re.VERBOSE)


#: In this order: what a record of the choice is called comes before what it is about, and what
#: tracks by name tracks whatever else the name says.
_FAMILIES = (
    _family("guess_consent", "Record of a choice", "consent-management", _CONSENT),
    _family("guess_advertising", "Advertising, by its name", "advertising", _SELLING),
    _family("guess_analytics", "Measurement, by its name", "analytics", _MEASURING),
    _family("guess_csrf", "Forged requests, by its name", "necessary", _CSRF),
    _family("guess_session", "Session, by its name", "necessary", _SESSION),
    _family("guess_login", "Sign-in, by its name", "necessary", _LOGIN),
    _family("guess_captcha", "Test for robots, by its name", "security", _CAPTCHA),
    _family("guess_balancing", "Load balancing, by its name", "necessary", _BALANCING),
    _family("guess_basket", "Basket, by its name", "necessary", _BASKET),
    _family("guess_taste", "Setting of the page, by its name", "functional", _TASTE),
    _family("guess_mark", "Mark of the browser, by its name", "analytics", _MARK),
)
_SEALED_SESSION = replace(
    _GUESSED, id="guess_sealed_session", name="Session, by its value", purposes=("necessary",)
)
_MARKED = replace(
    _GUESSED, id="guess_identifier", name="Identifier, by its value", purposes=("analytics",)
)

# Rails says _app_session, Laravel app_session.
_APP_SESSION = re.compile(r"_?[A-Za-z0-9]{2,20}_session", re.ASCII)
# UUID, long hexadecimal or decimal, two numbers with a dot: as trackers mint them.
_IDENTIFIER = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,64}|[0-9]{10,25}"
    r"|(?:[a-z]{2}[0-9]\.[0-9]\.)?[0-9]{6,10}\.[0-9]{10,13}",
    re.ASCII | re.IGNORECASE,
)

_KEPT_LONG = replace(_GUESSED, id="guess_long_lived", name="Kept for long", purposes=("analytics",))

#: Every service that a guess can name.
SERVICES = (*(service for service, _ in _FAMILIES), _MARKED, _SEALED_SESSION, _KEPT_LONG)


def guess(name: str, *, value: str = "", days: int | None = None) -> Guess | None:
    """What an unknown cookie of the site's own host may be, or None.

    ``value`` as it is sent; ``days`` how long it lives, 0 for a session, None where nobody said.
    """
    name = _PREFIX.sub("", unquote(name[:_QUOTED]))
    if not 2 < len(name) <= LONGEST:
        return None
    named = _by_name(name)
    for found in named:
        if not _too_old(found.service, days):
            return found
    if _APP_SESSION.fullmatch(name) and len(value) >= _SEALED and (days or 0) <= _OLD:
        return Guess(_SEALED_SESSION, "guess: a long sealed value under the name of a session")
    if (days or 0) > _KEPT and _IDENTIFIER.fullmatch(value[:80]):
        return Guess(_MARKED, f"guess: an identifier that is kept for {days} days")
    if (days or 0) > _OLD and not named and not _APP_SESSION.fullmatch(name):
        return Guess(_KEPT_LONG, f"guess: nothing that is necessary is kept for {days} days")
    return None


@lru_cache(4096)
def _by_name(name: str) -> tuple[Guess, ...]:
    words = " ".join(_CUT.sub(" ", name).lower().split())
    return tuple(
        Guess(service, f"guess: the name says {found[0]!r}")
        for service, pattern in _FAMILIES
        if (found := pattern.search(words))
    )


def _too_old(service: Service, days: int | None) -> bool:
    return "necessary" in service.purposes and (days or 0) > _OLD
