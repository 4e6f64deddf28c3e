"""Requests and responses as plain values."""

from __future__ import annotations

import pytest

from consentguard.http.message import Request, Response, size, values, without


def request(*headers: tuple[bytes, bytes]) -> Request:
    return Request("GET", "https", "/", "", b"", headers)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"Example.ORG", "example.org"),
        (b" example.org:8000 ", "example.org"),
        (b"[2001:DB8::1]:443", "2001:db8::1"),
        (b"[2001:db8::1", "2001:db8::1"),
        (b"127.0.0.1:1", "127.0.0.1"),
        (b"", ""),
        (b":", ""),
        (b"\xff\xfe", "ÿþ"),
    ],
)
def test_host_without_its_port(host: bytes, name: str) -> None:
    assert request((b"host", host)).hostname == name


def test_headers_are_found() -> None:
    asked = request((b"a", b"1"), (b"a", b"2"), (b"b", b"\xe9"))
    assert asked.get(b"a") == b"1"
    assert asked.get(b"c") is None
    assert asked.text(b"b") == "é"
    assert asked.text(b"c") == ""
    assert asked.host == ""


def test_headers_of_responses_may_be_written_in_any_case() -> None:
    headers = [(b"Vary", b"a"), (b"x", b"y"), (b"vary", b"b")]
    assert values(headers, b"vary") == [b"a", b"b"]
    assert without(headers, b"vary", b"none") == [(b"x", b"y")]
    assert size(headers) == len(b"Vary: a\r\nx: y\r\nvary: b\r\n")


def test_plus_keeps_the_first_answer() -> None:
    first = Response(200, ((b"a", b"1"),), b"body")
    assert first.plus([(b"b", b"2")]) == Response(200, ((b"a", b"1"), (b"b", b"2")), b"body")
    assert first.headers == ((b"a", b"1"),)
