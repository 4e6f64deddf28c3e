"""Did you mean …? For the words that people bring along from other tools."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

#: What others call our purposes, presets and regions; difflib does not find ``eea`` from ``eu``.
ALIASES = {
    "ads": "advertising",
    "gdpr": "eea-gdpr",
    "eu": "eea",
    "lgpd": "br-lgpd",
    "ccpa": "us-ca",
    "cpra": "us-ca",
    "marketing": "advertising",
    "measurement": "analytics",
    "performance": "analytics",
    "personalization": "personalisation",
    "preferences": "functional",
    "statistics": "analytics",
    "strictly-necessary": "necessary",
    "targeting": "advertising",
    "uk": "gb",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or the known words if there are few, or an empty string."""
    known = list(known)
    alias = ALIASES.get(word.lower(), "")
    near = [k for k in known if alias and (k == alias or k.startswith(f"{alias}-"))]
    near = near or difflib.get_close_matches(word.lower(), known, 1, 0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(known)}" if len(known) <= 20 else ""
