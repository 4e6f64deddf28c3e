"""Bundled jurisdictions: one TOML file each in ``presets/``, a region plus its facts.

What is read is ``presets.json``, which ``tools/regions.py`` makes of them: reading eighty TOML
files takes longer than all else at start.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("presets.json")

#: What a preset says of itself alone.
_OWN = frozenset(("codes", "group", "overlay", "changes"))
#: What a site says of one region alone; rules for minors add up elsewhere.
_REASONS = frozenset(("loosen", "extends", "codes", "minors"))
_DATES = frozenset(("effective", "until"))


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Every bundled preset by id, as its file says it; dates are text."""
    found: dict[str, Mapping[str, Any]] = json.loads(FILE.read_bytes())
    return found


def resolved(name: str, changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A preset with its chain of ``extends`` merged; ``changes`` are the site's, by preset id.

    A preset that extends another one inherits what the site changed there, but never its codes.
    """
    preset = presets()[name]
    above: str | None = preset.get("extends")
    if above is None:
        return dict(preset)
    said = {k: v for k, v in changes.get(above, {}).items() if k not in _REASONS}
    parent = merged(resolved(above, changes), said)
    return merged({k: v for k, v in parent.items() if k not in _OWN}, preset)


def chain(name: str) -> list[str]:
    """A preset and those that it extends, in order."""
    found = [name]
    while above := presets()[found[-1]].get("extends"):
        found.append(above)
    return found


def states(table: Mapping[str, Any]) -> list[tuple[float, dict[str, Any]]]:
    """A preset's table as it is from each date on, in order; the first holds since ever.

    Dates count from 00:00 UTC, in seconds since 1970.
    """
    changes = [
        (start_of(change.get("effective"), -inf), start_of(change.get("until"), inf), change)
        for change in table.get("changes", ())
    ]
    dates = {-inf, *(start for start, _, _ in changes), *(end for _, end, _ in changes)} - {inf}
    found = []
    for date in sorted(dates):
        state = {key: value for key, value in table.items() if key != "changes"}
        for start, end, change in changes:
            if start <= date < end:
                state = merged(state, {k: v for k, v in change.items() if k not in _DATES})
        found.append((date, state))
    return found


def start_of(date: object, without: float) -> float:
    """00:00 UTC of a date, in seconds since 1970; ``without`` where there is none."""
    if date is None:
        return without
    day = datetime.date.fromisoformat(str(date)[:10])
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``change`` on top: tables merge, everything else replaces."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            value = merged(old, value)  # noqa: PLW2901
        result[key] = value
    return result
