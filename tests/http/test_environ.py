"""WSGI environs as plain values."""

from __future__ import annotations

import io
from typing import Any

import pytest

from consentguard.http.environ import (
    body_of,
    bytes_of,
    key_of,
    request_of,
    text_of,
    with_headers,
)


def environ(**more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", **more}


def test_strings_are_bytes_in_disguise() -> None:
    path = "/\u00e9".encode().decode("latin-1")
    asked = request_of(environ(PATH_INFO=path, SCRIPT_NAME="/shop/", HTTP_X_NAME="\xe9"))
    assert (asked.path, asked.root_path) == ("/\u00e9", "/shop")
    assert asked.get(b"x-name") == b"\xe9"


def test_what_a_server_may_leave_out() -> None:
    asked = request_of({"REQUEST_METHOD": "GET", "REMOTE_ADDR": ""})
    assert (asked.path, asked.scheme, asked.peer, asked.headers) == ("/", "http", None, [])


def test_what_is_no_text_is_no_header() -> None:
    asked = request_of(environ(HTTP_X_A=5, HTTP_X_B="\u2014"))
    assert asked.headers == [(b"x-b", b"?")]


@pytest.mark.parametrize("name", ["x" * 200, "x-a"])
def test_a_header_is_found_by_its_key(name: str) -> None:
    key = key_of(name.encode())
    assert request_of({"REQUEST_METHOD": "GET", key: "1"}).get(name.encode()) == b"1"


def test_the_type_of_a_body_is_a_header_too() -> None:
    assert request_of(environ(CONTENT_TYPE="text/x")).headers == [(b"content-type", b"text/x")]


def test_other_headers_take_the_place_of_its_own() -> None:
    own = environ(HTTP_COOKIE="a=1", HTTP_X_A="b", CONTENT_TYPE="text/x", CONTENT_LENGTH="3")
    headers = request_of(own).headers
    assert with_headers(own, headers) == own
    without = with_headers(own, [h for h in headers if h[0] != b"cookie"])
    assert without == {k: v for k, v in own.items() if k != "HTTP_COOKIE"}


@pytest.mark.parametrize(
    ("length", "read"), [("3", b"abc"), ("9", b"abcde"), ("", b""), ("x", b""), ("-1", b"")]
)
def test_a_body_is_read_up_to_its_limit(length: str, read: bytes) -> None:
    given = environ(**{"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"abcdefghijkl")})
    assert body_of(given, 5) == read


def test_a_chunked_body_is_read_where_the_server_ends_it() -> None:
    chunked = {"wsgi.input": io.BytesIO(b"abcdefghijkl"), "wsgi.input_terminated": True}
    assert body_of(environ(**chunked), 5) == b"abcde"
    assert body_of(environ(**{**chunked, "CONTENT_LENGTH": "2"}), 5) == b"fg"


def test_headers_of_a_response_keep_their_bytes() -> None:
    said = [("X-Name", "caf\xe9"), ("a", "")]
    assert bytes_of(said) == [(b"X-Name", b"caf\xe9"), (b"a", b"")]
    assert text_of(bytes_of(said)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a\r\nSet-Cookie: _ga=1", b"a  Set-Cookie: _ga=1"),
        ("a\tb\xa0", b"a\tb\xa0"),
        ("\u2014", b"?"),
        (b"bytes", b"bytes"),
        (5, b"5"),
    ],
)
def test_a_header_is_one_line_of_latin_1(value: Any, said: bytes) -> None:
    assert bytes_of([("X-A", "1"), ("X-B", value)]) == [(b"X-A", b"1"), (b"X-B", said)]


@pytest.mark.parametrize("name", ["x\ny", "x: y", "", " x", "x\xe9", "\u2014"])
def test_a_name_that_is_none_goes(name: str) -> None:
    assert bytes_of([(name, "1"), ("X-B", "2")]) == [(b"X-B", b"2")]


@pytest.mark.parametrize("name", ["3d", "!x", "a.b"])
def test_a_rare_name_stays(name: str) -> None:
    assert bytes_of([(name, "1")]) == [(name.encode(), b"1")]
