"""The rows that are more than a body: messages beside it, hints, headers of any type."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.shapes import (
    GATED,
    HTML,
    PAGE,
    bodies,
    body,
    bytewise,
    covers,
    guarded,
    kind,
    messages_of,
    saying,
    scope,
    start,
    whole,
)

ANY: Any = None


@covers("event stream")
async def test_an_event_stream_opens_before_its_first_event() -> None:
    told: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in (start([kind(b"text/event-stream")]), *bodies([b"data: 1\n\n", b""])):
            await send(message)
            told.append("said")

    async def send(message: Any) -> None:
        told.append(message["type"][14:])

    await guarded(app)(scope(), ANY, send)
    assert told == ["start", "said", "body", "said", "body", "said"]


@covers("range")
@pytest.mark.parametrize(("accept", "ranged"), [(b"text/html", False), (b"video/*", True)])
async def test_a_range_of_a_page_is_asked_for_as_a_whole(accept: bytes, ranged: bool) -> None:
    asked: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.extend(scope["headers"])
        await saying(start([HTML]), body(PAGE))(scope, receive, send)

    said = [
        (b"host", b"site.test"),
        (b"accept", accept),
        (b"range", b"bytes=9-"),
        (b"if-range", b"x"),
    ]
    sent = await messages_of(guarded(app), headers=said)
    assert ((b"range", b"bytes=9-") in asked) is ranged
    assert sent[0]["status"] == 200
    assert GATED in sent[1]["body"]


@covers("trailers")
@pytest.mark.parametrize("pieces", [whole(PAGE), bytewise(PAGE)])
async def test_trailers_follow_without_digests(pieces: list[bytes]) -> None:
    named = [(b"Content-Digest", b"x"), (b"server-timing", b"db"), (b"ETag", b'"x"')]
    trailers = {"type": "http.response.trailers", "headers": named, "more_trailers": False}
    sent = await messages_of(
        guarded(saying(start([HTML], trailers=True), *bodies(pieces), trailers))
    )
    assert sent[0]["trailers"]
    assert b"content-length" not in dict(sent[0]["headers"])
    assert GATED in b"".join(m["body"] for m in sent[1:-1])
    assert sent[-1] == {**trailers, "headers": [(b"server-timing", b"db")]}
    said = [start([kind(b"text/plain")], trailers=True), body(b"x"), trailers]
    assert await messages_of(guarded(saying(*said))) == said
    fenced = [start([kind(b"text/xml")], trailers=True), body(b"x"), trailers]
    assert (await messages_of(guarded(saying(*fenced))))[1:] == fenced[1:]


LINKS = [b"<https://static.hotjar.com>; rel=preconnect", b"</a.css>; rel=preload; as=style"]


@covers("early hints")
@pytest.mark.parametrize(("links", "left"), [(LINKS, LINKS[1:]), (LINKS[:1], []), ([], [])])
async def test_early_hints_name_no_trackers(links: list[bytes], left: list[bytes]) -> None:
    hint = {"type": "http.response.early_hint", "links": links}
    sent = await messages_of(guarded(saying(hint, start([HTML]), body(PAGE))))
    hints = [m for m in sent if m["type"] == hint["type"]]
    assert hints == ([{**hint, "links": left}] if left else [])


@covers("early hints")
@pytest.mark.parametrize("mode", ["observe", "off"])
async def test_early_hints_pass_where_nothing_is_changed(mode: str) -> None:
    hint = {"type": "http.response.early_hint", "links": LINKS}
    shell = guarded(saying(hint, start([HTML]), body(PAGE)), f'[enforcement]\nmode = "{mode}"\n')
    sent = await messages_of(shell)
    assert sent[0] == hint
    assert b"".join(m["body"] for m in sent[2:]) == PAGE


@covers("push, debug")
async def test_what_says_nothing_of_the_body_passes() -> None:
    push = {"type": "http.response.push", "path": "/a.css", "headers": []}
    debug = {"type": "http.response.debug", "info": {"template": object()}}
    sent = await messages_of(guarded(saying(push, debug, start([HTML]), body(PAGE))))
    assert sent[:2] == [push, debug]
    assert sent[1]["info"]["template"] is debug["info"]["template"]  # type: ignore[index]


@covers("start alone")
async def test_a_start_waits_for_the_first_bytes() -> None:
    messages = (start([HTML]), body(b"", True), body(PAGE[:20], True), body(PAGE[20:]))
    for number, heard in ((1, 0), (2, 0), (3, 2), (4, 3)):
        assert len(await messages_of(guarded(saying(*messages[:number])))) == heard


@covers("header types")
@pytest.mark.parametrize("make", [tuple, iter, list])
@pytest.mark.parametrize(
    "pairs",
    [
        [["Content-Type", "text/html"], ["SET-COOKIE", "_ga=1"]],
        [(b"CONTENT-TYPE", b"text/html"), (b"Set-Cookie", b"_ga=1")],
        [
            (bytearray(b"content-type"), memoryview(b"text/html")),
            (b"set-cookie", bytearray(b"_ga=1")),
        ],
    ],
)
async def test_headers_of_any_type(make: Any, pairs: list[Any]) -> None:
    sent = await messages_of(guarded(saying(start(make(pairs)), body(PAGE))))
    headers = sent[0]["headers"]
    assert all(type(k) is bytes and type(v) is bytes for k, v in headers)
    assert b"set-cookie" not in {k.lower() for k, _ in headers}
    assert GATED in sent[1]["body"]
