"""One way through for every header that contacts or serves somebody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.http.waiting import dropped, gated, waits

from consentguard.http.contacts import ADVERTISING, NAMES, gate, speaks
from consentguard.http.message import Header, fields_of

NAME = st.sampled_from(sorted(NAMES))


@pytest.mark.parametrize("name", ADVERTISING)
def test_what_belongs_to_advertising_waits_for_it(name: bytes) -> None:
    assert gated(name, b"?1") is None
    assert dropped((name.upper(), b"?1")) == ["advertising"]
    assert gated(name, b"?1", given=waits(free=True)) == b"?1"


@pytest.mark.parametrize(
    "name",
    [
        b"sourcemap",
        b"origin-trial",
        b"set-login",
        b"clear-site-data",
        b"use-as-dictionary",
        b"supports-loading-mode",
        b"cross-origin-embedder-policy",
        b"sec-session-registration",
    ],
)
def test_what_contacts_nobody_is_not_looked_at(name: bytes) -> None:
    assert name not in NAMES
    assert gated(name, b'x; report-to="https://tracker.test"') is not None


def test_order_and_other_headers_stay() -> None:
    headers = [
        (b"A", b"1"),
        (b"Link", b"</a>; rel=preload"),
        (b"B", b"2"),
        (b"link", b"<//tracker.test>; rel=preload"),
        (b"Refresh", b"0;url=//tracker.test"),
        (b"Link", b"</b>; rel=preload"),
        (b"A", b"3"),
    ]
    kept, gone = gate(headers, waits())
    assert kept == [
        (b"A", b"1"),
        (b"Link", b"</a>; rel=preload, </b>; rel=preload"),
        (b"B", b"2"),
        (b"A", b"3"),
    ]
    assert gone == ["//tracker.test", "//tracker.test"]
    assert gate(headers, waits(free=True)) == (headers, [])


VALUES = st.sampled_from([b"", b"a", b"REPORT-URI //tracker.test", b"Ch-ua-model=*", b"b, c"])


@given(NAME, VALUES, VALUES)
def test_what_is_passed_over_at_first_sight_says_nothing(
    name: bytes, one: bytes, two: bytes
) -> None:
    headers = [(name.title(), one), (name, two), (b"content-type", b"ch-report-uri")]
    if not speaks(fields_of(headers), headers):
        assert gate(headers, waits()) == (headers, [])


def test_at_first_sight() -> None:
    def speaking(*headers: Header) -> bool:
        return speaks(fields_of(headers), headers)

    assert not speaking((b"Content-Security-Policy", b"img-src 'none'"), (b"link-x", b""))
    assert speaking((b"Content-Security-Policy", b"Report-URI /x"))
    assert speaking((b"NEL", b""))


@given(st.lists(st.tuples(NAME, st.binary(max_size=60)), max_size=6))
def test_any_bytes_are_read(headers: list[tuple[bytes, bytes]]) -> None:
    kept, gone = gate(headers, waits())
    if not gone:
        assert kept == headers
    # With everything allowed nothing is touched, whatever it is.
    assert gate(headers, waits(free=True)) == (headers, [])


@given(NAME, st.lists(st.binary(max_size=30), max_size=3))
def test_what_has_gone_through_goes_through_again(name: bytes, values: list[bytes]) -> None:
    kept, _ = gate([(name, value) for value in values], waits(unread=False))
    assert gate(kept, waits(unread=False)) == (kept, [])


HOSTILE = [b"<", b">", b'"', b"\\", b";", b" ", b'<a>"', b"<a>;", b"<a>; rel", b'<a>;"\\', b"0"]
HOSTILE += [
    b"<>,",
    b"= ",
    b"'",
    b"(",
    b"report-uri ",
    b"ch-a=(",
    b"{",
    b"[",
    b'{"a":',
    b", 1;",
    b"*",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("before", [b"", b"<a>", b'<a>; x="', b"report-uri x", b"ch-a=(x", b"a=1,"])
def test_a_long_header_of_anything_is_read_once(piece: bytes, before: bytes) -> None:
    hostile = before + piece * (40_000 // len(piece)) + b"\\"
    for name in NAMES:
        gate([(name, hostile)], waits())
