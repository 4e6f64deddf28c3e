"""The site in each framework, with the guard in front of it: ``HARNESSES`` names them all.

A framework serves what :func:`tests.contract.site.page_of` says and nothing of its own making.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, Protocol
from wsgiref.validate import validator

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from tests.contract import on_django, on_flask
from tests.contract.site import KEY, METHODS, Anywhere, Asked, Page, page_of

from consentguard.adapters.plain import consent, set_cache_mode
from consentguard.adapters.starlette import ConsentMiddleware as StarletteMiddleware
from consentguard.asgi import ConsentMiddleware
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware


class Build(Protocol):
    """Makes a guarded app."""

    def __call__(self, policy: Policy, ledger: Ledger) -> Any:
        """An ASGI or a WSGI application."""


@dataclass(frozen=True)
class Harness:
    """A framework: how its app is made, and what speaks to it."""

    build: Build
    wsgi: bool = False
    #: What has to hold while the app is made and while it serves.
    around: Callable[[], AbstractContextManager[Any]] = nullcontext


def bodiless(asked: Asked, page: Page) -> bool:
    """Whether HTTP allows no body."""
    return asked.method == "HEAD" or page.status in (204, 304)


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """The site as a bare ASGI app."""
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    asked = Asked(path, scope["method"], headers, read(headers), *questions(scope))
    page = page_of(asked)
    start = {"type": "http.response.start", "status": page.status}
    await send({**start, "headers": list(page.headers)})
    for number, piece in enumerate(page.pieces, 1):
        more = number < len(page.pieces)
        body = b"" if bodiless(asked, page) else piece
        await send({"type": "http.response.body", "body": body, "more_body": more})


def bare(environ: dict[str, Any], start_response: Any) -> Any:
    """The site as a bare WSGI app."""
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k[:5] == "HTTP_"}
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    asked = Asked(path, method, headers, read(headers), *questions(environ))
    page = page_of(asked)
    text = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in page.headers]
    start_response(f"{page.status} {HTTPStatus(page.status).phrase}", text)
    if bodiless(asked, page):
        return []
    return list(page.pieces) if len(page.pieces) == 1 else iter(page.pieces)


def questions(request: Any) -> tuple[Callable[[str], bool], Callable[[str], None]]:
    """What a view asks and says, of a scope or an environ: nothing is asked before it does."""
    return (lambda p: consent(request).allows(p)), (lambda m: set_cache_mode(request, m))


def read(headers: dict[str, str]) -> dict[str, str]:
    """The cookies as the standard library reads them."""
    return {name: m.value for name, m in SimpleCookie(headers.get("cookie", "")).items()}


async def endpoint(request: Request) -> Response:
    """The site as an endpoint of Starlette and FastAPI."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    words = questions(request.scope)
    page = page_of(Asked(path, request.method, request.headers, request.cookies, *words))
    if len(page.pieces) == 1:
        response = Response(page.pieces[0], page.status)
    else:

        async def pieces() -> AsyncIterator[bytes]:
            for piece in page.pieces:
                yield piece

        response = StreamingResponse(pieces(), page.status)
    response.raw_headers = list(page.headers)
    return response


def bare_asgi(policy: Policy, ledger: Ledger) -> Any:
    """The ASGI shell around the bare app."""
    return ConsentMiddleware(plain, policy, [KEY], ledger=ledger, geo=Anywhere())


def bare_wsgi(policy: Policy, ledger: Ledger) -> Any:
    """The WSGI shell around the bare app, both sides watched by the standard's own validator."""
    guarded = WSGIMiddleware(validator(bare), policy, [KEY], ledger=ledger, geo=Anywhere())
    return validator(guarded)


def starlette(policy: Policy, ledger: Ledger) -> Any:
    """The adapter in a Starlette app."""
    return guarded(
        Starlette(routes=[Route("/{path:path}", endpoint, methods=METHODS)]), policy, ledger
    )


def fastapi(policy: Policy, ledger: Ledger) -> Any:
    """The adapter in a FastAPI app."""
    app = FastAPI(openapi_url=None)
    app.add_api_route("/{path:path}", endpoint, methods=METHODS, response_model=None)
    return guarded(app, policy, ledger)


def guarded(app: Starlette, policy: Policy, ledger: Ledger) -> Any:
    """An app of Starlette's kind with the middleware added to it."""
    app.add_middleware(
        StarletteMiddleware, policy=policy, secret_keys=[KEY], ledger=ledger, geo=Anywhere()
    )
    return app


HARNESSES = {
    "asgi": Harness(bare_asgi),
    "wsgi": Harness(bare_wsgi, wsgi=True),
    "starlette": Harness(starlette),
    "fastapi": Harness(fastapi),
    "flask": Harness(on_flask.build, wsgi=True),
    "django, sync": Harness(on_django.build_sync, wsgi=True, around=on_django.settled),
    "django, async": Harness(on_django.build_async, around=on_django.settled_async),
}
