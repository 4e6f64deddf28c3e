"""The data set that travels with the package: read once a process, when first asked for.

``data/catalogue.tsv`` is compiled by ``tools/catalogue`` from the TOML files that stand beside it
in the repository and from published lists. Nothing but that one file is read here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .dataset import Entry, parse
from .shelf import Shelf

FILE = Path(__file__).with_name("data") / "catalogue.tsv"


@cache
def shelf() -> Shelf:
    """Every bundled service, indexed."""
    return Shelf.read(_entries())


@cache
def digest() -> str:
    """Names this state of the data: pages that depend on it are another page after an upgrade."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:12]


@cache
def lifetimes() -> Mapping[str, Mapping[str, int]]:
    """How many days the cookies of a service live, where known; 0 is a session. By id and name."""
    found: dict[str, dict[str, int]] = {}
    for entry in _entries():
        if days := entry.days:
            found.setdefault(entry.id, {}).update(days)
    return found


@cache
def sources() -> Mapping[str, tuple[str, ...]]:
    """Where the lines of a service come from: ``own`` or the names of published lists. By id."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in _entries():
        found[entry.id] = (*found.get(entry.id, ()), *entry.source.split())
    return found


def _entries() -> tuple[Entry, ...]:
    return tuple(parse(FILE.read_text("utf-8")))
