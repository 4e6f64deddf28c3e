"""Which keys a policy file may have, and what their values must be: one table.

A check takes a value and answers ``None`` or what is expected instead. Keys that later versions
will enforce are accepted and listed in :data:`LATER`, and reported as W001: nothing is dropped
silently.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from consentguard.geo.headers import CDNS, PREFIX
from consentguard.geo.proxies import PROXY_HEADERS
from consentguard.model import Model

Check = Callable[[Any], str | None]


def _is(kind: type, words: str) -> Check:
    def check(value: Any) -> str | None:
        wrong = not isinstance(value, kind) or (kind is int and isinstance(value, bool))
        return words if wrong else None

    return check


TEXT = _is(str, "a string in quotes")
FLAG = _is(bool, "true or false")
COUNT = _is(int, "a whole number")
TABLE = _is(dict, "a table")


def texts(value: Any) -> str | None:
    """A list of strings."""
    good = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return None if good else 'a list of strings, like ["one", "two"]'


def date(value: Any) -> str | None:
    """A TOML date, or a string."""
    return None if isinstance(value, datetime.date | str) else "a date, like 2026-11-21"


def one_of(*choices: str) -> Check:
    """One of a few words."""
    words = " | ".join(f'"{c}"' for c in choices)

    def check(value: Any) -> str | None:
        return None if value in choices else words

    return check


def text_table(value: Any) -> str | None:
    """A table of strings."""
    good = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    return None if good else 'a table of strings, like { EU = "dpf" }'


def words(value: Any) -> str | None:
    """What visitors read: a string, or one for each language."""
    if isinstance(value, str) or (isinstance(value, dict) and value and text_table(value) is None):
        return None
    return 'a text, or one for each language, like { en = "Fonts", de = "Schriften" }'


def wordings(value: Any) -> str | None:
    """Texts by their key, whose parts may be tables."""
    good = isinstance(value, dict) and all(
        isinstance(item, str) or wordings(item) is None for item in value.values()
    )
    return None if good else 'texts by key, like { "button.accept" = "Allow all" }'


def hops_or_networks(value: Any) -> str | None:
    """A number of proxies, or a list of networks."""
    if (isinstance(value, int) and not isinstance(value, bool)) or texts(value) is None:
        return None
    return 'a number of hops, or networks like ["10.0.0.0/8"]'


def provider(value: Any) -> str | None:
    """A GeoIP provider."""
    words = ("bundled", "mmdb", *CDNS)
    known = isinstance(value, str) and (value in words or value.startswith(PREFIX))
    return None if known else " | ".join(f'"{word}"' for word in (*words, f"{PREFIX}NAME"))


def url(value: Any) -> str | None:
    """An absolute http or https URL without a path."""
    good = isinstance(value, str) and re.fullmatch(r"https?://[^/\s?#@\\]+/?", value)
    return None if good and _has_host(value) else 'an origin, like "https://www.example.org"'


def domain(value: Any) -> str | None:
    """A domain name, or nothing."""
    good = isinstance(value, str) and re.fullmatch(r"([a-z0-9-]+(\.[a-z0-9-]+)*)?", value)
    return None if good else 'a domain, like "example.org"'


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def path_prefix(value: Any) -> str | None:
    """An absolute path that is not the root."""
    good = isinstance(value, str) and re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value)
    return None if good else 'a path, like "/_consent"'


#: Values that go into a style sheet: none of them can end its rule. In ECMA 262 the same.
COLOUR = "#([0-9A-Fa-f]{3}){1,2}"
LENGTH = r"0|[0-9]{0,3}\.?[0-9]{1,3}(px|em|rem)"
_FONT = r"""([A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*|"[A-Za-z0-9 _-]+"|'[A-Za-z0-9 _-]+')"""
FONTS = f"{_FONT}(, ?{_FONT})*"


def _written(pattern: str, words: str) -> Check:
    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and re.fullmatch(pattern, value) else words

    return check


#: Opaque, so that its contrast can be told.
COLOUR_VALUE = _written(COLOUR, 'a colour, like "#1d4f6e"')


def paths(value: Any) -> str | None:
    """A list of absolute paths."""
    good = isinstance(value, list) and all(isinstance(p, str) and p[:1] == "/" for p in value)
    return None if good else 'a list of paths, like ["/news", "/blog"]'


def months(value: Any) -> str | None:
    """A positive number of calendar months or days."""
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return None if good else "a whole number above 0"


MODEL = one_of(*Model)
CONSENT_MODE = one_of("basic", "advanced")

Shape = Mapping[str, "Check | Shape"]

PURPOSE: Shape = {
    "required": FLAG,
    "bundled": FLAG,
    "explicit": FLAG,
    "exclude_categories": texts,
    "data": texts,
    "name": words,
    "description": words,
}

SERVICE: Shape = {
    "name": TEXT,
    "purposes": texts,
    "cookies": texts,
    "hosts": texts,
    "snippets": texts,
    "storage": texts,
    "country": TEXT,
    "vendor": TEXT,
    "policy_url": TEXT,
    "safeguard": text_table,
    "signals": texts,
    "sells_or_shares": FLAG,
    "role": one_of("controller", "processor"),
    "third_party": FLAG,
    "exempt": one_of("security", "audience", "aggregate", "appearance"),
    "conditions": texts,
    "max_cookie_days": months,
    "imports": texts,
    "localised": FLAG,
    "explicit": FLAG,
}

LIFETIME: Shape = {"grant_months": months, "refuse_months": months, "tracker_days": months}

BANNER: Shape = {
    "reject_on_first_layer": FLAG,
    "equal_buttons": FLAG,
    "close_means": one_of("refuse", "nothing"),
    "position": TEXT,
}


def ages(value: Any) -> str | None:
    """Ages in years by country."""
    good = isinstance(value, Mapping) and all(COUNT(age) is None for age in value.values())
    return None if good else "a table of ages in years by country"


def tables(value: Any) -> str | None:
    """A list of tables; what is in them is looked at where they are read."""
    good = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    return None if good else "a list of tables"


REGION: Shape = {
    "extends": TEXT,
    "codes": texts,
    "purposes": {"*": MODEL},
    "services": {"*": MODEL},
    "lifetime": LIFETIME,
    "banner": BANNER,
    "gpc": FLAG,
    "gpc_conflict": one_of("", "ask"),
    "minors": tables,
    "transfer": {"notice": FLAG, "rule": TEXT},
    "google_consent_mode": CONSENT_MODE,
    "loosen": TEXT,
}

MINORS: Shape = {
    "from": COUNT,
    "to": COUNT,
    "purposes": texts,
    "model": MODEL,
    "consent": one_of("", "self", "parent", "joint"),
    "effective": date,
    "until": date,
    "when": one_of("", "platform", "known"),
    "note": TEXT,
}

PRESET: Shape = {
    **REGION,
    "law": TEXT,
    "group": FLAG,
    "overlay": FLAG,
    "exempt": texts,
    "sensitive_sale": one_of("deny"),
    "home": TEXT,
    "withdrawal": TEXT,
    "records": TEXT,
    "age": COUNT,
    "ages": ages,
    "notes": texts,
    "changes": tables,
    "gpc_display": FLAG,
    "do_not_sell": FLAG,
    "languages": texts,
    "confidence": one_of("high", "medium", "low"),
    "checked": date,
    "sources": texts,
}

POLICY: Shape = {
    "schema": COUNT,
    "site": {
        "name": TEXT,
        "url": url,
        "origins": texts,
        "controller": TEXT,
        "contact": TEXT,
        "policy_url": TEXT,
        "languages": texts,
        "default_language": TEXT,
        "servers": texts,
        "cookie_domain": domain,
        "wiretap": FLAG,
        "audience": one_of("general", "children", "mixed"),
        "platform": FLAG,
        "sensitive": texts,
    },
    "policy": {
        "version": TEXT,
        "effective": date,
        "material": FLAG,
        "notice_days": COUNT,
        "notice_channels": texts,
    },
    "purposes": {"*": PURPOSE},
    "services": {"*": SERVICE},
    "geo": {
        "provider": provider,
        "database": TEXT,
        "trusted_proxies": hops_or_networks,
        "proxy_header": one_of(*PROXY_HEADERS),
        "unknown": TEXT,
        "default": TEXT,
    },
    "regions": {"*": REGION},
    "minors": {
        "age_source": TEXT,
        "site_minimum_age": COUNT,
        "guardian": TEXT,
        "unknown_age": one_of("adult", "child"),
        "deny_purposes": texts,
    },
    "banner": {
        "position": one_of("bottom", "top", "corner", "centre"),
        "theme": one_of("auto", "light", "dark", "contrast"),
        "control": one_of("button", "own"),
        "colours": {
            "background": COLOUR_VALUE,
            "text": COLOUR_VALUE,
            "accent": COLOUR_VALUE,
            "button": COLOUR_VALUE,
            "button_text": COLOUR_VALUE,
            "button_line": COLOUR_VALUE,
            "radius": _written(LENGTH, 'a length, like "8px"'),
            "font": _written(FONTS, 'font families, like "Georgia, serif"'),
        },
    },
    "texts": {"*": wordings},
    "signals": {
        "gpc": one_of("required", "everywhere", "off"),
        "google_consent_mode": CONSENT_MODE,
    },
    "ledger": {
        "store": TEXT,
        "ip": one_of("none", "truncated", "hmac"),
        "retain_days": months,
    },
    "enforcement": {
        "mode": one_of("enforce", "observe", "off"),
        "undeclared_cookies": one_of("block", "allow"),
        "undeclared_hosts": one_of("block-active", "allow", "block"),
        "hide_request_cookies": FLAG,
        "grant": one_of("any", "person"),
        "csp": one_of("off", "report", "enforce"),
        "cache": one_of("private", "shared"),
        "consent_path": path_prefix,
        "exclude_paths": paths,
        "shared_paths": paths,
        "private_paths": paths,
        "debug": FLAG,
    },
}

#: Accepted, checked and kept, but not enforced by this version. ``*`` is any one key.
LATER: tuple[tuple[str, ...], ...] = (
    ("policy", "notice_days"),
    ("policy", "notice_channels"),
    ("minors", "age_source"),
    ("minors", "guardian"),
    ("regions", "*", "gpc_conflict"),
    ("services", "*", "storage"),
    ("services", "*", "imports"),
    ("ledger", "retain_days"),
)

#: Values that would promise a protection which this version does not have: refused.
NOT_YET: Mapping[tuple[str, ...], tuple[Any, ...]] = {
    ("enforcement", "csp"): ("report", "enforce"),
    ("ledger", "ip"): ("truncated", "hmac"),
}
