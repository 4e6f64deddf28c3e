"""The search tree of a MaxMind DB file, as numbers in memory.

Rule of this file: nothing that stands in a tree can do more harm than lead nowhere. Records are
spread into an array of 32-bit numbers when the file is opened, by slices of whole columns, so that
a look-up is as many index operations as the network has bits.
"""

from __future__ import annotations

import sys
from array import array
from ipaddress import IPv4Address

from consentguard.geo.address import Address

#: "MaxMind DB File Format Specification": sizes of a record in bits.
SIZES = (24, 28, 32)

#: Bits that are looked up at once, of an IPv4 and of an IPv6 address.
_AHEAD_4, _AHEAD_6 = 11, 20
_MOST_AHEAD = 1 << 16

_HIGH = bytes(byte >> 4 for byte in range(256))
_LOW = bytes(byte & 15 for byte in range(256))


class Tree:
    """Finds the record of an address.

    :param raw: the tree section alone.
    :param nodes: how many nodes it has; :param size: bits of a record, one of :data:`SIZES`.
    :param version: 6, or 4 for a tree that holds IPv4 addresses alone.
    """

    def __init__(self, raw: bytes, nodes: int, size: int, version: int) -> None:
        self.records = _spread(raw, nodes, size)
        self.nodes = nodes
        self.version = version
        # IPv4 addresses are the last 32 bits of ::/96.
        start = self._walk(0, "0" * 96) if version == 6 else 0
        self._start_4, self._ahead_4 = start, self._ahead(start, _AHEAD_4)
        self._ahead_6 = self._ahead(0, _AHEAD_6) if version == 6 else {}

    def find(self, address: Address) -> int:
        """The record where the way of an address ends; ``nodes`` or less means that there is none.

        Never raises, whatever the tree says.
        """
        value = int(address)
        if isinstance(address, IPv4Address):
            node = self._ahead_4.get(value >> 32 - _AHEAD_4)
            if node is not None:
                return self._walk(node, f"{value:032b}"[_AHEAD_4:])
            return self._walk(self._start_4, f"{value:032b}")
        if self.version != 6:
            return 0
        node = self._ahead_6.get(value >> 128 - _AHEAD_6)
        if node is not None:
            return self._walk(node, f"{value:0128b}"[_AHEAD_6:])
        return self._walk(0, f"{value:0128b}")

    def _walk(self, node: int, bits: str) -> int:
        nodes, records = self.nodes, self.records
        for bit in bits:
            if node >= nodes:
                break
            node = records[node + node + (bit == "1")]
        return node

    def _ahead(self, start: int, depth: int) -> dict[int, int]:
        """The nodes of one level by the bits that lead there: half of most ways, walked once."""
        nodes, records = self.nodes, self.records
        level = {0: start} if start < nodes else {}
        for _ in range(depth):
            level = {
                2 * prefix + bit: records[2 * node + bit]
                for prefix, node in level.items()
                if node < nodes
                for bit in (0, 1)
            }
            # Circles of a damaged tree would make as many ways as there are prefixes.
            if len(level) > _MOST_AHEAD:
                return {}
        return level


def _spread(raw: bytes, nodes: int, size: int) -> array[int]:
    """Left and right record of each node, one after the other."""
    found = array("I")  # four bytes wherever Python runs
    found.frombytes(raw if size == 32 else _widened(raw, nodes, size))
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _widened(raw: bytes, nodes: int, size: int) -> bytearray:
    """Records of 24 or 28 bits as such of 32: column by column, which is a few operations."""
    wide = bytearray(8 * nodes)
    if size == 24:
        for number in range(3):
            wide[number + 1 :: 4] = raw[number::3]
        return wide
    # Seven bytes a node; both records share the middle one, the left has its high half.
    middle = raw[3::7]
    wide[0::8], wide[4::8] = middle.translate(_HIGH), middle.translate(_LOW)
    for number in range(3):
        wide[number + 1 :: 8], wide[number + 5 :: 8] = raw[number::7], raw[number + 4 :: 7]
    return wide
