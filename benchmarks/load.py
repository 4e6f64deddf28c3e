"""A load generator: connections kept alive, on each one request after the other, counted.

The rule of this layer: what counts is a response that came whole and said 200. The client does as
little as it can, since it shares the machine with the server that it measures.
"""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

#: A slow server is waited for until it gave so many responses, or for so many seconds.
_LEAST, _LONGEST = 16, 10.0


class NotServed(Exception):
    """The server answered with something else than a whole 200, or hung up."""


class Load(NamedTuple):
    """What came of a time under load."""

    responses: int
    seconds: float
    #: The share of one processor that the generator itself took, 0 to 1.
    busy: float

    @property
    def rate(self) -> float:
        """Responses per second."""
        return self.responses / self.seconds


class Framing:
    """Finds the end of each response: RFC 9112 §6.3, ``Content-Length`` or ``chunked``."""

    def __init__(self) -> None:
        self._held = b""
        self._left = 0  # of the body, or of the chunk and its line end, in bytes
        self._chunked = False
        self._last = False

    def feed(self, data: bytes) -> int:
        """The number of responses that these bytes completed.

        Raises:
            NotServed: for any status but 200, and for a body whose length is not told.
        """
        data, self._held = self._held + data, b""
        done = at = 0
        while at < len(data):
            if self._left:
                taken = min(self._left, len(data) - at)
                at += taken
                self._left -= taken
                done += not (self._left or self._chunked)
                continue
            mark = b"\r\n" if self._chunked else b"\r\n\r\n"
            end = data.find(mark, at)
            if end < 0:
                self._held = data[at:]
                break
            done += self._line(data[at:end]) if self._chunked else self._head(data[at:end])
            at = end + len(mark)
        return done

    def _head(self, head: bytes) -> bool:
        """Read a response's head; True when no body follows."""
        status, *lines = head.split(b"\r\n")
        if status.split(b" ")[1:2] != [b"200"]:
            raise NotServed(status.decode("latin-1"))
        pairs = (line.partition(b":") for line in lines)
        fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        # RFC 9112 §6.3: Transfer-Encoding overrides Content-Length.
        self._chunked = fields.get(b"transfer-encoding", b"").lower() == b"chunked"
        self._last = False
        if self._chunked:
            return False
        if not fields.get(b"content-length", b"").isdigit():
            raise NotServed("the length of the body is not told")
        self._left = int(fields[b"content-length"])
        return not self._left

    def _line(self, line: bytes) -> bool:
        """Read the size of a chunk, or a line after the last; True when that one is empty."""
        if self._last:
            self._chunked = bool(line)
            return not line
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            raise NotServed(f"no size of a chunk: {line[:40]!r}") from None
        self._left, self._last = (size + 2, False) if size else (0, True)
        return False


class _Client(asyncio.Protocol):
    """One connection that asks again as soon as it has been answered."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._framing = Framing()
        self.served = 0
        self.failure: Exception | None = None
        self.ended = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        try:
            done = self._framing.feed(data)
        except NotServed as failure:
            self.failure = failure
            self.transport.abort()
            return
        if done:
            self.served += done
            self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.failure is None:
            self.failure = exc or NotServed("the server hung up")
        self.ended.set_result(None)


def request(path: str, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a GET as a browser's first visit asks."""
    fields = {"Host": "localhost", "Accept": "text/html", **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


async def generate(port: int, asked: bytes, seconds: float, connections: int = 8) -> Load:
    """Keep a server of this machine busy for so many seconds.

    Raises:
        NotServed: when any connection got something else than whole 200s, or was cut.
    """
    loop = asyncio.get_running_loop()
    clients: list[_Client] = []
    try:
        for _ in range(connections):
            _, client = await loop.create_connection(lambda: _Client(asked), "127.0.0.1", port)
            clients.append(client)
        load = await _watched(clients, seconds)
        failure = next((client.failure for client in clients if client.failure), None)
    finally:
        for client in clients:
            client.transport.abort()
        await asyncio.gather(*(client.ended for client in clients))
    if failure:
        raise NotServed(str(failure)) from failure
    return load


async def _watched(clients: list[_Client], seconds: float) -> Load:
    """What the clients got while that time went by, or a little longer where it comes slowly."""
    before = sum(client.served for client in clients)
    begin, worked = time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    while True:
        served = sum(client.served for client in clients) - before
        taken, busy = time.perf_counter() - begin, time.process_time() - worked
        if served >= _LEAST or taken > _LONGEST or any(client.failure for client in clients):
            return Load(served, taken, busy / taken)
        await asyncio.sleep(seconds / 10)
