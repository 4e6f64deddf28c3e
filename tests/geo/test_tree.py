from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.geo.conftest import packed

from consentguard.geo.mmdb import BUNDLED
from consentguard.geo.tree import SIZES, Tree


@pytest.mark.parametrize("size", SIZES)
def test_every_size_of_records(size: int) -> None:
    most = 2**size - 1
    records = [(1, 2), (most, 0x123456), (most - 1, 3)]
    tree = Tree(packed(records, size), 3, size, 4)
    assert list(tree.records) == [one for node in records for one in node]
    assert tree.find(IPv4Address("0.0.0.0")) == most
    assert tree.find(IPv4Address("64.0.0.0")) == 0x123456
    assert tree.find(IPv4Address("128.0.0.0")) == most - 1
    assert tree.find(IPv4Address("192.0.0.0")) == 3


def test_no_ipv6_in_a_tree_of_ipv4() -> None:
    tree = Tree(packed([(9, 9)], 24), 1, 24, 4)
    assert tree.find(ip_address("::")) == 0
    assert tree.find(ip_address("2a00::")) == 0


def test_an_empty_tree() -> None:
    assert Tree(b"", 0, 24, 6).find(ip_address("217.0.0.1")) == 0
    assert Tree(b"", 0, 24, 6).find(ip_address("2a00::1")) == 0


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=20),
    st.sampled_from(SIZES),
    st.sampled_from([4, 6]),
    st.ip_addresses(),
)
def test_no_tree_raises(
    records: list[tuple[int, int]],
    size: int,
    version: int,
    address: IPv4Address | IPv6Address,
) -> None:
    found = Tree(packed(records, size), len(records), size, version).find(address)
    assert 0 <= found <= 40


def test_a_tree_of_circles_is_not_unrolled() -> None:
    tree = Tree(packed([(0, 0)], 24), 1, 24, 6)
    assert tree.find(ip_address("2a00::1")) == 0


@pytest.fixture(scope="module")
def judge() -> maxminddb.Reader:
    return maxminddb.open_database(BUNDLED, maxminddb.MODE_MEMORY)


@pytest.fixture(scope="module")
def bundled(judge: maxminddb.Reader) -> Tree:
    about = judge.metadata()
    raw = BUNDLED.read_bytes()[: about.search_tree_size]
    return Tree(raw, about.node_count, about.record_size, about.ip_version)


GLOBAL_6 = st.integers(0x2000 << 112, 0x3FFF << 112).map(IPv6Address)


@given(address=st.one_of(st.ip_addresses(v=4), GLOBAL_6))
def test_another_reader_finds_the_same(
    address: IPv4Address | IPv6Address, bundled: Tree, judge: maxminddb.Reader
) -> None:
    assert (bundled.find(address) > bundled.nodes) == (judge.get(address) is not None)
