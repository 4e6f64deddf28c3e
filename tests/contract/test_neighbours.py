"""Other middleware, outside of the guard and inside: what works in either order, and what does not.

``docs/order.md`` says the same in words; each test here is a line there.
"""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.conftest import Here, a_policy
from tests.contract.shapes import GATED, PAGE, TAG
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Request as WSGIRequest
from werkzeug.wrappers import Response as WSGIResponse
from werkzeug.wsgi import wrap_file
from whitenoise import WhiteNoise

from consentguard.adapters.starlette import ConsentMiddleware
from consentguard.testing import grant, refuse
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

GUARD: dict[str, Any] = {
    "policy": a_policy(),
    "secret_keys": ["key"],
    "ledger": None,
    "geo": Here("DE"),
}
LONG = PAGE.replace(b"<p>one</p>", b"<p>one</p>" * 200)  # long enough to be worth compressing
BOTH = pytest.mark.parametrize("side", ["outside", "inside"])
Layer = Callable[[Any], Any]


# --- ASGI ----------------------------------------------------------------------------------------


async def page(request: Request) -> Response:
    """A page with a tracker, the session's cookie and a tracker's."""
    if "session" in request.scope:
        request.session["seen"] = 1
    response = HTMLResponse(LONG)
    response.set_cookie("_ga", "1")
    return response


async def streamed(request: Request) -> Response:
    """The same page in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(LONG), 100):
            yield LONG[at : at + 100]

    return StreamingResponse(pieces(), media_type="text/html; charset=utf-8")


async def api(request: Request) -> Response:
    """JSON that anybody may have."""
    return JSONResponse({"a": "b" * 1000}, headers={"cache-control": "public"})


def site(side: str, *layers: Middleware, routes: Iterable[Any] = ()) -> TestClient:
    """A Starlette site with these layers outside of the guard, or inside."""
    guard = Middleware(ConsentMiddleware, **GUARD)
    around = [*layers, guard] if side == "outside" else [guard, *layers]
    pages = [Route("/", page), Route("/streamed", streamed), Route("/api", api)]
    return TestClient(Starlette(routes=[*routes, *pages], middleware=around))


class BrotliMiddleware:
    """Compresses whatever comes, in pieces, as brotli-asgi does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        packer = brotli.Compressor(quality=4)

        async def packed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(k, v) for k, v in message["headers"] if k != b"content-length"]
                more = [(b"content-encoding", b"br"), (b"vary", b"Accept-Encoding")]
                message = {**message, "headers": [*headers, *more]}
            elif message["type"] == "http.response.body":
                body = packer.process(message.get("body", b""))
                body += packer.flush() if message.get("more_body") else packer.finish()
                message = {**message, "body": body}
            await send(message)

        await self.app(scope, receive, packed if scope["type"] == "http" else send)


@BOTH
@pytest.mark.parametrize("path", ["/", "/streamed"])
@pytest.mark.parametrize(("layer", "coding"), [(GZipMiddleware, "gzip"), (BrotliMiddleware, "br")])
def test_compression_on_either_side(side: str, path: str, layer: Any, coding: str) -> None:
    client = site(side, Middleware(layer))
    with client.stream("GET", path, headers={"accept-encoding": coding}) as answer:
        raw = b"".join(answer.iter_raw())
    text = gzip.decompress(raw) if coding == "gzip" else brotli.decompress(raw)
    assert answer.headers["content-encoding"] == coding
    assert GATED in text
    assert b'id="cg-banner"' in text
    assert answer.headers.get("content-length", str(len(raw))) == str(len(raw))
    vary = {v.strip().lower() for v in answer.headers["vary"].split(",")}
    assert {"cookie", "accept-encoding"} <= vary
    assert "set-cookie" not in answer.headers
    grant(client)
    assert LONG[:-14] in client.get(path).content


@BOTH
def test_compression_of_what_passes_is_left_alone(side: str) -> None:
    bare = TestClient(
        Starlette(routes=[Route("/api", api)], middleware=[Middleware(GZipMiddleware)])
    )
    headers = {"accept-encoding": "gzip"}
    ours, plain = (
        c.get("/api", headers=headers) for c in (site(side, Middleware(GZipMiddleware)), bare)
    )
    assert ours.content == plain.content
    assert ours.headers == plain.headers


@BOTH
def test_cors_on_either_side(side: str) -> None:
    cors = Middleware(CORSMiddleware, allow_origins=["https://other.test"], allow_credentials=True)
    client = site(side, cors)
    origin = {"origin": "https://other.test"}
    answer = client.get("/", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://other.test"
    assert {"origin", "cookie", "sec-gpc"} == {
        v.strip().lower() for v in answer.headers["vary"].split(",")
    }
    asked = {**origin, "access-control-request-method": "GET"}
    assert client.options("/api", headers=asked).status_code == 200
    # Wrong order, outside: other origins may read our own pages, and the visitor's choice in them.
    state = client.get("/_consent/state", headers=origin)
    assert ("access-control-allow-origin" in state.headers) is (side == "outside")
    # In neither order may they change it.
    choice = {"choice": "accept"}
    assert client.post("/_consent", json=choice, headers=origin).status_code == 403


@BOTH
def test_sessions_on_either_side(side: str) -> None:
    session = Middleware(SessionMiddleware, secret_key="s", session_cookie="sid")
    client = site(side, session)
    for _ in range(2):
        assert [c.name for c in client.cookies.jar] in ([], ["sid"])
        assert GATED in client.get("/").content
    refuse(client)
    client.get("/")
    assert {c.name for c in client.cookies.jar} == {"sid", "consent"}


@BOTH
def test_trusted_hosts_belong_outside(side: str) -> None:
    client = site(side, Middleware(TrustedHostMiddleware, allowed_hosts=["testserver"]))
    assert GATED in client.get("/").content
    wrong = {"host": "wrong.test"}
    assert client.get("/", headers=wrong).status_code == 400
    # Wrong order, inside: our own pages answer under every name.
    own = client.get("/_consent", headers=wrong).status_code
    assert own == (400 if side == "outside" else 200)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Static files: a page, a style sheet, a film."""
    for name, data in {"index.html": LONG, "page.html": LONG, "a.css": b"p{}" * 400}.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "404.html").write_bytes(PAGE)
    (tmp_path / "film.mp4").write_bytes(bytes(5000))
    return tmp_path


def test_static_pages_are_pages(folder: Path) -> None:
    files = Mount("/static", StaticFiles(directory=folder, html=True))
    client = site("inside", routes=[files])
    for path in ("/static/", "/static/page.html", "/static/none"):
        answer = client.get(path)
        assert answer.status_code == (404 if path.endswith("none") else 200)
        assert GATED in answer.content
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "last-modified" not in answer.headers


def test_static_pages_are_revalidated_for_one_decision(folder: Path) -> None:
    client = site("inside", routes=[Mount("/static", StaticFiles(directory=folder))])
    accept = {"accept": "text/html"}
    first = client.get("/static/page.html", headers=accept)
    known = accept | {"if-none-match": first.headers["etag"]}
    again = client.get("/static/page.html", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    grant(client)
    allowed = client.get("/static/page.html", headers=known)
    assert allowed.status_code == 200
    assert TAG in allowed.content
    known["if-none-match"] = allowed.headers["etag"]
    assert client.get("/static/page.html", headers=known).status_code == 304
    refuse(client)
    assert GATED in client.get("/static/page.html", headers=known).content


def test_other_static_files_are_left_alone(folder: Path) -> None:
    files = Mount("/static", StaticFiles(directory=folder))
    bare = TestClient(Starlette(routes=[files]))
    client = site("inside", routes=[files])
    asked: list[dict[str, str]] = [
        {},
        {"range": "bytes=5-9"},
        {"if-none-match": bare.get("/static/a.css").headers["etag"]},
        {"if-modified-since": bare.get("/static/a.css").headers["last-modified"]},
    ]
    for path in ("/static/a.css", "/static/film.mp4"):
        for headers in asked:
            for method in ("GET", "HEAD"):
                ours, plain = (c.request(method, path, headers=headers) for c in (client, bare))
                assert (ours.status_code, ours.content) == (plain.status_code, plain.content)
                assert ours.headers == plain.headers


def test_file_responses(folder: Path) -> None:
    async def document(request: Request) -> Response:
        return FileResponse(folder / "page.html", filename="page.html")

    async def shown(request: Request) -> Response:
        return FileResponse(folder / "page.html")

    client = site("inside", routes=[Route("/document", document), Route("/shown", shown)])
    download = client.get("/document")
    assert download.content == LONG
    assert "attachment" in download.headers["content-disposition"]
    assert GATED in client.get("/shown").content
    whole = client.get("/shown", headers={"range": "bytes=5-9", "accept": "text/html"})
    assert whole.status_code == 200
    head = client.head("/shown")
    assert (head.status_code, head.content) == (200, b"")
    assert "content-length" not in head.headers


@BOTH
@pytest.mark.parametrize("layer", [None, GZipMiddleware])
async def test_events_leave_one_by_one(side: str, layer: Any) -> None:
    told: list[str] = []

    async def live(request: Request) -> Response:
        async def events() -> AsyncIterator[str]:
            for number in range(3):
                told.append(f"made {number}")
                yield f"data: <script src='https://static.hotjar.com/{number}.js'></script>\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            told.append("start")
        elif message["body"]:
            told.append(f"sent {message['body'].decode().partition('.js')[0][-1]}")

    layers = [Middleware(layer)] if layer else []
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/live", "query_string": b""}
    scope |= {"headers": [(b"accept-encoding", b"gzip")], "asgi": {"spec_version": "2.4"}}
    await site(side, *layers, routes=[Route("/live", live)]).app(scope, receive, send)
    assert told[:3] == ["start", "made 0", "sent 0"]
    assert told[3:] == ["made 1", "sent 1", "made 2", "sent 2"]


# --- WSGI ----------------------------------------------------------------------------------------


@WSGIRequest.application
def shop(request: WSGIRequest) -> WSGIResponse:
    """The same pages with Werkzeug."""
    if request.path == "/api":
        response = WSGIResponse(b'{"a":1}', mimetype="application/json")
        response.cache_control.public = True
        return response
    if request.path == "/streamed":
        pieces = (LONG[at : at + 100] for at in range(0, len(LONG), 100))
        return WSGIResponse(pieces, mimetype="text/html")
    response = WSGIResponse(LONG, mimetype="text/html")
    response.set_cookie("_ga", "1")
    return response


class Buffering(Client):
    """A client that reads every answer to its end and closes it, as a server does."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True, **kwargs})


def wsgi(side: str, *layers: Layer, app: Any = shop) -> Buffering:
    """A WSGI site with these layers, the outermost first, outside of the guard or inside."""

    def guard(inner: Any) -> Any:
        return WSGIMiddleware(inner, **GUARD)

    for layer in reversed([*layers, guard] if side == "outside" else [guard, *layers]):
        app = layer(app)
    return Buffering(app)


def gzipped(app: Any) -> Any:
    """Middleware that compresses whatever comes, in pieces."""

    def middleware(environ: Any, start_response: Any) -> Iterator[bytes]:
        if "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
            yield from app(environ, start_response)
            return

        def start(status: str, headers: list[Any], exc_info: Any = None) -> Any:
            kept = [(k, v) for k, v in headers if k.lower() != "content-length"]
            more = [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
            return start_response(status, [*kept, *more], exc_info)

        pieces = app(environ, start)
        try:
            yield gzip.compress(b"".join(pieces), mtime=0)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return middleware


@BOTH
@pytest.mark.parametrize("path", ["/", "/streamed"])
def test_wsgi_compression_on_either_side(side: str, path: str) -> None:
    client = wsgi(side, gzipped)
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    text = gzip.decompress(answer.data)
    assert GATED in text
    assert "Set-Cookie" not in answer.headers
    assert {"Cookie, Sec-GPC", "Accept-Encoding"} <= set(answer.headers.getlist("Vary"))
    grant(client)
    assert TAG in gzip.decompress(client.get(path, headers={"accept-encoding": "gzip"}).data)


def proxied(app: Any) -> Any:
    return ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_prefix=1)


@BOTH
def test_proxy_fix_belongs_outside(side: str) -> None:
    said = {"x-forwarded-prefix": "/shop", "x-forwarded-proto": "https"}
    client = wsgi(side, proxied)
    text = client.get("/", headers=said).get_data(as_text=True)
    assert GATED.decode() in text
    # Wrong order, inside: our links miss the prefix, and our cookie Secure.
    assert ('action="/shop/_consent"' in text) is (side == "outside")
    form = {"choice": "accept"}
    answer = client.post("/_consent", data=form, headers=said | {"sec-fetch-site": "same-origin"})
    assert ("Secure" in answer.headers["Set-Cookie"]) is (side == "outside")


@BOTH
def test_shared_data_belongs_inside(side: str, folder: Path) -> None:
    def shared(app: Any) -> Any:
        return SharedDataMiddleware(app, {"/static": str(folder)})

    client, bare = wsgi(side, shared), Buffering(shared(shop))
    # Wrong order, outside: pages among the files leave as they are. Other files may be there.
    assert (GATED in client.get("/static/page.html").data) is (side == "inside")
    css, plain = client.get("/static/a.css"), bare.get("/static/a.css")
    assert (css.data, css.status_code) == (plain.data, 200)
    assert css.headers["ETag"] == plain.headers["ETag"]
    known = {"if-none-match": css.headers["ETag"]}
    assert client.get("/static/a.css", headers=known).status_code == 304
    assert GATED in client.get("/").data


@BOTH
def test_whitenoise_belongs_inside_where_it_serves_pages(side: str, folder: Path) -> None:
    def whitenoise(app: Any) -> Any:
        return WhiteNoise(app, root=str(folder), prefix="static", index_file=True, max_age=600)

    client, bare = wsgi(side, whitenoise), Buffering(whitenoise(shop))
    for path in ("/static/page.html", "/static/"):
        assert (GATED in client.get(path).data) is (side == "inside")
    for path in ("/static/a.css", "/static/film.mp4"):
        for headers in ({}, {"range": "bytes=5-9"}):
            ours, plain = (c.get(path, headers=headers) for c in (client, bare))
            assert (ours.status_code, ours.data) == (plain.status_code, plain.data)
            assert ours.headers == plain.headers
    if side == "inside":
        html = {"accept": "text/html"}
        first = client.get("/static/page.html", headers=html)
        assert first.headers["Cache-Control"] == "private, no-cache"
        known = html | {"if-none-match": first.headers["ETag"]}
        # WhiteNoise compares the whole header with its tag: it gets back what it has sent.
        again = client.get("/static/page.html", headers=known)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        grant(client)
        assert TAG in client.get("/static/page.html", headers=known).data


@BOTH
def test_the_lint_middleware_finds_nothing(side: str) -> None:
    """Werkzeug's own checker of PEP 3333; warnings are errors here."""
    client = wsgi(side, LintMiddleware)
    for path in ("/", "/streamed", "/api"):
        assert client.get(path).status_code == 200
    if side == "inside":
        assert client.get("/_consent").status_code == 200


def test_a_dispatcher_inside_is_guarded_as_one_site() -> None:
    client = wsgi("inside", lambda app: DispatcherMiddleware(app, {"/api": shop, "/shop": shop}))
    text = client.get("/shop/").get_data(as_text=True)
    assert GATED.decode() in text
    assert 'action="/_consent"' in text
    grant(client)
    assert TAG in client.get("/shop/").data
    assert TAG in client.get("/").data


def test_a_dispatcher_outside_guards_one_of_its_apps() -> None:
    client = wsgi("outside", lambda app: DispatcherMiddleware(shop, {"/shop": app}))
    assert TAG in client.get("/").data
    assert 'action="/shop/_consent"' in client.get("/shop/").get_data(as_text=True)
    grant(client, path="/shop/_consent")
    assert TAG in client.get("/shop/").data


def test_wrapped_files(folder: Path) -> None:
    opened: list[Any] = []

    @WSGIRequest.application
    def files(request: WSGIRequest) -> WSGIResponse:
        name = request.path[1:]
        opened.append((folder / name).open("rb"))
        kind = "text/html" if name.endswith("html") else "text/css"
        file = wrap_file(request.environ, opened[-1])
        return WSGIResponse(file, mimetype=kind, direct_passthrough=True)

    client = wsgi("inside", app=files)
    assert GATED in client.get("/page.html").data
    assert client.get("/a.css").data == (folder / "a.css").read_bytes()
    assert [file.closed for file in opened] == [True, True]
