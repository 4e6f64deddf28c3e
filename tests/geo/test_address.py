from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.geo.address import Address, carried, is_public, parse_address


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
        ("::1.2.3.4", "::102:304"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
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
        "1.2.3.4\udcff",
        "0x7f.0.0.1",
        "2130706433",
        "1.2.3.4.",
        "1:2:3:4:5:6:7",
        "1::2::3",
        "fe80:::1",
        "::12345",
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


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        # 6to4, RFC 3056
        ("2002:d900:1::1", "217.0.0.1"),
        ("2002:d900:0001:ffff:ffff:ffff:ffff:ffff", "217.0.0.1"),
        ("2002::", "0.0.0.0"),
        ("2003:d900:1::1", "2003:d900:1::1"),
        # NAT64, RFC 6052: the well-known prefix alone
        ("64:ff9b::217.0.0.1", "217.0.0.1"),
        ("64:ff9b::1:d900:1", "64:ff9b::1:d900:1"),
        ("64:ff9b:1::217.0.0.1", "64:ff9b:1::d900:1"),
        # the same socket in two notations
        ("::ffff:217.0.0.1", "217.0.0.1"),
        ("2001:638:902::1", "2001:638:902::1"),
        ("217.0.0.1", "217.0.0.1"),
    ],
)
def test_what_an_address_carries(address: str, expected: str) -> None:
    assert carried(ip_address(address)) == ip_address(expected)


@given(st.ip_addresses(v=4))
def test_every_ipv4_address_can_be_carried(address: Address) -> None:
    value = int(address)
    assert carried(IPv6Address(0x2002 << 112 | value << 80)) == address
    assert carried(IPv6Address(0x64FF9B << 96 | value)) == address
    assert carried(IPv6Address(0xFFFF << 32 | value)) == address


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 169.254.1.1 172.16.0.1",
        "172.31.255.255 192.0.2.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1",
        "255.255.255.255 :: ::1 ::d900:1 fc00::1 fd00::1 fe80::1 ff02::1 2001:db8::1 2001::1",
        "3fff::1 100::1 5f00::1",
    ],
)
def test_nobody_is_there(address: str) -> None:
    assert not [one for one in address.split() if is_public(ip_address(one))]


@pytest.mark.parametrize(
    "address",
    [
        "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0",
        "192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 217.0.0.1",
        "2001:200::1 2001:638:902::1 2a02:: 2400:: 3ffe:ffff::1 2003::1",
    ],
)
def test_somebody_may_be_there(address: str) -> None:
    assert all(is_public(ip_address(one)) for one in address.split())


@given(st.ip_addresses(v=4))
def test_no_private_address_is_public(address: Address) -> None:
    assert not (address.is_private and is_public(address) and address not in EXCEPTIONS)


#: Anycast addresses inside 192.0.0.0/24 that Python's newer tables call global.
EXCEPTIONS = {ip_address("192.0.0.9"), ip_address("192.0.0.10")}
