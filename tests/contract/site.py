"""One small site, served by each shell: path → status, headers and the pieces of its body."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from wsgiref.validate import validator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consentguard.adapters.starlette import ConsentMiddleware as StarletteMiddleware
from consentguard.asgi import ConsentMiddleware
from consentguard.http.message import Header
from consentguard.model import Place, Policy
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

App = Callable[..., Awaitable[None]]

TRACKERS = (
    b"<!doctype html><html><head><title>Shop</title>"
    b'<script src="https://www.googletagmanager.com/gtag/js?id=G-1" async></script>'
    b"<script>fbq('init', '1');</script>"
    b'<noscript><img src="https://www.facebook.com/tr?id=1&amp;noscript=1"></noscript>'
    b'</head><body><iframe src="https://www.youtube.com/embed/x"></iframe>'
    b'<img src="/logo.png"></body></html>'
)
PLAIN = b"<!doctype html><html><body><p>Nothing to gate.</p></body></html>"


@dataclass(frozen=True, slots=True)
class Page:
    """What the site's own code answers."""

    status: int
    headers: tuple[Header, ...]
    pieces: tuple[bytes, ...]


HTML = (b"content-type", b"text/html; charset=utf-8")
JSON = (b"content-type", b"application/json")
COOKIES = (
    (b"set-cookie", b"sessionid=s1; Path=/; HttpOnly"),
    (b"set-cookie", b"_ga=GA1.1.1; Path=/; Max-Age=63072000"),
    (b"set-cookie", b"_fbp=fb.1; Path=/"),
    (b"set-cookie", b"zz_undeclared=1; Path=/"),
    (b"set-cookie", b"_gcl_au=; Path=/; Max-Age=0"),
)

PAGES = {
    "/": Page(200, (HTML, *COOKIES, (b"etag", b'"v1"')), (TRACKERS,)),
    "/plain": Page(200, (HTML, (b"cache-control", b"public, max-age=60")), (PLAIN,)),
    "/stream": Page(200, (HTML,), (TRACKERS[:97], TRACKERS[97:101], b"", TRACKERS[101:])),
    "/fragment": Page(200, (HTML,), (b'<li><img src="https://www.facebook.com/tr?id=2"></li>',)),
    "/json": Page(
        200, (JSON, COOKIES[1], (b"cache-control", b"public, max-age=60")), (b'{"a":1}',)
    ),
    "/json-clean": Page(200, (JSON, (b"cache-control", b"public, max-age=60")), (b'{"a":1}',)),
    "/gzip": Page(200, (HTML, (b"content-encoding", b"gzip")), (gzip.compress(TRACKERS, mtime=0),)),
    "/utf16": Page(200, ((b"content-type", b"text/html; charset=utf-16"),), (b"\xff\xfe<\x00",)),
    "/download": Page(
        200, (HTML, (b"content-disposition", b"attachment; filename=a.html")), (TRACKERS,)
    ),
    "/links": Page(
        200,
        (
            HTML,
            (b"link", b"<https://static.hotjar.com>; rel=preconnect, </a.css>; rel=preload"),
            (b"refresh", b"5; url=https://www.facebook.com/tr?id=3"),
        ),
        (PLAIN,),
    ),
    "/moved": Page(
        302, ((b"content-type", b"text/plain"), (b"location", b"/"), COOKIES[1]), (b"",)
    ),
    "/empty": Page(204, (COOKIES[2],), (b"",)),
    "/static/page.html": Page(200, (HTML, COOKIES[1]), (TRACKERS,)),
}


def page_of(path: str, headers: dict[str, str]) -> Page:
    """The site's answer; it knows one conditional request and echoes the cookies that it gets."""
    if path == "/echo":
        return Page(200, (JSON,), (headers.get("cookie", "").encode("latin-1"),))
    if path == "/" and '"v1"' in headers.get("if-none-match", ""):
        return Page(304, ((b"etag", b'"v1"'),), (b"",))
    return PAGES.get(path, Page(404, (HTML,), (PLAIN,)))


async def plain(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """The site as a bare ASGI app."""
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    page = page_of(scope["path"], headers)
    lengthy = [(b"content-length", str(len(page.pieces[0])).encode())]
    extra = lengthy if len(page.pieces) == 1 and page.status == 200 else []
    start = {"type": "http.response.start", "status": page.status}
    await send({**start, "headers": [*page.headers, *extra]})
    for number, piece in enumerate(page.pieces, 1):
        more = number < len(page.pieces)
        body = b"" if scope["method"] == "HEAD" else piece
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def endpoint(request: Request) -> Response:
    """The site as a Starlette endpoint."""
    page = page_of(request.url.path, dict(request.headers))
    if len(page.pieces) == 1:
        response: Response = Response(page.pieces[0], page.status)
    else:

        async def pieces() -> Any:
            for piece in page.pieces:
                yield piece

        response = StreamingResponse(pieces(), page.status)
    lengths = [h for h in response.raw_headers if h[0] == b"content-length"]
    response.raw_headers = [*page.headers, *(lengths if page.status == 200 else [])]
    return response


class Anywhere:
    """A locator that believes the header ``X-Place``."""

    def locate(self, peer: str | None, headers: Any) -> Place:
        """``US-CA`` is both country and subdivision."""
        code = next((v.decode() for k, v in headers if k == b"x-place"), "")
        country, _, sub = code.partition("-")
        return Place(country, code if sub else "")


def bare_asgi(policy: Policy, ledger: Any) -> App:
    """The ASGI shell around the bare app."""
    return ConsentMiddleware(plain, policy, ["key"], ledger=ledger, geo=Anywhere())


def starlette(policy: Policy, ledger: Any) -> App:
    """The Starlette adapter in a Starlette app."""
    route = Route("/{path:path}", endpoint, methods=["GET", "HEAD", "POST"])
    app = Starlette(routes=[route])
    app.add_middleware(
        StarletteMiddleware, policy=policy, secret_keys=["key"], ledger=ledger, geo=Anywhere()
    )
    return app


def bare(environ: dict[str, Any], start_response: Any) -> Any:
    """The site as a bare WSGI app."""
    names = {"HTTP_COOKIE": "cookie", "HTTP_IF_NONE_MATCH": "if-none-match"}
    page = page_of(environ["PATH_INFO"], {names[k]: v for k, v in environ.items() if k in names})
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in page.headers]
    if len(page.pieces) == 1 and page.status == 200:
        headers.append(("content-length", str(len(page.pieces[0]))))
    start_response(f"{page.status} {HTTPStatus(page.status).phrase}", headers)
    if environ["REQUEST_METHOD"] == "HEAD" or page.status in (204, 304):
        return []
    return list(page.pieces) if len(page.pieces) == 1 else iter(page.pieces)


def bare_wsgi(policy: Policy, ledger: Any) -> Any:
    """The WSGI shell around the bare app, both sides watched by the standard's own validator."""
    guarded = WSGIMiddleware(validator(bare), policy, ["key"], ledger=ledger, geo=Anywhere())
    return validator(guarded)


SHELLS: dict[str, Callable[..., Any]] = {
    "asgi": bare_asgi,
    "starlette": starlette,
    "wsgi": bare_wsgi,
}
