"""The rows of what goes wrong: apps that raise or lose their way, clients that go away."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.shapes import (
    HTML,
    PAGE,
    TAG,
    bodies,
    body,
    bytewise,
    covers,
    environ,
    guarded,
    guarded_wsgi,
    kind,
    messages_of,
    saying,
    scope,
    start,
    unheard,
)

ANY: Any = None


class Fault(Exception):
    """An app's own."""


@covers("error before the start")
@covers("error after the start")
@covers("error in the middle")
@pytest.mark.parametrize(
    ("messages", "heard"),
    [
        ((), b""),
        ((start([HTML]),), b""),
        ((start([HTML]), body(b"", True)), b""),
        ((start([HTML]), body(PAGE[:50], True)), PAGE[: PAGE.index(TAG)]),
    ],
)
async def test_an_app_that_raises(messages: tuple[Any, ...], heard: bytes) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await saying(*messages)(scope, receive, send)
        raise Fault

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(Fault):
        await guarded(app)(scope(), ANY, send)
    assert b"".join(m.get("body", b"") for m in sent) == heard
    assert bool(sent) is bool(heard)


@covers("error after the start")
async def test_an_error_page_may_follow_a_start_that_was_held() -> None:
    """What answers for the app outside of us has heard of no start."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start([HTML]))
        raise Fault

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await guarded(app)(scope(), ANY, send)
    except Fault:
        await saying(start([HTML], 500), body(b"sorry"))(None, None, send)
    assert [m.get("status") for m in sent] == [500, None]


@covers("error in the middle")
def test_a_body_that_raises_in_the_middle_through_wsgi() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html")])
        yield PAGE[:50]
        raise Fault

    pieces = iter(guarded_wsgi(app)(environ(), unheard))
    assert next(pieces) == PAGE[: PAGE.index(TAG)]
    with pytest.raises(Fault):
        next(pieces)


PASSING = [kind(b"text/css"), (b"set-cookie", b"_ga=1")]


def ordered(headers: list[Any], order: str) -> list[dict[str, Any]]:
    """The messages that these words stand for."""
    known = {
        "start": start(headers),
        "body": body(PAGE, True),
        "end": body(PAGE),
        "trailers": {"type": "http.response.trailers", "headers": []},
    }
    return [known[word] for word in order.split()]


@covers("out of order")
@pytest.mark.parametrize(
    "order",
    ["body", "trailers", "start start", "start body start", "start end body", "start end end"],
)
async def test_messages_out_of_order_are_refused(order: str) -> None:
    *fine, wrong = ordered([HTML], order)
    sent: list[Any] = []
    refused: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await saying(*fine)(scope, receive, send)
        before = len(sent)
        with pytest.raises(RuntimeError, match="Unexpected ASGI message"):
            await send(wrong)
        refused.append(wrong["type"])
        assert len(sent) == before

    async def send(message: Any) -> None:
        sent.append(message)

    await guarded(app)(scope(), ANY, send)
    assert refused == [wrong["type"]]


@covers("out of order")
@pytest.mark.parametrize("order", ["start start", "start end body", "start end trailers"])
async def test_what_passes_is_the_servers_to_refuse(order: str) -> None:
    messages = ordered(PASSING, order)
    sent = await messages_of(guarded(saying(*messages)))
    assert sent[1:] == messages[1:]


@covers("out of order")
def test_start_response_twice_or_never_through_wsgi() -> None:
    def twice(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html")])
        start_response("200 OK", [("Content-Type", "text/html")])
        return [PAGE]

    for app in (twice, lambda *_: [PAGE], lambda *_: iter([PAGE])):
        with pytest.raises(RuntimeError):
            list(guarded_wsgi(app)(environ(), unheard))


@covers("gone client")
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_client_that_goes_away(at: int) -> None:
    heard: list[str] = []
    caught: list[type[BaseException]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await saying(start([HTML]), *bodies(bytewise(PAGE)))(scope, receive, send)
        except OSError as error:
            caught.append(type(error))
            raise

    async def send(message: Any) -> None:
        if len(heard) == at:
            raise ConnectionResetError
        heard.append(message["type"])

    with pytest.raises(ConnectionResetError):
        await guarded(app)(scope(), ANY, send)
    assert caught == [ConnectionResetError]
    assert len(heard) == at
