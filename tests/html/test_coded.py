from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest
from tests.html.judging import MARK, BadHosts

from consentguard.errors import UnreadableBody
from consentguard.html.coded import Coded
from consentguard.html.names import TOKEN_LIMIT
from consentguard.html.rewriter import Rewriter

TAG = b"<img src=//bad/x>"
GATED = b"<img" + MARK + b" data-cg-src=//bad/x>"
Sink = Callable[[bytes], object]


class Rot13:
    """A codec that notes what it is asked; one byte is no character of it."""

    def __init__(self, bad: bytes = b"!") -> None:
        self.bad = bad
        self.asked: list[str] = []

    def decode(self, data: bytes, sink: Sink) -> None:
        good, bad, _ = data.partition(self.bad)
        sink(self.encode(good))
        if bad:
            raise ValueError("a bad byte")

    def end(self, sink: Sink) -> None:
        self.asked.append("end")

    def encode(self, data: bytes) -> bytes:
        return codecs.encode(data.decode("ascii"), "rot13").encode()

    def settle(self) -> bytes:
        self.asked.append("settle")
        return b"."

    def close(self) -> bytes:
        self.asked.append("close")
        return b"$"


def rot(data: bytes) -> bytes:
    return Rot13().encode(data)


def coded() -> tuple[Coded, Rot13, list[str]]:
    codec, told = Rot13(), list[str]()
    return Coded(codec, Rewriter(BadHosts(), insert=b"[ours]"), told.append), codec, told


PAGE = b"<html><body>" + TAG + b"text</body>"
SENT = b"<html><body>" + GATED + b"text[ours]</body>"


def test_a_whole_body() -> None:
    page, codec, told = coded()
    assert page.whole(rot(PAGE)) == rot(SENT) + b"$"
    assert codec.asked == ["end", "close"]
    assert [one.url for one in page.gated] == ["//bad/x"]
    assert (page.truncated, page.uninspected, told) == (False, 0, [])


def test_pieces_are_settled() -> None:
    page, codec, told = coded()
    data = rot(PAGE)
    out = [page.feed(data[:20]), page.feed(data[20:]), page.finish()]
    assert b"".join(out).replace(b".", b"") == rot(SENT) + b"$"
    assert codec.asked == ["settle", "settle", "end", "close"]
    assert not told


@pytest.mark.parametrize("step", ["feed", "whole"])
def test_what_goes_wrong_before_anything_has_left_is_raised(step: str) -> None:
    page, _, told = coded()
    with pytest.raises(ValueError, match="bad byte"):
        getattr(page, step)(rot(PAGE) + b"!")
    assert not told


def test_what_goes_wrong_later_ends_the_body_behind_the_last_token() -> None:
    page, codec, told = coded()
    assert page.feed(rot(b"<html>")) == rot(b"<html>") + b"."
    assert page.feed(rot(TAG + b"text<a hr") + b"!" + TAG) == rot(GATED + b"text") + b"$"
    assert page.truncated
    assert told == ["a bad byte"]
    assert page.feed(TAG) + page.finish() + page.whole(TAG) == b""
    assert codec.asked == ["settle", "close"]


def test_an_end_that_comes_too_early_ends_the_body_there(monkeypatch: pytest.MonkeyPatch) -> None:
    page, codec, told = coded()
    page.feed(rot(b"<html>"))

    def end(sink: Sink) -> None:
        sink(b"more")
        raise UnreadableBody("cut")

    monkeypatch.setattr(codec, "end", end)
    assert page.finish() == rot(b"more") + b"$"
    assert told == ["cut"]


def test_a_token_without_an_end_is_no_fault_of_the_codec() -> None:
    page, _, told = coded()
    page.feed(rot(b"<html>"))
    assert page.feed(rot(b"<p><a x='" + b"y" * (TOKEN_LIMIT + 10))) == rot(b"<p>") + b"$"
    assert page.truncated
    assert not told
    page, _, _ = coded()
    with pytest.raises(UnreadableBody, match="too long"):
        page.whole(rot(b"<p><a x='" + b"y" * (TOKEN_LIMIT + 10)))


def test_one_in_another_tells_once() -> None:
    told = list[str]()
    inner = Coded(Rot13(), Rewriter(BadHosts()), told.append)
    outer = Coded(Rot13(b"?"), inner, told.append)
    assert outer.feed(b"<p>") == b"<p>" + rot(b".") + b"."
    assert outer.feed(b"<b>!<i>") == b"<b>" + rot(b"$") + b"$"
    assert told == ["a bad byte"]
    assert inner.truncated
    assert outer.truncated
