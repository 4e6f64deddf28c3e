from __future__ import annotations

import pytest

from consentguard.html.table import Shape
from consentguard.html.values import refresh, srcset, urls


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        (" , ", []),
        ("a", ["a"]),
        ("a 1x, b 2x", ["a", "b"]),
        ("a, b", ["a", "b"]),
        ("a,b", ["a,b"]),
        ("a,,, b", ["a", "b"]),
        ("a 1x,b 2x", ["a", "b"]),
        ("a (1,2),b", ["a", "b"]),
        ("a (1, b", ["a"]),
        ("data:image/png;base64,AA== 1x, b 2x", ["data:image/png;base64,AA==", "b"]),
        ("\n\ta 100w 5h ,\fb\r", ["a", "b"]),
        ("a nonsense, b", ["a", "b"]),
    ],
)
def test_srcset(value: str, expected: list[str]) -> None:
    assert list(srcset(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", []),
        ("", []),
        ("0;", []),
        ("url=x", []),
        ("0;url=x", ["x"]),
        ("0;URL = x y", ["x y"]),
        ("0, x", ["x"]),
        ("0 x", ["x"]),
        (".5;x", ["x"]),
        ("1.5 ; url='x' y", ["x"]),
        ('0;url="x', ["x"]),
        ("0;'x'", ["x"]),
        ("0x", []),
        ("0;url x", ["url x"]),
        ('1.5 , url="https://a.test/"junk', ["https://a.test/"]),
        ("0;url='https://a.test/\"", ['https://a.test/"']),
        ("3 https://a.test/", ["https://a.test/"]),
        ("0;https://a.test/;url=x", ["https://a.test/;url=x"]),
        (" 0 ; uRl=/next page ", ["/next page"]),
        ("0;url", ["url"]),
        ("0" * 9000 + ";url=//a.test", ["//a.test"]),
        # as Chromium reads it
        ("0;url='x'y'", ["x", "x'y"]),
        ("0;url=''x", ["'x"]),
        ("\v0\v;\u3000url='\u2003x'", ["x"]),
        ("+1e1;x", ["x"]),
    ],
)
def test_refresh(value: str, expected: list[str]) -> None:
    assert refresh(value) == expected


def test_shapes() -> None:
    assert list(urls(" a b ", Shape.URL)) == [" a b "]
    assert list(urls(" a\nb ", Shape.LIST)) == ["a", "b"]
    assert list(urls("a 1x", Shape.SRCSET)) == ["a"]
    assert list(urls("1;b", Shape.REFRESH)) == ["b"]
    assert list(urls("<p>", Shape.DOCUMENT)) == []
