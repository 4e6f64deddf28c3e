"""The ASGI shell: the request in, :class:`~consentguard.exchange.Exchange` in the middle.

What the app sends goes through a :class:`~consentguard.sender.Sender`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from consentguard.alone import Guarding, check_alone
from consentguard.environment import UNSET, Unset
from consentguard.exchange import Exchange
from consentguard.guard import AccountOf, ConsentGuard, Geo
from consentguard.hooks import AfterChoice
from consentguard.http import scope as connection
from consentguard.http.scope import Message, Receive, Scope
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.pages.form import MAX_BODY
from consentguard.plain import plain_headers
from consentguard.sender import Send, Sender

#: Frameworks type the three each in their own way: Litestar, Quart and Falcon all differ.
App = Callable[[Any, Any, Any], Awaitable[None]]


class ConsentMiddleware(Guarding):
    """Puts a guard in front of an ASGI app; arguments as :class:`~consentguard.guard.ConsentGuard`.

    The exchange of a request is in ``scope["consentguard"]``. Raises
    :class:`~consentguard.errors.ConfigError` for a second guard on one app.
    """

    def __init__(
        self,
        app: App,
        policy: Policy | str | Path | None = None,
        secret_keys: Sequence[str | bytes] | str | bytes | None = None,
        site_id: str | None = None,
        ledger: Ledger | str | Unset | None = UNSET,
        geo: Geo | None = None,
        account: AccountOf | None = None,
        cookies: Iterable[str] = (),
        after_choice: AfterChoice | Iterable[AfterChoice] = (),
    ) -> None:
        check_alone(app)
        self.app = app
        self.guard = ConsentGuard(
            policy,
            secret_keys,
            site_id=site_id,
            ledger=ledger,
            geo=geo,
            account=account,
            cookies=cookies,
            after_choice=after_choice,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP and WebSockets goes straight to the app."""
        if "consentguard" in scope:
            self.second()
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await self._shake_hands(scope, receive, send)
            else:
                await self.other(scope, receive, send)
            return
        headers = scope.get("headers", ())
        plain = plain_headers(headers)
        read, guard = partial(connection.request_of, scope), self.guard
        exchange = guard.plain(connection.path_of(scope), read) if plain else guard.exchange(read())
        if exchange.own:
            await self._answer(exchange, receive, send)
            return
        inner = {**scope}
        # Apps write into them, and the exchange may not have read the request yet.
        inner["headers"] = [*(headers if plain else exchange.headers_in)]
        inner["consentguard"] = exchange
        await self.app(inner, receive, Sender(exchange, send).send)

    async def other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is no request, the server's start and end before all, is the app's."""
        await self.app(scope, receive, send)

    async def _shake_hands(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket: its handshake carries cookies both ways, what follows is the app's."""
        exchange = self.guard.exchange(connection.request_of(scope))

        async def said(message: Message) -> None:
            if message["type"] in ("websocket.accept", "websocket.http.response.start"):
                headers = connection.headers_of(message.get("headers") or ())
                message = {**message, "headers": exchange.handshake(headers)}
            await send(message)

        inner = {**scope, "headers": [*exchange.headers_in], "consentguard": exchange}
        await self.app(inner, receive, said)

    async def _answer(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        """Send one of our own pages."""
        # One byte too much says that the body is too large.
        body = await connection.body_of(receive, MAX_BODY + 1)
        if exchange.waits:
            response = await asyncio.to_thread(self.guard.settle, exchange, body)
        else:
            response = self.guard.settle(exchange, body)
        try:
            start = {"status": response.status, "headers": list(response.headers)}
            await send({"type": "http.response.start", **start})
            await send({"type": "http.response.body", "body": response.body, "more_body": False})
        finally:  # what was chosen holds, whether or not the visitor waited
            await self.guard.atell(exchange)
