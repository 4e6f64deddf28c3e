"""Uses that a law frees from consent, each under conditions that the site has to state.

Nobody but the site knows whether they are met, so it says so condition by condition; where the rule
of a region has the exemption, the service then runs until it is refused. Sources: CNIL, audience
measurement sheet (Jul 2025); Garante, guidelines of 10 Jun 2021; UK PECR, Schedule A1 (2026);
Dutch Tw, art. 11.7a(3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exemption:
    """What it frees, and what the site has to state for it."""

    purpose: str
    conditions: tuple[str, ...]
    max_cookie_days: int = 0  #: cookies end then at the latest; 0 for no limit


#: Conditions in words, for error messages and the docs.
CONDITIONS: Mapping[str, str] = {
    "own-use": "its company uses the data for this site alone",
    "aggregate": "what comes out counts people and tells of nobody",
    "no-cross-site": "nobody is followed to another site or device",
    "no-merging": "the data is merged with no other data",
    "chosen": "the visitor has picked the setting",
}

EXEMPTIONS: Mapping[str, Exemption] = {
    # 13 months, not renewed by visits (CNIL).
    "audience": Exemption(
        "analytics", ("own-use", "aggregate", "no-cross-site", "no-merging"), 395
    ),
    "aggregate": Exemption("analytics", ("own-use", "aggregate", "no-cross-site"), 395),
    "appearance": Exemption("functional", ("chosen",)),
}
