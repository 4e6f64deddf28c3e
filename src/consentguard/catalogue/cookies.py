"""From a cookie's name to the services that claim it.

An exact name beats a pattern, more literal characters beat fewer, and among equals one that also
demands the host beats one that does not: ``sessionid`` is Instagram's on instagram.com alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .claimant import Claimant
from .patterns import CookiePattern
from .sites import same_site

Claim = tuple[CookiePattern, Claimant]

_NOBODY: frozenset[str] = frozenset()

# RFC 6265bis §4.1.3: prefixes that bind a cookie to its host or to https, in any letter case.
_PREFIX = re.compile(r"__(?:host-http|host|secure|http)-", re.IGNORECASE)


class CookieIndex:
    """The cookie patterns of many services. Raises ValueError for one that cannot be read.

    ``checked``: they are known to be readable. ``hidden`` are ids whose claims a question passes
    over.
    """

    def __init__(self, services: Iterable[Claimant], *, checked: bool = False) -> None:
        self._exact: dict[str, list[Claimant]] = {}
        self._heads: dict[str, list[Claim]] = {}
        for service in services:
            for text in service.cookies:
                if "*" in text or not checked:
                    pattern = _parsed(text, service)
                    if not pattern.exact:
                        self._heads.setdefault(pattern.head, []).append((pattern, service))
                        continue
                self._exact.setdefault(text, []).append(service)
        self._lengths = sorted({len(head) for head in self._heads})

    def find(
        self, name: str, host: str, domain: str, hidden: frozenset[str] = _NOBODY
    ) -> Sequence[Claim]:
        """The winning claims on a cookie that ``host`` sets for ``domain`` (or for itself: ``""``).

        ``__Host-`` and its kin belong to the name; where nothing claims it, the rest is looked up.
        """
        found = self._find(name, host, domain, hidden)
        if not found and (prefix := _PREFIX.match(name)):
            found = self._find(name[prefix.end() :], host, domain, hidden)
        return found

    def find_bound(
        self, name: str, host: str, domain: str, hidden: frozenset[str] = _NOBODY
    ) -> Sequence[Claim]:
        """The claims on exactly this name that hold there and not everywhere."""
        bound = [claim for claim in self._named(name) if claim[1].cookie_domains]
        return _best(bound, host, domain, hidden) if bound else ()

    def _named(self, name: str) -> list[Claim]:
        return [(CookiePattern(name), service) for service in self._exact.get(name, ())]

    def _find(self, name: str, host: str, domain: str, hidden: frozenset[str]) -> Sequence[Claim]:
        exact = self._named(name)
        if exact and (found := _best(exact, host, domain, hidden)):
            return found
        claims: list[Claim] = []
        for length in self._lengths:
            if length > len(name):
                break
            claims += [c for c in self._heads.get(name[:length], ()) if c[0].claims(name)]
        return _best(claims, host, domain, hidden) if claims else ()


def _parsed(text: str, service: Claimant) -> CookiePattern:
    try:
        return CookiePattern(text)
    except ValueError as error:
        raise ValueError(f"service {service.id!r}: {error}") from None


def _best(
    claims: Sequence[Claim], host: str, domain: str, hidden: frozenset[str]
) -> Sequence[Claim]:
    ranked = [
        ((claim[0].literals, bool(claim[1].cookie_domains)), claim)
        for claim in claims
        if claim[1].id not in hidden and _holds(claim[1], host, domain)
    ]
    top = max((rank for rank, _ in ranked), default=None)
    return [claim for rank, claim in ranked if rank == top]


def _holds(service: Claimant, host: str, domain: str) -> bool:
    if service.first_party_cookies and domain and not same_site(domain, host):
        return False
    if not service.cookie_domains:
        return True
    return any(_within(host, d) or _within(domain, d) for d in service.cookie_domains)


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
