from __future__ import annotations

import datetime
import json
import tomllib
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentguard.policy.positions import _KEY, KeyPath, Positions, _unquoted, source_line

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
[ "a.b" . 'c d' ]
lifetime . "grant\\u005fmonths" = 3
text = \"\"\"
key = "no" \\\"\"\" ]
\"\"\"\"\"
[[ rules . "sub" . list ]]
[[rules.sub.list]]
y = 1979-05-27 07:32:00
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("schema",), (1, 1)),
        (("site",), (2, 2)),
        (("site", "name"), (3, 1)),
        (("site", "quoted.key"), (4, 1)),
        (("site", "site"), (5, 1)),
        (("site", "site", "deep"), (5, 6)),
        (("site", "site", "deep", "inner"), (5, 15)),
        (("site", "site", "deep", "inner", 1, "x"), (5, 29)),
        (("site", "site", "deep", "other"), (5, 39)),
        (("site", "list", 1), (10, 3)),
        (("services",), (12, 2)),
        (("services", "a"), (12, 11)),
        (("services", "a", "cookies"), (13, 1)),
        (("rules",), (14, 3)),
        (("rules", 1), (16, 3)),
        (("rules", 1, "age"), (17, 1)),
        (("rules", 1, "sub"), (18, 8)),
        (("rules", 1, "sub", "x"), (19, 1)),
        (("a.b", "c d"), (20, 11)),
        (("a.b", "c d", "lifetime", "grant_months"), (21, 12)),
        (("rules", 1, "sub", "list", 1), (26, 13)),
        (("rules", 1, "sub", "list", 1, "y"), (27, 1)),
        (("site", "name", "nowhere"), (3, 1)),
        (("nowhere",), (1, 1)),
    ],
)
def test_every_key_is_found_where_it_stands(path: KeyPath, place: tuple[int, int]) -> None:
    assert Positions(TEXT).at(path) == place


def test_a_table_stands_at_its_own_header_not_at_that_of_a_table_inside_it() -> None:
    assert Positions("[a.b]\nx = 1\n[a]\ny = 1\n").at(("a",)) == (3, 2)
    assert Positions("[a.b]\nx = 1\n").at(("a",)) == (1, 2)


def test_a_line_is_shown_without_its_end_and_a_tab_is_one_column() -> None:
    assert source_line("a\r\n\tb\n", 2) == " b"
    assert source_line("a\r\n\tb\n", 1) == "a"
    assert source_line("a", 0) == source_line("a", 2) == ""


# -- any file ------------------------------------------------------------------------------------


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return {path} | {p for key, inner in items for p in paths(inner, (*path, key))}


class Writer:
    """The same data in one of the many ways that TOML has to write it."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def maybe(self) -> bool:
        return self.random.random() < 0.5

    def space(self) -> str:
        return self.random.choice(["", "", " ", "\t"])

    def end(self) -> str:
        return self.random.choice(["\n", "\r\n", " # ] = } \"'''\n", "\n\n"])

    def key(self, key: str) -> str:
        if key and all(c.isascii() and (c.isalnum() or c in "-_") for c in key) and self.maybe():
            return key
        if "'" not in key and self.maybe():
            return f"'{key}'"
        return json.dumps(key, ensure_ascii=self.maybe())

    def dotted(self, keys: list[str]) -> str:
        return f"{self.space()}.{self.space()}".join(self.key(key) for key in keys)

    def table(self, data: dict[str, Any], path: list[str]) -> str:
        """Keys first, then the tables that get a header of their own."""
        below = {k: v for k, v in data.items() if self.maybe() and self.headed(v)}
        body = "".join(self.pair([k], v) for k, v in data.items() if k not in below)
        for key, value in below.items():
            inner = [*path, key]
            if isinstance(value, dict):
                body += f"{self.space()}[{self.space()}{self.dotted(inner)}{self.space()}]"
                body += self.end() + self.table(value, inner)
            else:
                for item in value:
                    body += f"[[{self.space()}{self.dotted(inner)}{self.space()}]]{self.end()}"
                    body += self.table(item, inner)
        return body

    @staticmethod
    def headed(value: Any) -> bool:
        tables = isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
        return isinstance(value, dict) or bool(tables)

    def pair(self, keys: list[str], value: Any) -> str:
        if isinstance(value, dict) and value and self.maybe():
            return "".join(self.pair([*keys, key], inner) for key, inner in value.items())
        text = f"{self.dotted(keys)}{self.space()}={self.space()}{self.value(value)}"
        return self.space() + text + self.end()

    def value(self, value: Any) -> str:
        if isinstance(value, dict):
            pairs = (f"{self.key(k)} = {self.value(v)}" for k, v in value.items())
            return "{" + self.space() + ", ".join(pairs) + self.space() + "}"
        if isinstance(value, list):
            gap = self.end() if self.maybe() else self.space()
            items = "".join(f"{self.value(v)}{self.space()},{gap}" for v in value)
            return f"[{gap}{items}]"
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, datetime.date | datetime.time):
            return value.isoformat()
        return json.dumps(value)

    def string(self, value: str) -> str:
        choice = self.random.randrange(4)
        if choice == 0 and "'" not in value and "\n" not in value:
            return f"'{value}'"
        if choice == 1 and "'''" not in value and not value.endswith("'"):
            return f"'''\n{value}'''"
        if choice == 2:
            return '"""\n' + value.replace("\\", "\\\\").replace('"""', '\\"""') + '"""'
        return json.dumps(value)


KEYS = st.text("ab-_9. é#]=\"'\\", max_size=3)
TEXTS = st.text("ab ]}[{#,=.\"'\\\n", max_size=8).filter(lambda t: not t.endswith('"'))
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-9, 9), st.dates(), st.datetimes()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.integers())
@example({"a": {"a": [{"b": {}}, {"b": {"c": 1}}]}, "": {"": {"a.b": 0}}}, 1)
def test_every_key_that_tomllib_yields_has_a_place_and_stands_there(data: Any, seed: int) -> None:
    text = Writer(Random(seed)).table(data, [])
    read = tomllib.loads(text)
    positions = Positions(text)
    assert paths(read) == set(positions.found) | {()}
    for path, offset in positions.found.items():
        line, col = positions.at(path)
        assert text.split("\n")[line - 1][col - 1 :] == text[offset:].partition("\n")[0]
        if path and isinstance(path[-1], str):
            match = _KEY.match(text, offset)
            assert match is not None
            assert _unquoted(match) == path[-1]
