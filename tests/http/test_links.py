"""``Link``, ``Refresh`` and ``Speculation-Rules``: what they make a browser load without a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.waiting import gated, waits

from consentguard.http.contacts import gate


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
        b"<https://tracker.example>; rel=preload; rel=author",
        b" , junk <https://tracker.example>; rel=icon",
        b"<https://tracker.example>\r\n ;\r\n rel=prefetch",
        b"<https://tracker.example/\xc3\xbc>; rel=prerender",
        b"<https://tracker.example>; rel='preload'",
        b"<https://tracker.example>; title='\"'; rel=preload",
        b'<https://tracker.example>; title="x; rel=prefetch',
    ],
)
def test_a_link_to_a_denied_host_is_dropped_with_its_header(value: bytes) -> None:
    headers, dropped = gate([(b"a", b"1"), (b"Link", value), (b"b", b"2")], waits())
    assert headers == [(b"a", b"1"), (b"b", b"2")]
    assert len(dropped) == 1


@pytest.mark.parametrize(
    "value",
    [
        b"</style.css>; rel=preload; as=style , </b>;rel=prefetch",
        b'<https://tracker.example/about>; rel="author license"',
        b"<https://tracker.example/>",
        b"<https://tracker.example/>; rel=author; rel=preload",
        b'<https://tracker.example/>; title="rel=preload"; rel=canonical',
        b"<https://tracker.example/>; title='it'; rel=author",
        b"no link at all, \xff\x00",
        b"<unfinished https://tracker.example; rel=preload",
        b"",
    ],
)
def test_what_stays_keeps_its_bytes(value: bytes) -> None:
    assert gate([(b"Link", value)], waits()) == ([(b"Link", value)], [])


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        (b"rel=stylesheet", "style"),
        (b"rel=preload; as=script", "script"),
        (b"rel=preload; as=image", "image"),
        (b"rel=preload; as=font", "font"),
        (b"rel=preload", "hint"),
        (b"rel=modulepreload", "script"),
        (b"rel=prefetch", "hint"),
        (b"rel=preconnect", "hint"),
        (b"rel=dns-prefetch", "hint"),
        (b"rel=prerender", "hint"),
        (b"rel=compression-dictionary", "hint"),
        (b"rel=next", "hint"),
        (b"rel=icon", "image"),
        (b'rel="shortcut icon"', "image"),
        (b"rel=apple-touch-icon", "image"),
        (b"rel=manifest", "manifest"),
    ],
)
def test_every_relation_is_judged_as_its_tag_is(parameters: bytes, kind: str) -> None:
    value, asked = b"<https://tracker.example>; " + parameters, list[str]()
    assert gated(b"link", value, given=waits(asked=asked)) is None
    assert asked == [kind]
    assert gated(b"link", value, given=waits(free=True)) == value


def test_only_the_denied_ones_of_several_go() -> None:
    value = (
        b'</a.css>; rel=preload; title="x, y; <z>" , <https://tracker.example/t.js>; rel=preload,'
        b"  <https://tracker.example/>; rel=author,<https://cdn.example/f.woff2>;rel=preload"
    )
    assert gated(b"link", value) == (
        b'</a.css>; rel=preload; title="x, y; <z>", <https://tracker.example/>; rel=author, '
        b"<https://cdn.example/f.woff2>;rel=preload"
    )


def test_several_link_headers_are_one() -> None:
    headers, dropped = gate(
        [
            (b"link", b"<https://tracker.example/1>; rel=preload"),
            (b"LINK", b"</ok>; rel=preload"),
            (b"link", b"<https://tracker"),
            (b"link", b".example/2>; rel=prefetch"),
        ],
        waits(),
    )
    assert headers == [(b"link", b"</ok>; rel=preload")]
    assert dropped == ["https://tracker.example/1", "https://tracker, .example/2"]


def test_the_candidates_of_a_preloaded_picture_are_judged() -> None:
    value = b'</a.png>; rel=preload; as=image; imagesrcset="/a.png 1x, https://tracker.test/a 2x"'
    assert gated(b"link", value) is None
    fine = value.replace(b"https://tracker.test", b"")
    assert gated(b"link", fine) == fine


def test_a_refresh_to_a_denied_host_is_dropped() -> None:
    assert gated(b"Refresh", b'0;url="https://tracker.example/"') is None
    assert gated(b"refresh", b"0;url=/next") == b"0;url=/next"
    assert gated(b"refresh", b"0;url=/next", b"0; url=https://tracker.example/") is None
    assert gated(b"refresh", b"0;url=/next", b"5") == b"0;url=/next | 5"


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (b'"https://tracker.example/r.json"', None),
        (b'"/own.json", "https://tracker.example/r.json";x', b'"/own.json"'),
        (b'"https:\\/\\/tracker.example/r.json"', None),
        (b"https://tracker.example/r.json", None),
        (b'"https://tracker.example/r.json', None),
        (b'"/a,b.json",/c', b'"/a,b.json",/c'),
        (b'  "/own.json" ', b'  "/own.json" '),
    ],
)
def test_rule_sets_of_denied_hosts_go(value: bytes, left: bytes | None) -> None:
    asked = list[str]()
    assert gated(b"speculation-rules", value, given=waits(asked=asked)) == left
    assert set(asked) == {"script"}


PIECES = [b"<", b">", b'"', b",", b";", b"\\", b"rel=preload", b" ", b"https://tracker.example"]


@given(st.lists(st.sampled_from([*PIECES, b"x", b"'"]), max_size=30).map(b"".join))
def test_what_stays_is_a_part_of_what_was_sent(value: bytes) -> None:
    for name in (b"link", b"speculation-rules"):
        kept = gated(name, value)
        if not gate([(name, value)], waits())[1]:
            assert kept == value
        elif kept is not None:
            # Nothing that was kept is denied when it is read again.
            assert gated(name, kept) == kept
