"""Bundled jurisdictions: one TOML file each in ``presets/``, a region plus its facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Every bundled preset by id, as its file says it."""
    found: dict[str, Mapping[str, Any]] = {}
    for file in sorted(files(__package__).joinpath("presets").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            found.update(tomllib.loads(file.read_text("utf-8"))["preset"])
    return found


def resolved(name: str, changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A preset with its chain of ``extends`` merged; ``changes`` are the site's, by preset id.

    A preset that extends another one inherits what the site changed there, but never its codes.
    """
    preset = presets()[name]
    above: str | None = preset.get("extends")
    if above is None:
        return dict(preset)
    parent = merged(resolved(above, changes), changes.get(above, {}))
    return merged({k: v for k, v in parent.items() if k != "codes"}, preset)


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``change`` on top: tables merge, everything else replaces."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            value = merged(old, value)  # noqa: PLW2901
        result[key] = value
    return result
