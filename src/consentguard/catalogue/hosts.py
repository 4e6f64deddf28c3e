"""From a request to the services that claim it: one dictionary look-up per label of the host.

The most specific claim wins: exact host, then the longest domain, then patterns for any host;
within one of these the longer path, then attributes, then a query. Claims of equal rank all count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .claimant import Claimant
from .patterns import HostPattern, Reach
from .urls import Target

Claim = tuple[HostPattern, Claimant]

_NOBODY: frozenset[str] = frozenset()
#: A pattern of these alone is a host or ``*.domain``, in the form in which it is looked up.
_BARE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.*")
_LONGEST_HOST = 253  # RFC 1035 §2.3.4 less the root's dot: a longer name has no address


class HostIndex:
    """The host patterns of many services. Raises ValueError for one that cannot be read.

    ``checked``: they are known to be readable, and one without path is read when first met.
    ``hidden`` are ids whose claims a question passes over.
    """

    def __init__(self, services: Iterable[Claimant], *, checked: bool = False) -> None:
        self._unread: dict[str, list[Claimant]] = {}
        #: By host or domain that somebody asked about: the claims on it, and on what is below.
        self._met: dict[str, tuple[list[Claim], list[Claim]]] = {}
        self._exact: dict[str, list[Claim]] = {}
        self._below: dict[str, list[Claim]] = {}
        self._self: dict[str, list[Claim]] = {}
        self._any: dict[str, list[Claim]] = {}
        attributes: set[str] = set()
        for service in services:
            for text in service.hosts:
                if checked and _BARE.issuperset(text):
                    self._unread.setdefault(text, []).append(service)
                    continue
                pattern = _parsed(text, service)
                attributes.update(pattern.attributes)
                self._add(pattern, service)
        #: Hosts and domains that some pattern names; one look at each label tells most hosts.
        self.hosts = self._exact.keys() | self._below.keys()
        self.hosts.update([text[2:] if text[0] == "*" else text for text in self._unread])
        for table in (self._exact, self._below, self._self, self._any):
            for claims in table.values():
                if len(claims) > 1:
                    claims.sort(key=_rank, reverse=True)
        #: The attributes that some pattern asks for.
        self.attributes = frozenset(attributes)
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

    def find(self, target: Target, hidden: frozenset[str] = _NOBODY) -> Sequence[Claim]:
        """The winning claims on the host itself; empty where it is not named."""
        for claims in self._naming(target.host, hidden):
            if found := _first(claims, target):
                return found
        return ()

    def find_host(self, host: str, hidden: frozenset[str] = _NOBODY) -> list[Claim] | None:
        """The winning claims on every URL of a host; None where path or query say who wins."""
        naming = self._naming(host, hidden)
        if not naming:
            return []
        return None if naming[0][0][0].has_path else naming[0]

    def names(self, host: str) -> bool:
        """Whether some pattern names this host or a domain above it."""
        return bool(self._naming(host))

    def _naming(self, host: str, hidden: frozenset[str] = _NOBODY) -> list[list[Claim]]:
        """The claims that name the host, the most specific first."""
        found: list[list[Claim]] = []
        hosts = self.hosts
        if not hosts or len(host) > _LONGEST_HOST:
            return found
        name = host
        while name:
            if name in hosts:
                exact, below = self._met.get(name) or self._meet(name)
                if exact and name == host:
                    found.append(exact)
                if below:
                    found.append(below)
            name = name.partition(".")[2]
        if hidden and found:
            return [kept for claims in found if (kept := _seen(claims, hidden))]
        return found

    def _meet(self, name: str) -> tuple[list[Claim], list[Claim]]:
        below = f"*.{name}"
        claims = self._met[name] = (
            [*self._exact.get(name, ()), *self._bare(name)],
            [*self._below.get(name, ()), *self._bare(below)],
        )
        return claims

    def _bare(self, text: str) -> Iterator[Claim]:
        """The claims on a whole host or domain that were not read yet; they rank last."""
        return ((_parsed(text, service), service) for service in self._unread.get(text, ()))

    def find_copy(
        self, target: Target, *, home: bool, hidden: frozenset[str] = _NOBODY
    ) -> Sequence[Claim]:
        """The winning claims by path alone; ``home``: the host is the site's own."""
        if not self.copies:
            return ()
        parts = target.path.split("/")
        if self.copies.keys().isdisjoint(parts):
            return ()
        segments = self.copies.keys() & parts
        for table in (self._self, self._any) if home else (self._any,):
            claims = [c for s in segments for c in _seen(table.get(s, []), hidden)]
            if found := _first(sorted(claims, key=_rank, reverse=True), target):
                return found
        return ()

    def _add(self, pattern: HostPattern, service: Claimant) -> None:
        if pattern.reach is Reach.EXACT:
            self._exact.setdefault(pattern.host, []).append((pattern, service))
        elif pattern.reach is Reach.BELOW:
            self._below.setdefault(pattern.host, []).append((pattern, service))
        elif pattern.reach is Reach.SELF:
            self._self.setdefault(pattern.segment, []).append((pattern, service))
        else:
            self._any.setdefault(pattern.segment, []).append((pattern, service))


class Copies:
    """The paths by which copies of trackers on any host are known, of several indexes."""

    def __init__(self, *indexes: HostIndex) -> None:
        self._texts: dict[str, frozenset[str]] = {}
        for index in indexes:
            for segment, texts in index.copies.items():
                self._texts[segment] = self._texts.get(segment, _NOBODY) | texts

    def may_claim(self, path: str) -> bool:
        """Whether a path may be that of a copy, with some query and on some host."""
        segments, asked = path.split("/"), self._texts.keys()
        if asked.isdisjoint(segments):
            return False
        return any(text in path for segment in asked & segments for text in self._texts[segment])


def _seen(claims: list[Claim], hidden: frozenset[str]) -> list[Claim]:
    if hidden:
        return [claim for claim in claims if claim[1].id not in hidden]
    return claims


def _parsed(text: str, service: Claimant) -> HostPattern:
    try:
        return HostPattern(text)
    except ValueError as error:
        raise ValueError(f"service {service.id!r}: {error}") from None


def _rank(claim: Claim) -> tuple[int, int, int]:
    return claim[0].rank


def _first(claims: Sequence[Claim], target: Target) -> Sequence[Claim]:
    """The claims of the highest rank that hold; ``claims`` are sorted by falling rank."""
    won: list[Claim] = []
    path = target.path
    for claim in claims:
        pattern = claim[0]
        if won and pattern.rank < won[0][0].rank:
            break
        # Most paths begin otherwise, and to be told so costs less than to ask.
        if not pattern.has_path or (
            path.startswith(pattern.head)
            and pattern.claims_path(path)
            and pattern.attributes <= target.attributes
            and (not pattern.query or pattern.claims_query(target.items))
        ):
            won.append(claim)
    return won
