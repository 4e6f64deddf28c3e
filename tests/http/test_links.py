"""``Link`` and ``Refresh``: headers by which a browser contacts a host without a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.http.links import gate, refresh_url


def denied(url: str, _: str) -> bool:
    return "tracker" in url


def gated(value: bytes, name: bytes = b"link") -> bytes | None:
    headers, _ = gate([(name, value)], denied)
    return headers[0][1] if headers else None


@pytest.mark.parametrize(
    "value",
    [
        b"<https://tracker.example>; rel=preconnect",
        b"<https://tracker.example/a.js>;rel=preload;as=script",
        b'<https://tracker.example/a,b.js>; as=script; REL = "PreLoad"',
        b'< https://tracker.example/ >; title="a, <b>; rel=next"; rel="x dns-prefetch y"',
        b'<//tracker.example>; title="; rel=next"; rel=preload',
        b'<https://tracker.example>; rel="pre\\load"',
        b"<https://tracker.example/<x>; rel=stylesheet",
        b'<https://tracker.example>; crossorigin; rel="modulepreload',
        b"<https://tracker.example>; rel=preload; rel=next",
        b" , junk <https://tracker.example>; rel=icon",
    ],
)
def test_a_link_to_a_denied_host_is_dropped_with_its_header(value: bytes) -> None:
    headers, dropped = gate([(b"a", b"1"), (b"Link", value), (b"b", b"2")], denied)
    assert headers == [(b"a", b"1"), (b"b", b"2")]
    assert len(dropped) == 1


@pytest.mark.parametrize(
    "value",
    [
        b"</style.css>; rel=preload; as=style , </b>;rel=next",
        b'<https://tracker.example/about>; rel="author license"',
        b"<https://tracker.example/>",
        b"<https://tracker.example/>; rel=next; rel=preload",
        b'<https://tracker.example/>; title="rel=preload"; rel=next',
        b"no link at all, \xff\x00",
        b"<unfinished https://tracker.example; rel=preload",
        b"",
    ],
)
def test_what_stays_keeps_its_bytes(value: bytes) -> None:
    assert gate([(b"Link", value)], denied) == ([(b"Link", value)], [])


def test_only_the_denied_ones_of_several_go() -> None:
    value = (
        b'</a.css>; rel=preload; title="x, y; <z>" , <https://tracker.example/t.js>; rel=preload,'
        b"  <https://tracker.example/>; rel=author,<https://cdn.example/f.woff2>;rel=preload"
    )
    assert gated(value) == (
        b'</a.css>; rel=preload; title="x, y; <z>", <https://tracker.example/>; rel=author, '
        b"<https://cdn.example/f.woff2>;rel=preload"
    )


def test_several_link_headers_are_each_looked_at() -> None:
    headers, dropped = gate(
        [
            (b"link", b"<https://tracker.example/1>; rel=preload"),
            (b"LINK", b"</ok>; rel=preload"),
            (b"link", b"<https://tracker.example/2>; rel=prefetch"),
        ],
        denied,
    )
    assert headers == [(b"LINK", b"</ok>; rel=preload")]
    assert dropped == ["https://tracker.example/1", "https://tracker.example/2"]


@pytest.mark.parametrize(
    ("value", "url"),
    [
        (b"5", ""),
        (b"", ""),
        (b"0;url=https://a.example/", "https://a.example/"),
        (b"0; URL = 'https://a.example/x'", "https://a.example/x"),
        (b'1.5 , url="https://a.example/"junk', "https://a.example/"),
        (b"0;url='https://a.example/\"", 'https://a.example/"'),
        (b"3 https://a.example/", "https://a.example/"),
        (b"0;https://a.example/;url=x", "https://a.example/;url=x"),
        (b" 0 ; uRl=/next page ", "/next page"),
        (b"0;url", "url"),
        (b"0;url=\xff", "\ufffd"),
        (b"0" * 9000 + b";url=//a.example", "//a.example"),
    ],
)
def test_refresh(value: bytes, url: str) -> None:
    assert refresh_url(value) == url


def test_a_refresh_to_a_denied_host_is_dropped() -> None:
    assert gated(b'0;url="https://tracker.example/"', b"Refresh") is None
    assert gated(b"0;url=/next", b"refresh") == b"0;url=/next"


PIECES = [
    b"<",
    b">",
    b'"',
    b",",
    b";",
    b"\\",
    b"rel=preload",
    b" ",
    b"https://tracker.example",
    b"x",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_what_stays_is_a_part_of_what_was_sent(value: bytes) -> None:
    kept = gated(value)
    headers, dropped = gate([(b"link", value)], denied)
    if not dropped:
        assert kept == value
    elif kept is not None:
        # Nothing that was kept is denied when it is read again.
        assert gate([(b"link", kept)], denied) == ([(b"link", kept)], [])
    assert len(headers) <= 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read(value: bytes) -> None:
    gate([(b"link", value), (b"refresh", value)], denied)


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b">",
        b'"',
        b"\\",
        b";",
        b" ",
        b'<a>"',
        b"<a>;",
        b"<a>; rel",
        b'<a>;"\\',
        b"0",
        b"<>,",
        b"= ",
    ],
)
def test_a_megabyte_of_anything_is_read_once(piece: bytes) -> None:
    value = piece * (1_000_000 // len(piece))
    for hostile in (value, b"<a>" + value, b'<a>; x="' + value, b"<a>; rel=" + value + b"\\"):
        gate([(b"link", hostile), (b"refresh", hostile)], denied)


def test_the_candidates_of_a_preloaded_picture_are_judged() -> None:
    value = b'</a.png>; rel=preload; as=image; imagesrcset="/a.png 1x, https://bad.test/a 2x"'
    assert gate([(b"link", value)], lambda url, _: "bad.test" in url)[0] == []
    fine = value.replace(b"https://bad.test", b"")
    assert gate([(b"link", fine)], lambda url, _: "bad.test" in url)[0] == [(b"link", fine)]
