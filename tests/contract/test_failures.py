"""The rows of what goes wrong: apps that raise or lose their way, clients that go away."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from tests.contract.shapes import (
    GATED,
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


@covers("error before the start")
@covers("error after the start")
@pytest.mark.parametrize("started", [False, True])
def test_an_app_that_raises_through_wsgi(started: bool) -> None:
    heard: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:
        if started:
            start_response("200 OK", [("Content-Type", "text/html")])
        raise Fault

    def start_response(*said: Any) -> Any:
        heard.append(said)
        return unheard()

    with pytest.raises(Fault):
        list(guarded_wsgi(app)(environ(), start_response))
    assert heard == []


@covers("error after the start")
def test_a_second_start_for_an_error_takes_the_firsts_place() -> None:
    """PEP 3333, "The start_response() Callable": as long as no headers have been sent."""
    heard: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "_ga=1")])
        try:
            raise Fault
        except Fault:
            start_response("500 Sorry", [("Content-Type", "text/html")], sys.exc_info())
        return [PAGE]

    def start_response(*said: Any) -> Any:
        heard.append(said)
        return unheard()

    assert GATED in b"".join(guarded_wsgi(app)(environ(), start_response))
    ((status, headers, (kind_, _, _)),) = heard
    assert (status, kind_) == ("500 Sorry", Fault)
    assert "Set-Cookie" not in dict(headers)


def hearing(heard: list[Any]) -> Any:
    """A ``start_response`` that notes the headers."""

    def start_response(status: str, headers: list[Any], exc_info: Any = None) -> Any:
        heard.extend(headers)
        return unheard()

    return start_response


SMUGGLED = b"\r\nSet-Cookie: _ga=1\0"


async def both(headers: list[Any], data: bytes = PAGE) -> list[tuple[list[Any], bytes]]:
    """Headers, in lower case, and body of a response through the ASGI and the WSGI shell."""
    first, *rest = await messages_of(guarded(saying(start(headers), body(data))))
    heard: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:
        text = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        start_response("200 OK", text)
        return [data]

    out = b"".join(guarded_wsgi(app)(environ(), hearing(heard)))
    through_wsgi = [(k.encode("latin-1").lower(), v.encode("latin-1")) for k, v in heard]
    through_asgi = [(k.lower(), v) for k, v in first["headers"]]
    return [(through_asgi, b"".join(m["body"] for m in rest)), (through_wsgi, out)]


@covers("header lines")
@pytest.mark.parametrize("type_", [b"text/html", b"text/css", b"application/json"])
@pytest.mark.parametrize("name", [b"x-a", b"set-cookie", b"location", b"content-type", b"etag"])
async def test_no_header_is_smuggled_in_another(type_: bytes, name: bytes) -> None:
    for headers, out in await both([kind(type_), (name, b"sessionid=1" + SMUGGLED)]):
        assert b"_ga" not in b"".join(
            v.partition(b"=")[0] for k, v in headers if k == b"set-cookie"
        )
        assert not any(c in b"".join(k + v for k, v in headers) for c in (b"\r", b"\n", b"\0"))
        assert GATED in out or out == PAGE


@covers("header lines")
@pytest.mark.parametrize(
    "name", [b"set-cookie: _ga=1; x", b"x\r\nset-cookie", b"set-cookie ", b"x\0", b"x\xe9", b""]
)
async def test_what_is_no_name_is_left_out(name: bytes) -> None:
    for headers, out in await both([kind(b"application/json"), (name, b"_ga=1")]):
        assert headers == [kind(b"application/json")]
        assert out == PAGE
    for headers, out in await both([HTML, (name, b"_ga=1")]):
        assert {k for k, _ in headers} == {
            *(b"content-type", b"cache-control", b"vary", b"content-length")
        }
        assert GATED in out


@covers("header lines")
async def test_a_line_end_in_what_passes_is_a_space() -> None:
    for value in (b"a\rb", b"a\nb", b"a\0b"):
        for headers, out in await both([kind(b"application/json"), (b"x-a", value)]):
            assert headers == [kind(b"application/json"), (b"x-a", b"a b")]
            assert out == PAGE


@covers("header lines")
@pytest.mark.parametrize("value", ["\u2014", "_ga=\u2014", 7, None])
async def test_a_value_that_is_no_latin_1_costs_nobody_the_page(value: Any) -> None:
    first, second = await messages_of(guarded(saying(start([HTML, ("x-a", value)]), body(PAGE))))
    assert all(isinstance(part, bytes) for pair in first["headers"] for part in pair)
    assert GATED in second["body"]

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html"), ("X-A", value)])
        return [PAGE]

    heard: list[Any] = []
    out = b"".join(guarded_wsgi(app)(environ(), hearing(heard)))
    assert GATED in out
    assert dict(heard)["X-A"] == dict(first["headers"])[b"x-a"].decode("latin-1")


@covers("wrong length")
@pytest.mark.parametrize("length", [b"0", b"7", b"99999", b"-1", b"many", b"7, 8", b"", b"7 "])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_length_that_lies(length: bytes, times: int) -> None:
    for headers, out in await both([HTML, *[(b"Content-Length", length)] * times]):
        assert [v for k, v in headers if k == b"content-length"] == [b"%d" % len(out)]
        assert GATED in out
    # What passes is the server's to refuse, as without us.
    for headers, out in await both([kind(b"text/css"), (b"content-length", length)]):
        assert (headers, out) == ([kind(b"text/css"), (b"content-length", length)], PAGE)
