"""The ASGI shell: scope and messages in, :class:`~consentguard.exchange.Exchange` in the middle.

The start of a page is held until its first bytes are there, since they decide how it is read and
whether its length is known. Nothing else is held back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from consentguard.environment import UNSET, Unset
from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard, Geo
from consentguard.http.message import Response
from consentguard.http.scope import Message, Receive, Scope, body_of, request_of
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.outbound import Reply
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
        inner = dict(scope, headers=exchange.headers_in, consentguard=exchange)
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

    __slots__ = ("_exchange", "_headers", "_passes", "_reply", "_send", "_start")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._passes = False

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on; hold a page's start until its first bytes are there."""
        kind = message["type"]
        if kind == "http.response.start":
            headers = message.get("headers", ())
            if type(headers) is not list:
                message = {**message, "headers": (headers := list(headers))}
            if self._exchange.passes(headers):
                self._passes = True
                return self._send(message)
            return self._started(message)
        if kind == "http.response.body" and not self._passes:
            return self._body(bytes(message.get("body", b"")), message.get("more_body", False))
        # The links of an early hint have not been looked at, and it is only a hint.
        return _held() if kind == "http.response.early_hint" else self._send(message)

    async def _started(self, message: Message) -> None:
        self._start = message
        self._reply: Reply | None = None
        self._headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
        if not self._exchange.reads(self._headers):
            # The body decides nothing: an event stream opens before its first event.
            self._reply = self._exchange.reply(message["status"], self._headers)
            await self._send({**message, "headers": self._reply.headers})

    async def _body(self, data: bytes, more: bool) -> None:
        if self._reply is not None:
            out = self._reply.feed(data)
            if not more:
                out += self._reply.finish()
        elif data or not more:
            self._reply = self._exchange.reply(self._start["status"], self._headers, data)
            headers, out = self._reply.open(data, whole=not more)
            await self._send({**self._start, "headers": headers})
        else:
            return
        if out or not more:
            await self._send({"type": "http.response.body", "body": out, "more_body": more})


async def _held() -> None:
    """Nothing is sent."""


def _start(response: Response) -> Message:
    headers = list(response.headers)
    return {"type": "http.response.start", "status": response.status, "headers": headers}
