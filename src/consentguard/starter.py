"""The ``start_response`` that a WSGI app gets, and the body that its server gets (PEP 3333).

The start is held until the first bytes are there. What the app writes leaves at once, its iterable
is closed, and errors are raised where a server would raise them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from consentguard.exchange import Exchange
from consentguard.http.byname import ByName
from consentguard.http.environ import bytes_of, text_of, usual
from consentguard.http.message import Header
from consentguard.http.reply import Reply
from consentguard.http.sniff import Fields, shown
from consentguard.outbound import LOOKED_AT

StartResponse = Callable[..., Callable[[bytes], object]]

#: What becomes of a body that nobody reads.
_PASSES = Reply((), None)


def untouched(exchange: Exchange, headers: Iterable[tuple[str, str]]) -> bool:
    """What :meth:`Exchange.passes` says of most responses, without their headers as bytes.

    Only of headers that leave as the very bytes that they say: ASCII, one line each.
    """
    if exchange.met is not None and exchange.personal:
        return False
    typed = False
    try:
        for name, value in headers:
            if not (value.isascii() and value.isprintable()):
                return False
            if not _INDIFFERENT[name]:
                if typed or not _TYPE[name] or _SHOWN[value]:
                    return False
                typed = True
    except (AttributeError, TypeError):  # no text
        return False
    if typed:
        exchange.leaving = headers
    return typed


#: Headers of that name contact nobody, set nothing, and are no page's type.
_INDIFFERENT = ByName[str, bool](
    lambda name: usual(name) is not None and name.lower() not in LOOKED_AT
)
_TYPE = ByName[str, bool](lambda name: name.lower() == "content-type")
#: Of a type, whether it may be a page's.
_SHOWN = ByName[str, bool](lambda value: shown(value.encode("latin-1")))


class Starter:
    """The ``start_response`` that the app gets, and everything that follows from it."""

    _given: Sequence[tuple[str, str]] = ()
    _read: list[Header] | None = None
    _fields: Fields | None = None
    _write: Callable[[bytes], object] | None = None

    def __init__(self, exchange: Exchange, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._status = ""
        self._exc_info: Any = None
        self._reply: Reply | None = None

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """Note status and headers; after the first bytes only an error may change them."""
        if self._status:
            self._again(exc_info)
        self._read = self._fields = None
        if not (status.isascii() and status.isprintable()):
            # It stands in a line, as a header does, and could begin another.
            ((_, status),) = text_of(bytes_of([("status", status)]))
        self._status = status
        self._given = [*headers]
        if exc_info:
            self._exc_info = exc_info
        return self._written

    def _again(self, exc_info: Any) -> None:
        if not exc_info:
            raise RuntimeError("start_response was called twice, and not for an error")
        if self.begun:
            raise exc_info[1].with_traceback(exc_info[2])

    def promised(self, data: bytes) -> bool:
        """Nothing has been sent, and by its Content-Length the app has no more than this."""
        length = str(len(data)).encode()
        return not self.begun and any(
            name.lower() == b"content-length" and value.strip() == length
            for name, value in self._headers
        )

    @property
    def begun(self) -> bool:
        """The server knows status and headers."""
        return self._reply is not None

    @property
    def _headers(self) -> list[Header]:
        if self._read is None:
            self._read = bytes_of(self._given)
        return self._read

    def hands_on(self) -> bool:
        """Start a response whose body's bytes do not matter; False where the body has to be fed.

        So it has where the app has not said its status yet, and where it has written.
        """
        if not self._status or self._reply is not None:
            return False
        if untouched(self._exchange, self._given):
            self._reply = _PASSES
            self._tell(self._given)
            return True
        self._fields = self._exchange.reads(self._headers)
        if self._fields is None:
            self.begin(b"")
        return self._fields is None

    def begin(self, first: bytes, whole: bool = False) -> bytes:
        """Start the response with its first bytes, or with all of them."""
        if not self._status:
            raise RuntimeError("start_response was not called")
        self._reply = self._exchange.reply(self._code(), self._headers, first, self._fields)
        headers, out = self._reply.open(bytes(first), whole=whole)
        self._tell(text_of(headers))
        return out

    def _code(self) -> int:
        """The status as a number; what is none goes on, for the server to judge, as an error."""
        said = self._status[:3]
        return int(said) if said.isascii() and said.isdecimal() else 500

    def _tell(self, headers: Sequence[tuple[str, str]]) -> None:
        exc_info = self._exc_info
        if exc_info:
            self._exc_info = None
            self._write = self._start_response(self._status, headers, exc_info)
        else:
            self._write = self._start_response(self._status, headers)

    def feed(self, data: bytes) -> bytes:
        """Bytes to send for these bytes; the first ones start the response."""
        if self._reply is None:
            return self.begin(data) if data else b""
        return self._reply.feed(bytes(data))

    def finish(self) -> bytes:
        """The last bytes; a response without any starts here."""
        return self.begin(b"", whole=True) if self._reply is None else self._reply.finish()

    def _written(self, data: bytes) -> None:
        out = self.feed(data)
        if not out:
            return
        if self._write is None:  # granian's gives none, and the bytes must not be lost unheard
            raise RuntimeError("this server's start_response gave no write(): yield the body")
        self._write(out)


class Body:
    """The response's iterable; closing it closes the app's.

    Once it is made the server knows status and headers: granian reads them before it asks for the
    first piece, though a server should wait for it (PEP 3333, "The start_response() Callable").
    """

    def __init__(self, starter: Starter, iterable: Iterable[bytes]) -> None:
        self._iterable = iterable
        # PEP 3333, "Handling the Content-Length Header": a list of one is a whole body.
        whole = isinstance(iterable, list | tuple) and not starter.begun
        if whole:
            self._pieces = iter([starter.begin(b"".join(iterable), whole=True)])
            return
        pieces = _run(starter, iterable)
        try:
            self._pieces = chain((next(pieces),), pieces)
        except BaseException:
            self.close()  # nobody else can: the server never gets to see it
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Close the app's iterable, as a server would have."""
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()


def _run(starter: Starter, iterable: Iterable[bytes]) -> Iterator[bytes]:
    pieces = iter(iterable)
    while (piece := next(pieces, None)) is not None:
        if starter.promised(piece):
            # Most frameworks give no list. Whether the app keeps its word shows in what follows.
            following = next(pieces, None)
            if following is None:
                yield starter.begin(piece, whole=True)
                return
            pieces = chain((following,), pieces)
        out = starter.feed(piece)
        # PEP 3333, "Middleware Handling of Block Boundaries": a piece for each of the app's, even
        # an empty one; but nothing before the start, which waits for the first bytes.
        if starter.begun:
            yield out
    yield starter.finish()
