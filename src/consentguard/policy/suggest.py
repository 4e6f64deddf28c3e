"""Did you mean …? For the words that people bring along from other tools."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_QUOTED = re.compile(r'"[^"]*"')

#: More of the known words than this is no help.
_LISTED = 20

#: What others call our purposes, presets, regions and keys; the first that is known is meant.
#: difflib does not find ``eea`` from ``eu``.
ALIASES: dict[str, tuple[str, ...]] = {
    # laws and places → presets and regions
    "ccpa": ("us-ca", "us"),
    "cnil": ("fr-cnil", "fr"),
    "cpra": ("us-ca", "us"),
    "dsgvo": ("eea-gdpr", "eea"),
    "eprivacy": ("eea-gdpr", "eea"),
    "eu": ("eea", "eea-gdpr"),
    "europe": ("eea", "eea-gdpr"),
    "gb": ("gb", "gb-pecr"),
    "gdpr": ("eea-gdpr", "eea"),
    "lgpd": ("br-lgpd", "br"),
    "pecr": ("gb-pecr", "gb"),
    "rgpd": ("eea-gdpr", "eea"),
    "row": ("row", "opt-in-strict"),
    "uk": ("gb", "gb-pecr"),
    "uk-gdpr": ("gb-pecr", "gb"),
    "usa": ("us", "us-states"),
    "world": ("row", "opt-in-strict"),
    # purposes
    "ads": ("advertising",),
    "analytical": ("analytics",),
    "captcha": ("security",),
    "chat": ("functional",),
    "embeds": ("media",),
    "essential": ("necessary",),
    "marketing": ("advertising",),
    "measurement": ("analytics",),
    "newsletter": ("email_marketing",),
    "performance": ("analytics",),
    "personalization": ("personalisation",),
    "preferences": ("functional",),
    "social-media": ("social",),
    "statistics": ("analytics",),
    "strictly-necessary": ("necessary",),
    "targeting": ("advertising",),
    "video": ("media",),
    # models
    "allow": ("opt-out", "allow"),
    "block": ("deny", "block"),
    "consent": ("opt-in",),
    "exempt": ("none",),
    "forbid": ("deny", "block"),
    "optin": ("opt-in",),
    "optout": ("opt-out",),
    # keys of the file
    "categories": ("purposes",),
    "category": ("purposes",),
    "company": ("controller", "vendor"),
    "countries": ("codes", "country"),
    "domain": ("cookie_domain", "hosts"),
    "domains": ("hosts", "cookie_domain"),
    "email": ("contact",),
    "jurisdictions": ("regions",),
    "locales": ("languages",),
    "max_age": ("max_cookie_days",),
    "owner": ("controller",),
    "preset": ("extends",),
    "privacy_policy": ("policy_url",),
    "privacy_url": ("policy_url",),
    "provider": ("vendor",),
    "scripts": ("hosts",),
    "title": ("name",),
    "trackers": ("services",),
    "urls": ("hosts",),
    "vendors": ("services",),
    "website": ("site",),
}


def meant(word: str, known: Iterable[str]) -> str:
    """The known word that is meant: by alias, then by likeness; empty when there is none."""
    known = list(known)
    plain = word.strip().lower()
    hyphened = plain.replace("_", "-").replace(" ", "-")
    for alias in ALIASES.get(hyphened, ALIASES.get(plain, ())):
        if alias in known:
            return alias
    return next(iter(difflib.get_close_matches(hyphened, known, 1, 0.6)), "") or next(
        iter(difflib.get_close_matches(plain, known, 1, 0.6)), ""
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or the known words if there are few, or an empty string."""
    known = list(known)
    found = meant(word, known)
    if found:
        return f"did you mean '{found}'?"
    return f"known: {', '.join(known)}" if len(known) <= _LISTED else ""


def choices(expected: str) -> tuple[str, ...]:
    """The words of ``"one" | "two"``; none where something else is expected."""
    words = expected.split(" | ")
    return tuple(w[1:-1] for w in words) if all(map(_QUOTED.fullmatch, words)) else ()
