"""Addresses as sockets and headers write them: read, unwrapped, and whether anybody can be there.

Rule of this file: what cannot be read for sure is ``None``. Nothing here trusts anybody; who may
tell an address is the matter of :mod:`consentguard.geo.proxies`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_network,
)
from socket import AF_INET, AF_INET6, inet_pton

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: An IPv6 address, its zone, brackets, port and quotes fit; anything longer is no address.
MAX_TEXT = 80

#: Where no visitor of a public site is: the IANA special-purpose address registries (RFC 6890), and
#: multicast (RFC 5771). Of IPv6 only 2000::/3 is handed out (RFC 4291 section 2.4).
_SPECIAL = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
    "192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 "
    "240.0.0.0/4 ::/3 2001::/23 2001:db8::/32 3fff::/20 4000::/2 8000::/1"
)


def parse_address(text: str) -> Address | None:
    """The address in ``1.2.3.4:5678``, ``[2001:db8::1]:443``, ``fe80::1%eth0`` or a bare one.

    Port, brackets, quotes and zone are dropped, an IPv4-mapped IPv6 address (RFC 4291 section
    2.5.5.2) is given as IPv4. ``None`` for anything else; never raises.
    """
    return _parse(text) if len(text) <= MAX_TEXT else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    host = _without_port(text.strip(" \t").removeprefix('"').removesuffix('"'))
    host, zone, _ = host.partition("%")
    # inet_pton takes the notations that ipaddress takes, in a tenth of the time.
    try:
        if ":" in host:
            return unmapped(IPv6Address(inet_pton(AF_INET6, host)))
        return None if zone else IPv4Address(inet_pton(AF_INET, host))
    except (OSError, ValueError):
        return None


def _without_port(text: str) -> str:
    """The host; empty where brackets or port are wrong."""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or ":" not in host or (port and not _is_port(port)):
            return ""
        return host
    if text.count(":") != 1:
        return text
    host, _, port = text.partition(":")
    return host if _is_port(f":{port}") else ""


def _is_port(text: str) -> bool:
    digits = text[1:]
    return text[0] == ":" and digits.isascii() and digits.isdigit() and len(digits) <= 5


def unmapped(address: Address) -> Address:
    """``::ffff:1.2.3.4`` as ``1.2.3.4``: two notations of one socket address."""
    if isinstance(address, IPv4Address):
        return address
    value = int(address)
    return IPv4Address(value & 0xFFFFFFFF) if value >> 32 == 0xFFFF else address


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries, else the address itself.

    6to4 has it after ``2002::/16`` (RFC 3056 section 2), NAT64 after ``64:ff9b::/96`` (RFC 6052
    section 2.1). Databases know where the IPv4 address is. It says where a visitor is and never
    whom to trust: anybody may choose an IPv6 address that carries one of ours.
    """
    if isinstance(address, IPv4Address):
        return address
    value = int(address)
    if value >> 112 == 0x2002:
        return IPv4Address(value >> 80 & 0xFFFFFFFF)
    if value >> 32 == 0x64FF9B << 64:
        return IPv4Address(value & 0xFFFFFFFF)
    return unmapped(address)


class Ranges:
    """Networks that are asked by bisection: ``address in network`` for each takes far longer.

    :param networks: of both versions, in any order; they may overlap.
    """

    def __init__(self, networks: Iterable[Network]) -> None:
        every = list(networks)
        four = [network for network in every if isinstance(network, IPv4Network)]
        six = [network for network in every if isinstance(network, IPv6Network)]
        self._four = _ends(collapse_addresses(four))
        self._six = _ends(collapse_addresses(six))

    def __contains__(self, address: Address) -> bool:
        starts, ends = self._four if isinstance(address, IPv4Address) else self._six
        value = int(address)
        before = bisect_right(starts, value) - 1
        return before >= 0 and value <= ends[before]


def _ends(networks: Iterable[Network]) -> tuple[list[int], list[int]]:
    """First and last addresses of networks that are sorted and do not overlap."""
    pairs = [(int(one.network_address), int(one.broadcast_address)) for one in networks]
    return [first for first, _ in pairs], [last for _, last in pairs]


_NOWHERE = Ranges(map(ip_network, _SPECIAL.split()))


def is_public(address: Address) -> bool:
    """False for private, shared, reserved, documentation and multicast addresses."""
    return address not in _NOWHERE
