from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.policy.positions import KeyPath, Positions

TEXT = """\
schema = 1
[site]
name = "a # [not] = a comment"   # [nor] = this
"quoted.key" = 'x'
site.deep = { inner = [1, { x = 2 }], other = '''
multi = line
''' }
list = [
  "one", # comment, with "quotes"
  "two",
]
[services.a]
cookies = []
[[rules]]
age = 1
[[rules]]
age = 2
[rules.sub]
x = 1
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("schema",), (1, 1)),
        (("site",), (2, 2)),
        (("site", "name"), (3, 1)),
        (("site", "quoted.key"), (4, 1)),
        (("site", "site", "deep", "inner"), (5, 15)),
        (("site", "site", "deep", "inner", 1, "x"), (5, 29)),
        (("site", "site", "deep", "other"), (5, 39)),
        (("site", "list", 1), (10, 3)),
        (("services", "a", "cookies"), (13, 1)),
        (("rules", 1, "age"), (17, 1)),
        (("rules", 1, "sub", "x"), (19, 1)),
        (("site", "name", "nowhere"), (3, 1)),
        (("nowhere",), (1, 1)),
    ],
)
def test_every_key_is_found_where_it_stands(path: KeyPath, place: tuple[int, int]) -> None:
    assert Positions(TEXT).at(path) == place


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return {path} | {p for key, inner in items for p in paths(inner, (*path, key))}


KEYS = st.text("abc_-9", min_size=1, max_size=3)
VALUES = st.recursive(
    st.sampled_from(["1", "true", '"x]}#,="', "'''a\n]'''", '"""b\n\\"}"""', "2026-11-21"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: "[" + ", # ]\n".join([*v, ""]) + "]"),
        st.dictionaries(KEYS, inner, max_size=2).map(
            lambda d: (
                "{ " + ", ".join(f'"{k}" = {v}' for k, v in d.items()) + " }"
                if not any("\n" in v for v in d.values())
                else "1"
            )
        ),
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_finds_exactly_the_keys_that_tomllib_finds(tables: dict[str, dict[str, str]]) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in table.items())
        for name, table in tables.items()
    )
    assert set(Positions(text).found) | {()} == paths(tomllib.loads(text))
