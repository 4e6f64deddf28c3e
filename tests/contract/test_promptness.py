"""What was fed has been sent, but for a token that is not finished: no page waits for its end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Here, a_policy
from tests.contract.shapes import HTML, TAG, cut

from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard
from consentguard.http.message import Request

#: A script's start tag waits for its end, or for so much of it.
SCRIPT = 256 * 1024
#: What the rewriter takes in at a time.
PIECE = 64 * 1024
TEXTS = (b"some text", b"\n", b"caf\xc3\xa9 & tea", b"a > b")
TOKENS = (
    b"<p>",
    b"</p>",
    b"<a href='/x?a>b' class=y>",
    b'<img alt="<p>" src=/logo.png>',
    b"<!-- a > b <p> -->",
    b"<title>a < b</title>",
    b"<textarea><p></textarea>",
    b"<style>p { background: url(/a.png) }</style>",
    b"<script>let a = '</p>' < 3;</script>",
    TAG,
)


def a_guard(place: Here) -> ConsentGuard:
    """Where everything is allowed the bytes that leave can be counted."""
    return ConsentGuard(a_policy(), ["key"], ledger=None, geo=place)


OPEN, GATING = a_guard(Here("US", "US-TX")), a_guard(Here("DE"))
#: Into the answer to a fetch nothing is put.
FETCH = [(b"host", b"site.test"), (b"sec-fetch-dest", b"empty")]


def exchange(guard: ConsentGuard) -> Exchange:
    """A fetch of a page."""
    return guard.exchange(Request("GET", "http", "/", "", b"", FETCH))


def settled(parts: list[bytes], fed: int) -> int:
    """Where the token begins that the end of so many bytes cuts; all of them, in text."""
    at = 0
    for part in parts:
        if at + len(part) > fed:
            return fed if part in TEXTS else at
        at += len(part)
    return fed


PARTS = st.lists(st.sampled_from(TEXTS + TOKENS), min_size=1, max_size=12)


@settings(max_examples=300)
@given(PARTS, st.data())
def test_bytes_that_were_fed_are_sent_but_for_an_unfinished_token(
    parts: list[bytes], data: Any
) -> None:
    parts = [b"<!doctype html>", *parts]
    page = b"".join(parts)
    places = data.draw(st.lists(st.integers(1, len(page)), max_size=8))
    first, *rest = cut(page, places)
    reply = exchange(OPEN).reply(200, [HTML], first)
    _, out = reply.open(first, whole=False)
    fed = len(first)
    assert settled(parts, fed) <= len(out) <= fed
    for piece in rest:
        out += reply.feed(piece)
        fed += len(piece)
        assert settled(parts, fed) <= len(out) <= fed
    assert out + reply.finish() == page


@pytest.mark.parametrize("guard", [OPEN, GATING], ids=["allowed", "gated"])
def test_a_script_is_held_up_to_its_bound_and_no_further(guard: ConsentGuard) -> None:
    reply = exchange(guard).reply(200, [HTML], b"<p>")
    assert reply.open(b"<p><script>", whole=False)[1] == b"<p>"
    fed = sent = 0
    while not sent:
        sent += len(reply.feed(b"a" * 1000))
        fed += 1000
        assert fed <= SCRIPT + PIECE
    assert fed >= SCRIPT
    assert len(reply.feed(b"b" * 1000)) == 1000


@pytest.mark.parametrize("guard", [OPEN, GATING], ids=["allowed", "gated"])
def test_what_stands_before_a_tracker_does_not_wait_for_it(guard: ConsentGuard) -> None:
    reply = exchange(guard).reply(200, [HTML], b"<p>")
    assert reply.open(b"<p>one<p>two", whole=False)[1] == b"<p>one<p>two"
    assert reply.feed(b"<p>three" + TAG[:9]) == b"<p>three"
    assert reply.feed(TAG[9:] + b"<p>four").endswith(b"<p>four")
