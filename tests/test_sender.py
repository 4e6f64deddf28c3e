"""The sending end alone: what it costs, and what it reads of files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import GuardMaker, a_request

from consentguard.sender import Sender

JSON = [(b"content-type", b"application/json")]
HTML = [(b"content-type", b"text/html")]


class Server:
    """Takes messages, and gives the same thing to wait for each time."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.waited: Any = object()

    def send(self, message: Any) -> Any:
        """Take one."""
        self.heard.append(message)
        return self.waited


def test_what_passes_costs_no_coroutine_and_no_copy(make_guard: GuardMaker) -> None:
    server = Server()
    sender = Sender(make_guard().exchange(a_request()), server.send)
    messages: list[Any] = [
        {"type": "http.response.start", "status": 200, "headers": JSON},
        {"type": "http.response.body", "body": b"{", "more_body": True},
        {"type": "http.response.body", "body": b"}"},
        {"type": "something.new"},
    ]
    for message in messages:
        assert sender.send(message) is server.waited
    assert all(a is b for a, b in zip(server.heard, messages, strict=True))


def test_a_body_whose_headers_alone_are_changed_is_not_copied(make_guard: GuardMaker) -> None:
    server = Server()
    sender = Sender(make_guard().exchange(a_request()), server.send)
    headers = [*JSON, (b"set-cookie", b"_ga=1")]
    sender.send({"type": "http.response.start", "status": 200, "headers": headers})
    body = {"type": "http.response.body", "body": b"{}"}
    assert sender.send(body) is server.waited
    assert server.heard[1] is body
    assert b"set-cookie" not in dict(server.heard[0]["headers"])


def sent(make_guard: GuardMaker, *messages: Any) -> bytes:
    heard: list[Any] = []

    async def send(message: Any) -> None:
        heard.append(message)

    async def run() -> None:
        sender = Sender(make_guard().exchange(a_request()), send)
        for message in messages:
            await sender.send(message)

    asyncio.run(run())
    return b"".join(message.get("body", b"") for message in heard)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "numbers.html"
    path.write_bytes(b" ".join(b"%d" % n for n in range(40_000)))
    return path


def test_files_are_read_where_the_server_would_read(make_guard: GuardMaker, file: Path) -> None:
    data = file.read_bytes()
    start = {"type": "http.response.start", "status": 200, "headers": HTML}

    @given(
        st.one_of(st.none(), st.integers(0, 250_000)), st.one_of(st.none(), st.integers(0, 250_000))
    )
    def read(offset: int | None, count: int | None) -> None:
        more = {"offset": offset, "count": count}
        given = {name: value for name, value in more.items() if value is not None}
        with file.open("rb") as handle:
            handle.seek(1000)
            message = {"type": "http.response.zerocopysend", "file": handle, **given}
            # Python's own position is not the descriptor's, which counts.
            got = sent(make_guard, start, message)
        begin = 1000 if offset is None else offset
        assert got == data[begin:][: len(data) if count is None else count]

    read()
    assert sent(make_guard, start, {"type": "http.response.pathsend", "path": str(file)}) == data


def test_a_file_without_a_type_is_sniffed(make_guard: GuardMaker, file: Path) -> None:
    start: Any = {"type": "http.response.start", "status": 200, "headers": []}
    message = {"type": "http.response.pathsend", "path": str(file)}
    assert sent(make_guard, start, message) == file.read_bytes()
