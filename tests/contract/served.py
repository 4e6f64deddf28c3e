"""One small site over ASGI and over WSGI, for real servers: ``tests.contract.served:app``.

Its answers are the same bytes over both. Clock and receipts stand still, so that ours are, too.
``SERVED_AS`` says which protocol, ``SERVED_IN`` names the folder of its files and its ledger.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from consentguard.asgi import ConsentMiddleware
from consentguard.guard import ConsentGuard
from consentguard.policy import parse
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

FOLDER = Path(os.environ.get("SERVED_IN", "."))

POLICY = """
schema = 1
[site]
name = "Served"
url = "http://shop.test"
controller = "Served Ltd"
contact = "privacy@shop.test"
policy_url = "/privacy"
[geo]
provider = "header:X-Place"
trusted_proxies = ["127.0.0.0/8"]
"""
NOW = 1_795_000_000.0

Headers = list[tuple[str, str]]

TRACKER = b"<script src='https://static.hotjar.com/c/hotjar-1.js'></script>"
PAGE = b"<!doctype html><html><body><p>one</p>%b<p>two</p></body></html>" % TRACKER
FIRST = PAGE + b"<p>more" * 5000  #: more than a server keeps back: waitress, 18 KB
HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
TEXT = ("Content-Type", "text/plain")
LENGTH = ("Content-Length", str(len(PAGE)))
COOKIES = [
    ("Set-Cookie", "sessionid=s1; Path=/; HttpOnly"),
    ("Set-Cookie", "_ga=GA1.1.1; Path=/; Max-Age=63072000"),
    ("Set-Cookie", "_fbp=fb.1; Path=/"),
    ("Set-Cookie", "theme=dark; Path=/"),
]


@dataclass(frozen=True)
class Said:
    """What the site answers on a path."""

    headers: Headers
    pieces: tuple[bytes, ...] = (b"",)
    status: int = 200


SITE = {
    "/page": Said([HTML, *COOKIES, LENGTH, ("ETag", '"v1"'), ("X-Site", "one, two")], (PAGE,)),
    "/stream": Said([HTML], (PAGE[:50], b"", PAGE[50:60], PAGE[60:])),
    "/written": Said([HTML], (PAGE[:50], PAGE[50:60], PAGE[60:])),
    "/json": Said([JSON, COOKIES[1], ("Content-Length", "7")], (b'{"a":1}',)),
    "/clean": Said(
        [JSON, ("Cache-Control", "public, max-age=60"), ("Content-Length", "7")], (b'{"a":1}',)
    ),
    "/events": Said([("Content-Type", "text/event-stream")], (b"data: <p>\n\n", b"data: 2\n\n")),
    "/moved": Said([TEXT, ("Location", "/page"), COOKIES[1], ("Content-Length", "0")], status=302),
    "/empty": Said([COOKIES[2]], status=204),
    "/same": Said([("ETag", '"v1"')], status=304),
}
NOWHERE = Said([HTML, LENGTH], (PAGE,), 404)


def sized(data: bytes) -> list[tuple[str, str]]:
    """The headers of what is echoed."""
    return [TEXT, ("Content-Length", str(len(data)))]


# Over ASGI.


def start(status: int, headers: Headers) -> dict[str, Any]:
    """The message that starts a response."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers]
    return {"type": "http.response.start", "status": status, "headers": raw}


async def site(scope: Any, receive: Any, send: Any) -> None:
    """The site over ASGI."""
    if scope["type"] != "http":
        return
    special = ASGI_PATHS.get(scope["path"])
    if special is not None:
        await special(scope, receive, send)
        return
    said = SITE.get(scope["path"], NOWHERE)
    await send(start(said.status, said.headers))
    last = len(said.pieces) - 1
    for number, piece in enumerate(said.pieces):
        body = b"" if scope["method"] == "HEAD" else piece
        await send({"type": "http.response.body", "body": body, "more_body": number < last})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """The cookies and the body that came."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    cookie = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    data = cookie + b"|" + body
    await send(start(200, sized(data)))
    await send({"type": "http.response.body", "body": data})


def file(name: str, kind: str) -> Callable[..., Awaitable[None]]:
    """A file that the server sends by itself where it can."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        path = FOLDER / name
        await send(start(200, [("Content-Type", kind), ("Content-Length", str(size_of(path)))]))
        if "http.response.pathsend" in scope.get("extensions", {}):
            await send({"type": "http.response.pathsend", "path": str(path)})
        else:
            data = await asyncio.to_thread(path.read_bytes)
            await send({"type": "http.response.body", "body": data})

    return app


def size_of(path: Path) -> int:
    """In bytes."""
    return path.stat().st_size


async def early(scope: Any, receive: Any, send: Any) -> None:
    """An error after a start that was held."""
    await send(start(200, [HTML]))
    raise RuntimeError("after a start that was held")


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """A page whose second half is made once somebody has seen the first."""
    await send(start(200, [HTML]))
    await send({"type": "http.response.body", "body": FIRST, "more_body": True})
    while not (FOLDER / "seen").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    await send({"type": "http.response.body", "body": PAGE})


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """Pages until the client leaves."""
    await receive()
    leaving = asyncio.ensure_future(receive())  # granian's is no coroutine
    await send(start(200, [HTML]))
    try:
        while not leaving.done():
            await send({"type": "http.response.body", "body": PAGE * 100, "more_body": True})
            await asyncio.sleep(0)
    finally:
        leaving.cancel()
        left()


def left() -> None:
    """Note that a client has gone: the file grows by a byte."""
    with (FOLDER / "gone").open("ab") as notes:
        notes.write(b".")


ASGI_PATHS = {
    "/echo": echo,
    "/early": early,
    "/endless": endless,
    "/slow": slow,
    "/site.css": file("site.css", "text/css"),
    "/file.html": file("file.html", "text/html; charset=utf-8"),
}


# Over WSGI.


def wsgi_site(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site over WSGI."""
    path = environ["PATH_INFO"]
    special = WSGI_PATHS.get(path)
    if special is not None:
        return special(environ, start_response)
    said = SITE.get(path, NOWHERE)
    status = f"{said.status} {HTTPStatus(said.status).phrase}"
    write = start_response(status, list(said.headers))
    if environ["REQUEST_METHOD"] == "HEAD" or said.status in (204, 304):
        return []
    if path == "/written":
        for piece in said.pieces[:-1]:
            write(piece)
        return [said.pieces[-1]]
    return list(said.pieces) if len(said.pieces) == 1 else iter(said.pieces)


def wsgi_echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The cookies and the body that came."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    data: bytes = environ.get("HTTP_COOKIE", "").encode("latin-1") + b"|" + body
    start_response("200 OK", sized(data))
    return [data]


def wsgi_file(name: str, kind: str) -> Callable[..., Iterable[bytes]]:
    """A file that the server sends by itself where it can."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = FOLDER / name
        headers = [("Content-Type", kind), ("Content-Length", str(size_of(path)))]
        start_response("200 OK", headers)
        opened = path.open("rb")
        wrapper = environ.get("wsgi.file_wrapper")
        found: Iterable[bytes] = wrapper(opened) if wrapper else opened
        return found

    return app


def wsgi_early(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """An error after a start that was held."""
    start_response("200 OK", [HTML])
    raise RuntimeError("after a start that was held")


def wsgi_slow(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """A page whose second half is made once somebody has seen the first."""
    start_response("200 OK", [HTML])
    yield FIRST
    while not (FOLDER / "seen").exists():
        time.sleep(0.01)
    yield PAGE


def wsgi_endless(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """Pages until the client leaves."""
    start_response("200 OK", [HTML])
    try:
        while True:
            yield PAGE * 100
    finally:
        left()


WSGI_PATHS: dict[str, Callable[..., Iterable[bytes]]] = {
    "/echo": wsgi_echo,
    "/early": wsgi_early,
    "/endless": wsgi_endless,
    "/slow": wsgi_slow,
    "/site.css": wsgi_file("site.css", "text/css"),
    "/file.html": wsgi_file("file.html", "text/html; charset=utf-8"),
}


def still(shell: Any, ledger: str) -> Any:
    """A shell whose guard has a clock that stands still and one receipt for everybody."""
    shell.guard = ConsentGuard(
        FOUND, ["key"], ledger=ledger, clock=lambda: NOW, random=lambda: "receipt"
    )
    return shell


FOUND, _problems = parse(POLICY)
SHELLS: dict[str, Callable[[], Any]] = {
    "asgi": lambda: ConsentMiddleware(site, FOUND, ["key"], ledger=None),
    "wsgi": lambda: WSGIMiddleware(wsgi_site, FOUND, ["key"], ledger=None),
}
if "SERVED_AS" in os.environ:  # in a server
    app = still(SHELLS[os.environ["SERVED_AS"]](), f"sqlite:///{FOLDER}/ledger.db")
