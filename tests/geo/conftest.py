"""Databases of every shape, written with a real writer into a folder of the test."""

from __future__ import annotations

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
