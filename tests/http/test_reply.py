"""A reply alone, with bodies that upper-case what they read, hold it back, or break."""

from __future__ import annotations

import pytest

from consentguard.http.csp import FENCE
from consentguard.http.reply import Body, Reply


class Louder:
    """Holds one byte back."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        seen = self._held + data
        self._held = seen[-1:]
        return seen[:-1].upper()

    def finish(self) -> bytes:
        return self._held.upper()

    def whole(self, data: bytes) -> bytes:
        return self.feed(data) + self.finish()


class Breaking(Louder):
    """Breaks at the n-th piece."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def feed(self, data: bytes) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise ValueError("a bug of ours")
        return super().feed(data)


HEADERS = [(b"content-type", b"text/html"), (b"set-cookie", b"a=b")]
DIGESTS = [(b"ETag", b'"x"'), (b"repr-digest", b"y"), (b"server-timing", b"z")]


def test_what_passes_is_not_touched() -> None:
    reply = Reply(HEADERS, None)
    assert reply.passes
    assert not reply.changes
    assert reply.open(b"a", whole=True) == (HEADERS, b"a")
    assert reply.feed(b"b") + reply.finish() == b"b"
    assert reply.trailers(iter(DIGESTS)) == DIGESTS


@pytest.mark.parametrize("whole", [True, False])
def test_a_body_that_is_rewritten(whole: bool) -> None:
    reply = Reply(HEADERS, Louder())
    assert reply.changes
    headers, out = reply.open(b"abc", whole=whole)
    assert headers == ([*HEADERS, (b"content-length", b"3")] if whole else HEADERS)
    if not whole:
        out += reply.feed(b"") + reply.finish()
    assert out == b"ABC"
    assert reply.trailers(DIGESTS) == DIGESTS[2:]


def test_to_watch_is_to_change_nothing() -> None:
    for body in (Louder(), Breaking(0)):
        reply = Reply(HEADERS, body, watch=True)
        assert not reply.changes
        assert reply.open(b"abc", whole=False) == (HEADERS, b"abc")
        assert reply.feed(b"d") + reply.finish() == b"d"
        assert reply.trailers(DIGESTS) == DIGESTS


@pytest.mark.parametrize("whole", [True, False])
def test_what_breaks_before_anything_has_left_is_fenced(
    whole: bool, caplog: pytest.LogCaptureFixture
) -> None:
    reply = Reply(HEADERS, Breaking(0))
    headers, out = reply.open(b"abc", whole=whole)
    assert FENCE in headers
    # They are gated already.
    assert dict(headers)[b"set-cookie"] == dict(HEADERS)[b"set-cookie"]
    assert dict(headers)[b"cache-control"] == b"private, no-store"
    assert out + reply.feed(b"d") + reply.finish() == b"abcd"
    assert reply.passes
    assert "a bug of ours" in caplog.text


def test_what_breaks_in_the_middle_ends_there(caplog: pytest.LogCaptureFixture) -> None:
    body: Body = Breaking(2)
    reply = Reply(HEADERS, body)
    out = reply.open(b"abc", whole=False)[1] + reply.feed(b"def")
    assert out == b"ABCDE"
    assert reply.feed(b"ghi") + reply.feed(b"jkl") + reply.finish() == b""
    assert caplog.text.count("cut off in the middle") == 1
