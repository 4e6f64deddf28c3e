"""The catalogue as every site shares it: indexed once, laid under each site's own services.

What was written by hand for this package is one tier, what was generated from published lists
another, so that a person's word is never overruled by a more specific line of a list. Lists that
the site's operator has stored lie below both: they speak only of hosts that these do not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from consentguard.model import Service

from .claimant import Claimant
from .cookies import Claim as CookieClaim
from .cookies import CookieIndex
from .dataset import OWN, Entry
from .heuristics import SERVICES
from .hosts import Claim as HostClaim
from .hosts import HostIndex
from .lists.tier import Lists
from .urls import Target

#: What an own service leaves empty, the catalogue's of the same id fills.
_FILLED = (
    *("cookies", "lifetimes", "hosts", "snippets", "storage", "signals", "vendor", "country"),
    "policy_url",
)


class Shelf:
    """Two tiers of indexes, written and generated, and the operator's ``lists`` below.

    ``checked``: the patterns are known to be readable. Else ValueError is raised for one that is
    not; it names the service.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        written: Sequence[Claimant],
        generated: Sequence[Claimant] = (),
        lists: Lists | None = None,
        *,
        checked: bool = False,
    ) -> None:
        self._lists = lists or None
        known = Laid(services, {s.id: s for s in SERVICES})
        #: Every service by id, those that a guess can name included.
        self.services: Mapping[str, Service] = Laid(known, lists) if lists else known
        tiers = (written, generated)
        self.hosts = tuple(HostIndex(tier, checked=checked) for tier in tiers)
        self.cookies = tuple(CookieIndex(tier, checked=checked) for tier in tiers)
        # Most hosts are named by nobody.
        self._named = self.hosts[0].hosts | self.hosts[1].hosts
        #: Those by whose texts an inline script is known.
        self.telling = tuple(claimant for claimant in written if claimant.snippets)

    @classmethod
    def of(cls, services: Iterable[Service]) -> Shelf:
        """A shelf of services that are all written by hand."""
        every = {service.id: service for service in services}
        return cls(every, tuple(every.values()))

    @classmethod
    def read(cls, entries: Iterable[Entry], lists: Lists | None = None) -> Shelf:
        """A shelf of the lines of a data set, over the operator's lists."""
        every = tuple(entries)
        written = [entry for entry in every if entry.source == OWN]
        listed = [entry for entry in every if entry.source != OWN]
        return cls(Lazily(every), written, listed, lists, checked=True)

    def find_cookie(
        self, name: str, host: str, domain: str, hidden: frozenset[str]
    ) -> Sequence[CookieClaim]:
        """The winning claims on a cookie, those of ``hidden`` services passed over."""
        written, generated = self.cookies
        claims = written.find(name, host, domain, hidden)
        if claims and claims[0][1].cookie_domains:
            return claims
        bound = generated.find_bound(name, host, domain, hidden)
        return bound or claims or generated.find(name, host, domain, hidden)

    def find_host(self, host: str, hidden: frozenset[str]) -> list[HostClaim] | None:
        """The winning claims on every URL of a host; None where path or query say who wins."""
        written, generated = self.hosts
        name = host[-254:]  # a longer one is no host, and the indexes say so
        while name and name not in self._named:
            name = name.partition(".")[2]
        claims: list[HostClaim] | None = []
        if name:
            claims = written.find_host(host, hidden)
            claims = generated.find_host(host, hidden) if claims == [] else claims
        if claims == [] and self._lists is not None:
            return self._lists.find_host(host, hidden)
        return claims

    def find_url(
        self, target: Target, *, inside: bool, home: bool, hidden: frozenset[str]
    ) -> Sequence[HostClaim]:
        """The winning claims on a URL; ``inside``: of the site, ``home``: of its very host."""
        written, generated = self.hosts
        claims = () if inside else written.find(target, hidden)
        if not claims or not claims[0][0].has_path:
            # A tracker's path tells more than a bare host, which may be anybody's storage.
            claims = written.find_copy(target, home=home, hidden=hidden) or claims
        if claims or inside:
            return claims
        claims = generated.find(target, hidden)
        if not claims and self._lists is not None:
            return self._lists.find(target, hidden)
        return claims


class Lazily(Mapping[str, Service]):
    """Services by id, each made when it is first asked for: a site meets a few of thousands."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.id, []).append(entry)
        self._made: dict[str, Service] = {}

    def __getitem__(self, id: str) -> Service:
        made = self._made.get(id)
        if made is None:
            first, *additions = self._entries[id]
            # Two threads may both make it: equal, and one of them stays.
            made = self._made.setdefault(id, first.service(additions))
        return made

    def __contains__(self, id: object) -> bool:
        return id in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class Laid(Mapping[str, Service]):
    """Services laid over others: an own one stands in the place of another of its id."""

    def __init__(self, own: Mapping[str, Service], below: Mapping[str, Service]) -> None:
        self._own, self._below = own, below

    def __getitem__(self, id: str) -> Service:
        found = self._own.get(id)
        return self._below[id] if found is None else found

    def __contains__(self, id: object) -> bool:
        return id in self._own or id in self._below

    def __iter__(self) -> Iterator[str]:
        yield from self._below
        yield from (id for id in self._own if id not in self._below)

    def __len__(self) -> int:
        return len(self._below) + sum(id not in self._below for id in self._own)


def filled(own: Service, known: Service) -> Service:
    """A site's own service, what it leaves empty taken from the catalogue's of the same id."""
    gaps = {key: getattr(known, key) for key in _FILLED if not getattr(own, key)}
    if "cookies" in gaps:
        gaps |= {
            "first_party_cookies": known.first_party_cookies,
            "cookie_domains": known.cookie_domains,
        }
    if own.name.lower() in {"", own.id, own.id.replace("_", " ").replace("-", " ")}:
        gaps["name"] = known.name
    return replace(own, **gaps)
