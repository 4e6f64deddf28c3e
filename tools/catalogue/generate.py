"""From facts to services: one for each vendor and purpose, its short names bound to its hosts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from consentguard.catalogue.dataset import dump
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.urls import Target
from consentguard.model import Service

from .facts import Cookie, Hosts, slug
from .rules import anybodys, strictness


@dataclass
class Draft:
    """A service that is being put together. ``bound``: its cookies count on ``domains`` alone."""

    names: Counter[str] = field(default_factory=Counter)
    vendors: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)
    sources: set[str] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    cookies: dict[str, int | None] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)


#: Slug of the vendor, purposes, and whether the names are bound to hosts.
Key = tuple[str, tuple[str, ...], bool]


def lines(facts: Iterable[Hosts | Cookie]) -> list[str]:
    """The lines of the data set, sorted by id.

    Where facts contradict each other the earlier list wins for hosts, and for cookies the purpose
    that needs more consent.
    """
    every = list(facts)
    drafts: defaultdict[Key, Draft] = defaultdict(Draft)
    homes = _take_hosts(drafts, [fact for fact in every if isinstance(fact, Hosts)])
    _take_cookies(drafts, [fact for fact in every if isinstance(fact, Cookie)], homes)
    ids = _ids(drafts)
    return sorted(
        (_line(ids[key], key, draft) for key, draft in drafts.items()),
        key=lambda line: line.partition("\t")[0],
    )


def _take_hosts(drafts: defaultdict[Key, Draft], facts: list[Hosts]) -> dict[str, set[str]]:
    """Hosts of every fact that no earlier list has claimed; gives the domains by vendor."""
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for source in dict.fromkeys(fact.source for fact in facts):
        earlier = HostIndex(
            Service(slug, slug, purposes, hosts=tuple(draft.hosts))
            for (slug, purposes, _), draft in drafts.items()
        )
        for fact in facts:
            if fact.source != source:
                continue
            new = [p for p in fact.patterns if "/" in p or not claimed(earlier, p)]
            if new:
                draft = drafts[slug(fact.name), (fact.purpose,), False]
                draft.hosts.update(new)
                _say(draft, fact.name, fact.vendor, fact.source)
                homes[slug(fact.name)].update(p.removeprefix("*.") for p in new if "/" not in p)
    return homes


def claimed(index: HostIndex, pattern: str) -> bool:
    """Whether everything that a pattern claims is claimed already."""
    host, slash, path = pattern.partition("/")
    below = host.startswith("*.")
    probe = Target(
        f"zz--any.{host[2:]}" if below else host, f"/{path}" if slash else "/zz--any", ""
    )
    return bool(index.find(probe))


def _take_cookies(
    drafts: defaultdict[Key, Draft], facts: list[Cookie], homes: dict[str, set[str]]
) -> None:
    domains: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        domains[slug(fact.platform)].update(fact.domains)
    owners: dict[str, Cookie] = {}
    for fact in sorted(facts, key=_claim_to_name):
        if not anybodys(fact.name):
            owners.setdefault(fact.name, fact)
    for fact in facts:
        own = slug(fact.platform)
        free = owners.get(fact.name) is fact
        # Without a host of its own a short name counts on the hosts of its vendor.
        where = set(fact.domains) or (set() if free else domains[own] or homes.get(own, set()))
        if free or (where and not _repeats(owners.get(fact.name), fact)):
            draft = drafts[own, fact.purposes, not free]
            draft.cookies.setdefault(fact.name, fact.days)
            draft.domains.update(() if free else where)
            draft.policies.update([fact.policy_url] * bool(fact.policy_url))
            _say(draft, fact.platform, fact.vendor, fact.source)


def _claim_to_name(fact: Cookie) -> tuple[bool, bool, int, str]:
    """Who owns a name that two facts give: first those that say it is set on every site."""
    later = fact.source == "tarteaucitron"
    return later, bool(fact.domains), strictness(fact.purposes), fact.platform


def _repeats(owner: Cookie | None, fact: Cookie) -> bool:
    return owner is not None and (not fact.domains or owner.purposes == fact.purposes)


def _say(draft: Draft, name: str, vendor: str, source: str) -> None:
    draft.names[name] += 1
    draft.vendors[vendor] += 1
    draft.sources.add(source)


def _ids(drafts: dict[Key, Draft]) -> dict[Key, str]:
    """An id for every draft: the slug for the one that says most, else with what tells it apart."""
    ids: dict[Key, str] = {}
    by_slug: defaultdict[str, list[Key]] = defaultdict(list)
    for key in drafts:
        by_slug[key[0]].append(key)
    for name, keys in by_slug.items():
        first, *others = sorted(keys, key=lambda key: _weight(key, drafts[key]))
        ids[first] = name
        for key in others:
            purposes = "_".join(key[1]).replace("-", "_")
            id = f"{name}_{purposes}" + "_host" * key[2]
            # "Google" for analytics is not the vendor "Google Analytics".
            ids[key] = f"{id}_of_{name}" if id in by_slug else id
    return ids


def _weight(key: Key, draft: Draft) -> tuple[bool, int, int, int]:
    return key[2], -len(draft.hosts), -len(draft.cookies), strictness(key[1])


def _line(id: str, key: Key, draft: Draft) -> str:
    days = {name: days for name, days in draft.cookies.items() if days is not None}
    purposes = key[1]
    service = Service(
        id,
        _most(draft.names),
        purposes,
        cookies=tuple(sorted(draft.cookies)),
        hosts=tuple(sorted(draft.hosts)),
        vendor=_most(draft.vendors),
        policy_url=_most(draft.policies),
        cookie_domains=tuple(sorted(draft.domains)),
        sells_or_shares=not {"advertising", "social"}.isdisjoint(purposes),
        first_party_cookies=purposes == ("necessary",),
        lifetimes=days,
        source=" ".join(sorted(draft.sources)),
    )
    return dump(service)


def _most(said: Counter[str]) -> str:
    """What was said most often; of two, the first in the alphabet."""
    return min(said, key=lambda text: (-said[text], text), default="")
