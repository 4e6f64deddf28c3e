from __future__ import annotations

import pytest
from tests.conftest import GuardMaker, a_request

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
    monkeypatch.setattr(Outbound, "reply", broken)
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
