"""A request as ASGI tells it: the scope and the messages of its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from consentguard.http.message import Header, Request, as_bytes, sound

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

#: What carries a WebSocket's handshake, a GET (RFC 6455, sections 3 and 4.1).
_HTTP = {"ws": "http", "wss": "https"}


def request_of(scope: Scope) -> Request:
    """The neutral request of an HTTP scope, or of a WebSocket's."""
    client = scope.get("client")
    scheme: str = scope.get("scheme", "http")
    return Request(
        scope.get("method", "GET"),
        _HTTP.get(scheme, scheme),
        path_of(scope),
        (scope.get("root_path") or "").rstrip("/"),
        scope.get("query_string", b""),
        scope.get("headers", ()),
        client[0] if client else None,
        scope.get("consentguard.account"),
    )


def path_of(scope: Scope) -> str:
    """The path below the root."""
    path: str = scope["path"]
    root = (scope.get("root_path") or "").rstrip("/")
    # ASGI 3, "HTTP connection scope": the path has the root in front; older servers leave it out.
    if root and (path == root or path.startswith(root + "/")):
        return path[len(root) :] or "/"
    return path


def headers_of(given: Iterable[Iterable[Any]]) -> list[Header]:
    """A response's headers as bytes, one line each; ASGI forbids text, and some apps send it."""
    headers = [*map(tuple, given)]
    for name, value in headers:
        if type(name) is not bytes or type(value) is not bytes:
            return sound([(as_bytes(name), as_bytes(value)) for name, value in headers])
    return sound(headers)


async def body_of(receive: Receive, limit: int) -> bytes:
    """The request's body, at most ``limit`` bytes of it and not read further."""
    body = b""
    more = True
    while more and len(body) < limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[:limit]
