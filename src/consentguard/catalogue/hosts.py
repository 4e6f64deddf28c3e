"""From a request to the services that claim it: one dictionary look-up per label of the host.

The most specific claim wins: exact host, then the longest domain, then patterns for any host;
within one of these the longer path, then a query over none. Claims of equal rank all count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from consentguard.model import Service

from .patterns import HostPattern, Reach
from .urls import Target

Claim = tuple[HostPattern, Service]

_LONGEST_HOST = 253  # RFC 1035 §2.3.4 less the root's dot: a longer name has no address


class HostIndex:
    """The host patterns of many services. Raises ValueError for one that cannot be read."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._exact: dict[str, list[Claim]] = {}
        self._below: dict[str, list[Claim]] = {}
        self._self: dict[str, list[Claim]] = {}
        self._any: dict[str, list[Claim]] = {}
        for service in services:
            for text in service.hosts:
                self._add(_parsed(text, service), service)
        for table in (self._exact, self._below, self._self, self._any):
            for claims in table.values():
                claims.sort(key=_rank, reverse=True)
        #: By segment, texts that `self/…` and `*/…` patterns ask for: a path that has no segment
        #: of these, or none of its texts, is claimed by no such pattern.
        self.copies: dict[str, frozenset[str]] = {
            segment: frozenset(
                claim[0].literal
                for table in (self._any, self._self)
                for claim in table.get(segment, ())
            )
            for segment in self._any.keys() | self._self.keys()
        }

    def find(self, target: Target) -> Sequence[Claim]:
        """The winning claims on the host itself; empty where it is not named."""
        for claims in self._naming(target.host):
            if found := _first(claims, target):
                return found
        return ()

    def find_host(self, host: str) -> list[Claim] | None:
        """The winning claims on every URL of a host; None where path or query say who wins."""
        for claims in self._naming(host):
            return None if claims[0][0].has_path else claims
        return []

    def names(self, host: str) -> bool:
        """Whether some pattern names this host or a domain above it."""
        return any(True for _ in self._naming(host))

    def _naming(self, host: str) -> Iterator[list[Claim]]:
        """The claims that name the host, the most specific first."""
        if len(host) > _LONGEST_HOST:
            return
        if claims := self._exact.get(host):
            yield claims
        while host:
            if claims := self._below.get(host):
                yield claims
            host = host.partition(".")[2]

    def find_copy(self, target: Target, *, home: bool) -> Sequence[Claim]:
        """The winning claims by path alone; ``home``: the host is the site's own."""
        segments = self.copies.keys() & target.path.split("/")
        if not segments:
            return ()
        for table in (self._self, self._any) if home else (self._any,):
            claims = [claim for segment in segments for claim in table.get(segment, ())]
            if found := _first(sorted(claims, key=_rank, reverse=True), target):
                return found
        return ()

    def _add(self, pattern: HostPattern, service: Service) -> None:
        if pattern.reach is Reach.EXACT:
            self._exact.setdefault(pattern.host, []).append((pattern, service))
        elif pattern.reach is Reach.BELOW:
            self._below.setdefault(pattern.host, []).append((pattern, service))
        elif pattern.reach is Reach.SELF:
            self._self.setdefault(pattern.segment, []).append((pattern, service))
        else:
            self._any.setdefault(pattern.segment, []).append((pattern, service))


def _parsed(text: str, service: Service) -> HostPattern:
    try:
        return HostPattern(text)
    except ValueError as error:
        raise ValueError(f"service {service.id!r}: {error}") from None


def _rank(claim: Claim) -> tuple[int, int]:
    return claim[0].rank


def _first(claims: Sequence[Claim], target: Target) -> Sequence[Claim]:
    """The claims of the highest rank that hold; ``claims`` are sorted by falling rank."""
    won: list[Claim] = []
    for claim in claims:
        pattern = claim[0]
        if won and pattern.rank < won[0][0].rank:
            break
        if pattern.claims_path(target.path) and (
            not pattern.query or pattern.claims_query(target.items)
        ):
            won.append(claim)
    return won
