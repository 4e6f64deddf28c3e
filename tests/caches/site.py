"""A site that speaks to caches in every way there is: one view for each, bare or guarded.

What it says is the same for everybody, but for the one view that asks. Its content changes with
the clock, in versions, so that a cache has to come back; whoever compares asks for the version that
it holds.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from tests.conftest import a_policy

from consentguard.adapters.plain import consent
from consentguard.http.environ import bytes_of
from consentguard.http.message import Header
from consentguard.model import Policy

HOST = "site.test"
POLICY = """
[geo]
provider = "header:X-Place"
trusted_proxies = ["127.0.0.0/8"]
"""
SITE = """
schema = 1
[site]
name = "Cached"
url = "https://site.test"
controller = "Test Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
languages = ["en", "de"]
"""

#: What a page holds, byte by byte, and the purpose that lets it through.
TRACKERS: Mapping[bytes, str] = {
    b'<script src="https://www.googletagmanager.com/gtag/js?id=G-TEST123"></script>': "analytics",
    b"<script>!function(f,b,e,v){fbq('init','1')}(window);fbq('track','PageView')</script>": (
        "advertising"
    ),
    b'<img src="https://www.facebook.com/tr?id=1&amp;ev=PageView" alt="">': "advertising",
    b'<iframe src="https://www.youtube.com/embed/abc"></iframe>': "media",
}
#: The same for a header, and for cookies.
LINK = (b"link", b"<https://static.hotjar.com/c/hotjar-1.js>; rel=preload; as=script")
COOKIES: Mapping[str, str] = {"_ga": "analytics", "_fbp": "advertising"}
_GA = (b"set-cookie", b"_ga=GA1.%d; Path=/; Max-Age=7200")
_FBP = (b"set-cookie", b"_fbp=fb.%d; Path=/; Max-Age=7200")

_LIFE = re.compile(r"(?<![A-Za-z])[LH]$|(?<==)[LH]\b")
HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class View:
    """How one path answers. In ``control`` L is the site's lifetime and H half of it, in seconds.

    ``expires``, ``etag``, ``dated``: whether it has Expires, a strong ETag and a Last-Modified.
    """

    kind: str = HTML
    control: str = ""
    more: tuple[Header, ...] = ()
    status: int = 200
    expires: bool = False
    etag: bool = False
    dated: bool = False
    ranges: bool = False
    packed: bool = False
    asks: bool = False

    @property
    def page(self) -> bool:
        """It is HTML."""
        return self.kind == HTML


VIEWS: Mapping[str, View] = {
    "/": View(control="public, s-maxage=L, max-age=H", more=(LINK,), etag=True, dated=True),
    "/counted": View(control="public, max-age=L", more=(_GA, _FBP), etag=True),
    "/dated": View(control="public, max-age=H", dated=True),
    "/heuristic": View(dated=True),
    "/expires": View(expires=True, etag=True),
    "/cdn": View(
        control="max-age=0", more=((b"cdn-cache-control", b"max-age=L"),), etag=True, dated=True
    ),
    "/surrogate": View(control="max-age=H", more=((b"surrogate-control", b"max-age=L"),)),
    "/accel": View(control="max-age=H", more=((b"x-accel-expires", b"L"),), dated=True),
    "/packed": View(
        control="public, max-age=L", more=((b"vary", b"Accept-Encoding"),), etag=True, packed=True
    ),
    "/missing": View(control="public, max-age=L", more=(_GA,), status=404),
    "/ranged": View(control="public, s-maxage=H", etag=True, dated=True, ranges=True),
    "/api/plain": View(JSON, "public, max-age=L", etag=True),
    "/api/counted": View(JSON, "public, max-age=H", (_GA,), etag=True, dated=True),
    "/api/edge": View(
        JSON,
        "public, max-age=H",
        (
            _GA,
            (b"cdn-cache-control", b"max-age=L"),
            (b"surrogate-control", b"max-age=L"),
            (b"x-accel-expires", b"L"),
        ),
    ),
    "/api/expiring": View(JSON, more=(_FBP,), expires=True),
    "/api/asked": View(JSON, "public, max-age=L", etag=True, asks=True),
    "/go": View("text/plain", "public, max-age=L", (_GA,), status=302),
    "/static/site.css": View("text/css", "public, max-age=L", etag=True, dated=True, ranges=True),
}


def policy(enforcement: str = "") -> Policy:
    """The site's policy; ``enforcement`` is what its table says."""
    return a_policy(f"{POLICY}[enforcement]\n{enforcement}\n", SITE)


Answered = tuple[int, list[Header], bytes]


@dataclass
class Site:
    """The app, as ASGI and as WSGI; ``life`` in seconds is L. ``asked`` counts by path and status.

    A request with ``X-Version`` is a test's own look behind the caches: it is not counted.
    """

    clock: Callable[[], float]
    life: int = 600

    def __post_init__(self) -> None:
        self.asked: Counter[tuple[str, int]] = Counter()
        self._given = 0

    def answer(
        self, method: str, path: str, fields: Mapping[str, str], allows: Callable[[], bool]
    ) -> Answered:
        """Status, headers and body of a request; ``fields`` are its headers in lower case."""
        view = VIEWS.get(path)
        if view is None or method not in ("GET", "HEAD"):
            return 404 if view is None else 405, [(b"content-type", b"text/plain")], b"no"
        period = self.life * 3
        version = int(fields.get("x-version") or self.clock() // period)
        status, headers, body = self._said(view, path, version, version * period, fields, allows)
        if "x-version" not in fields:
            self.asked[path, status] += 1
        return status, headers, b"" if method == "HEAD" else body

    def _said(
        self,
        view: View,
        path: str,
        version: int,
        modified: int,
        fields: Mapping[str, str],
        allows: Callable[[], bool],
    ) -> Answered:
        granted = view.asks and allows()
        tag = f'"{path.strip("/").replace("/", "-")}-{version}-{granted:d}"'
        headers = self._headers(view, tag, modified)
        if (view.etag or view.dated) and _holds(view, fields, tag, modified):
            unsaid = (b"content-type", b"content-length", b"set-cookie")
            return 304, [h for h in headers if h[0] not in unsaid], b""
        if view.status == 302:
            headers.append((b"location", f"/?version={version}".encode()))
        body = _body(view, path, version, granted)
        if view.packed and "gzip" in fields.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers.append((b"content-encoding", b"gzip"))
        status = view.status
        part = fields.get("range", "") if view.ranges else ""
        if part and fields.get("if-range", tag) == tag:
            first, _, last = part.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last), len(body) - 1)
            headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end, len(body))))
            status, body = 206, body[start : end + 1]
        headers.append((b"content-length", b"%d" % len(body)))
        return status, headers, body

    def _headers(self, view: View, tag: str, modified: int) -> list[Header]:
        def timed(text: str) -> bytes:
            return _LIFE.sub(lambda m: str(self.life // (1 + (m[0] == "H"))), text).encode()

        headers = [(b"content-type", view.kind.encode())]
        if view.control:
            headers.append((b"cache-control", timed(view.control)))
        for name, value in view.more:
            headers.append((name, timed(self._told_apart(value))))
        if view.expires:
            headers.append((b"expires", _date(self.clock() + self.life)))
        if view.etag:
            headers.append((b"etag", tag.encode()))
        if view.dated:
            headers.append((b"last-modified", _date(modified)))
        if view.ranges:
            headers.append((b"accept-ranges", b"bytes"))
        return headers

    def _told_apart(self, value: bytes) -> str:
        """A value in which whoever gets it is told from all others, where it has a place for it."""
        self._given += 1
        return value.decode().replace("%d", str(self._given))

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        """The site for a server that speaks ASGI."""
        if scope["type"] != "http":
            return
        fields = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}
        path: str = scope["path"]
        status, headers, body = self.answer(
            scope["method"], path, fields, lambda: _allows(scope, "consentguard")
        )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        half = len(body) // 2
        await send({"type": "http.response.body", "body": body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": body[half:], "more_body": False})

    def wsgi(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """The site for a server that speaks WSGI."""
        fields = {
            name[5:].lower().replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        status, headers, body = self.answer(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            fields,
            lambda: _allows(environ, "consentguard.exchange"),
        )
        named = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in headers]
        assert bytes_of(named) == headers
        start_response(f"{status} {HTTPStatus(status).phrase}", named)
        return [body]


def _allows(request: Mapping[str, Any], key: str) -> bool:
    """Whether the visitor allows analytics; nobody is asked where there is no guard."""
    return key in request and consent(request).allows("analytics")


def _date(seconds: float) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


def _holds(view: View, fields: Mapping[str, str], tag: str, modified: float) -> bool:
    """Whether the client has it already (RFC 9110, section 13.2.2)."""
    if "if-none-match" in fields:
        return view.etag and tag in fields["if-none-match"]
    if view.dated and "if-modified-since" in fields:
        return modified <= parsedate_to_datetime(fields["if-modified-since"]).timestamp()
    return False


def _body(view: View, path: str, version: int, granted: bool) -> bytes:
    if view.kind == JSON:
        return b'{"path": "%b", "version": %d, "granted": %d}' % (path.encode(), version, granted)
    if view.kind == HTML:
        start = b"<!doctype html><html lang=en><head><title>version %d</title></head><body>%b"
        return start % (version, path.encode()) + b"\n".join(TRACKERS) + b"</body></html>"
    return b"/* version %d */ body { margin: 0 }" % version if view.kind == "text/css" else b""
