from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import GuardMaker, a_request

from consentguard.http.message import Header
from consentguard.outbound import Outbound
from consentguard.pages import serve

HEADERS = [
    (b"content-type", b"text/html"),
    (b"set-cookie", b"_ga=1"),
    (b"link", b"<https://static.hotjar.com>; rel=preconnect"),
]


def broken(*_: object) -> None:
    raise RuntimeError("a bug of ours")


def test_a_response_that_we_cannot_gate_is_delivered_fenced(
    make_guard: GuardMaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Outbound, "gate", broken)
    reply = make_guard().exchange(a_request()).reply(200, HEADERS, b"<p>page")
    assert reply.headers == [
        (b"content-type", b"text/html"),
        (b"content-security-policy", b"default-src 'self' 'unsafe-inline' data: blob:"),
        (b"cache-control", b"private, no-store"),
    ]
    assert reply.feed(b"<p>page") + reply.finish() == b"<p>page"
    assert "a bug of ours" in caplog.text


def test_our_own_pages_never_raise(
    make_guard: GuardMaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(serve, "answer", broken)
    outcome = make_guard().exchange(a_request("/_consent", "POST")).answer(b"")
    assert outcome.record is None
    assert outcome.on_stored.status == 503
    assert "a bug of ours" in caplog.text


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/_consent", True),
        ("/_consent/", True),
        ("/_consent/anything", True),
        ("/.well-known/gpc.json", True),
        ("/_consents", False),
        ("/", False),
        ("/.well-known/gpc.jsonx", False),
    ],
)
def test_which_urls_are_ours(make_guard: GuardMaker, path: str, own: bool) -> None:
    assert make_guard().exchange(a_request(path)).own is own


def test_the_prefix_may_be_another(make_guard: GuardMaker) -> None:
    guard = make_guard('[enforcement]\nconsent_path = "/privacy/choices"\n')
    assert guard.exchange(a_request("/privacy/choices/state")).own
    assert not guard.exchange(a_request("/_consent")).own


JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    "headers",
    [
        [JSON],
        [(b"Content-Type", b"text/css; charset=utf-8"), (b"ETag", b'"x"')],
        [(b"content-type", b"image/png"), (b"content-disposition", b"inline")],
    ],
)
def test_what_is_no_page_and_has_nothing_to_gate_passes(
    make_guard: GuardMaker, headers: list[Header]
) -> None:
    exchange = make_guard().exchange(a_request())
    assert exchange.passes(headers)
    assert exchange.passes(iter(headers))  # type: ignore[arg-type]
    assert exchange.reply(200, headers, b"x").headers == headers


ANY: Any = None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"x-type", b"application/json")],
        [(b"content-type", b"")],
        [(b"content-type", b"text/html")],
        [(b"Content-Type", b" Text/HTML ; charset=utf-8")],
        [(b"content-type", b"*/*")],
        [JSON, (b"content-type", b"text/html")],
        [(b"content-type", b""), JSON],
        [JSON, (b"set-cookie", b"a=b")],
        [JSON, (b"Set-Cookie", b"a=b")],
        [JSON, (b"LINK", b"</a>; rel=preload")],
        [JSON, (b"refresh", b"1")],
        [(ANY, b"a=b"), JSON],
        [(bytearray(b"set-cookie"), b"a=b"), JSON],
        [("set-cookie", "a=b"), JSON],
    ],
)
def test_in_doubt_nothing_passes(make_guard: GuardMaker, headers: Any) -> None:
    assert not make_guard().exchange(a_request()).passes(headers)


def test_nothing_passes_for_a_visitor_whose_cookies_were_refused(make_guard: GuardMaker) -> None:
    exchange = make_guard().exchange(a_request(cookie="_ga=1"))
    assert not exchange.passes([JSON])
    assert (b"vary", b"Cookie, Sec-GPC") in exchange.reply(200, [JSON]).headers


def test_everything_passes_where_nothing_is_looked_at(make_guard: GuardMaker) -> None:
    exchange = make_guard('[enforcement]\nmode = "off"\n').exchange(a_request(cookie="_ga=1"))
    assert exchange.passes(HEADERS)
    assert not exchange.reads(HEADERS)


def test_who_asks_when_the_response_has_left_learns_nothing_of_its_visitor(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard()
    headers = {"origin": "http://site.test", "content_type": "application/json"}
    post = guard.exchange(a_request("/_consent", "POST", **headers))
    answer = guard.settle(post, b'{"choice":"accept"}')
    given = dict(answer.headers)[b"set-cookie"].decode().partition(";")[0]
    in_time, late = (guard.exchange(a_request(path="/feed", cookie=given)) for _ in range(2))
    assert in_time.subject
    assert late.reply(200, [JSON]).headers == [JSON]
    for exchange, allowed in ((in_time, True), (late, False)):
        assert bool(exchange.subject) is allowed
        assert exchange.decision.allows("analytics") is allowed
        assert exchange.asked is allowed
    late.leaving = None  # all of it has left
    assert late.decision.allows("analytics")
    (told,) = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert '"/feed" asked what is allowed when its response had begun' in told
