"""The ASGI shell: scope and messages in, :class:`~consentguard.exchange.Exchange` in the middle.

The start of a page is held until its first bytes are there, since they decide how it is read and
whether its length is known. Nothing else is held back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from consentguard.environment import UNSET, Unset
from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard, Geo
from consentguard.http.message import Header, Request, Response
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.outbound import Reply
from consentguard.pages.form import MAX_BODY

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Extensions by which a server would send a body that we have not seen.
_BYPASSES = ("http.response.pathsend", "http.response.zerocopysend")


class ConsentMiddleware:
    """Puts a guard in front of an ASGI app; arguments as :class:`~consentguard.guard.ConsentGuard`.

    The exchange of a request is in ``scope["consentguard"]``.
    """

    def __init__(
        self,
        app: App,
        policy: Policy | str | Path | None = None,
        secret_keys: Sequence[str | bytes] | str | bytes | None = None,
        site_id: str | None = None,
        ledger: Ledger | str | Unset | None = UNSET,
        geo: Geo | None = None,
    ) -> None:
        self.app = app
        self.guard = ConsentGuard(policy, secret_keys, site_id=site_id, ledger=ledger, geo=geo)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP goes straight to the app."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = self.guard.exchange(request_of(scope))
        if exchange.own:
            body = await _body(receive)
            if exchange.visit.request.method in ("GET", "HEAD"):
                response = self.guard.settle(exchange, body)
            else:  # only a choice touches the ledger
                response = await asyncio.to_thread(self.guard.settle, exchange, body)
            await _respond(response, send)
            return
        inner = dict(scope, headers=exchange.headers_in, consentguard=exchange)
        if "extensions" in inner:
            inner["extensions"] = {
                k: v for k, v in (inner["extensions"] or {}).items() if k not in _BYPASSES
            }
        await self.app(inner, receive, Sender(exchange, send))


class Sender:
    """The ``send`` that the app gets."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._start: Message | None = None
        self._reply: Reply | None = None

    async def __call__(self, message: Message) -> None:
        """Pass a message on; hold a page's start until its first bytes are there."""
        kind = message["type"]
        if kind == "http.response.start":
            await self._started(message)
        elif kind == "http.response.body":
            await self._body(message.get("body", b""), message.get("more_body", False))
        elif kind == "http.response.early_hint":
            return  # only a hint, and its links have not been looked at
        else:
            await self._send(message)

    async def _started(self, message: Message) -> None:
        self._start = message
        headers = _headers(message)
        if not self._exchange.reads(headers):
            # The body decides nothing: an event stream opens before its first event.
            self._reply = self._exchange.reply(message["status"], headers)
            await self._send({**message, "headers": self._reply.headers})

    async def _body(self, data: bytes, more: bool) -> None:
        if self._reply is None:
            if more and not data:
                return
            await self._begin(data, more)
            return
        out = self._reply.feed(bytes(data))
        if not more:
            out += self._reply.finish()
        if out or not more:
            await self._send({"type": "http.response.body", "body": out, "more_body": more})

    async def _begin(self, data: bytes, more: bool) -> None:
        start = self._start or {"status": 200}
        reply = self._exchange.reply(start["status"], _headers(start), bytes(data))
        self._reply = reply
        out = reply.feed(bytes(data))
        if not more:
            out += reply.finish()
        final = reply.headers if more else reply.sized(len(out))
        await self._send({**start, "headers": final})
        await self._send({"type": "http.response.body", "body": out, "more_body": more})


def _headers(start: Message) -> list[Header]:
    return [(bytes(k), bytes(v)) for k, v in start.get("headers", ())]


def request_of(scope: Scope) -> Request:
    """The neutral request of an HTTP scope."""
    root = scope.get("root_path", "").rstrip("/")
    path = scope["path"]
    if root and (path == root or path.startswith(root + "/")):
        path = path[len(root) :] or "/"
    headers: list[Header] = [(bytes(k).lower(), bytes(v)) for k, v in scope.get("headers", ())]
    client = scope.get("client")
    return Request(
        method=scope["method"],
        scheme=scope.get("scheme", "http"),
        path=path,
        root_path=root,
        query=scope.get("query_string", b""),
        headers=headers,
        peer=client[0] if client else None,
    )


async def _body(receive: Receive) -> bytes:
    """The request's body, or one byte too much of it: the page then says that it is too large."""
    body = b""
    more = True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[: MAX_BODY + 1]


async def _respond(response: Response, send: Send) -> None:
    start = {
        "type": "http.response.start",
        "status": response.status,
        "headers": list(response.headers),
    }
    await send(start)
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
