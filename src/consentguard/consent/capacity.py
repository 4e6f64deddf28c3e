"""Whether the consent cookie holds a yes to all that a policy can ask for."""

from __future__ import annotations

from consentguard.consent.choose import choose, store
from consentguard.consent.token import Stored, Tokens
from consentguard.model import Policy

#: A time with as many digits as any has for centuries, and a receipt id of the usual length.
_LATE, _RECEIPT = 9_999_999_999, "r" * 22


def lost(policy: Policy) -> list[str]:
    """Purposes whose grant is dropped when everything is granted: their visitors are asked again.

    Ids of regions and purposes are what the cookie is long by; services come on top.
    """
    region = max(policy.regions.values(), key=lambda one: len(one.id))
    everything = dict.fromkeys(policy.purposes, True)
    stored = store(
        policy, region, choose(policy, region, "save", everything, {}), None, _LATE, _RECEIPT
    )
    tokens = Tokens(["key"], policy.site.name)
    kept = tokens.read([tokens.write(stored)], _LATE)
    held = kept.granted if isinstance(kept, Stored) else {}
    return sorted(stored.granted.keys() - held.keys())
