"""The file that travels: what was written by hand, and the generated lines that it leaves over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from consentguard.catalogue.cookies import CookieIndex
from consentguard.catalogue.dataset import Entry, dump, parse
from consentguard.catalogue.hosts import HostIndex
from consentguard.catalogue.services import load
from consentguard.errors import ConfigError
from consentguard.model import Service

from .generate import claimed
from .rules import anybodys

HEADER = (
    "# Compiled by tools/catalogue from the TOML files beside it and generated.tsv: do not edit."
)
_ELSEWHERE = "site.invalid"  # no list knows it (RFC 2606)


def text(data: Path) -> str:
    """``catalogue.tsv`` for a folder of data.

    Raises ConfigError for a malformed TOML file and for an id or cookie that two of them claim.
    """
    written = load(data)
    listed = (data / "generated.tsv").read_text("utf-8")
    sources = [line for line in listed.splitlines()[:1] if line.startswith("#")]
    generated = list(parse(listed))
    lines = [dump(dated) for dated in with_lifetimes(written, generated)]
    lines += left_over(written, generated)
    first_word = [line.partition("\t")[0] for line in lines]
    # Of one id the hand-written line comes first, because the others add to it.
    order = sorted(range(len(lines)), key=lambda number: (first_word[number], number))
    return "\n".join([HEADER, *sources, *(lines[number] for number in order)]) + "\n"


def with_lifetimes(written: Iterable[Service], generated: Iterable[Entry]) -> Iterator[Service]:
    """Hand-written services; how long a cookie lives is taken from the lists where nobody says."""
    known: dict[str, int] = {}
    # A name that counts everywhere says more than one that counts on some hosts alone.
    for entry in sorted(generated, key=lambda entry: not entry.cookie_domains):
        known.update({n: d for n, d in entry.days.items() if not anybodys(n)})
    for service in written:
        listed = {} if service.first_party_cookies else known
        days = {name: listed[name] for name in service.cookies if name in listed}
        yield replace(service, lifetimes={**days, **service.lifetimes})


def left_over(written: Sequence[Service], generated: Sequence[Entry]) -> Iterator[str]:
    """Generated lines without what is claimed by hand, under ids that do not collide."""
    hosts, cookies = HostIndex(written), CookieIndex(written)
    by_id = {service.id: service for service in written}
    taken = by_id.keys() | {entry.id for entry in generated}
    for entry in generated:
        service = _without(entry, hosts, cookies)
        if service is None:
            continue
        same = by_id.get(entry.id)
        if same is not None and not _adds(service, same):
            service = _renamed(service, taken)
        days = {name: d for name, d in entry.days.items() if name in service.cookies}
        yield dump(replace(service, lifetimes=days))


def _without(entry: Entry, hosts: HostIndex, cookies: CookieIndex) -> Service | None:
    whole = entry.service()
    left = tuple(host for host in whole.hosts if not claimed(hosts, host))
    names = tuple(name for name in whole.cookies if not _claimed(cookies, name, whole))
    if not left and not names:
        return None
    domains = whole.cookie_domains if names else ()
    return replace(whole, hosts=left, cookies=names, cookie_domains=domains)


def _claimed(index: CookieIndex, name: str, service: Service) -> bool:
    """Whether a cookie is claimed by hand wherever this service could be meant."""
    sample = name.replace("*", "any")
    if not service.cookie_domains:
        return bool(index.find(sample, _ELSEWHERE, ""))
    found = [index.find(sample, domain, "") for domain in service.cookie_domains]
    # A name of a framework on the site's own host says nothing about a third party's.
    return all(
        claims and (claims[0][1].cookie_domains or not claims[0][1].first_party_cookies)
        for claims in found
    )


def _adds(service: Service, written: Service) -> bool:
    """Whether a line can be an addition to a hand-written service: same purposes, no conditions."""
    conditions = (
        *(service.cookie_domains, written.cookie_domains),
        *(service.first_party_cookies, written.first_party_cookies),
    )
    return set(service.purposes) == set(written.purposes) and not any(conditions)


def _renamed(service: Service, taken: Iterable[str]) -> Service:
    id = f"{service.id}_{'_'.join(service.purposes).replace('-', '_')}"
    if id in taken:
        id = f"{id}_listed"
    if id in taken:
        raise ConfigError(f"generated service {service.id!r} has no id that is free: {id!r}")
    return replace(service, id=id)
