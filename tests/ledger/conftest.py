"""Records to store, and what is in a file afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from consentguard.model import ConsentRecord


def record(kind: str = "accept", receipt: str = "r1", **changes: object) -> ConsentRecord:
    values: dict[str, object] = {
        "site": "Example",
        "time": 1_800_000_000,
        "kind": kind,
        "receipt": receipt,
        "region": "eea-gdpr",
        "preset": "eea-gdpr",
        "granted": ("analytics", "media"),
        "denied": ("advertising",),
        "services": {"youtube": True},
        "policy_version": "3",
        "policy_digest": "abc",
        "text_digest": "def",
        "language": "de",
        "person": "yes",
        "gpc": False,
        "device": "mobile",
    }
    return ConsentRecord(**{**values, **changes})  # type: ignore[arg-type]


def receipts(path: Path) -> list[str]:
    """The receipts in a file, oldest first, read without any code of ours."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT receipt FROM consent_record ORDER BY seq")
        return [row[0] for row in rows]


@pytest.fixture(name="record")
def _record() -> Callable[..., ConsentRecord]:
    return record


@pytest.fixture(name="receipts")
def _receipts() -> Callable[[Path], list[str]]:
    return receipts
