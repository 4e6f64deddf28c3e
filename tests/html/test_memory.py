"""What an open response holds: the token that has no end yet, and little more."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.html.judging import BadHosts

from consentguard.html.names import MEMORY, TOKEN_LIMIT
from consentguard.html.rewriter import Rewriter

PIECE = 16 * 1024
URL = b"//bad.test/a "
#: What begins a token that is nearly as long as one may be, and what it is full of.
LONG = {
    "attributes": (b"<img ", b"a=1 "),
    "one attribute": (b"<img alt='", b"word "),
    "addresses": (b"<a ping='", URL),
    "pictures": (b"<img srcset='", URL + b"1x,"),
    "style": (b"<p style='", b"a:url(" + URL + b");"),
    "a document": (b"<iframe srcdoc='", b"<p>a"),
    "a sheet": (b"<style>", b"p{a:url(" + URL + b")}"),
    "a script": (b"<script>", b"a();"),
    "a comment": (b"<!--", b"word "),
    "what noscript holds": (b"<noscript>", b"<p>a"),
    "behind svg": (b"<svg><p title='", b"word "),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_token_is_held_once(kind: str) -> None:
    begin, fill = LONG[kind]
    size = TOKEN_LIMIT - 2 * PIECE
    rewriter = Rewriter(BadHosts())
    rewriter.feed(begin)
    pieces = fill * (PIECE // len(fill))
    tracemalloc.start()
    try:
        before, held = tracemalloc.get_traced_memory()[0], 0
        for _ in range(size // PIECE):
            rewriter.feed(bytes(bytearray(pieces)))
            held = max(held, tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    assert not rewriter.truncated
    # The buffer grows ahead of what it holds, by an eighth.
    assert held < 9 / 8 * TOKEN_LIMIT + MEMORY + 2 * PIECE
