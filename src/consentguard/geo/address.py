"""The visitor's address, as far as the site's own proxies vouch for it.

Rule of this file: ``X-Forwarded-For`` is written from left to right, one entry by each proxy, and
anybody can send a beginning of it. So it is read from the right, and only as far as the site said
that its own proxies go. What stands further left never changes the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from consentguard.errors import ConfigError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Headers = Sequence[tuple[bytes, bytes]]
#: A number of proxies, or the networks that they live in. ``0`` and ``()`` trust nobody.
Trusted = int | tuple[Network, ...]

#: No site has more proxies of its own in a row; what stands left of that many entries is not read.
MAX_HOPS = 64
#: An IPv6 address, its zone, brackets, port and quotes fit; anything longer is no address.
MAX_TEXT = 80

FORWARDED_FOR = b"x-forwarded-for"


def parse_trusted(value: int | Sequence[str]) -> Trusted:
    """What ``trusted_proxies`` of the policy means: a hop count, or networks.

    :param value: proxies between the visitor and us, 0 to 64, or addresses and networks in CIDR
        notation.
    :raises ConfigError: for a count out of range, and for a network that cannot be read, has
        host bits set or holds every address; the message names it.
    """
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise ConfigError(
            f"trusted_proxies must be a number of hops or a list of networks, not {value!r}"
        )
    if isinstance(value, int):
        if not 0 <= value <= MAX_HOPS:
            raise ConfigError(f"trusted_proxies counts hops from 0 to {MAX_HOPS}, not {value}")
        return value
    return tuple(_network(text) for text in value)


def _network(text: str) -> Network:
    try:
        network = ip_network(text.strip())
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"trusted_proxies: {text!r} is not a network: {error}") from None
    if network.prefixlen == 0:
        raise ConfigError(
            f"trusted_proxies: {text!r} trusts every address, so that anybody could choose their "
            "own country; name the networks of your proxies, or count them"
        )
    mapped = network.network_address
    if isinstance(mapped, IPv6Address) and mapped.ipv4_mapped and network.prefixlen > 96:
        return IPv4Network((mapped.ipv4_mapped, network.prefixlen - 96))
    return network


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
    if zone and ":" not in host:
        return None
    try:
        return unmapped(ip_address(host))
    except ValueError:
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
    """``::ffff:1.2.3.4`` as ``1.2.3.4``; any other address as it is."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def peer_is_trusted(peer: str | None, trusted: Trusted) -> bool:
    """True when the socket's other end is one of the site's own proxies.

    :param peer: address of the socket; ``None`` or ``""`` for a UNIX socket, which only the same
        machine can open, so that it counts as trusted wherever anything does.
    """
    if isinstance(trusted, int):
        return trusted > 0
    if not peer:
        return bool(trusted)
    address = parse_address(peer)
    return address is not None and _inside(address, trusted)


def client_address(peer: str | None, headers: Headers, trusted: Trusted) -> Address | None:
    """The visitor's address; ``None`` where it is in doubt.

    :param peer: address of the socket, ``None`` or ``""`` for a UNIX socket.
    :param headers: names and values as they came; names in any case.
    :param trusted: what :func:`parse_trusted` gave. A count ``n`` takes the n-th entry from the
        right, which the outermost own proxy wrote. Networks are walked from the right until an
        address is in none of them.
    """
    if not trusted:
        return parse_address(peer) if peer else None
    if isinstance(trusted, int):
        entries = _last_entries(headers, trusted)
        return _entry(entries[-trusted]) if len(entries) >= trusted else None
    if not peer_is_trusted(peer, trusted):
        return parse_address(peer) if peer else None
    for entry in reversed(_last_entries(headers, MAX_HOPS)):
        address = _entry(entry)
        if address is None or not _inside(address, trusted):
            return address
    return None


def _last_entries(headers: Headers, limit: int) -> list[bytes]:
    """The last entries of all ``X-Forwarded-For`` lines together, at most ``limit``, in order."""
    entries: list[bytes] = []
    # RFC 9110 section 5.3: several lines of one list field mean the same as one line with commas.
    for name, value in reversed(headers):
        if len(name) == len(FORWARDED_FOR) and name.lower() == FORWARDED_FOR:
            entries = value.rsplit(b",", limit)[-limit:] + entries
            if len(entries) >= limit:
                break
    return entries[-limit:]


def _entry(entry: bytes) -> Address | None:
    return parse_address(entry.decode("latin-1")) if len(entry) <= MAX_TEXT else None


def _inside(address: Address, networks: tuple[Network, ...]) -> bool:
    for network in networks:  # noqa: SIM110  (on every request; a generator costs twice as much)
        if address in network:
            return True
    return False
