"""Driving the shells with a response in pieces, and the shapes of response that go through them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from wsgiref.util import setup_testing_defaults

from tests.conftest import Here, a_policy

from consentguard.asgi import ConsentMiddleware
from consentguard.http.csp import FENCE
from consentguard.http.environ import bytes_of
from consentguard.http.message import Header, values
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

MORE = '[enforcement]\nexclude_paths = ["/raw"]\n'
TRACKER = b"https://static.hotjar.com/c/hotjar-1.js"
TAG = b"<script src='%b'></script>" % TRACKER
GATED = b"data-cg-src='%b'" % TRACKER
BANNER = b'<div id="cg-banner"'
PAGE = b"<!doctype html><html><body><p>one</p>%b<p>two</p></body></html>" % TAG
FRAGMENT = b"<li>one</li>%b<li>two</li>" % TAG
XHTML = (
    b'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>%b</body></html>' % TAG
)
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script href="%b"/></svg>' % TRACKER
PARTS = b"--x\r\nContent-Type: text/html\r\n\r\n%b\r\n--x--" % PAGE
HTML: Header = (b"content-type", b"text/html; charset=utf-8")


def kind(value: bytes) -> Header:
    """A Content-Type."""
    return (b"content-type", value)


@dataclass(frozen=True)
class Case:
    """A response, and what has to leave instead: ``rewritten``, ``fenced``, ``passes``."""

    row: str  #: of the table
    headers: tuple[Header, ...]
    body: bytes
    want: str
    banner: bool = False
    method: str = "GET"
    status: int = 200
    path: str = "/"
    wsgi: bool = True  #: allowed there
    read: Callable[[bytes], bytes] = bytes  #: gives what a client reads

    @property
    def id(self) -> str:
        """The row and what tells its cases apart."""
        said = b" ".join(value for _, value in self.headers).decode()
        return f"{self.row}: {said or 'nothing'} {self.path}{self.status}"


@dataclass(frozen=True)
class Answer:
    """What a client gets."""

    status: int
    headers: list[Header]
    body: bytes

    def every(self, name: bytes) -> list[bytes]:
        """Every value of a header."""
        return values(self.headers, name)

    @property
    def fenced(self) -> bool:
        """It can contact no other site."""
        return FENCE in self.headers


def whole(body: bytes) -> list[bytes]:
    """In one piece."""
    return [body]


def bytewise(body: bytes) -> list[bytes]:
    """In pieces of one byte."""
    return [body[at : at + 1] for at in range(len(body))] or [b""]


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    """At these places, some of them the same: pieces may be empty."""
    edges = [0, *sorted(places), len(body)]
    return [body[a:b] for a, b in pairwise(edges)]


def scope(case: Case | None = None, **more: Any) -> dict[str, Any]:
    """A request's scope."""
    base: dict[str, Any] = {"type": "http", "query_string": b"", "client": None, "scheme": "http"}
    base |= {"method": case.method if case else "GET", "path": case.path if case else "/"}
    return {**base, "headers": [(b"host", b"site.test")], **more}


def start(headers: Any, status: int = 200, **more: Any) -> dict[str, Any]:
    """The message that starts a response."""
    return {"type": "http.response.start", "status": status, "headers": headers, **more}


def body(data: bytes, more: bool = False) -> dict[str, Any]:
    """A message with a piece of a body."""
    return {"type": "http.response.body", "body": data, "more_body": more}


def bodies(pieces: Sequence[bytes]) -> list[dict[str, Any]]:
    """The messages of a body."""
    last = len(pieces) - 1
    return [body(piece, number < last) for number, piece in enumerate(pieces)]


def saying(*messages: dict[str, Any]) -> Any:
    """An ASGI app that sends these messages."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


def guarded(app: Any, more: str = MORE) -> ConsentMiddleware:
    """The ASGI shell around an app, for a visitor who has not chosen."""
    return ConsentMiddleware(app, a_policy(more), ["key"], ledger=None, geo=Here())


def guarded_wsgi(app: Any) -> WSGIMiddleware:
    """The WSGI shell around an app."""
    return WSGIMiddleware(app, a_policy(MORE), ["key"], ledger=None, geo=Here())


SHELL, WSGI_SHELL = guarded(None), guarded_wsgi(None)


async def messages_of(app: Any, **more: Any) -> list[dict[str, Any]]:
    """What the server is told of a response."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope(**more), receive, send)
    return sent


def through_asgi(case: Case, pieces: Sequence[bytes]) -> Answer:
    """The case's response through the ASGI shell, its body in these pieces."""
    SHELL.app = saying(start(list(case.headers), case.status), *bodies(pieces))
    sent = asyncio.run(messages_of(SHELL, method=case.method, path=case.path))
    first, *rest = sent
    assert first["type"] == "http.response.start"
    assert [m["more_body"] for m in rest] == [True] * (len(rest) - 1) + [False]
    return Answer(first["status"], first["headers"], b"".join(m["body"] for m in rest))


def through_wsgi(case: Case, pieces: Sequence[bytes], how: str = "list") -> Answer:
    """The same through the WSGI shell: as a ``list``, a ``generator``, or by ``write``."""
    status = f"{case.status} {HTTPStatus(case.status).phrase}"
    headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in case.headers]

    def generated(start_response: Any) -> Any:
        start_response(status, headers)
        yield from pieces

    def app(environ: Any, start_response: Any) -> Any:
        if how == "generator":
            return generated(start_response)
        write = start_response(status, headers)
        if how == "list":
            return list(pieces)
        for piece in pieces:
            write(piece)
        return []

    started: list[Any] = []
    out: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        assert not started
        started.extend((int(status[:3]), bytes_of(headers)))
        return out.append

    WSGI_SHELL.app = app
    for piece in WSGI_SHELL(environ(case.path, case.method), start_response):
        assert started, "a piece before the start"
        out.append(piece)
    status_code, said = started
    return Answer(status_code, said, b"".join(out))


def environ(path: str = "/", method: str = "GET") -> dict[str, Any]:
    """A request's environ."""
    found: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "site.test"}
    setup_testing_defaults(found)
    return found


def unheard(*_: Any) -> Any:
    """A ``start_response`` that nobody listens to."""
    return lambda data: None


F = TypeVar("F", bound=Callable[..., Any])


def covers(row: str) -> Callable[[F], F]:
    """Say which row of the table a test is about; :func:`covered` reads it."""
    return lambda test: test


def covered() -> set[str]:
    """The rows that single tests of this folder are about."""
    named: set[str] = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        named.update(re.findall(r'^@covers\("([^"]+)"', file.read_text("utf-8"), re.M))
    return named
