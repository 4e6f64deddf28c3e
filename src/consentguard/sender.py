"""The sending end that an ASGI app gets: what it says is looked at before the server hears it.

A page's start is held until its first bytes are there, nothing else is held back. Files that the
server would send by itself are read here, in a thread, where they are pages. Messages out of order
are refused, as servers do; those that are none of ours go on as they are.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

from consentguard.exchange import Exchange
from consentguard.http.reply import Reply
from consentguard.http.scope import Message, headers_of

Send = Callable[[Message], Awaitable[None]]

_PIECE = 64 * 1024  #: bytes of a file that are read at a time
_BODY = "http.response.body"


class Sender:
    """One response. What passes costs no coroutine of its own."""

    __slots__ = ("_ended", "_exchange", "_fields", "_passes", "_reply", "_send", "_start")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._passes = False
        self._start: Message | None = None

    def send(self, message: Message) -> Awaitable[None]:
        """Take one message of the app; the server gets what follows from it."""
        if self._passes:
            if "more_body" not in message or not message["more_body"]:
                self._exchange.leaving = None
            return self._send(message)
        kind = message["type"]
        if kind == "http.response.start" and self._start is None:
            headers = message.get("headers", ())
            if type(headers) is not list:
                message = {**message, "headers": (headers := list(headers))}
            if self._exchange.passes(headers):
                self._passes = True
                return self._send(message)
            return self._begin(message)
        step = _STEPS.get(kind)
        return self._send(message) if step is None else step(self, message)

    def _begin(self, message: Message) -> Awaitable[None]:
        headers = headers_of(message["headers"])
        self._start = {**message, "headers": headers}
        self._ended = False
        self._reply: Reply | None = None
        self._fields = self._exchange.reads(headers)
        if self._fields is not None:
            return _held()
        # The body decides nothing: an event stream opens before its first event.
        self._reply = self._exchange.reply(message["status"], headers)
        self._passes = self._reply.passes
        return self._send({**message, "headers": self._reply.headers})

    def _body(self, message: Message) -> Awaitable[None]:
        if self._start is None or self._ended:
            raise _out_of_order(message)
        data, more = bytes(message.get("body", b"")), message.get("more_body", False)
        self._ended = not more
        if self._reply is None:
            return self._opened(self._start, data, more) if data or not more else _held()
        out = self._reply.feed(data)
        if not more:
            out += self._reply.finish()
            self._exchange.leaving = None
        if out or not more:
            return self._send({"type": _BODY, "body": out, "more_body": more})
        return _held()

    async def _opened(self, start: Message, data: bytes, more: bool) -> None:
        status, headers = start["status"], start["headers"]
        self._reply = self._exchange.reply(status, headers, data, self._fields)
        # Trailers come behind the last chunk: a length leaves no room for them.
        whole = not more and not start.get("trailers", False)
        final, out = self._reply.open(data, whole=whole)
        if not more:
            self._exchange.leaving = None
            if not whole:
                out += self._reply.finish()
        await self._send({**start, "headers": final})
        if out or not more:
            await self._send({"type": _BODY, "body": out, "more_body": more})

    def _again(self, message: Message) -> Awaitable[None]:
        raise _out_of_order(message)

    async def _file(self, message: Message) -> None:
        """A file of what is or may be a page, in pieces."""
        with closing(_pieces(message)) as pieces:
            while piece := await asyncio.to_thread(next, pieces, b""):
                await self._body({"type": _BODY, "body": piece, "more_body": True})
        await self._body({"type": _BODY, "more_body": message.get("more_body", False)})

    def _trailers(self, message: Message) -> Awaitable[None]:
        if self._start is None or self._reply is None:
            raise _out_of_order(message)
        headers = self._reply.trailers(headers_of(message.get("headers", ())))
        return self._send({**message, "headers": headers})

    def _hint(self, message: Message) -> Awaitable[None]:
        links = self._exchange.hints(message.get("links", ()))
        return self._send({**message, "links": links}) if links else _held()


_STEPS: dict[str, Callable[[Sender, Any], Awaitable[None]]] = {
    "http.response.start": Sender._again,
    _BODY: Sender._body,
    "http.response.pathsend": Sender._file,
    "http.response.zerocopysend": Sender._file,
    "http.response.trailers": Sender._trailers,
    "http.response.early_hint": Sender._hint,
}


def _pieces(message: Message) -> Generator[bytes, None, None]:
    """The bytes that a server would send of a path, or of an open file from an offset."""
    if "path" in message:
        with Path(message["path"]).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
        return
    descriptor, offset, left = message["file"].fileno(), message.get("offset"), message.get("count")
    while left is None or left > 0:
        size = _PIECE if left is None else min(_PIECE, left)
        if offset is None:
            piece = os.read(descriptor, size)
        else:
            piece = os.pread(descriptor, size, offset)
            offset += len(piece)
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


def _out_of_order(message: Message) -> RuntimeError:
    """What servers raise."""
    return RuntimeError(f"Unexpected ASGI message {message['type']!r}")


async def _held() -> None:
    """Nothing is sent."""
