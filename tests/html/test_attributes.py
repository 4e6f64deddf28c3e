from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.attributes import attributes, decode, decode_with_spans


def parsed(tag: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (one.name, tag[one.value_start : one.value_end]) for one in attributes(tag, 2, len(tag))
    ]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"<a>", []),
        (b"<a/>", []),
        (b"<a x>", [(b"x", b"")]),
        (b"<a X=1 x=2>", [(b"x", b"1"), (b"x", b"2")]),
        (b"<a x = 'a b' y=\"c'd\">", [(b"x", b"a b"), (b"y", b"c'd")]),
        (b"<a x='1'y='2'/>", [(b"x", b"1"), (b"y", b"2")]),
        (b"<a x=>", [(b"x", b"")]),
        (b"<a x=/y/>", [(b"x", b"/y/")]),
        (b"<a =x=1>", [(b"=x", b"1")]),
        (b"<a/x/y>", [(b"x", b""), (b"y", b"")]),
        (b"<a x y=1>", [(b"x", b""), (b"y", b"1")]),
        (b"<a x\n=\r1>", [(b"x", b"1")]),
        (b"<a x=a=b'>", [(b"x", b"a=b'")]),
        (b"<a x='>'>", [(b"x", b">")]),
        (b"<a \x00\xe9=1>", [(b"\x00\xe9", b"1")]),
    ],
)
def test_attributes_and_their_spans(tag: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    assert parsed(tag) == expected


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a&amp;b", "a&b"),
        ("?a=1&amp=2", "?a=1&amp=2"),
        ("?a&copy=1", "?a&copy=1"),
        ("?a&copy", "?a\xa9"),
        ("&copy&", "\xa9&"),
        ("&not", "\xac"),
        ("&not;", "\xac"),
        ("&noti;", "&noti;"),
        ("&notin;", "\u2209"),
        ("&notit", "&notit"),
        ("&not=", "&not="),
        ("&not;=", "\xac="),
        ("&bogus;", "&bogus;"),
        ("&sol;", "/"),
        ("&sol", "&sol"),
        ("&#47", "/"),
        ("&#x2F;&#X2f", "//"),
        ("&#0;&#xD800;&#1114112;&#99999999999;", "\ufffd\ufffd\ufffd\ufffd"),
        ("&#128;&#x9f;&#129;", "\u20ac\u0178\x81"),
        ("&#;&#x;&#xg;&", "&#;&#x;&#xg;&"),
        ("&NotEqualTilde;", "\u2242\u0338"),
        ("\0", "\ufffd"),
    ],
)
def test_character_references_in_attributes(raw: str, text: str) -> None:
    assert decode(raw.encode()) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50))
def test_decoding_undoes_escaping(text: str) -> None:
    assert decode(html.escape(text).encode()) == text


@given(st.binary(max_size=60), st.sampled_from(["utf-8", "cp932", "big5hkscs", "cp949", "gb18030"]))
def test_decoding_never_raises(raw: bytes, encoding: str) -> None:
    decode(raw, encoding)


@given(st.lists(st.sampled_from(["a", "&amp;", "&#47;", "&#x110000;", "&", ";", "=", "&lt"])))
def test_spans_lead_back_to_the_source(parts: list[str]) -> None:
    raw = "".join(parts).encode()
    whole = decode_with_spans(raw)
    assert whole.data.decode() == decode(raw)
    assert whole.source(0, end=False) == 0
    assert whole.source(len(whole.data), end=True) == len(raw)
    ends = [whole.source(at, end=True) for at in range(len(whole.data) + 1)]
    assert ends == sorted(ends)
    for start, (length, first, last) in zip(whole.starts, whole.spans, strict=True):
        assert whole.source(start, end=False) == first
        assert whole.source(start + length, end=True) == last
