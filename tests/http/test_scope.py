"""ASGI scopes and bodies as plain values."""

from __future__ import annotations

from typing import Any

import pytest

from consentguard.http.scope import body_of, headers_of, request_of


def scope(**more: Any) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": "/", **more}


def test_what_a_server_may_leave_out() -> None:
    asked = request_of(scope())
    assert (asked.scheme, asked.root_path, asked.query, asked.peer) == ("http", "", b"", None)
    assert asked.headers == []


@pytest.mark.parametrize(
    ("path", "root", "below"),
    [
        ("/a", "", "/a"),
        ("/shop/a", "/shop", "/a"),
        ("/shop/a", "/shop/", "/a"),
        ("/shop", "/shop", "/"),
        ("/a", "/shop", "/a"),
        ("/shopping", "/shop", "/shopping"),
    ],
)
def test_the_path_is_below_the_root(path: str, root: str, below: str) -> None:
    asked = request_of(scope(path=path, root_path=root))
    assert asked.path == below
    assert asked.root_path == root.rstrip("/")


@pytest.mark.parametrize(("scheme", "read"), [("ws", "http"), ("wss", "https"), ("https", "https")])
def test_the_handshake_of_a_websocket_is_a_get(scheme: str, read: str) -> None:
    asked = request_of({"type": "websocket", "path": "/", "scheme": scheme})
    assert (asked.method, asked.scheme) == ("GET", read)


def test_headers_may_be_any_iterable() -> None:
    asked = request_of(scope(headers=iter([[b"Host", b"h"]]), client=("192.0.2.1", 1)))
    assert asked.headers == [(b"host", b"h")]
    assert asked.peer == "192.0.2.1"


def test_headers_of_a_response_are_pairs_of_bytes() -> None:
    given = iter([("A", "\xe9\u20ac"), [b"b", bytearray(b"c")], (memoryview(b"d"), b"e")])
    assert headers_of(given) == [(b"A", b"\xe9?"), (b"b", b"c"), (b"d", b"e")]


async def test_a_body_is_read_up_to_its_limit() -> None:
    pieces = [b"abc", b"", b"defg", b"hi"]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    assert await body_of(receive, 5) == b"abcde"
    assert pieces == [b"hi"]


async def test_a_client_that_went_away_sent_what_it_sent() -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    assert await body_of(receive, 5) == b"ab"
