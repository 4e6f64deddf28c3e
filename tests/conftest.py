"""What several tests need: a policy in a line, and a guard without network or clock."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from consentguard.guard import ConsentGuard
from consentguard.http.message import Header, Request
from consentguard.model import ConsentRecord, Place, Policy
from consentguard.policy import parse

# A busy machine is not a failure: nothing in the suite is timed. CI repeats the same examples, and
# has a quarter of an hour for all; who changes something has the hundred that are usual.
settings.register_profile(
    "untimed",
    deadline=None,
    max_examples=50 if "CI" in os.environ else 100,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")

# Whatever lists the developer has stored change what the catalogue says: no test reads them.
_NO_LISTS = tempfile.TemporaryDirectory()
os.environ["CONSENTGUARD_LISTS"] = _NO_LISTS.name

SITE = """
schema = 1
[site]
name = "Test"
url = "http://localhost"
controller = "Test Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
"""

NOW = 1_795_000_000.0  #: 18 November 2026


@lru_cache(128)
def a_policy(more: str = "", site: str = SITE) -> Policy:
    """A policy of ``[site]`` and what else the test needs: nobody can change it, all share it."""
    policy, problems = parse(site + more)
    assert policy is not None, problems
    return policy


class Here:
    """A locator that puts everybody in one place."""

    def __init__(self, country: str = "DE", subdivision: str = "") -> None:
        self.place = Place(country, subdivision)

    def locate(self, peer: str | None, headers: Sequence[Header]) -> Place:
        """The place."""
        return self.place


class Kept:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.stored: list[ConsentRecord] = []

    def append(self, record: ConsentRecord) -> None:
        """Store a record."""
        self.stored.append(record)

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        """The records under a receipt."""
        return [r for r in self.stored if (r.site, r.receipt) == (site, receipt)]

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        """Delete or unlink them."""
        theirs = self.find(site, receipt)
        self.stored = [
            replace(r, receipt="") if r in theirs else r
            for r in self.stored
            if not (r in theirs and r.region in free)
        ]

    def close(self) -> None:
        """Nothing to close."""


def a_request(path: str = "/", method: str = "GET", **headers: str) -> Request:
    """A request to ``http://site.test``; header names with ``_`` for ``-``."""
    named = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    return Request(method, "http", path, "", b"", [(b"host", b"site.test"), *named], "127.0.0.1")


GuardMaker = Callable[..., ConsentGuard]


@pytest.fixture
def make_guard() -> GuardMaker:
    """Builds a guard: policy text, place, ledger, clock."""

    def make(more: str = "", place: Here | None = None, **kwargs: Any) -> ConsentGuard:
        kwargs.setdefault("ledger", None)
        kwargs.setdefault("clock", lambda: NOW)
        return ConsentGuard(a_policy(more), ["key"], geo=place or Here(), **kwargs)

    return make
