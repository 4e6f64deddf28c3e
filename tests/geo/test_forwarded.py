from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.geo.forwarded import MAX_ELEMENT, comma_before, node


def elements(value: bytes, limit: int) -> list[bytes]:
    """The last ones, at most so many, in order."""
    found: list[bytes] = []
    end = len(value)
    while end >= 0 and len(found) < limit:
        at = comma_before(value, end)
        found.append(b"" if at is None else value[at + 1 : end])
        end = -1 if at is None else at
    return found[::-1]


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        (b"for=1.1.1.1", 5, [b"for=1.1.1.1"]),
        (b"a,b,c", 2, [b"b", b"c"]),
        (b'a,for="b",c', 2, [b'for="b"', b"c"]),
        (b'a,for="b,c;d",e', 2, [b'for="b,c;d"', b"e"]),
        (b'a,x="say \\"hi\\", you",e', 2, [b'x="say \\"hi\\", you"', b"e"]),
        (b'for="1.1.1.1,for=2.2.2.2', 1, [b"for=2.2.2.2"]),
        (b'"', 3, [b'"']),
        (b"", 3, [b""]),
        (b',"a"', 3, [b"", b'"a"']),
        # nothing before an element that is too long can be told
        (b'a,"' + b"x" * 600 + b'",b', 3, [b"", b"b"]),
    ],
)
def test_the_last_elements(value: bytes, limit: int, expected: list[bytes]) -> None:
    assert elements(value, limit) == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (b"for=1.2.3.4", b"1.2.3.4"),
        (b" FOR=1.2.3.4 ; proto=https", b"1.2.3.4"),
        (b'for="[2001:db8::1]:80"', b"[2001:db8::1]:80"),
        (b'for="1.2.3.4:_a.b-c"', b"1.2.3.4"),
        (b"for=_hidden", b"_hidden"),
        (b"for=unknown;by=_me", b"unknown"),
        (b";;for=1.2.3.4;;", b"1.2.3.4"),
        (b'host="a;for=6.6.6.6";for=1.2.3.4', b"1.2.3.4"),
        (b"", b""),
        (b"proto=https", b""),
        (b"for", b""),
        (b"for=", b""),
        (b"=1.2.3.4", b""),
        (b"for=1.2.3.4 for=5.6.7.8", b""),
        (b"for=1.2.3.4;FOR=5.6.7.8", b""),
        (b'for="1.2.3.4', b""),
        (b'for="1.2.3.4"x', b""),
        (b"for=1.2.3.4;;" + b";" * MAX_ELEMENT, b""),
    ],
)
def test_whom_an_element_names(element: bytes, expected: bytes) -> None:
    assert node(element) == expected


@given(st.binary(max_size=300), st.integers(1, 64))
def test_anything_is_read(value: bytes, limit: int) -> None:
    found = elements(value, limit)
    assert 1 <= len(found) <= limit
    for element in found:
        assert element in value
        node(element)


@pytest.mark.parametrize("unit", [b'"', b",", b'",', b'\\"', b'for="', b";", b"for=1;"])
def test_a_million_characters_are_nothing(unit: bytes) -> None:
    value = unit * (1_000_000 // len(unit)) + b',x="y"'
    assert elements(value, 64)[-1] == b'x="y"'
    assert all(len(node(element)) <= MAX_ELEMENT for element in elements(value, 64))
