from __future__ import annotations

import gzip
import logging

import pytest
from tests.conftest import NOW, GuardMaker, Here, a_request

from consentguard.exchange import Exchange, Reply
from consentguard.http.csp import FENCE
from consentguard.http.message import Header, Request
from consentguard.judge import SHELVES

HTML: Header = (b"content-type", b"text/html; charset=utf-8")
PAGE = b"<!doctype html><html><body><script src='https://static.hotjar.com/c/hotjar-1.js'></script>"
COOKIE: Header = (b"set-cookie", b"_ga=1; Path=/")


def sent(reply: Reply, *pieces: bytes) -> bytes:
    return b"".join(reply.feed(piece) for piece in pieces) + reply.finish()


def page(exchange: Exchange, *headers: Header, body: bytes = PAGE, status: int = 200) -> bytes:
    return sent(exchange.reply(status, [HTML, *headers], body), body)


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_other_modes_change_nothing(make_guard: GuardMaker, mode: str) -> None:
    guard = make_guard(f'[enforcement]\nmode = "{mode}"\n')
    exchange = guard.exchange(a_request(cookie="_ga=1", if_none_match='"x"', accept="text/html"))
    assert exchange.headers_in == list(exchange.visit.request.headers)
    headers = [HTML, COOKIE, (b"content-length", b"100"), (b"cache-control", b"public")]
    reply = exchange.reply(200, headers, PAGE)
    assert reply.headers == headers
    assert not reply.changes
    assert sent(reply, PAGE[:50], PAGE[50:]) == PAGE
    assert bool(guard.tally.counts) is (mode == "observe")


def test_undeclared_cookies_tell_what_to_write_once(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            reply = guard.exchange(a_request()).reply(200, [(b"set-cookie", b"zz_mine=1")], b"")
            assert not [h for h in reply.headers if h[0] == b"set-cookie"]
    assert caplog.text.count('cookies = ["zz_mine"]') == 1
    assert guard.tally.counts["set-cookie", "zz_mine"] == 3


def test_undeclared_cookies_may_be_allowed(make_guard: GuardMaker) -> None:
    guard = make_guard('[enforcement]\nundeclared_cookies = "allow"\n')
    cookie = (b"set-cookie", b"zz_mine=1")
    assert cookie in guard.exchange(a_request()).reply(200, [cookie], b"").headers


def test_the_app_does_not_undo_a_choice(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard('[enforcement]\nundeclared_cookies = "allow"\n')
    values = (b"consent=yes; Path=/", b"consent", b"consent=; Max-Age=0; Path=/", b"consents=1")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            app = [(b"set-cookie", value) for value in values]
            reply = guard.exchange(a_request()).reply(200, app, b"")
            assert [v for k, v in reply.headers if k == b"set-cookie"] == [*values[2:]]
    assert caplog.text.count('Set-Cookie "consent" was dropped') == 1


def test_debug_names_what_was_dropped(make_guard: GuardMaker) -> None:
    guard = make_guard("[enforcement]\ndebug = true\n")
    reply = guard.exchange(a_request()).reply(200, [COOKIE], b"")
    assert (b"x-consentguard-dropped", b"_ga") in reply.headers


UNKNOWN = b"<!doctype html><body><script src=//other.test/a.js></script><img src=//other.test/i>"


@pytest.mark.parametrize(
    ("setting", "script", "image"),
    [("block-active", False, True), ("block", False, False), ("allow", True, True)],
)
def test_unknown_hosts(make_guard: GuardMaker, setting: str, script: bool, image: bool) -> None:
    guard = make_guard(f'[enforcement]\nundeclared_hosts = "{setting}"\n')
    body = page(guard.exchange(a_request()), body=UNKNOWN)
    assert (b"<script src=//other.test" in body) is script
    assert (b"<img src=//other.test" in body) is image


def test_unknown_hosts_pass_where_trackers_do(make_guard: GuardMaker) -> None:
    guard = make_guard(place=Here("US", "US-TX"))
    assert UNKNOWN in page(guard.exchange(a_request()), body=UNKNOWN)


def test_a_base_element_moves_relative_urls(make_guard: GuardMaker) -> None:
    body = b"<!doctype html><base href=//static.hotjar.com/><script src='c/hotjar-1.js'></script>"
    assert b"data-cg-src='c/hotjar-1.js'" in page(make_guard().exchange(a_request()), body=body)


def test_the_apps_nonce_is_used(make_guard: GuardMaker) -> None:
    policy = (b"content-security-policy", b"script-src 'nonce-Abc123=' 'strict-dynamic'")
    assert b'nonce="Abc123="' in page(make_guard().exchange(a_request()), policy)


def broken(data: bytes) -> bytes:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("whole", [True, False])
def test_a_page_that_cannot_be_rewritten_is_delivered_fenced(
    make_guard: GuardMaker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    whole: bool,
) -> None:
    reply = make_guard().exchange(a_request()).reply(200, [HTML, (b"set-cookie", b"a=b")], PAGE)
    monkeypatch.setattr(reply._rewriter, "whole" if whole else "feed", broken, raising=False)
    headers, first = reply.open(PAGE, whole=whole)
    assert first == PAGE
    assert reply.feed(b"more") + reply.finish() == b"more"
    assert FENCE in headers
    assert b"set-cookie" not in dict(headers)
    assert dict(headers).get(b"content-length") == (b"%d" % len(PAGE) if whole else None)
    assert "could not be rewritten" in caplog.text


def test_a_page_that_breaks_in_the_middle_ends_there(
    make_guard: GuardMaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reply = make_guard().exchange(a_request()).reply(200, [HTML], PAGE)
    reply.open(PAGE, whole=False)
    monkeypatch.setattr(reply._rewriter, "feed", broken, raising=False)
    assert reply.feed(b"more") + reply.feed(b"more") + reply.finish() == b""
    assert "cut off" in caplog.text


@pytest.mark.parametrize("status", [200, 404, 500, 302])
def test_whatever_the_status_a_page_is_gated(make_guard: GuardMaker, status: int) -> None:
    body = page(make_guard().exchange(a_request()), status=status)
    assert b"<script data-cg-purpose" in body


PACKED = gzip.compress(PAGE)


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-encoding", b"br")],
        [(b"content-encoding", b"zstd")],
        [(b"content-encoding", b"nonsense")],
        [(b"content-encoding", b"gzip"), (b"content-encoding", b"gzip")],
    ],
)
def test_what_cannot_be_read_is_fenced(make_guard: GuardMaker, headers: list[Header]) -> None:
    reply = make_guard().exchange(a_request()).reply(200, [HTML, *headers], PACKED)
    fence = dict(reply.headers)[b"content-security-policy"]
    assert fence == b"default-src 'self' 'unsafe-inline' data: blob:"
    assert sent(reply, PACKED) == PACKED


def test_a_range_of_a_page_is_fenced(make_guard: GuardMaker) -> None:
    reply = make_guard().exchange(a_request()).reply(206, [HTML], PAGE)
    assert b"content-security-policy" in dict(reply.headers)


def test_excluded_paths_are_whole_segments(make_guard: GuardMaker) -> None:
    guard = make_guard('[enforcement]\nexclude_paths = ["/api", "/docs/"]\n')
    for path, untouched in (("/api", True), ("/api/x", True), ("/apis", False), ("/docs/a", True)):
        body = page(guard.exchange(a_request(path)))
        assert (body == PAGE) is untouched, path


def test_deletions_always_pass(make_guard: GuardMaker) -> None:
    gone = (b"set-cookie", b"_ga=; Max-Age=0; Path=/")
    past = (b"set-cookie", b"_ga=; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    reply = make_guard().exchange(a_request()).reply(200, [gone, past], b"")
    assert gone in reply.headers
    assert past in reply.headers


def test_a_cookie_without_a_name_is_read_as_it_comes_back(make_guard: GuardMaker) -> None:
    guard = make_guard(place=Here("US", "US-CA"))
    headers = [(b"set-cookie", b"=_fbp=1; Path=/"), (b"set-cookie", b"=plain; Path=/")]
    reply = guard.exchange(a_request(sec_gpc="1")).reply(200, headers, b"")
    assert [v for k, v in reply.headers if k == b"set-cookie"] == [b"=plain; Path=/"]


def test_sweeping_goes_through_all_variants(make_guard: GuardMaker) -> None:
    """Each answer has 3 KB of expiries; over time every variant has its turn."""
    now = [NOW]
    guard = make_guard(clock=lambda: now[0])
    seen: set[bytes] = set()
    for _ in range(60):
        exchange = guard.exchange(a_request("/a/b/c", cookie="_ga=1; _fbp=2; _gcl_au=3"))
        swept = [v for k, v in exchange.reply(200, [], b"").headers if k == b"set-cookie"]
        assert sum(map(len, swept)) <= 3072
        seen |= set(swept)
        now[0] += 1
    paths = {part for v in seen for part in v.split(b"; ") if part.startswith(b"Path=")}
    assert paths >= {b"Path=/", b"Path=/a", b"Path=/a/", b"Path=/a/b", b"Path=/a/b/c"}


@pytest.mark.parametrize("kind", [None, b"", b"*/*", b"unknown/unknown; charset=utf-8"])
def test_a_page_without_a_type_is_what_a_browser_makes_of_it(
    make_guard: GuardMaker, kind: bytes | None
) -> None:
    headers = [] if kind is None else [(b"content-type", kind)]
    exchange = make_guard().exchange(a_request())
    assert exchange.reads(headers) is not None
    reply = exchange.reply(200, headers, PAGE)
    assert b"data-cg-src" in sent(reply, PAGE)
    assert (b"cache-control", b"private, no-cache") in reply.headers
    for other in (b"", b"{}", b"\x89PNG\r\n"):
        reply = exchange.reply(200, headers, other)
        assert reply.headers == headers
        assert sent(reply, other) == other


def test_digests_of_other_bytes_do_not_leave(make_guard: GuardMaker) -> None:
    names = (b"content-digest", b"repr-digest", b"digest", b"content-md5")
    reply = make_guard().exchange(a_request()).reply(200, [HTML, *((n, b"x") for n in names)], PAGE)
    assert not {name for name, _ in reply.headers} & set(names)


@pytest.mark.parametrize(
    ("base", "prefix"),
    [
        (b"https://cdn.test/", "http://site.test/_consent"),
        (b"//tracker.test", "http://site.test/_consent"),
        (b"https://site.test/", "http://site.test/_consent"),
        (b"/shop/", "/_consent"),
        (b"http://site.test/deep/", "/_consent"),
    ],
)
def test_a_base_element_does_not_move_our_own_urls(
    make_guard: GuardMaker, base: bytes, prefix: str
) -> None:
    body = b"<!doctype html><html><head><base href='%b'></head><body></body></html>" % base
    out = page(make_guard().exchange(a_request()), body=body).decode()
    assert f'action="{prefix}"' in out
    assert f'href="{prefix}/static/banner.' in out
    assert f'src="{prefix}/static/banner.' in out


def test_a_fenced_page_says_so_once(
    make_guard: GuardMaker, caplog: pytest.LogCaptureFixture
) -> None:
    guard = make_guard()
    for _ in range(3):
        guard.exchange(a_request()).reply(200, [HTML, (b"content-encoding", b"gzip")], b"plain")
    assert caplog.text.count("leaves fenced") == 1


def to_host(host: str, scheme: str = "http", root_path: str = "") -> Request:
    return Request("GET", scheme, "/", root_path, b"", [(b"host", host.encode())])


def test_what_is_shared_is_bounded(make_guard: GuardMaker) -> None:
    guard = make_guard()
    shared = guard._shared
    for number in range(SHELVES + 5):
        shared.judge(guard.exchange(to_host(f"h{number}.test")).visit)
    assert len(shared._judges) <= SHELVES
