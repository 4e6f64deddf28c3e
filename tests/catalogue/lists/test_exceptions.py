from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.lists.exceptions import Exceptions, Prefixes

LET_THROUGH = Exceptions(
    [("cdn.a.example", "/js/good.js"), ("b.example", ""), ("c.example", "/x"), ("c.example", "/xy")]
)


@pytest.mark.parametrize(
    ("host", "prefix", "spared"),
    [
        ("cdn.a.example", "/js/", True),
        ("cdn.a.example", "/js/good.js", True),
        ("cdn.a.example", "/img/", False),
        ("a.example", "", True),  # pierced below
        ("a.example", "/js", True),
        ("a.example", "/img", False),
        ("x.cdn.a.example", "/js/good.js/2", True),  # covered from above
        ("other.a.example", "", False),
        ("x.b.example", "/anything", True),
        ("c.example", "/xyz", True),
        ("c.example", "/y", False),
        ("example", "", True),
        ("d.example", "", False),
    ],
)
def test_what_is_let_through(host: str, prefix: str, spared: bool) -> None:
    assert LET_THROUGH.spare(host, prefix) is spared


@given(st.lists(st.text("ab", max_size=4)), st.text("ab", max_size=4))
def test_prefixes_say_what_comparing_with_each_says(texts: list[str], asked: str) -> None:
    expected = any(text.startswith(asked) or asked.startswith(text) for text in texts)
    assert Prefixes(texts).touches(asked) is expected
