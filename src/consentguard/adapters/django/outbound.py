"""Django's response through the guard: its headers, its cookies and its body, streamed or not.

Django keeps one value of a header, so several are joined by a comma (RFC 9110, section 5.3), and
its cookies by name; they leave as the bytes that the guard let pass.

Of a page that is streamed the first piece is taken before Django sends the headers: it decides
what they are. An exception in it is raised where the server would have seen it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from contextlib import aclosing
from http.cookies import Morsel, SimpleCookie
from typing import Any, cast

from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from consentguard.exchange import Exchange
from consentguard.http.environ import bytes_of
from consentguard.http.message import Header, Response
from consentguard.http.reply import Reply
from consentguard.http.sniff import Fields
from consentguard.starter import untouched


class Said(Morsel[str]):
    """A cookie that leaves as these very bytes; its attributes are there to be read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        first, *attributes = text.split(";")
        name, _, value = first.strip().partition("=")
        # Not set(): it refuses names that browsers take. (Typeshed does not know this one.)
        vars(Morsel)["__setstate__"](self, {"key": name, "value": value, "coded_value": value})
        for attribute in attributes:
            key, equals, said = attribute.strip().partition("=")
            if key.lower() in self._reserved:  # type: ignore[attr-defined]
                dict.__setitem__(self, key.lower(), said if equals else cast(str, True))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Said, (self._text,))

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - its name in http.cookies
        """The header's value."""
        return self._text


def headers_of(response: HttpResponseBase) -> list[Header]:
    """A response's headers as Django would send them."""
    headers = bytes_of(response.headers.items())
    if response.cookies:
        headers += bytes_of(("Set-Cookie", m.OutputString()) for m in response.cookies.values())
    return headers


def answered(answer: Response) -> HttpResponse:
    """One of our own pages as a response of Django."""
    response = HttpResponse(answer.body, status=answer.status)
    _put(response, headers_of(response), answer.headers)
    return response


def gated(exchange: Exchange, response: HttpResponseBase) -> tuple[list[Header], Fields | None]:
    """The response's headers, and their fields where its first bytes decide.

    Without fields the response is ready to leave.
    """
    if not response.cookies and untouched(exchange, response.headers.items()):
        return [], None
    headers = headers_of(response)
    if exchange.passes(headers):
        return headers, None
    fields = exchange.reads(headers)
    if fields is None:
        reply = exchange.reply(response.status_code, headers)
        _put(response, headers, reply.headers)
    return headers, fields


def whole(
    exchange: Exchange, base: HttpResponseBase, headers: list[Header], fields: Fields
) -> None:
    """Let a page that is there as a whole through the guard."""
    response = cast(HttpResponse, base)
    content = response.content
    reply = exchange.reply(response.status_code, headers, content, fields)
    final, out = reply.open(content, whole=True)
    if out != content:
        response.content = out
    _put(response, headers, final)


class Stream:
    """A streamed page on its way through the guard."""

    def __init__(
        self,
        exchange: Exchange,
        response: HttpResponseBase,
        headers: list[Header],
        fields: Fields,
    ) -> None:
        self._exchange = exchange
        self._response = cast(StreamingHttpResponse, response)
        self._headers = headers
        self._fields = fields
        self._error: Exception | None = None

    def begin(self, request: HttpRequest) -> None:
        """Take the first piece, set the headers, and let the rest follow."""
        response = self._response
        if not response.is_async:
            pieces = iter(response)
            self._follow(self._first(pieces), pieces)
        elif hasattr(request, "scope"):
            # A synchronous neighbour has put us into a thread; the pieces come in the loop.
            coming = self._pieces()
            self._afollow(async_to_sync(self._afirst)(coming), coming)
        else:
            # WSGI has no loop to leave a generator in: Django takes all of it at once, with a
            # warning, and so it does here.
            pieces = iter(response)
            self._follow(self._first(pieces), pieces)

    async def abegin(self) -> None:
        """The same where an event loop runs."""
        if self._response.is_async:
            coming = self._pieces()
            self._afollow(await self._afirst(coming), coming)
        else:
            # Django will take the rest in a thread, too.
            pieces = iter(self._response)
            self._follow(await sync_to_async(self._first)(pieces), pieces)

    def _pieces(self) -> AsyncGenerator[bytes, None]:
        return cast("AsyncGenerator[bytes, None]", self._response.streaming_content)

    def _first(self, pieces: Iterator[bytes]) -> bytes:
        """The first bytes; none at all at the end, or before an error."""
        try:
            return next((piece for piece in pieces if piece), b"")
        except Exception as exc:
            self._error = exc
            return b""

    async def _afirst(self, pieces: AsyncIterator[bytes]) -> bytes:
        try:
            async for piece in pieces:
                if piece:
                    return piece
        except Exception as exc:
            self._error = exc
        return b""

    def _opened(self, first: bytes) -> tuple[Reply, bytes]:
        status = self._response.status_code
        reply = self._exchange.reply(status, self._headers, first, self._fields)
        final, out = reply.open(first, whole=not first and self._error is None)
        _put(self._response, self._headers, final)
        return reply, out

    def _follow(self, first: bytes, pieces: Iterator[bytes]) -> None:
        reply, out = self._opened(first)
        # What Django has to close it knows already. A file is no longer one.
        self._response.streaming_content = _run(reply, out, pieces, bool(first), self._error)

    def _afollow(self, first: bytes, pieces: AsyncGenerator[bytes, None]) -> None:
        reply, out = self._opened(first)
        self._response.streaming_content = _arun(reply, out, pieces, bool(first), self._error)


def _run(
    reply: Reply, out: bytes, pieces: Iterator[bytes], more: bool, error: Exception | None
) -> Generator[bytes, None, None]:
    if error is not None:
        raise error
    yield out
    if more:
        for piece in pieces:
            yield reply.feed(piece)
        yield reply.finish()


async def _arun(
    reply: Reply,
    out: bytes,
    pieces: AsyncGenerator[bytes, None],
    more: bool,
    error: Exception | None,
) -> AsyncGenerator[bytes, None]:
    async with aclosing(pieces):
        if error is not None:
            raise error
        if out:
            yield out
        if more:
            async for piece in pieces:
                if out := reply.feed(piece):
                    yield out
            if out := reply.finish():
                yield out


def _put(response: HttpResponseBase, before: Sequence[Header], after: Sequence[Header]) -> None:
    """Give a response these headers instead of those that it had."""
    if after is before:
        return
    merged: dict[str, tuple[str, str]] = {}
    cookies: list[str] = []
    for raw, value in after:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        low = name.lower()
        if low == "set-cookie":
            cookies.append(text)
        elif low in merged:
            merged[low] = (merged[low][0], f"{merged[low][1]}, {text}")
        else:
            merged[low] = (name, text)
    headers = response.headers
    for name in list(headers):
        if name.lower() not in merged:
            del headers[name]
    for name, text in merged.values():
        if headers.get(name) != text:
            headers[name] = text
    _set_cookies(response, cookies)


def _set_cookies(response: HttpResponseBase, cookies: list[str]) -> None:
    """Django's own cookies stay what they are; others leave as they were said."""
    given: dict[str, Any] = {m.OutputString(): m for m in response.cookies.values()}
    if cookies == list(given):
        return
    jar: SimpleCookie = SimpleCookie()
    for text in cookies:
        morsel = given.get(text) or Said(text)
        # Django looks at the values only; a second cookie of a name gets another key.
        key = str(morsel.key)
        while key in jar:
            key += ";"
        dict.__setitem__(jar, key, morsel)
    response.cookies = jar
