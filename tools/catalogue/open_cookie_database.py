"""Cookies, from the Open Cookie Database (Apache-2.0)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .facts import HOST, Cookie
from .packages import Files
from .rules import CONSENT_PLATFORMS, MEDIA_PLATFORMS, SECURITY_PLATFORMS, SOCIAL_PLATFORMS

SOURCE = "open-cookie-database"

_TRACKING = ("Analytics", "Marketing")
_NO_TOKEN = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")
_LIFETIME = re.compile(r"(\d+)\s*(second|sec|minute|min|hour|day|week|month|year)s?", re.IGNORECASE)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25, "hour": 1 / 24}
# Names of one letter too few, as the database has them.
_MEANT = {"id5-sync": "id5-sync.com", "forms.office.comm": "forms.office.com"}


@dataclass(frozen=True)
class Row:
    """One row as published, its free text read."""

    platform: str
    category: str
    cookie: str
    domains: tuple[str, ...]
    days: int | None
    vendor: str
    policy_url: str


def rows(files: Files) -> list[Row]:
    """Every row, in the order of the database."""
    (text,) = files.values()
    return [
        Row(
            platform=platform or row["dataController"] or row["cookie"],
            category=row["category"],
            cookie=name_of(row["cookie"], wildcard=row["wildcardMatch"] == "1"),
            domains=domains_of(row["domain"]),
            days=days_of(row["retentionPeriod"]),
            vendor=row["dataController"].strip() or platform,
            policy_url=url if (url := row["privacyLink"].strip()).startswith("http") else "",
        )
        for platform, listed in json.loads(text).items()
        for row in listed
    ]


def read(files: Files) -> Iterator[Cookie]:
    """Every row whose name a cookie can have, with the purposes that we give it."""
    every = rows(files)
    main = {
        platform: tracker_of([r for r in every if r.platform == platform])
        for platform in {row.platform for row in every}
    }
    for row in every:
        if row.cookie and not _NO_TOKEN.search(row.cookie):
            own = purpose_of(row)
            dragged = main[row.platform] if own == "functional" else ""
            purposes = tuple(dict.fromkeys(filter(None, (dragged, own))))
            yield Cookie(
                *(row.platform, row.vendor, purposes, row.cookie, SOURCE),
                *(row.domains, row.days, row.policy_url),
            )


def purpose_of(row: Row) -> str:
    """The purpose of a row by its category and the kind of its platform.

    Functional is never necessary: what a site cannot do without is in files written by hand.
    """
    platform = row.platform.lower()
    if row.category == "Marketing":
        social = platform in SOCIAL_PLATFORMS
        return "social" if social else "media" if platform in MEDIA_PLATFORMS else "advertising"
    if row.category == "Analytics":
        return "analytics"
    if platform in CONSENT_PLATFORMS:
        return "consent-management"
    if row.category == "Security" or platform in SECURITY_PLATFORMS:
        return "security"
    return "necessary" if row.category == "Necessary" else "functional"


def tracker_of(listed: Sequence[Row]) -> str:
    """The purpose of a vendor most of whose cookies track, else nothing.

    Such a vendor's "functional" cookies serve the same identifier, so they wait for that too.
    """
    kinds = Counter(row.category for row in listed)
    if 2 * sum(kinds[kind] for kind in _TRACKING) <= len(listed):
        return ""
    purposes = Counter(purpose_of(row) for row in listed if row.category in _TRACKING)
    return max(sorted(purposes), key=lambda purpose: purposes[purpose])


def name_of(text: str, *, wildcard: bool) -> str:
    """A cookie's name as we write it: clean, a prefix with ``*`` behind it."""
    name = re.sub(r"%[A-Z]+%", "*", text.strip().replace("\xad", ""))
    return f"{name}*" if wildcard and "*" not in name else name


def domains_of(text: str) -> tuple[str, ...]:
    """Every host in a free text such as ``.bing.com (3rd party) or .microsoft.com``."""
    plain = text.strip().lower()
    return tuple(dict.fromkeys(HOST.findall(_MEANT.get(plain, plain))))


def days_of(text: str) -> int | None:
    """A lifetime in days, rounded up; 0 for a session, None where the text gives none."""
    if "session" in text.lower() and not _LIFETIME.search(text):
        return 0
    found = _LIFETIME.match(text.strip())
    if not found:
        return None
    days = int(found[1]) * _DAYS.get(found[2].lower(), 0.0)
    return max(1, round(days))
