"""Databases of every shape, written with a real writer into a folder of the test."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

MakeDatabase = Callable[..., Path]


@pytest.fixture
def make_database(tmp_path: Path) -> MakeDatabase:
    """``make_database({"81.2.69.0/24": record}, kind="GeoLite2-City")`` gives the file's path."""

    def make(records: Mapping[str, Any], kind: str = "Test-Country", ip_version: int = 6) -> Path:
        writer = MMDBWriter(
            ip_version,
            kind,
            languages=["en"],
            description="made by a test",
            ipv4_compatible=ip_version == 6,
        )
        for network, record in records.items():
            writer.insert_network(IPSet([network]), record)
        path = tmp_path / f"{kind}.mmdb"
        writer.to_db_file(str(path))
        return path

    return make


def packed(records: list[tuple[int, int]], size: int) -> bytes:
    """Nodes as the format has them."""
    nodes = []
    for left, right in records:
        if size == 28:
            middle = (left >> 24) << 4 | right >> 24
            low = [(one & 0xFFFFFF).to_bytes(3, "big") for one in (left, right)]
            nodes.append(low[0] + bytes([middle]) + low[1])
        else:
            nodes.append(b"".join(one.to_bytes(size // 8, "big") for one in (left, right)))
    return b"".join(nodes)


def head(kind: int, size: int) -> bytes:
    """Control byte, type and size of a value in the data section."""
    more = b""
    if size >= 65821:
        size, more = 31, (size - 65821).to_bytes(3, "big")
    elif size >= 285:
        size, more = 30, (size - 285).to_bytes(2, "big")
    elif size >= 29:
        size, more = 29, (size - 29).to_bytes(1, "big")
    if kind > 7:
        return bytes([size, kind - 7]) + more
    return bytes([kind << 5 | size]) + more


def written(value: Any) -> bytes:  # noqa: PLR0911
    """A value as the data section has it."""
    match value:
        case bool():
            return head(14, int(value))
        case str():
            return head(2, len(value.encode())) + value.encode()
        case bytes():
            return head(4, len(value)) + value
        case int():
            raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
            return head(9, len(raw)) + raw
        case float():
            return head(3, 8) + struct.pack("!d", value)
        case list():
            return head(11, len(value)) + b"".join(map(written, value))
        case _:
            pairs = (written(key) + written(item) for key, item in value.items())
            return head(7, len(value)) + b"".join(pairs)
