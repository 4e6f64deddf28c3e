"""Streamed responses: pieces as they come, closed and cancelled as without us."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import AsyncClient, Client, RequestFactory
from tests.adapters.django_site import GATED, GUARD, PAGE, calls, site

SYNC = "tests.adapters.test_django.Synchronous"


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


def served(path: str, **more: Any) -> tuple[str, dict[str, str], Any]:
    """What a WSGI server gets: status, headers, the body's iterable."""
    environ = {**RequestFactory().get(path).environ, **more}
    said: list[Any] = []
    server: Any = WSGIHandler()
    body = server(environ, lambda *start: said.append(start))
    return said[0][0], {k.lower(): v for k, v in said[0][1]}, body


def test_a_page_comes_in_pieces() -> None:
    with site([GUARD]):
        _, headers, body = served("/stream")
        assert "content-length" not in headers
        assert headers["cache-control"] == "private, no-cache"
        pieces = iter(body)
        first = [next(pieces) for _ in range(4)]
        assert b"<!doctype" in b"".join(first)
        assert "end" not in calls
        assert GATED in b"".join(first) + b"".join(pieces)
        assert calls == ["end", "closed"]
        body.close()


def test_a_stream_that_is_left_is_closed() -> None:
    with site([GUARD]):
        _, _, body = served("/stream")
        next(iter(body))
        body.close()
    assert calls == ["closed"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
@pytest.mark.parametrize("path", ["/stream", "/astream"])
@pytest.mark.parametrize("middleware", [[GUARD], [SYNC, GUARD], [GUARD, SYNC]])
async def test_both_kinds_of_streams_under_both_kinds_of_servers(
    path: str, middleware: list[str]
) -> None:
    with site(middleware):
        whole: Any = await asyncio.to_thread(Client().get, path)
        streamed = b"".join(await asyncio.to_thread(list, whole.streaming_content))
        answer: Any = await AsyncClient().get(path)
        content = answer.streaming_content
        pieces = [piece async for piece in content] if answer.is_async else list(content)
        assert b"".join(pieces) == streamed
        assert GATED in streamed
        assert b'id="cg-banner"' in streamed
        assert calls == ["end", "closed"] * 2
        answer.close()
        whole.close()


@pytest.mark.parametrize("middleware", [["django.middleware.common.CommonMiddleware"], [GUARD]])
async def test_a_client_that_hangs_up_under_asgi(middleware: list[str]) -> None:
    """The view's generator hears of it, with us and without us."""
    gone = asyncio.Event()
    sent: list[Any] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 4:
            gone.set()
            await asyncio.sleep(60)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/astream",
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }
    with site(middleware):
        await asyncio.wait_for(ASGIHandler()(scope, receive, send), 30)
    for _ in range(20):  # the loop closes one generator after the other
        if calls:
            break
        gc.collect()  # of all that the worker holds, which takes long
        await asyncio.sleep(0)
    assert calls == ["closed"]
    assert sent[0]["type"] == "http.response.start"
    assert len(sent) == 4


async def test_an_event_stream_opens_before_its_first_event() -> None:
    with site([GUARD]):
        answer: Any = await AsyncClient().get("/events")
        assert calls == []
        assert [piece async for piece in answer.streaming_content] == [b"data: 1\n\n"]
        answer.close()


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning")
async def test_an_error_before_the_first_byte_reaches_the_server() -> None:
    with site([GUARD]):
        status, _, body = served("/broken")
        assert status == "200 OK"
        with pytest.raises(RuntimeError, match="before the first byte"):
            next(iter(body))
        body.close()
        answer: Any = await AsyncClient().get("/broken")
        with pytest.raises(RuntimeError, match="before the first byte"):
            list(answer.streaming_content)
        answer.close()


def test_an_empty_stream() -> None:
    with site([GUARD]):
        _, headers, body = served("/empty")
        assert headers["content-length"] == "0"
        assert b"".join(body) == b""
        body.close()


def test_what_is_no_page_is_not_touched() -> None:
    with site([GUARD]):
        _, headers, body = served("/csv")
        assert "set-cookie" not in headers
        assert "private" in headers["cache-control"]
        assert list(body) == [b"a,b\n", b"1,2\n"]
        body.close()


class Wrapper:
    """A server's ``wsgi.file_wrapper``."""

    def __init__(self, file: Any, size: int) -> None:
        self.file = file

    def __iter__(self) -> Any:
        return iter(lambda: self.file.read(8192), b"")

    def close(self) -> None:
        self.file.close()


def test_files_are_sent_as_files_and_pages_are_read() -> None:
    with site([GUARD]):
        _, headers, body = served("/file?name=a.png", **{"wsgi.file_wrapper": Wrapper})
        assert type(body) is Wrapper
        assert headers["content-length"] == "4"
        body.close()
        _, headers, body = served("/file?name=a.html", **{"wsgi.file_wrapper": Wrapper})
        assert type(body) is not Wrapper
        assert "content-length" not in headers
        assert GATED in b"".join(body)
        body.close()


def test_head_has_the_headers_of_the_page() -> None:
    with site([GUARD]):
        answer = Client().head("/")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Length" not in answer.headers
        assert answer.content == b""


def test_nothing_is_changed_where_everything_is_allowed() -> None:
    from consentguard.testing import grant

    with site([GUARD]):
        client = Client()
        grant(client)
        assert client.get("/").content.startswith(PAGE.split("</body>", maxsplit=1)[0].encode())
