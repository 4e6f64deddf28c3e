"""Databases that are wrong in the ways of maxminddb's and libmaxminddb's own collection.

Each is one that some reader stumbled over; here each is a site's file, at the start and in place of
one that is in use.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.geo.conftest import head, packed, written

from consentguard.errors import GeoError
from consentguard.geo.mmdb import Database
from consentguard.geo.reload import EVERY, Reloading

MakeDatabase = Callable[..., Path]

MARKER = b"\xab\xcd\xefMaxMind.com"
POINTER = 0b00100000
KEY = written("country")


def metadata(**other: Any) -> bytes:
    return written(
        {
            "binary_format_major_version": 2,
            "binary_format_minor_version": 0,
            "build_epoch": 1_700_000_000,
            "database_type": "Test",
            "description": {},
            "ip_version": 4,
            "languages": [],
            "node_count": 1,
            "record_size": 24,
            **other,
        }
    )


def file(
    data: bytes = b"", *, tree: list[tuple[int, int]] | None = None, about: bytes = b""
) -> bytes:
    """A whole file; its one node leads to the beginning of the data, to either side."""
    nodes = tree or [(17, 17)]
    about = about or metadata(node_count=len(nodes))
    return packed(nodes, 24) + bytes(16) + data + MARKER + about


GOOD = written({"country": "DE"})
CORRUPT = {
    "a marker and nothing else": MARKER,
    "no marker": file(GOOD).replace(MARKER, b"x" * len(MARKER)),
    "nothing after the marker": file(GOOD)[: file(GOOD).index(MARKER) + len(MARKER)],
    "metadata that is a number": file(GOOD, about=written(2**120)),
    "metadata that points to itself": file(GOOD, about=bytes([POINTER, 0])),
    "metadata without a node count": file(GOOD, about=written({"record_size": 24})),
    "metadata with keys that nobody knows": file(GOOD, about=metadata(surprise=1)),
    "metadata that is cut off": file(GOOD)[:-5],
    "an empty list at the very end": file(about=metadata(languages=[])),
    "more nodes than there is room for": file(GOOD, about=metadata(node_count=2**31)),
    "nodes that overflow": file(GOOD, about=metadata(node_count=2**62)),
    "a node count that is a text": file(GOOD, about=metadata(node_count="1")),
    "a node count that is a fraction": file(GOOD, about=metadata(node_count=1.0)),
    "no nodes at all": file(GOOD, about=metadata(node_count=0)),
    "records of no known size": file(GOOD, about=metadata(record_size=20)),
    "records of size nought": file(GOOD, about=metadata(record_size=0)),
    "an unknown version of addresses": file(GOOD, about=metadata(ip_version=5)),
    "a tree that leads into the gap, left": file(GOOD, tree=[(2, 1)]),
    "a tree that leads into the gap, right": file(GOOD, tree=[(1, 16)]),
    "a tree that leads behind the file": file(GOOD, tree=[(2**24 - 1, 17)]),
    "a tree of circles": file(GOOD, tree=[(0, 0)]),
    "a tree that leads nowhere": file(GOOD, tree=[(1, 1)]),
    "a pointer behind the file": file(head(7, 1) + KEY + bytes([POINTER, 0xFF])),
    "a pointer that is cut off": file(head(7, 1) + KEY + bytes([POINTER | 24])),
    "a pointer to itself": file(bytes([POINTER, 0])),
    "two pointers in a circle": file(bytes([POINTER, 2, POINTER, 0])),
    "a text behind the file": file(head(7, 1) + KEY + head(2, 60_000) + b"DE"),
    "a key behind the file": file(head(7, 1) + head(2, 60_000)),
    "bytes behind the file": file(head(7, 1) + written("other") + head(4, 2**24)),
    "a key that is not UTF-8": file(head(7, 1) + head(2, 2) + b"\xff\xfe" + written("DE")),
    "a text that is not UTF-8": file(head(7, 1) + KEY + head(2, 2) + b"\xff\xfe"),
    "a key that is a list": file(head(7, 1) + written([1]) + written("DE")),
    "a list of millions": file(head(7, 1) + written("other") + head(11, 16_000_000)),
    "a table of millions": file(head(7, 16_000_000)),
    "lists in lists in lists": file(head(7, 1) + written("other") + head(11, 1) * 100_000),
    "tables in tables": file((head(7, 1) + KEY) * 50_000),
    "lists of lists that multiply": file(
        head(7, 1) + written("other") + b"".join(head(11, 900) for _ in range(900))
    ),
    "an unknown type": file(head(7, 1) + KEY + bytes([0, 9])),
    "an end marker in the data": file(head(7, 1) + KEY + head(13, 0)),
    "a cache in the data": file(head(7, 1) + KEY + head(12, 0)),
}


def test_what_they_are_made_of_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "sound.mmdb"
    path.write_bytes(file(GOOD))
    assert Database(path).find("217.0.0.1").country == "DE"
    path.write_bytes(file(GOOD, about=metadata(build_epoch=2**64 - 1)))
    assert Database(path).describe().built == ""
    path.write_bytes(file(head(7, 1) + KEY + written({"iso_code": "FR"}), tree=[(17, 1)]))
    assert Database(path).find("17.0.0.1").country == "FR"
    assert Database(path).find("217.0.0.1").country == ""


@pytest.mark.parametrize("name", CORRUPT)
def test_at_the_start_it_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "corrupt.mmdb"
    path.write_bytes(CORRUPT[name])
    with pytest.raises(GeoError, match=r"corrupt\.mmdb"):
        Database(path)


@pytest.mark.parametrize("name", CORRUPT)
def test_in_place_of_a_good_one_it_changes_nothing(
    make_database: MakeDatabase, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    now = [0.0]
    path = make_database({"217.0.0.0/24": "DE"})
    database = Reloading(str(path), clock=lambda: now[0], run=lambda job: job())
    path.write_bytes(CORRUPT[name])
    for _ in range(4):
        now[0] += EVERY
        assert database.current().find("217.0.0.1").country == "DE"
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is None
