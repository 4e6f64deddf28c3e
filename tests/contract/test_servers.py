"""A real server: what HTTP says of a response, and clients that hang up in the middle of one."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.contract.shapes import (
    BANNER,
    GATED,
    HTML,
    PAGE,
    TAG,
    body,
    guarded,
    kind,
    saying,
    start,
)
from tests.serving import serving

from consentguard.html.rewriter import Rewriter
from consentguard.http.csp import FENCE


class Shop:
    """An app with one path for each way in which a response can go."""

    def __init__(self) -> None:
        self.gone = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await getattr(self, scope["path"].strip("/"))(scope, receive, send)

    async def page(self, scope: Any, receive: Any, send: Any) -> None:
        length = (b"content-length", b"%d" % len(PAGE))
        await saying(start([HTML, length]), body(PAGE))(scope, receive, send)

    async def stream(self, scope: Any, receive: Any, send: Any) -> None:
        await saying(start([HTML]), body(PAGE[:50], True), body(PAGE[50:]))(scope, receive, send)

    async def drawing(self, scope: Any, receive: Any, send: Any) -> None:
        await saying(start([kind(b"image/svg+xml")]), body(b"<svg/>"))(scope, receive, send)

    async def early(self, scope: Any, receive: Any, send: Any) -> None:
        await send(start([HTML]))
        raise RuntimeError("after a start that was held")

    async def middle(self, scope: Any, receive: Any, send: Any) -> None:
        await saying(start([HTML]), body(PAGE[:50], True))(scope, receive, send)
        raise RuntimeError("in the middle")

    async def endless(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        leaving = asyncio.create_task(receive())
        await send(start([HTML]))
        while not leaving.done():
            await send(body(PAGE * 100, True))
            await asyncio.sleep(0)
        assert leaving.result()["type"] == "http.disconnect"
        self.gone.set()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="module")
def client(shop: Shop) -> Iterator[httpx.Client]:
    with serving(guarded(shop), "off") as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def test_a_page_in_one_piece_has_a_length(client: httpx.Client) -> None:
    answer = client.get("/page")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert GATED in answer.content
    assert BANNER in answer.content


def test_a_page_in_pieces_is_chunked(client: httpx.Client) -> None:
    answer = client.get("/stream")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert answer.content == client.get("/page").content.replace(b"/page", b"/stream")


def test_head_says_what_get_says_but_for_the_length(client: httpx.Client) -> None:
    head, get = client.head("/page"), client.get("/page")
    assert head.content == b""
    assert "content-length" not in head.headers
    told = [[(k, v) for k, v in a.headers.items() if k not in _OF_LENGTH] for a in (head, get)]
    assert told[0] == told[1]
    assert client.get("/page").status_code == 200, "the connection goes on"


_OF_LENGTH = ("content-length", "date")


def test_a_drawing_is_fenced(client: httpx.Client) -> None:
    answer = client.get("/drawing")
    assert answer.content == b"<svg/>"
    assert answer.headers["content-security-policy"].encode() == FENCE[1]


def test_an_error_after_a_held_start_is_answered(client: httpx.Client) -> None:
    """Without us the browser would see a page that breaks off."""
    assert client.get("/early").status_code == 500


def test_an_error_in_the_middle_breaks_the_body_off(client: httpx.Client) -> None:
    heard: list[bytes] = []
    with (
        client.stream("GET", "/middle") as answer,
        pytest.raises(httpx.RemoteProtocolError, match="incomplete"),
    ):
        heard.extend(answer.iter_raw())
    assert b"".join(heard) == PAGE[: PAGE.index(TAG)]


def rewriting() -> int:
    """How many bodies are being rewritten."""
    gc.collect()
    return sum(type(one) is Rewriter for one in gc.get_objects())


def test_nothing_is_kept_for_a_client_that_hung_up(client: httpx.Client, shop: Shop) -> None:
    before = rewriting()
    for _ in range(5):
        shop.gone.clear()
        with client.stream("GET", "/endless") as answer:
            heard = next(answer.iter_raw())
        assert heard.startswith(PAGE[: PAGE.index(TAG)])
        assert shop.gone.wait(20)
    client.get("/drawing")
    assert rewriting() <= before
