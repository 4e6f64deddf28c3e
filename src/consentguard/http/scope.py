"""A request as ASGI tells it: the scope and the messages of its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from itertools import chain
from typing import Any

from consentguard.http.message import Header, Unread, as_bytes, sound

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

_BYTES = frozenset((bytes,))


class ScopeRequest(Unread):
    """The neutral request of an HTTP scope, which is the app's only as a copy."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        path: str = scope["path"]
        root = scope.get("root_path")
        self.path = _below(root.rstrip("/"), path) if root else path

    def read(self) -> None:
        """Read it now."""
        scope = self._scope
        client = scope.get("client")
        super().__init__(
            scope["method"],
            scope.get("scheme", "http"),
            self.path,
            (scope.get("root_path") or "").rstrip("/"),
            scope.get("query_string", b""),
            scope.get("headers", ()),
            client[0] if client else None,
            scope.get("consentguard.account"),
        )


def _below(root: str, path: str) -> str:
    # ASGI 3, "HTTP connection scope": the path has the root in front; older servers leave it out.
    if path == root or path.startswith(root + "/"):
        return path[len(root) :] or "/"
    return path


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
