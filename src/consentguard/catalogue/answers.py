"""What is said about a cookie or a URL: the services, each once, and the patterns that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from consentguard.model import Match, Service

from .cookies import Claim as CookieClaim
from .hosts import Claim as HostClaim
from .patterns import HostPattern

_OWN = ", the site's own policy"


def of_cookie(
    claims: Sequence[CookieClaim], services: Mapping[str, Service], *, own: bool
) -> Match:
    """The answer of the winning claims on a cookie; ``own``: they are the site's."""
    found = [(pattern, services[claimant.id]) for pattern, claimant in claims]
    said = ", ".join(f"cookie {pattern.text!r} of {named(s)}" for pattern, s in found)
    return Match("cookie", once(s for _, s in found), said + _OWN * own)


def of_url(claims: Sequence[HostClaim], services: Mapping[str, Service], *, own: bool) -> Match:
    """The answer of the winning claims on a URL; ``own``: they are the site's."""
    if len(claims) == 1:  # nearly always
        ((pattern, claimant),) = claims
        return Match("url", (services[claimant.id],), _asked(pattern) + _OWN * own)
    said = ", ".join(dict.fromkeys(_asked(pattern) for pattern, _ in claims))
    return Match("url", once(services[s.id] for _, s in claims), said + _OWN * own)


def _asked(pattern: HostPattern) -> str:
    return f"{'path' if pattern.has_path else 'host'} {pattern.text}"


def once(services: Iterable[Service]) -> tuple[Service, ...]:
    """Services without repetition, in order."""
    return tuple({service.id: service for service in services}.values())


def named(service: Service) -> str:
    """A service as the reasons call it."""
    return f"{service.id} ({service.name})"
