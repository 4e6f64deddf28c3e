"""The load generator counts whole responses, whatever the pieces in which they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from benchmarks.load import Framing, NotServed, generate, request
from hypothesis import given
from hypothesis import strategies as st

HEAD = b"HTTP/1.1 200 OK\r\nDate: today\r\n"
KNOWN = HEAD + b"Content-Length: 5\r\n\r\nhello"
EMPTY = HEAD + b"content-length: 0\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\n\r\n\r\n0\r\nA: b\r\n\r\n"


@given(
    st.lists(st.sampled_from((KNOWN, EMPTY, CHUNKED)), max_size=8),
    st.lists(st.integers(1, 60), min_size=1),
)
def test_every_response_is_counted_once(responses: list[bytes], sizes: list[int]) -> None:
    data = b"".join(responses)
    framing = Framing()
    done = at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        done += framing.feed(data[at : at + size])
        at, turn = at + size, turn + 1
    assert done == len(responses)


@pytest.mark.parametrize("response", [KNOWN, CHUNKED, EMPTY])
def test_a_cut_response_does_not_count(response: bytes) -> None:
    assert Framing().feed(response[:-1]) == 0


@pytest.mark.parametrize(
    "response",
    [
        KNOWN.replace(b"200 OK", b"500 No"),
        HEAD + b"\r\n",
        HEAD + b"content-length: -1\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\nz\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_anything_else_is_an_error(response: bytes) -> None:
    with pytest.raises(NotServed):
        Framing().feed(response)


class Answering(asyncio.Protocol):
    """Gives one answer to each request."""

    def __init__(self, response: bytes, seen: list[bytes]) -> None:
        self.response = response
        self.seen = seen
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.seen.append(data)
        self.transport.write(self.response)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result(None)


@asynccontextmanager
async def answering(response: bytes, seen: list[bytes]) -> AsyncIterator[int]:
    """The port of a server that gives this answer."""
    opened: list[Answering] = []

    def protocol() -> Answering:
        opened.append(Answering(response, seen))
        return opened[-1]

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*(connection.ended for connection in opened))


@pytest.mark.parametrize("response", [KNOWN, CHUNKED])
async def test_a_server_is_kept_busy(response: bytes) -> None:
    seen: list[bytes] = []
    async with answering(response, seen) as port:
        load = await generate(port, request("/page", {"A": "b"}), 0.01, connections=3)
    assert 16 <= load.responses <= len(seen)
    assert load.rate == load.responses / load.seconds > 0
    assert load.busy >= 0
    assert set(seen) == {
        b"GET /page HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nA: b\r\n\r\n"
    }


@pytest.mark.parametrize("response", [KNOWN.replace(b"200", b"404"), HEAD + b"\r\n"])
async def test_a_server_that_fails_is_not_measured(response: bytes) -> None:
    async with answering(response, []) as port:
        with pytest.raises(NotServed):
            await generate(port, request("/"), 0.01)
