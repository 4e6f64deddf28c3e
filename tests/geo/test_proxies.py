from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.errors import ConfigError
from consentguard.geo.proxies import (
    FORWARDED,
    FORWARDED_FOR,
    MAX_HOPS,
    PROXY_HEADERS,
    REAL_IP,
    client_address,
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


# -- what becomes of (peer, headers, configuration) ----------------------------------------------

XFF, FWD, REAL = FORWARDED_FOR, FORWARDED, REAL_IP
HERE = "217.0.0.1"
SIX = "2001:638:902::1"
OWN = ("10.0.0.0/8", "fd00::/8")
CDN = ("10.0.0.0/8", "198.51.100.0/24")
NONE: list[str] = []

#: Header, peer, trusted proxies, lines of that header, and the address that is found.
TABLE: list[tuple[str, str | None, Any, list[str], str | None]] = [
    # nobody is trusted: the socket says it, whatever header there is
    (XFF, HERE, 0, ["6.6.6.6"], HERE),
    (FWD, HERE, 0, ["for=6.6.6.6"], HERE),
    (REAL, HERE, 0, ["6.6.6.6"], HERE),
    (XFF, HERE, (), ["6.6.6.6"], HERE),
    (XFF, SIX, 0, NONE, SIX),
    (XFF, "::ffff:217.0.0.1", 0, NONE, HERE),
    (XFF, "fe80::1%eth0", 0, NONE, "fe80::1"),
    (XFF, "2002:d900:1::1", 0, NONE, HERE),
    (XFF, "64:ff9b::d900:1", 0, NONE, HERE),
    (XFF, "10.0.0.1", 0, ["217.0.0.1"], "10.0.0.1"),
    (XFF, None, 0, ["217.0.0.1"], None),
    (XFF, "", 0, ["217.0.0.1"], None),
    (XFF, "unix:", 0, ["217.0.0.1"], None),
    (XFF, "testclient", 0, NONE, None),
    (XFF, "unix:", (), NONE, None),
    # X-Forwarded-For, counted
    (XFF, PROXY, 1, [HERE], HERE),
    (XFF, PROXY, 1, ["6.6.6.6, 217.0.0.1"], HERE),
    (XFF, PROXY, 1, ["6.6.6.6,217.0.0.1"], HERE),
    (XFF, PROXY, 1, ["6.6.6.6", HERE], HERE),
    (XFF, PROXY, 1, ["6.6.6.6, 6.6.6.7", "6.6.6.8", HERE], HERE),
    (XFF, PROXY, 2, ["6.6.6.6, 217.0.0.1, 10.0.0.2"], HERE),
    (XFF, PROXY, 2, ["6.6.6.6, 217.0.0.1", "10.0.0.2"], HERE),
    (XFF, PROXY, 3, ["217.0.0.1", "10.0.0.2", "10.0.0.3"], HERE),
    (XFF, PROXY, 2, [HERE], None),
    (XFF, PROXY, 1, NONE, None),
    (XFF, PROXY, 1, [""], None),
    (XFF, PROXY, 1, ["217.0.0.1,"], None),
    (XFF, PROXY, 1, ["217.0.0.1", ""], None),
    (XFF, PROXY, 1, ["unknown"], None),
    (XFF, PROXY, 1, ["217.0.0.1:51234"], HERE),
    (XFF, PROXY, 1, ["217.0.0.1:"], None),
    (XFF, PROXY, 1, ["217.0.0.1:123456"], None),
    (XFF, PROXY, 1, ['"217.0.0.1"'], HERE),
    (XFF, PROXY, 1, ["[2001:638:902::1]"], SIX),
    (XFF, PROXY, 1, ["[2001:638:902::1]:443"], SIX),
    (XFF, PROXY, 1, ['"[2001:638:902::1]:443"'], SIX),
    (XFF, PROXY, 1, ["2001:638:902::1"], SIX),
    (XFF, PROXY, 1, ["2001:638:902::1%eth0"], SIX),
    (XFF, PROXY, 1, ["::ffff:217.0.0.1"], HERE),
    (XFF, PROXY, 1, ["[::ffff:217.0.0.1]:80"], HERE),
    (XFF, PROXY, 1, ["2002:d900:1::5"], HERE),
    (XFF, PROXY, 1, ["64:ff9b::217.0.0.1"], HERE),
    (XFF, PROXY, 1, ["10.1.2.3"], "10.1.2.3"),
    (XFF, PROXY, 1, ["for=217.0.0.1"], None),
    (XFF, PROXY, 1, ["217.0.0.1 10.0.0.1"], None),
    (XFF, PROXY, 1, ["6.6.6.6, " * 1000 + HERE], HERE),
    (XFF, PROXY, 1, [*["6.6.6.6"] * 1000, HERE], HERE),
    (XFF, PROXY, 64, ["6.6.6.6, " * 1000 + ", ".join([HERE, *[PROXY] * 63])], HERE),
    (XFF, None, 1, [HERE], HERE),
    (XFF, "", 1, [HERE], HERE),
    (XFF, "unix:/run/app.sock", 1, [HERE], HERE),
    (XFF, "80.67.169.12", 1, [HERE], HERE),
    # X-Forwarded-For, by networks
    (XFF, PROXY, OWN, [HERE], HERE),
    (XFF, PROXY, OWN, ["6.6.6.6, 217.0.0.1, 10.9.9.9"], HERE),
    (XFF, PROXY, OWN, ["6.6.6.6, 217.0.0.1", "10.9.9.9, 10.1.1.1"], HERE),
    (XFF, "fd00::1", OWN, ["2001:638:902::1, fd12::1"], SIX),
    (XFF, "::ffff:10.0.0.1", OWN, ["217.0.0.1, ::ffff:10.9.9.9"], HERE),
    (XFF, None, OWN, ["217.0.0.1, 10.0.0.2"], HERE),
    (XFF, "unix:x", OWN, [HERE], None),
    (XFF, PROXY, CDN, ["217.0.0.1, 198.51.100.7"], HERE),
    (XFF, PROXY, CDN, ["217.0.0.1, 203.0.113.7"], "203.0.113.7"),
    (XFF, "80.67.169.12", OWN, [HERE], "80.67.169.12"),
    (XFF, "2002:a00:1::1", OWN, [HERE], "10.0.0.1"),
    (XFF, "64:ff9b::10.0.0.1", OWN, [HERE], "10.0.0.1"),
    (XFF, "testclient", OWN, [HERE], None),
    (XFF, PROXY, OWN, NONE, None),
    (XFF, PROXY, OWN, ["10.1.1.1, 10.2.2.2"], None),
    (XFF, PROXY, OWN, ["217.0.0.1, garbage, 10.2.2.2"], None),
    (XFF, PROXY, OWN, ["217.0.0.1, 2002:a00:2::1"], "10.0.0.2"),
    (XFF, PROXY, OWN, ["217.0.0.1, " + "10.0.0.2, " * 62 + "10.0.0.2"], HERE),
    (XFF, PROXY, OWN, ["217.0.0.1, " + "10.0.0.2, " * 1000 + "10.0.0.2"], None),
    # the header that was not chosen says nothing
    (XFF, PROXY, ("10.0.0.1",), [HERE], HERE),
    (XFF, "10.0.0.2", ("10.0.0.1",), [HERE], "10.0.0.2"),
    # Forwarded, counted
    (FWD, PROXY, 1, ["for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ["For=217.0.0.1;Proto=https;By=203.0.113.43"], HERE),
    (FWD, PROXY, 1, ["proto=https;for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ["for=6.6.6.6, for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ["for=6.6.6.6,for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ["for=6.6.6.6", "for=217.0.0.1"], HERE),
    (FWD, PROXY, 2, ["for=6.6.6.6, for=217.0.0.1, for=10.0.0.2"], HERE),
    (FWD, PROXY, 1, ['for="217.0.0.1:47011"'], HERE),
    (FWD, PROXY, 1, ["for=217.0.0.1:47011"], HERE),
    (FWD, PROXY, 1, ['for="217.0.0.1:_port"'], HERE),
    (FWD, PROXY, 1, ['for="[2001:638:902::1]"'], SIX),
    (FWD, PROXY, 1, ['for="[2001:638:902::1]:4711"'], SIX),
    (FWD, PROXY, 1, ["for=[2001:638:902::1]"], SIX),
    (FWD, PROXY, 1, ['for="[::ffff:217.0.0.1]"'], HERE),
    (FWD, PROXY, 1, ['for="[2002:d900:1::1]"'], HERE),
    (FWD, PROXY, 1, ["for=_hidden"], None),
    (FWD, PROXY, 1, ["for=_SEVKISEK"], None),
    (FWD, PROXY, 1, ["for=unknown"], None),
    (FWD, PROXY, 1, ["for=217.0.0.1, for=unknown"], None),
    (FWD, PROXY, 1, ["by=203.0.113.43"], None),
    (FWD, PROXY, 1, ["for=217.0.0.1;for=6.6.6.6"], None),
    (FWD, PROXY, 1, ["for=217.0.0.1;"], HERE),
    (FWD, PROXY, 1, [";for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ["for = 217.0.0.1"], None),
    (FWD, PROXY, 1, ['for="217.0.0.1'], None),
    (FWD, PROXY, 1, ["217.0.0.1"], None),
    (FWD, PROXY, 1, NONE, None),
    (FWD, PROXY, 2, ["for=217.0.0.1"], None),
    # a quote that a visitor left open swallows nothing
    (FWD, PROXY, 1, ['for="6.6.6.6, for=217.0.0.1'], HERE),
    (FWD, PROXY, 1, ['a=", for="[2001:638:902::1]:80"'], SIX),
    (FWD, PROXY, 1, ['for=6.6.6.6;a="', 'for="217.0.0.1"'], HERE),
    (FWD, PROXY, 2, ['x="\\, for=217.0.0.1, for="[fd00::1]"'], HERE),
    (FWD, PROXY, 1, ['for="217.0.0.1";host="a,b;for=6.6.6.6"'], HERE),
    (FWD, PROXY, 1, ["for=6.6.6.6, " * 1000 + "for=217.0.0.1"], HERE),
    (FWD, PROXY, 1, ['for="6.6.6.6", ' * 1000 + 'for="217.0.0.1"'], HERE),
    (FWD, PROXY, 1, ['"' * 100_000], None),
    (FWD, PROXY, 1, ["for=217.0.0.1;host=" + "x" * 600], None),
    # Forwarded, by networks
    (FWD, PROXY, OWN, ["for=6.6.6.6, for=217.0.0.1, for=10.0.0.2"], HERE),
    (FWD, PROXY, OWN, ['for="[2001:638:902::1]", for="[fd00::9]:80"'], SIX),
    (FWD, PROXY, OWN, ["for=217.0.0.1, for=_hidden, for=10.0.0.2"], None),
    (FWD, PROXY, OWN, ["for=10.0.0.3, for=10.0.0.2"], None),
    (FWD, None, OWN, ["for=217.0.0.1"], HERE),
    (FWD, "80.67.169.12", OWN, ["for=217.0.0.1"], "80.67.169.12"),
    # X-Real-IP: one address, and the nearest proxy wrote it
    (REAL, PROXY, 1, [HERE], HERE),
    (REAL, PROXY, 3, [HERE], HERE),
    (REAL, PROXY, 1, ["[2001:638:902::1]:80"], SIX),
    (REAL, PROXY, 1, ["::ffff:217.0.0.1"], HERE),
    (REAL, PROXY, 1, ["unknown"], None),
    (REAL, PROXY, 1, ["unix:"], None),
    (REAL, PROXY, 1, ["6.6.6.6, 217.0.0.1"], None),
    (REAL, PROXY, 1, ["6.6.6.6", HERE], None),
    (REAL, PROXY, 1, NONE, None),
    (REAL, PROXY, OWN, [HERE], HERE),
    (REAL, PROXY, OWN, ["10.0.0.2"], None),
    (REAL, "", OWN, [HERE], HERE),
    (REAL, "80.67.169.12", OWN, [HERE], "80.67.169.12"),
]


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 80


@pytest.mark.parametrize(("header", "peer", "trusted", "lines", "expected"), TABLE)
def test_who_it_is(
    header: str, peer: str | None, trusted: Any, lines: list[str], expected: str | None
) -> None:
    # The other headers are there, too, and say something else.
    others = [(name.encode(), b"for=9.9.9.9") for name in PROXY_HEADERS if name != header]
    headers = [*others, *((header.title().encode(), line.encode("latin-1")) for line in lines)]
    found = client_address(peer, headers, parse_trusted(trusted), header)
    assert found == (ip_address(expected) if expected else None)


# -- properties ----------------------------------------------------------------------------------

JUNK = st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60)
MARKS = st.text(alphabet='for=_;,"\\ 1.:[]', max_size=60)


@given(st.one_of(JUNK, MARKS), st.integers(1, 4), st.booleans(), st.booleans())
def test_what_is_forged_in_forwarded_never_counts(
    forged: str, hops: int, own_line: bool, quoted: bool
) -> None:
    first = 'for="217.0.0.1:99";proto=https' if quoted else "for=217.0.0.1"
    honest = [first, *(f'for="10.0.0.{n}"' for n in range(1, hops))]
    joined = ", ".join(honest)
    lines = [forged, joined] if own_line else [f"{forged}, {joined}"]
    headers = [(b"forwarded", line.encode("latin-1")) for line in lines]
    assert client_address(PROXY, headers, hops, FORWARDED) == VISITOR
    assert client_address(PROXY, headers, NETWORKS, FORWARDED) == VISITOR


LINES = st.lists(
    st.tuples(
        st.sampled_from([b"X-Forwarded-For", b"forwarded", b"x-real-ip", b"cf-ipcountry", b"a"]),
        st.one_of(JUNK, MARKS, st.ip_addresses().map(str)).map(lambda s: s.encode("latin-1")),
    ),
    max_size=8,
)


@given(LINES, st.ip_addresses(), st.sampled_from(PROXY_HEADERS))
def test_no_header_of_a_stranger_changes_anything(
    headers: list[tuple[bytes, bytes]], stranger: Any, header: str
) -> None:
    peer = str(stranger)
    for trusted in (0, (), NETWORKS):
        if not peer_is_trusted(peer, trusted):
            found = client_address(peer, headers, trusted, header)
            assert found == client_address(peer, [], trusted, header)


@given(
    st.one_of(st.none(), st.text(max_size=40)),
    LINES,
    st.one_of(st.integers(0, MAX_HOPS), st.just(NETWORKS)),
    st.sampled_from(PROXY_HEADERS),
)
def test_no_header_raises(
    peer: str | None, headers: list[tuple[bytes, bytes]], trusted: Any, header: str
) -> None:
    found = client_address(peer, headers, trusted, header)
    assert found is None or isinstance(found, IPv4Address | IPv6Address)
