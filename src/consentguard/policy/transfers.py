"""Transfers of data to other countries: each needs something that makes it lawful there.

What that is, a site states per service; that it is true nobody can check from here. A country with
an adequacy decision needs none.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentguard.model import Service
from consentguard.policy.presets import presets

#: GDPR art. 45: adequate in the Commission's view, without the United States (their framework binds
#: companies that joined it: "dpf"). Brazil since 26 Jan 2026.
_EU_ADEQUATE = frozenset(
    ("AD", "AR", "BR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "UY")
)
#: Res. CD/ANPD 19/2024; Brazil found the European Union adequate on 27 Jan 2026.
_BR_ADEQUATE = frozenset(("BR",))


def unguarded(service: Service) -> Iterator[str]:
    """Whose visitors' data goes to its country without anything stated: ``EU``, ``BR``."""
    if not service.country:
        return
    europe = frozenset(presets()["eea-gdpr"]["codes"])
    for where, adequate in (("EU", _EU_ADEQUATE), ("BR", _BR_ADEQUATE)):
        if service.country not in europe | adequate and not service.safeguard.get(where):
            yield where
