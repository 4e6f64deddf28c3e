"""The schema and the loader say the same about the form of a file."""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.conftest import SITE

from consentguard.policy import shape
from consentguard.policy.jsonschema import DRAFT, schema
from consentguard.policy.keys import ANY, Key, keys
from consentguard.policy.loader import PolicyReader
from consentguard.policy.positions import Positions
from consentguard.policy.presets import presets
from consentguard.policy.reader import ITEMS, Reader

HERE = Path(__file__).parent
VALIDATOR = Draft202012Validator(schema())

#: Errors of form, as far as a schema can see them; all others are about what names refer to.
FORM = {"E100", "E101", "E102", "E104", "E201", "E400"}

SIMPLEST = """\
schema = 1
[site]
name = "Example Shop"
controller = "Example Ltd"
contact = "privacy@shop.example"
policy_url = "/privacy"
"""


def as_json(value: Any) -> Any:
    """What an editor hands over: TOML dates and times are strings there."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def errors(data: dict[str, Any]) -> set[str]:
    """The loader's error codes for parsed data."""
    reader = PolicyReader(data, Positions(""))
    reader.policy("f", "")
    return {problem.code for problem in reader.problems if problem.is_error}


def agree(data: dict[str, Any]) -> None:
    said = errors(data)
    valid = VALIDATOR.is_valid(as_json(data))
    assert not (valid and said & FORM), (data, said)
    assert valid or said, (data, [e.message for e in VALIDATOR.iter_errors(as_json(data))])


def agree_on_form(data: dict[str, Any]) -> None:
    """The same, and the regions are only built where it matters: that takes its time."""
    reader = Reader(data, Positions(""))
    reader.check(data, shape.POLICY, ())
    wrong = any(problem.is_error for problem in reader.problems)
    if wrong == VALIDATOR.is_valid(as_json(data)):
        agree(data)


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    assert schema()["$schema"] == DRAFT
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize(
    "text",
    [
        SIMPLEST,
        (HERE / "long.toml").read_text("utf-8"),
        (HERE.parents[1] / "examples/demo/consent.toml").read_text("utf-8"),
        (HERE.parents[1] / "src/consentguard/policy/starter.toml").read_text("utf-8"),
    ],
    ids=["simplest", "long", "demo", "starter"],
)
def test_sound_files_are_sound_by_the_schema_too(text: str) -> None:
    data = tomllib.loads(text)
    assert errors(data) == set()
    assert [error.message for error in VALIDATOR.iter_errors(as_json(data))] == []


def test_the_long_file_shows_most_keys() -> None:
    used = set(paths_of(tomllib.loads((HERE / "long.toml").read_text("utf-8"))))
    shown = {key.name for key in keys() if key.check and fits(key.path, used)}
    missing = {key.name for key in keys() if key.check and ".minors" not in key.name} - shown
    assert len(shown) > 2 * len(missing), missing


def paths_of(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*above, key)
        yield from paths_of(inner, (*above, key))


def fits(path: tuple[str, ...], used: set[tuple[str, ...]]) -> bool:
    return any(
        len(one) == len(path) and all(a in (b, ANY) for a, b in zip(path, one, strict=True))
        for one in used
    )


# -- each key ------------------------------------------------------------------------------------

VALUES: tuple[Any, ...] = (
    *("", "x", "eea-gdpr", "opt-in", "none", "deny", "security", "audience", "hmac", "mmdb"),
    *("header:X", "header", "bundled", "/p", "/p/", "/", "p", "example.org", ".org", "a..b"),
    *("https://a.test", "http://a.test:80/", "https://a.test/x", "https://[::1]:9", "ftp://a"),
    *("https://a:b", "https://:1", "https://", "https://u@a", "https://a:", "https://a:0"),
    *("2026-11-21", "everywhere", "basic", "person", "enforce", "private", "children", "high"),
    *(0, 1, -1, 2, 1.5, True, False, [], ["a"], ["a", 1], [1], [[]], {}, {"a": "b"}, {"a": 1}),
    *([{}], [{"from": 1}], [{"x": 1}], [{"model": "opt-in"}], [{"model": "x"}], ["DE"], ["x y"]),
)


def holding(key: Key, value: Any) -> dict[str, Any]:
    """A file that is sound but, perhaps, for this value of this key."""
    data: dict[str, Any] = tomllib.loads(SITE)
    here: Any = data
    for depth, part in enumerate(key.path[:-1]):
        path = key.path[: depth + 1]
        own = "media" if path == ("purposes", ANY) else "mine"
        here = here.setdefault(own if part == ANY else part, {})
        if path == ("services", ANY):
            here.setdefault("purposes", ["media"])
        if path == ("regions", ANY):
            here.setdefault("extends", "opt-in-strict")
    last = key.path[-1]
    names = {"purposes": "media", "services": "ga4" if "regions" in key.path else "mine"}
    here[names.get(key.path[-2], "mine") if last == ANY else last] = value
    return data


IN_TABLES = [
    key for key in keys() if not any(key.path[: len(p)] == p for p in ITEMS if p != key.path)
]


@pytest.mark.parametrize("key", IN_TABLES, ids=lambda key: key.name)
def test_schema_and_loader_take_the_same_values(key: Key) -> None:
    for value in VALUES:
        agree_on_form(holding(key, value))


@pytest.mark.parametrize("key", [k for k in keys() if k.check], ids=lambda key: key.name)
def test_an_editor_is_told_what_each_key_is(key: Key) -> None:
    here = schema()
    for part in key.path:
        here = here.get("items", here) if here.get("type") == "array" else here
        here = here["additionalProperties"] if part == ANY else here["properties"][part]
    assert here["title"] == key.name
    assert here["description"].startswith(key.means)
    assert here.get("default") == key.default
    if key.choices and key.name != "geo.provider":
        assert here["enum"] == list(key.choices)


def test_an_editor_is_offered_presets_and_purposes() -> None:
    tables = schema()["properties"]
    extends = tables["regions"]["additionalProperties"]["properties"]["extends"]
    assert extends["enum"] == list(presets())
    purposes = tables["services"]["additionalProperties"]["properties"]["purposes"]
    assert "analytics" in purposes["items"]["anyOf"][0]["enum"]


# -- any file ------------------------------------------------------------------------------------

NAMES = st.sampled_from(["media", "mine", "ga4", "Bad", "unknown", "eea"])


def near(rule: Any) -> st.SearchStrategy[Any]:
    """Data of the right form, or nearly."""
    if callable(rule):
        return st.sampled_from(VALUES)
    known = {k: near(r) for k, r in rule.items() if k != ANY}
    if ANY in rule:
        return st.dictionaries(NAMES, near(rule[ANY]), max_size=2)
    return st.fixed_dictionaries({}, optional=known | {"odd": st.just(1)})


@settings(max_examples=100)
@given(near({k: v for k, v in shape.POLICY.items() if k not in ("schema", "site")}))
def test_schema_and_loader_agree_on_any_file(data: dict[str, Any]) -> None:
    agree(tomllib.loads(SITE) | data)


@settings(max_examples=50)
@given(near(shape.POLICY["site"]), st.sampled_from([1, 2, True, "1", None]))
def test_schema_and_loader_agree_on_any_site(site: Any, number: Any) -> None:
    agree({"site": site} | ({} if number is None else {"schema": number}))
