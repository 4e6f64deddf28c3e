"""A request as ASGI tells it: the scope and the messages of its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from itertools import chain
from typing import Any

from consentguard.http.message import Header, Request, as_bytes, sound

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_BYTES = frozenset((bytes,))


def request_of(scope: Scope) -> Request:
    """The neutral request of an HTTP scope."""
    path, root, client = scope["path"], scope.get("root_path") or "", scope.get("client")
    # ASGI 3, "HTTP connection scope": the path has the root in front; older servers leave it out.
    if root:
        root = root.rstrip("/")
        if path == root or path.startswith(root + "/"):
            path = path[len(root) :] or "/"
    return Request(
        scope["method"],
        scope.get("scheme", "http"),
        path,
        root,
        scope.get("query_string", b""),
        scope.get("headers", ()),
        client[0] if client else None,
    )


def headers_of(given: Iterable[Iterable[Any]]) -> list[Header]:
    """A response's headers as bytes, one line each; ASGI forbids text, and some apps send it."""
    headers = [(name, value) for name, value in given]
    if _BYTES.issuperset(map(type, chain.from_iterable(headers))):
        return sound(headers)
    return sound([(as_bytes(name), as_bytes(value)) for name, value in headers])


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
