"""The ASGI shell: scope and messages in, :class:`~consentguard.exchange.Exchange` in the middle.

The start of a page is held until its first bytes are there, since they decide how it is read and
whether its length is known. Nothing else is held back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from consentguard.environment import UNSET, Unset
from consentguard.exchange import Exchange, Reply
from consentguard.guard import ConsentGuard, Geo
from consentguard.http.message import Response
from consentguard.http.scope import Message, Receive, Scope, body_of, request_of
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.pages.form import MAX_BODY

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
            await self._answer(exchange, receive, send)
            return
        inner = dict(scope)
        inner["headers"] = exchange.headers_in
        inner["consentguard"] = exchange
        if "extensions" in inner:
            inner["extensions"] = {
                k: v for k, v in (inner["extensions"] or {}).items() if k not in _BYPASSES
            }
        await self.app(inner, receive, Sender(exchange, send).send)

    async def _answer(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        """Send one of our own pages."""
        # One byte too much says that the body is too large.
        body = await body_of(receive, MAX_BODY + 1)
        if exchange.request.method in ("GET", "HEAD"):
            response = self.guard.settle(exchange, body)
        else:  # only a choice touches the ledger
            response = await asyncio.to_thread(self.guard.settle, exchange, body)
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body, "more_body": False})


class Sender:
    """The sending end that the app gets. What passes costs no coroutine of its own."""

    __slots__ = ("_exchange", "_passes", "_reply", "_send", "_start")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._passes = False

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on; hold a page's start until its first bytes are there."""
        if self._passes:
            return self._send(message)
        kind = message["type"]
        if kind == "http.response.start":
            headers = message.get("headers", ())
            if type(headers) is not list:
                return self.send({**message, "headers": list(headers)})
            if self._exchange.passes(headers):
                self._passes = True
                return self._send(message)
            return self._started(message)
        if kind == "http.response.body":
            return self._body(bytes(message.get("body", b"")), message.get("more_body", False))
        # The links of an early hint have not been looked at, and it is only a hint.
        return _held() if kind == "http.response.early_hint" else self._send(message)

    def _started(self, message: Message) -> Awaitable[None]:
        headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
        self._start = {**message, "headers": headers}
        self._reply: Reply | None = None
        if self._exchange.reads(headers):
            return _held()
        # The body decides nothing: an event stream opens before its first event.
        self._reply = self._exchange.reply(message["status"], headers)
        return self._send({**message, "headers": self._reply.headers})

    def _body(self, data: bytes, more: bool) -> Awaitable[None]:
        if self._reply is None:
            return self._opened(data, more) if data or not more else _held()
        out = self._reply.feed(data)
        if not more:
            out += self._reply.finish()
        if out or not more:
            return self._send({"type": "http.response.body", "body": out, "more_body": more})
        return _held()

    async def _opened(self, data: bytes, more: bool) -> None:
        start = self._start
        self._reply = self._exchange.reply(start["status"], start["headers"], data)
        headers, out = self._reply.open(data, whole=not more)
        await self._send({**start, "headers": headers})
        if out or not more:
            await self._send({"type": "http.response.body", "body": out, "more_body": more})


async def _held() -> None:
    """Nothing is sent."""


def _start(response: Response) -> Message:
    headers = list(response.headers)
    return {"type": "http.response.start", "status": response.status, "headers": headers}
