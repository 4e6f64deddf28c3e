"""The visitor's address, as far as the site's own proxies vouch for it.

Rule of this file: each proxy writes its entry to the right of what it was sent, and anybody can
send a beginning of it. So headers are read from the right, and only as far as the site said that
its own proxies go. What stands further left never changes the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from ipaddress import IPv4Network, IPv6Address, ip_network
from itertools import islice

from consentguard.errors import ConfigError
from consentguard.geo import forwarded
from consentguard.geo.address import MAX_TEXT, Address, Network, Ranges, carried, parse_address

Headers = Sequence[tuple[bytes, bytes]]
#: A number of proxies, or the networks that they live in. ``0`` and ``()`` trust nobody.
Trusted = int | tuple[Network, ...]


class Networks(tuple[Network, ...]):
    """Networks that are asked on every request: a CDN has dozens."""

    @cached_property
    def ranges(self) -> Ranges:
        """The same, to be asked."""
        return Ranges(self)


#: No site has more proxies of its own in a row; what stands left of that many entries is not read.
MAX_HOPS = 64

FORWARDED_FOR, FORWARDED, REAL_IP = "x-forwarded-for", "forwarded", "x-real-ip"
#: The headers that may be believed; a site names the one that its proxies write.
PROXY_HEADERS = (FORWARDED_FOR, FORWARDED, REAL_IP)


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
    return Networks(_network(text) for text in value)


def _network(text: str) -> Network:
    try:
        network = ip_network(text.strip())
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"trusted_proxies: {text!r} is not a network: {error}") from None
    mapped = network.network_address
    if isinstance(mapped, IPv6Address) and mapped.ipv4_mapped and network.prefixlen >= 96:
        network = IPv4Network((mapped.ipv4_mapped, network.prefixlen - 96))
    if network.prefixlen == 0:
        raise ConfigError(
            f"trusted_proxies: {text!r} trusts every address, so that anybody could choose their "
            "own country; name the networks of your proxies, or count them"
        )
    return network


def peer_is_trusted(peer: str | None, trusted: Trusted) -> bool:
    """True when the socket's other end is one of the site's own proxies.

    :param peer: address of the socket; ``None`` or ``""`` for a UNIX socket, which only the same
        machine can open, so that it counts as trusted wherever anything does.
    """
    if isinstance(trusted, int):
        return trusted > 0
    if not peer:
        return bool(trusted)
    address = parse_address(peer or "")
    return address is not None and _inside(address, trusted)


def client_address(
    peer: str | None, headers: Headers, trusted: Trusted, header: str = FORWARDED_FOR
) -> Address | None:
    """The visitor's address; ``None`` where it is in doubt.

    :param peer: address of the socket, ``None`` or ``""`` for a UNIX socket.
    :param headers: names and values as they came; names in any case.
    :param trusted: what :func:`parse_trusted` gave. A count ``n`` takes the n-th entry from the
        right, which the outermost own proxy wrote. Networks are walked from the right until an
        address is in none of them.
    :param header: one of :data:`PROXY_HEADERS`. ``x-real-ip`` has one address, that of the proxy
        that is nearest: a count only says that there is one.
    """
    found = _vouched_for(peer, headers, trusted, header)
    return None if found is None else carried(found)


def _vouched_for(
    peer: str | None, headers: Headers, trusted: Trusted, header: str
) -> Address | None:
    if not trusted or (isinstance(trusted, tuple) and not peer_is_trusted(peer, trusted)):
        return parse_address(peer) if peer else None
    if header == REAL_IP:
        address = _only(headers)
        own = address is not None and isinstance(trusted, tuple) and _inside(address, trusted)
        return None if own else address
    read = _READERS[header]
    if isinstance(trusted, int):
        found = next(islice(_from_the_right(headers, header), trusted - 1, None), None)
        return None if found is None else read(found)
    for entry in islice(_from_the_right(headers, header), MAX_HOPS):
        address = read(entry)
        if address is None or not _inside(address, trusted):
            return address
    return None


def _from_the_right(headers: Headers, header: str) -> Iterator[bytes]:
    """The entries of all lines of a list header together, the last one first, as they are asked."""
    wanted, comma_before = _LISTS[header]
    # RFC 9110 section 5.3: several lines of one list field mean the same as one line with commas.
    for name, value in reversed(headers):
        if len(name) != len(wanted) or name.lower() != wanted:
            continue
        end = len(value)
        while end >= 0:
            at = comma_before(value, end)
            if at is None:
                yield b""
                break
            yield value[at + 1 : end]
            end = at


def _only(headers: Headers) -> Address | None:
    """The address of the one ``X-Real-IP``; nobody knows which of several a proxy wrote."""
    values = [value for name, value in headers if name.lower() == b"x-real-ip"]
    return _entry(values[0]) if len(values) == 1 else None


def _comma_before(value: bytes, end: int) -> int:
    return value.rfind(b",", 0, end)


def _entry(entry: bytes) -> Address | None:
    return parse_address(entry.decode("latin-1")) if len(entry) <= MAX_TEXT else None


def _element(element: bytes) -> Address | None:
    return _entry(forwarded.node(element))


_LISTS: dict[str, tuple[bytes, Callable[[bytes, int], int | None]]] = {
    FORWARDED_FOR: (b"x-forwarded-for", _comma_before),
    FORWARDED: (b"forwarded", forwarded.comma_before),
}
_READERS: dict[str, Callable[[bytes], Address | None]] = {
    FORWARDED_FOR: _entry,
    FORWARDED: _element,
}


def _inside(address: Address, networks: tuple[Network, ...]) -> bool:
    return address in (networks.ranges if isinstance(networks, Networks) else Ranges(networks))
