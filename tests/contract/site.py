"""One small site that knows nothing of consent: path → status, headers and the pieces of its body.

:mod:`tests.contract.apps` serves it with every framework.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brotli
import zstandard

from consentguard.http.message import Header
from consentguard.model import Place

KEY = "a key for these tests only"
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]

TRACKERS = (
    b"<!doctype html><html><head><title>Shop</title>"
    b'<script src="https://www.googletagmanager.com/gtag/js?id=G-1" async></script>'
    b"<script>fbq('init', '1');</script>"
    b'<noscript><img src="https://www.facebook.com/tr?id=1&amp;noscript=1"></noscript>'
    b'</head><body><iframe src="https://www.youtube.com/embed/x"></iframe>'
    b'<img src="/logo.png"></body></html>'
)
PLAIN = b"<!doctype html><html><body><p>Nothing to gate.</p></body></html>"
FRAGMENT = b'<li><img src="https://www.facebook.com/tr?id=2"></li>'
TAG = b"<script src='https://static.hotjar.com/c/hotjar-1.js'></script>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>'
XHTML = (
    b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>%b</body></html>' % TAG
)
EVENTS = (b"data: <p>\n\n", b"data: two\n\n")
NARROW = "<!doctype html><html><body><p>Привет, 京都, naïve</p>%s</body></html>"


def written(charset: str, errors: str = "xmlcharrefreplace") -> bytes:
    """A page with a tracker in another charset."""
    return (NARROW % TAG.decode()).encode(charset, errors)


@dataclass(frozen=True, slots=True)
class Page:
    """What the site's own code answers."""

    status: int
    headers: tuple[Header, ...]
    pieces: Sequence[bytes]


class Late(Sequence[bytes]):
    """Two pieces: the second one is made when the first has left, of what is allowed then."""

    def __init__(self, allows: Callable[[str], bool]) -> None:
        self._made = (lambda: b"<p>now ", lambda: b"%r" % allows("analytics"))

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, index: Any) -> Any:
        return self._made[index]()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a framework tells the site of a request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)  #: lower-case names
    cookies: Mapping[str, str] = field(default_factory=dict, hash=False)  #: as the framework reads
    allows: Callable[[str], bool] = lambda purpose: True
    keep: Callable[[str], None] = lambda mode: None  #: says who may keep the page


def kind(value: bytes) -> Header:
    """A Content-Type."""
    return (b"content-type", value)


def html(body: bytes, *more: Header, status: int = 200) -> Page:
    """A page in UTF-8."""
    return page(body, HTML, *more, status=status)


def page(body: bytes, *headers: Header, status: int = 200) -> Page:
    """A response in one piece, with its length where it may have one."""
    lengthless = status in (204, 304)
    length = () if lengthless else ((b"content-length", b"%d" % len(body)),)
    return Page(status, (*headers, *length), (body,))


HTML = kind(b"text/html; charset=utf-8")
JSON = kind(b"application/json")
PUBLIC = (b"cache-control", b"public, max-age=60")
PRIVATE = (b"cache-control", b"private, max-age=60")
#: As every framework writes them: attributes in the order of the alphabet.
COOKIES = (
    (b"set-cookie", b"sessionid=s1; HttpOnly; Path=/"),
    (b"set-cookie", b"_ga=GA1.1.1; Max-Age=63072000; Path=/"),
    (b"set-cookie", b"_fbp=fb.1; Path=/"),
    (b"set-cookie", b"zz_undeclared=1; Path=/"),
    (b"set-cookie", b'_gcl_au=""; Max-Age=0; Path=/'),
)
PAST = b"Thu, 01 Jan 1970 00:00:00 GMT"
ODD = (
    (b"set-cookie", b"_ga=a; Path=/"),
    (b"set-cookie", b"_ga=b; Path=/shop"),
    (b"set-cookie", b"csrftoken=c; Path=/; SameSite=Lax"),
    (b"set-cookie", b"_hjid=gone; expires=%b; Path=/" % PAST),
    (b"set-cookie", b"consent=forged.by.the.app; Path=/"),
    (b"set-cookie", b"_GA=not analytics; Path=/"),
)
RAW = TRACKERS + b"<p>raw</p>"


def encoded(coding: bytes, body: bytes) -> Page:
    """A page that the site compresses itself."""
    return html(body, (b"content-encoding", coding))


PAGES = {
    "/": html(TRACKERS, *COOKIES, (b"etag", b'"v1"')),
    "/plain": html(PLAIN, PUBLIC),
    "/stream": Page(200, (HTML,), (TRACKERS[:97], TRACKERS[97:101], b"", TRACKERS[101:])),
    "/bytewise": Page(200, (HTML,), tuple(bytes([b]) for b in TRACKERS)),
    "/stream-empty": Page(200, (HTML,), (b"", b"")),
    "/stream-json": Page(200, (JSON, COOKIES[1]), (b'{"a"', b":1}")),
    "/stream-gzip": Page(
        200,
        (HTML, (b"content-encoding", b"gzip")),
        (gzip.compress(TRACKERS, mtime=0)[:40], gzip.compress(TRACKERS, mtime=0)[40:]),
    ),
    "/events": Page(200, (kind(b"text/event-stream"), (b"cache-control", b"no-cache")), EVENTS),
    "/fragment": html(FRAGMENT),
    "/turbo": page(FRAGMENT, kind(b"text/vnd.turbo-stream.html; charset=utf-8")),
    "/json": page(b'{"a":1}', JSON, COOKIES[1], PUBLIC),
    "/json-clean": page(b'{"a":1}', JSON, PUBLIC),
    "/json-etag": page(b'{"a":1}', JSON, (b"etag", b'"j1"')),
    "/text": page(TRACKERS, kind(b"text/plain; charset=utf-8")),
    "/script": page(b"fbq('init', '1');", kind(b"text/javascript")),
    "/style": page(b"a{background:url(https://static.hotjar.com/a.png)}", kind(b"text/css")),
    "/pixel": page(b"GIF89a\x01\x00", kind(b"image/gif"), COOKIES[2]),
    "/empty-page": html(b""),
    "/gzip": encoded(b"gzip", gzip.compress(TRACKERS, mtime=0)),
    "/deflate": encoded(b"deflate", zlib.compress(TRACKERS)),
    "/br": encoded(b"br", brotli.compress(TRACKERS)),
    "/zstd": encoded(b"zstd", zstandard.ZstdCompressor().compress(TRACKERS)),
    "/lzma": encoded(b"lzma", b"\x5d\x00\x00"),
    "/utf16": page(b"\xff\xfe<\x00", kind(b"text/html; charset=utf-16")),
    "/utf16le": page(written("utf-16-le"), kind(b"text/html; charset=utf-16le")),
    "/windows-1251": page(written("cp1251"), kind(b"text/html; charset=windows-1251")),
    "/shift_jis": page(written("shift_jis"), kind(b"text/html; charset=shift_jis")),
    "/gb18030": page(written("gb18030"), kind(b"text/html; charset=gb18030")),
    "/iso-2022-jp": page(written("iso2022_jp"), kind(b"text/html; charset=iso-2022-jp")),
    "/no-charset": page(written("utf-8"), kind(b"text/html")),
    "/bom": page(b"\xef\xbb\xbf" + TRACKERS, kind(b"text/html; charset=windows-1252")),
    "/klingon": page(TRACKERS, kind(b"text/html; charset=klingon")),
    "/download": html(TRACKERS, (b"content-disposition", b"attachment; filename=a.html")),
    "/xhtml": page(XHTML, kind(b"application/xhtml+xml")),
    "/drawing": page(DRAWING, kind(b"image/svg+xml")),
    "/feed": page(b"<rss/>", kind(b"application/rss+xml; charset=utf-8")),
    "/links": html(
        PLAIN,
        (b"link", b"<https://static.hotjar.com>; rel=preconnect, </a.css>; rel=preload"),
        (b"refresh", b"5; url=https://www.facebook.com/tr?id=3"),
    ),
    "/own-links": html(PLAIN, (b"link", b"</a.css>; rel=preload"), (b"refresh", b"5; url=/next")),
    "/reporting": html(
        PLAIN,
        (b"reporting-endpoints", b'a="https://www.facebook.com/tr", b="/reports"'),
        (b"accept-ch", b"Sec-CH-UA-Model"),
        (b"content-security-policy", b"img-src *; report-uri https://static.hotjar.com/csp /csp"),
    ),
    "/json-links": page(b"{}", JSON, (b"link", b"<https://static.hotjar.com>; rel=preconnect")),
    "/cached": html(
        TRACKERS,
        (b"cache-control", b"public, max-age=60, s-maxage=600"),
        (b"cdn-cache-control", b"max-age=600"),
        (b"expires", PAST),
        (b"last-modified", PAST),
        (b"vary", b"Accept-Encoding"),
    ),
    "/no-store": html(PLAIN, (b"cache-control", b"no-store")),
    "/digest": html(TRACKERS, (b"content-md5", b"AAAA"), (b"repr-digest", b"sha-256=:AAAA=:")),
    "/cookies": html(PLAIN, *ODD),
    "/moved": page(b"", kind(b"text/plain"), (b"location", b"/"), COOKIES[1], status=302),
    "/see-other": page(
        b"", HTML, (b"location", b"/plain"), COOKIES[0], COOKIES[2], COOKIES[4], status=303
    ),
    "/for-good": page(TRACKERS, HTML, (b"location", b"/"), status=308),
    "/empty": page(b"", COOKIES[2], status=204),
    "/forbidden": html(TRACKERS, status=403),
    "/broken": html(TRACKERS, COOKIES[1], status=500),
    "/teapot": page(b'{"error":"teapot"}', JSON, COOKIES[1], status=418),
    "/static/page.html": html(TRACKERS, COOKIES[1]),
    "/staticky": html(TRACKERS, COOKIES[1]),
    "/raw/a/b.html": html(RAW, COOKIES[1]),
}


def page_of(asked: Asked) -> Page:
    """The site's answer; it knows conditional requests, and tells what it is told."""
    path, headers = asked.path, asked.headers
    if path in TELLING:
        return TELLING[path](asked)
    validators = headers.get("if-none-match", "")
    for known, tag in (("/", '"v1"'), ("/json-etag", '"j1"')):
        if path == known and tag in validators:
            return page(b"", (b"etag", tag.encode()), status=304)
    if path == "/cached" and headers.get("if-modified-since") == PAST.decode() and not validators:
        return page(b"", status=304)
    return PAGES.get(path, html(PLAIN, status=404))


def told(value: object) -> Page:
    """A small answer to a program."""
    return page(json.dumps(value, sort_keys=True).encode(), JSON)


def public(page: Page) -> Page:
    """The same where any cache may keep it."""
    return Page(page.status, (*page.headers, PUBLIC), page.pieces)


def keep(asked: Asked, mode: str, page: Page) -> Page:
    """The same where the view says who may keep it."""
    asked.keep(mode)
    return page


_CONDITIONS = ("if-none-match", "if-modified-since", "if-range", "range")
#: What the site says of a request: what it was sent, what its framework read, what is allowed.
TELLING: dict[str, Callable[[Asked], Page]] = {
    "/echo": lambda a: page(a.headers.get("cookie", "").encode("latin-1"), kind(b"text/plain")),
    "/read": lambda a: told({"names": sorted(a.cookies)}),
    "/allows": lambda a: told({p: a.allows(p) for p in ("analytics", "advertising", "necessary")}),
    "/conditions": lambda a: told({n: a.headers[n] for n in _CONDITIONS if n in a.headers}),
    "/allows-public": lambda a: public(told(a.allows("analytics"))),
    "/own": lambda a: keep(a, "private", PAGES["/cached"]),
    "/news": lambda a: keep(a, "shared", PAGES["/cached"]),
    "/asks": lambda a: keep(a, "shared", html(b"<p>%r" % a.allows("analytics"), PUBLIC)),
    "/late": lambda a: Page(200, (JSON, PUBLIC), Late(a.allows)),
    "/late-unsaid": lambda a: Page(200, (JSON,), Late(a.allows)),
    "/late-private": lambda a: Page(200, (JSON, PRIVATE), Late(a.allows)),
    "/late-events": lambda a: Page(200, (*PAGES["/events"].headers,), Late(a.allows)),
    "/late-page": lambda a: Page(200, (HTML, PUBLIC), Late(a.allows)),
    "/form": lambda a: html(TRACKERS, *COOKIES, status=200 if a.method == "POST" else 405),
}


class Anywhere:
    """A locator that believes the header ``X-Place``."""

    def locate(self, peer: str | None, headers: object) -> Place:
        """``US-CA`` is both country and subdivision."""
        pairs: list[Header] = list(headers)  # type: ignore[call-overload]
        code = next((v.decode() for k, v in pairs if k == b"x-place"), "")
        country, _, sub = code.partition("-")
        return Place(country, code if sub else "")
