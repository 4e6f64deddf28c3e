"""Requests and responses as plain values."""

from __future__ import annotations

from typing import Any

import pytest

from consentguard.http.message import (
    Header,
    Request,
    Response,
    as_bytes,
    fields_of,
    size,
    sound,
    values,
    without,
)


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
    assert without(headers, (b"vary", b"none")) == [(b"x", b"y")]
    assert size(headers) == len(b"Vary: a\r\nx: y\r\nvary: b\r\n")


def test_plus_keeps_the_first_answer() -> None:
    first = Response(200, ((b"a", b"1"),), b"body")
    assert first.plus([(b"b", b"2")]) == Response(200, ((b"a", b"1"), (b"b", b"2")), b"body")
    assert first.headers == ((b"a", b"1"),)


def test_every_value_of_a_request_header() -> None:
    asked = request((b"a", b"1"), (b"b", b"2"), (b"a", b"3"))
    assert asked.every(b"a") == (b"1", b"3")
    assert asked.every(b"b") == (b"2",)
    assert asked.every(b"c") == ()
    assert request((b"a", b"1")).every(b"a") == (b"1",)


NAMES: list[Any] = [b"Cookie", bytearray(b"cookie"), bytearray(b"COOKIE"), memoryview(b"Cookie")]


@pytest.mark.parametrize("name", NAMES, ids=["bytes", "low", "high", "view"])
def test_names_that_a_server_left_as_they_came_are_in_lower_case(name: Any) -> None:
    asked = request((b"host", b"h"), (name, b"a=1"))
    assert asked.headers == [(b"host", b"h"), (b"cookie", b"a=1")]
    assert asked.get(b"cookie") == b"a=1"


def test_headers_that_are_as_they_should_be_are_the_same_list() -> None:
    headers = [(b"host", b"h"), (b"x-1", b"y")]
    assert Request("GET", "https", "/", "", b"", headers).headers is headers
    assert request().headers == []


def test_the_first_of_a_header_counts() -> None:
    assert fields_of([(b"A", b"1"), (b"a", b"2"), (b"B", b"3")]) == {b"a": b"1", b"b": b"3"}


def test_sound_headers_stay_as_they_are() -> None:
    headers = [(b"Set-Cookie", b"a=1; Path=/"), (b"X-\x7e", b"\xe9\t\x80"), (b"empty", b"")]
    assert sound(headers) is headers


@pytest.mark.parametrize(
    ("header", "left"),
    [
        ((b"x", b"a\r\nSet-Cookie: _ga=1"), [(b"x", b"a  Set-Cookie: _ga=1")]),
        ((b"x", b"a\nb\rc\0d"), [(b"x", b"a b c d")]),
        ((b"set-cookie\r\nx", b"1"), []),
        ((b"set-cookie: _ga=1; x", b"1"), []),
        ((b" set-cookie", b"_ga=1"), []),
        ((b"x\0", b"1"), []),
        ((b"na\xefve", b"1"), []),
        ((b"", b"1"), []),
    ],
)
def test_a_header_is_one_line(header: Header, left: list[Header]) -> None:
    other = (b"vary", b"Cookie")
    assert sound([other, header]) == [other, *left]


@pytest.mark.parametrize(
    ("value", "said"),
    [(b"a", b"a"), (bytearray(b"a"), b"a"), ("\u2014 \xe9", b"? \xe9"), (5, b"5"), (None, b"None")],
)
def test_anything_as_bytes(value: Any, said: bytes) -> None:
    assert as_bytes(value) == said
