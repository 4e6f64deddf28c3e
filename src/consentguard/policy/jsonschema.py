"""The JSON Schema of a policy file (draft 2020-12), made from the loader's own shape.

An editor that has it completes keys, shows what they mean and marks what the loader would refuse.
It knows the form of a file, not what its names refer to: ``consentguard check`` tells that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentguard.geo.headers import CDNS, PREFIX
from consentguard.model import STANDARD_PURPOSES, UNKNOWN
from consentguard.policy import shape
from consentguard.policy.keys import ANY, Key, Path, keys
from consentguard.policy.presets import presets
from consentguard.policy.reader import ITEMS

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_PURPOSE_ID = "^[a-z][a-z0-9_:-]*$"
_HOST = r"(\[[0-9A-Fa-f:.]+\]|[^/\s?#@\\:\[\]]+)(:(0*[1-9][0-9]{0,4})?)?"

#: What the loader says that it wants, as a schema. Lists of words need no line.
_EXPECTED: Mapping[str, Schema] = {
    "a string in quotes": _TEXT,
    "true or false": {"type": "boolean"},
    "a whole number": {"type": "integer"},
    "a whole number above 0": {"type": "integer", "minimum": 1},
    "a table": {"type": "object"},
    "a list of strings": _TEXTS,
    # JSON has no dates: editors hand a TOML date over as a string.
    "a date": _TEXT,
    "a table of strings": {"type": "object", "additionalProperties": _TEXT},
    "a text, or one for each language": {
        "anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT, "minProperties": 1}]
    },
    "texts by key": {
        "type": "object",
        "additionalProperties": {"anyOf": [_TEXT, {"type": "object"}]},
    },
    "a table of ages in years by country": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
    },
    "a list of tables": {"type": "array", "items": {"type": "object"}},
    "a number of hops, or networks": {"anyOf": [{"type": "integer"}, _TEXTS]},
    (shape.provider(None) or ""): {
        "anyOf": [
            {"enum": ["bundled", "mmdb", *CDNS]},
            {"type": "string", "pattern": f"^{PREFIX}"},
        ]
    },
    "an origin": {"type": "string", "pattern": f"^https?://{_HOST}/?$"},
    "a domain": {"type": "string", "pattern": r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$"},
    "a colour": {"type": "string", "pattern": f"^({shape.COLOUR})$"},
    "a length": {"type": "string", "pattern": f"^({shape.LENGTH})$"},
    "font families": {"type": "string", "pattern": f"^({shape.FONTS})$"},
    "a path": {"type": "string", "pattern": r"^(/[A-Za-z0-9._~-]+)+$"},
    "a list of paths": {"type": "array", "items": {"type": "string", "pattern": "^/"}},
}


def schema() -> Schema:
    """The whole schema, as JSON has it."""
    every = {key.path: key for key in keys()}
    return {
        "$schema": DRAFT,
        "title": "consentguard policy file",
        "description": "What a site promises its visitors about cookies and trackers.",
        **_table((), shape.POLICY, every),
    }


def _table(path: Path, table: shape.Shape, every: Mapping[Path, Key]) -> Schema:
    rules = {name: _rule((*path, name), rule, every) for name, rule in table.items()}
    others = rules.pop(ANY, False)
    required = [name for name in rules if every[*path, name].required]
    found: Schema = {"type": "object", "additionalProperties": others}
    if rules:
        found["properties"] = rules
    if required:
        found["required"] = required
    return found


def _rule(path: Path, rule: Any, every: Mapping[Path, Key]) -> Schema:
    key = every[path]
    said: Schema = {"title": key.name, "description": _description(key)}
    if path in ITEMS:
        said |= {"type": "array", "items": _table(path, ITEMS[path], every)}
    elif callable(rule):
        said |= _value(key)
    else:
        said |= _table(path, rule, every)
    said |= _beyond().get(path, {})
    if key.default is not None:
        said["default"] = key.default
    return said


def _value(key: Key) -> Schema:
    if key.expected in _EXPECTED:
        return _EXPECTED[key.expected]
    if not key.choices:
        raise KeyError(f"{key.name}: no schema for {key.expected!r}")
    return {"enum": list(key.choices)}


def _description(key: Key) -> str:
    words = [key.means]
    if key.default_words:
        words.append(f"Default: {key.default_words}.")
    if key.later:
        words.append("Kept, but not enforced by this version.")
    return " ".join(words)


def _beyond() -> Mapping[Path, Schema]:
    """What the loader demands beyond the shape, as far as a schema can say it."""
    purposes: Schema = {"anyOf": [{"enum": list(STANDARD_PURPOSES)}, _own_purpose()]}
    regions: Schema = {"anyOf": [{"enum": list(presets())}, _TEXT]}
    return {
        ("schema",): {"enum": [1]},
        ("site", "name"): {"minLength": 1},
        ("site", "contact"): {"minLength": 1},
        ("purposes",): {"propertyNames": _own_purpose()},
        ("services", ANY, "purposes"): {"items": purposes, "minItems": 1},
        ("regions", ANY, "extends"): {"enum": list(presets())},
        ("geo", "unknown"): regions,
        ("geo", "default"): regions,
    }


def _own_purpose() -> Schema:
    return {"type": "string", "pattern": _PURPOSE_ID, "not": {"enum": [UNKNOWN]}}
