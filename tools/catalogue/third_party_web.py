"""Hosts of companies, from the entities of third-party-web (MIT)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .facts import HOST, Hosts
from .packages import Files
from .rules import ENTITIES_OVERRULED, THIRD_PARTY_WEB_PURPOSE, WRONG_HOSTS

SOURCE = "third-party-web"


def entities(files: Files) -> list[dict[str, Any]]:
    """The entities as published, the most common first."""
    (text,) = files.values()
    found: list[dict[str, Any]] = json.loads(text)
    return sorted(found, key=lambda entity: (-entity.get("totalOccurrences", 0), entity["name"]))


def read(files: Files) -> Iterator[Hosts]:
    """Every entity that has a purpose and a host that we believe."""
    for entity in entities(files):
        name = entity["name"].strip()
        category = THIRD_PARTY_WEB_PURPOSE.get(entity["category"], "")
        purpose = ENTITIES_OVERRULED.get(name, category)
        patterns = tuple(
            pattern
            for pattern in map(str.lower, entity["domains"])
            if HOST.fullmatch(pattern.removeprefix("*.")) and pattern not in WRONG_HOSTS
        )
        if purpose and patterns:
            yield Hosts(name, entity.get("company", name).strip(), purpose, patterns, SOURCE)
