"""The WSGI shell: environ in, an iterable out, :class:`~consentguard.exchange.Exchange` between.

As in PEP 3333: the app's ``start_response`` is held until its first bytes are there, its
``write()`` works, its iterable is closed, and a body that we do not read is handed on as it is,
``wsgi.file_wrapper`` included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from consentguard.environment import UNSET, Unset
from consentguard.exchange import Exchange, Reply
from consentguard.guard import ConsentGuard, Geo
from consentguard.http.environ import Environ, body_of, request_of, with_headers
from consentguard.http.message import Header
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.pages.form import MAX_BODY

StartResponse = Callable[..., Callable[[bytes], object]]
App = Callable[[Environ, StartResponse], Iterable[bytes]]


class ConsentMiddleware:
    """Puts a guard in front of a WSGI app; arguments as :class:`~consentguard.guard.ConsentGuard`.

    The exchange of a request is in ``environ["consentguard.exchange"]``.
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

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        exchange = self.guard.exchange(request_of(environ))
        if exchange.own:
            # One byte too much says that the body is too large.
            response = self.guard.settle(exchange, body_of(environ, MAX_BODY + 1))
            start_response(_status(response.status), _text(response.headers))
            return [response.body]
        same = exchange.headers_in is exchange.request.headers
        inner = dict(environ) if same else with_headers(environ, exchange.headers_in)
        inner["consentguard.exchange"] = exchange
        held = _Held(exchange, start_response)
        iterable = self.app(inner, held)
        if held.unread:
            held.begin(b"")
            return iterable
        return _Body(held, iterable)


class _Held:
    """The ``start_response`` that the app gets, and everything that follows from it."""

    def __init__(self, exchange: Exchange, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._status = ""
        self._headers: list[Header] = []
        self._exc_info: Any = None
        self._reply: Reply | None = None
        self.written: list[bytes] = []

    def __call__(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """Note status and headers; after the first bytes only an error may change them."""
        if self._reply is not None and exc_info:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status, self._exc_info = status, exc_info
        self._headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers]
        return self.written.append

    @property
    def unread(self) -> bool:
        """The app has said its status, has written nothing, and its body's bytes do not matter."""
        if not self._status or self.written:
            return False
        return self._exchange.passes(self._headers) or not self._exchange.reads(self._headers)

    def begin(self, first: bytes, whole: bool = False) -> bytes:
        """Start the response with its first bytes, or with all of them."""
        status = int(self._status.split(" ", 1)[0])
        self._reply = self._exchange.reply(status, self._headers, first)
        headers, out = self._reply.open(first, whole=whole)
        arguments = [self._exc_info] if self._exc_info else []
        self._start_response(self._status, _text(headers), *arguments)
        return out

    def feed(self, data: bytes) -> bytes:
        """Bytes to send for these bytes; the first ones start the response."""
        if self._reply is None:
            return self.begin(data) if data else b""
        return self._reply.feed(data)

    def finish(self) -> bytes:
        """The last bytes; a response without any starts here."""
        return self.begin(b"", whole=True) if self._reply is None else self._reply.finish()


class _Body:
    """The response's iterable; closing it closes the app's."""

    def __init__(self, held: _Held, iterable: Iterable[bytes]) -> None:
        self._iterable = iterable
        # PEP 3333, "Handling the Content-Length Header": a list of one is a whole body.
        whole = isinstance(iterable, list | tuple) and not held.written
        self._pieces = (
            iter([held.begin(b"".join(iterable), whole=True)]) if whole else _run(held, iterable)
        )

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Close the app's iterable, as a server would have."""
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()


def _run(held: _Held, iterable: Iterable[bytes]) -> Iterator[bytes]:
    for piece in iterable:
        out = held.feed(b"".join([*held.written, piece]))
        held.written.clear()
        # Nothing may be yielded before the start, and the start waits for the first bytes.
        if out:
            yield out
    if held.written:
        yield held.feed(b"".join(held.written))
    yield held.finish()


def _text(headers: Iterable[Header]) -> list[tuple[str, str]]:
    return [(k.decode("latin-1"), v.decode("latin-1")) for k, v in headers]


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
