from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError
from consentguard.geo.address import (
    MAX_HOPS,
    Address,
    client_address,
    parse_address,
    parse_trusted,
    peer_is_trusted,
)

VISITOR = IPv4Address("217.0.0.1")
PROXY = "10.0.0.1"
NETWORKS = (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8"))


def forwarded(*lines: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"host", b"example.org"),
        *((b"x-forwarded-for", line.encode("latin-1")) for line in lines),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.3.4", "1.2.3.4"),
        (" 1.2.3.4\t", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ('"1.2.3.4:5678"', "1.2.3.4"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:102:304]:80", "1.2.3.4"),
    ],
)
def test_forms_of_an_address(text: str, expected: str) -> None:
    assert parse_address(text) == ip_address(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unknown",
        "_hidden",
        "localhost",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "256.1.1.1",
        "1.2.3.4:",
        "1.2.3.4:port",
        "1.2.3.4:-1",
        "1.2.3.4:123456",
        "1.2.3.4%eth0",
        "1.2.3.4/24",
        "[1.2.3.4]",
        "[2001:db8::1",
        "2001:db8::1]",
        "[2001:db8::1]443",
        "[2001:db8::1]:",
        "[]",
        "[",
        "for=1.2.3.4",
        "1.2.3.4 5.6.7.8",
        "1.2.3.4\x00",
        "١.٢.٣.٤",
        "1" * 500,
        "fe80::1%" + "x" * 500,
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert parse_address(text) is None


@given(st.one_of(st.text(), st.text(alphabet='0123456789abcdef.:[]%"/ ,')))
def test_parsing_never_raises(text: str) -> None:
    assert parse_address(text) is None or isinstance(parse_address(text), IPv4Address | IPv6Address)


@given(st.ip_addresses(), st.integers(0, 65535))
def test_every_address_is_read_bare_and_with_a_port(address: Address, port: int) -> None:
    if isinstance(address, IPv6Address):
        expected: Address = address.ipv4_mapped or address
        assert parse_address(f"[{address}]:{port}") == expected
    else:
        expected = address
        assert parse_address(f"{address}:{port}") == expected
    assert parse_address(str(address)) == expected


def test_without_trust_the_socket_counts_and_headers_say_nothing() -> None:
    headers = forwarded("80.67.169.12")
    for trusted in (0, ()):
        assert client_address("217.0.0.1", headers, trusted) == VISITOR
        assert client_address("::ffff:217.0.0.1", headers, trusted) == VISITOR
        assert client_address(None, headers, trusted) is None
        assert client_address("", headers, trusted) is None
        assert client_address("testclient", headers, trusted) is None


@pytest.mark.parametrize(
    ("hops", "lines", "expected"),
    [
        (1, ["217.0.0.1"], "217.0.0.1"),
        (1, ["6.6.6.6, 217.0.0.1"], "217.0.0.1"),
        (1, ["6.6.6.6", "217.0.0.1"], "217.0.0.1"),
        (2, ["6.6.6.6, 217.0.0.1, 203.0.113.7"], "217.0.0.1"),
        (2, ["6.6.6.6, 217.0.0.1", "203.0.113.7"], "217.0.0.1"),
        (2, ["6.6.6.6", "217.0.0.1 ,\t203.0.113.7"], "217.0.0.1"),
        (1, ["217.0.0.1:4711"], "217.0.0.1"),
        (1, ["1.1.1.1, [2001:638:902::1]:80"], "2001:638:902::1"),
        # fewer entries than hops: somebody came round the proxies, or the count is wrong
        (2, ["217.0.0.1"], None),
        (1, [], None),
        (3, ["217.0.0.1", "203.0.113.7"], None),
        # no address at the hop that decides, however good the others look
        (1, ["217.0.0.1, unknown"], None),
        (1, ["217.0.0.1,"], None),
        (1, ["217.0.0.1", ""], None),
        (2, ["80.67.169.12, , 217.0.0.1"], None),
        (1, ["217.0.0.1, " + "9" * 5000], None),
    ],
)
def test_hop_count(hops: int, lines: list[str], expected: str | None) -> None:
    found = client_address(PROXY, forwarded(*lines), hops)
    assert found == (ip_address(expected) if expected else None)


def test_a_hop_count_holds_for_a_unix_socket_too() -> None:
    assert client_address(None, forwarded("217.0.0.1"), 1) == VISITOR
    assert client_address("", forwarded("217.0.0.1"), 1) == VISITOR


@pytest.mark.parametrize(
    ("peer", "lines", "expected"),
    [
        (PROXY, ["217.0.0.1"], "217.0.0.1"),
        (PROXY, ["6.6.6.6, 217.0.0.1, 10.9.9.9", "10.1.1.1"], "217.0.0.1"),
        ("::ffff:10.0.0.1", ["217.0.0.1, ::ffff:10.9.9.9"], "217.0.0.1"),
        ("fd00::1", ["2001:638:902::1, fd12::1"], "2001:638:902::1"),
        ("", ["217.0.0.1, 10.0.0.2"], "217.0.0.1"),
        (None, ["217.0.0.1, 10.0.0.2"], "217.0.0.1"),
        # not one of our proxies: it is the visitor, whatever it claims
        ("80.67.169.12", ["217.0.0.1"], "80.67.169.12"),
        ("testclient", ["217.0.0.1"], None),
        # nothing but our own machines
        (PROXY, [], None),
        (PROXY, ["10.1.1.1, 10.2.2.2"], None),
        (PROXY, ["217.0.0.1, garbage, 10.2.2.2"], None),
    ],
)
def test_networks(peer: str | None, lines: list[str], expected: str | None) -> None:
    found = client_address(peer, forwarded(*lines), NETWORKS)
    assert found == (ip_address(expected) if expected else None)


def test_names_of_headers_in_any_case_and_no_other_name() -> None:
    assert client_address(PROXY, [(b"X-Forwarded-For", b"217.0.0.1")], 1) == VISITOR
    assert client_address(PROXY, [(b"x-forwarded-fox", b"217.0.0.1")], 1) is None


ENTRIES = st.lists(
    st.one_of(
        st.ip_addresses().map(str),
        st.text(alphabet=st.characters(codec="latin-1", exclude_characters=",\r\n"), max_size=20),
    ),
    max_size=80,
)


@given(ENTRIES, st.integers(1, 5), st.booleans())
def test_what_is_forged_on_the_left_never_counts(
    forged: list[str], hops: int, own_line: bool
) -> None:
    honest = ["217.0.0.1", *(f"10.0.0.{n}" for n in range(1, hops))]
    joined = ", ".join(honest)
    lines = [", ".join(forged), joined] if own_line else [", ".join([*forged, joined])]
    assert client_address(PROXY, forwarded(*lines), hops) == VISITOR
    assert client_address(PROXY, forwarded(*lines), NETWORKS) == VISITOR


@given(
    st.one_of(st.none(), st.text(max_size=40)),
    st.lists(st.tuples(st.sampled_from([b"x-forwarded-for", b"host"]), st.binary(max_size=60))),
    st.one_of(st.integers(0, MAX_HOPS), st.just(NETWORKS)),
)
def test_no_request_raises(
    peer: str | None, headers: list[tuple[bytes, bytes]], trusted: Any
) -> None:
    found = client_address(peer, headers, trusted)
    assert found is None or isinstance(found, IPv4Address | IPv6Address)


def test_only_the_last_entries_are_looked_at() -> None:
    chain = ["217.0.0.1", *[PROXY] * MAX_HOPS]
    assert client_address(PROXY, forwarded(*chain), NETWORKS) is None
    assert client_address(PROXY, forwarded(*chain[:-1]), NETWORKS) == VISITOR
    assert client_address(PROXY, forwarded(", ".join(chain[:-1])), MAX_HOPS) == VISITOR
    assert client_address(PROXY, forwarded("6.6.6.6, " * 100_000 + "217.0.0.1"), 1) == VISITOR
    assert client_address(PROXY, forwarded(*["6.6.6.6"] * 10_000, "217.0.0.1"), 1) == VISITOR


def test_trusted_peers() -> None:
    assert not peer_is_trusted(PROXY, 0)
    assert not peer_is_trusted(None, 0)
    assert not peer_is_trusted(None, ())
    assert peer_is_trusted("80.67.169.12", 1)
    assert peer_is_trusted(None, NETWORKS)
    assert peer_is_trusted(PROXY, NETWORKS)
    assert not peer_is_trusted("80.67.169.12", NETWORKS)
    assert not peer_is_trusted("testclient", NETWORKS)


def test_trusted_proxies_of_the_policy() -> None:
    assert parse_trusted(0) == 0
    assert parse_trusted(3) == 3
    assert parse_trusted([]) == ()
    assert parse_trusted(("10.0.0.0/8", " fd00::/8 ")) == NETWORKS
    assert parse_trusted(["192.0.2.1"]) == (IPv4Network("192.0.2.1/32"),)
    assert parse_trusted(["::ffff:10.0.0.0/104"]) == (IPv4Network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, "from 0 to 64, not -1"),
        (65, "from 0 to 64, not 65"),
        (True, "not True"),
        (1.5, r"not 1\.5"),
        (None, "not None"),
        ("10.0.0.0/8", "a list of networks, not '10.0.0.0/8'"),
        (["10.0.0.0/8", "10.0.0.300"], r"'10\.0\.0\.300' is not a network"),
        (["10.0.0.1/8"], r"'10\.0\.0\.1/8' is not a network.*host bits"),
        (["loadbalancer"], "'loadbalancer' is not a network"),
        ([10], "10 is not a network"),
        (["0.0.0.0/0"], r"'0\.0\.0\.0/0' trusts every address"),
        (["::/0"], "'::/0' trusts every address"),
    ],
)
def test_bad_trusted_proxies_are_named(value: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_trusted(value)
