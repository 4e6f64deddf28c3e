"""The ASGI shell, message by message, and through a real server with forked workers."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Here, Kept, a_policy
from tests.contract.shapes import body, messages_of, scope

from consentguard.asgi import ConsentMiddleware
from consentguard.ledger.sql import SQLLedger
from consentguard.model import ConsentRecord

HTML = [(b"content-type", b"text/html; charset=utf-8")]
PAGE = b"<!doctype html><body><script src='https://static.hotjar.com/c/hotjar-1.js'></script>"


def start(headers: list[tuple[bytes, bytes]] = HTML, status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": headers}


def wrap(app: Any, ledger: Any = None) -> ConsentMiddleware:
    return ConsentMiddleware(app, a_policy(), ["key"], ledger=ledger, geo=Here())


def an_app(*messages: dict[str, Any]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


@pytest.mark.parametrize("kind", ["lifespan", "something.new"])
async def test_other_scopes_go_straight_through(kind: str) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    arguments: Any = ({"type": kind}, object(), object())
    await wrap(app)(*arguments)
    assert seen == [arguments]


async def test_an_event_stream_opens_before_its_first_event() -> None:
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start([(b"content-type", b"text/event-stream")]))
        sent.append("waits")
        await send(body(b"data: 1\n\n"))

    async def note(message: Any) -> None:
        sent.append(message["type"])

    nobody: Any = None
    await wrap(app)(scope(), nobody, note)
    assert sent == ["http.response.start", "waits", "http.response.body"]


async def test_the_start_waits_for_the_first_bytes_and_nothing_else() -> None:
    sent: list[Any] = []
    times: list[int] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start())
        times.append(len(sent))
        await send(body(b"", more=True))
        times.append(len(sent))
        await send(body(b"<!doctype html><p>one", more=True))
        times.append(len(sent))
        await send(body(b"<p>two", more=True))
        times.append(len(sent))
        await send(body(b"<p>three"))

    await wrap(app)(scope(), None, send)  # type: ignore[arg-type]
    assert times == [0, 0, 2, 3]
    assert b"content-length" not in dict(sent[0]["headers"])
    assert sent[1]["body"] == b"<!doctype html><p>one"
    assert sent[2]["body"] == b"<p>two"


async def test_one_message_gets_a_length() -> None:
    sent = await messages_of(wrap(an_app(start([*HTML, (b"content-length", b"5")]), body(PAGE))))
    assert len(sent) == 2
    lengths = [v for k, v in sent[0]["headers"] if k == b"content-length"]
    assert lengths == [str(len(sent[1]["body"])).encode()]
    assert b"data-cg-src" in sent[1]["body"]


async def test_bodies_that_are_not_pages_stream_as_they_are() -> None:
    events = [(b"content-type", b"text/event-stream")]
    app = wrap(
        an_app(start(events), body(b"data: 1\n\n", True), body(b"data: 2\n\n", True), body(b""))
    )
    sent = await messages_of(app)
    assert [m.get("body") for m in sent[1:]] == [b"data: 1\n\n", b"data: 2\n\n", b""]


async def test_what_passes_is_passed_on_as_it_is() -> None:
    kept = [(b"Content-Type", b"application/json"), (b"X-A", b"b")]
    messages = [start(kept), body(b"{", True), body(b"", True), body(b"}")]
    assert await messages_of(wrap(an_app(*messages))) == messages


async def test_headers_may_be_any_iterable() -> None:
    for kind in (b"application/json", b"text/html"):
        headers: Any = iter([[b"content-type", kind], [b"set-cookie", b"_ga=1"]])
        sent = await messages_of(wrap(an_app(start(headers), body(PAGE))))
        assert not [v for k, v in sent[0]["headers"] if k == b"set-cookie"]
        assert dict(sent[0]["headers"])[b"content-type"] == kind


async def test_the_app_is_told_of_all_that_the_server_can_do() -> None:
    seen = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope["extensions"])
        await send(start())
        await send(body(b""))

    extensions = {"http.response.pathsend": {}, "http.response.trailers": {}, "tls": {"x": 1}}
    await messages_of(wrap(app), extensions=extensions)
    assert seen == extensions


async def test_an_app_that_raises_in_the_middle_raises_through_us() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(start())
        await send(body(b"<p>half", more=True))
        raise RuntimeError("the app's")

    with pytest.raises(RuntimeError, match="the app's"):
        await messages_of(wrap(app))


async def test_root_path_is_part_of_our_links_and_not_of_our_routes() -> None:
    app = wrap(an_app(start(), body(PAGE)))
    sent = await messages_of(app, path="/shop/", root_path="/shop")
    assert b'action="/shop/_consent"' in sent[1]["body"]
    sent = await messages_of(app, path="/shop/_consent/state", root_path="/shop")
    assert sent[0]["status"] == 200
    assert b'"region":"de-tdddg"' in sent[1]["body"]


async def test_large_bodies_are_refused_and_not_kept() -> None:
    pieces = 0

    async def receive() -> dict[str, Any]:
        nonlocal pieces
        pieces += 1
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"site.test"), (b"origin", b"http://site.test")]
    app = wrap(an_app())
    await app(scope(path="/_consent", method="POST", headers=headers), receive, send)
    assert sent[0]["status"] == 400
    assert pieces == 2


async def test_a_client_that_goes_away_stores_nothing(tmp_path: Path) -> None:
    ledger = SQLLedger(f"sqlite:///{tmp_path}/l.db")

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        assert message.get("status", 400) == 400

    headers = [
        (b"host", b"site.test"),
        (b"origin", b"http://site.test"),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]
    app = wrap(an_app(), ledger)
    await app(scope(path="/_consent", method="POST", headers=headers), receive, send)
    assert ledger.records() == []


class Slow(Kept):
    """A ledger that waits, each time it is asked, until somebody lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.released = threading.Semaphore(0), threading.Semaphore(0)

    def append(self, record: ConsentRecord) -> None:
        self._wait()
        super().append(record)

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        self._wait()
        return super().find(site, receipt)

    def _wait(self) -> None:
        self.asked.release()
        assert self.released.acquire(timeout=20)


async def test_a_slow_ledger_does_not_hold_up_other_visitors() -> None:
    ledger = Slow()
    app = wrap(an_app(start(), body(b"<p>fast")), ledger)
    transport = httpx.ASGITransport(app=app)
    order = []
    async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:

        async def choose() -> None:
            headers = {"origin": "http://site.test"}
            answer = await client.post("/_consent", data={"choice": "accept"}, headers=headers)
            assert answer.status_code == 303
            assert len(ledger.stored) == 1
            order.append("choice")
            (record,) = (await client.get("/_consent/me?format=json")).json()["records"]
            assert record["receipt"] == ledger.stored[0].receipt
            order.append("records")

        async def look() -> None:
            for _ in range(2):
                assert await asyncio.to_thread(ledger.asked.acquire, timeout=20)
                assert (await client.get("/")).status_code == 200
                order.append("page")
                ledger.released.release()

        await asyncio.gather(choose(), look())
    assert order == ["page", "choice", "page", "records"]


async def test_an_app_writes_into_its_own_scope() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["headers"][:] = [(b"host", b"other.test"), (b"cookie", b"a=1")]
        scope["path"] = scope["root_path"] = "/other"
        request = scope["consentguard"].request
        assert (request.path, request.root_path) == ("/data", "")
        assert request.headers == [(b"host", b"site.test")]
        await send(start())
        await send(body(PAGE))

    given = scope(path="/data", headers=[(b"host", b"site.test")])
    before = {**given, "headers": list(given["headers"])}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    for _ in range(2):
        arguments: Any = (given, None, send)
        await wrap(app)(*arguments)
    assert given == before
    assert sent[0] == sent[2]


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_the_handshake_of_a_websocket_sets_and_carries_what_is_allowed(scheme: str) -> None:
    seen: list[Any] = []
    sent: list[Any] = []
    cookies = [(b"set-cookie", b"_ga=1"), (b"Set-Cookie", b"sessionid=2"), (b"x-own", b"3")]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((dict(scope["headers"]), scope["consentguard"].decision.allows("analytics")))
        await send({"type": "websocket.accept", "headers": list(cookies)})
        await send({"type": "websocket.send", "text": "_ga"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "scheme": scheme,
        "path": "/chat",
        "headers": [(b"host", b"site.test"), (b"cookie", b"_fbp=1; sessionid=2")],
        "client": ("127.0.0.1", 1),
    }
    arguments: Any = (scope, None, send)
    await wrap(app)(*arguments)
    assert seen == [({b"host": b"site.test", b"cookie": b"sessionid=2"}, False)]
    values = [v for k, v in sent[0]["headers"] if k.lower() == b"set-cookie"]
    assert b"sessionid=2" in values
    assert not any(v.startswith(b"_ga") for v in values)
    assert any(v.startswith(b"_fbp=;") for v in values)
    assert (b"x-own", b"3") in sent[0]["headers"]
    assert b"cache-control" not in dict(sent[0]["headers"])
    assert sent[1] == {"type": "websocket.send", "text": "_ga"}


async def test_a_hook_is_told_though_the_client_is_gone() -> None:
    told: list[Any] = []
    options = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None, "geo": Here("DE")}
    guarded = ConsentMiddleware(None, **options, after_choice=told.append)  # type: ignore[arg-type]

    async def receive() -> Any:
        return {"type": "http.request", "body": b'{"choice":"reject"}', "more_body": False}

    async def gone(message: Any) -> None:
        raise OSError("gone")

    headers = [
        *((b"host", b"site.test"), (b"origin", b"http://site.test")),
        (b"content-type", b"application/json"),
    ]
    scope = {"type": "http", "method": "POST", "path": "/_consent", "headers": headers}
    with pytest.raises(OSError, match="gone"):
        await guarded(scope, receive, gone)
    assert [one.record.kind for one in told] == ["reject"]
