"""Example Music in Starlette, and in FastAPI, which is one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from consentguard.adapters.starlette import ConsentMiddleware

from . import pages

Endpoint = Callable[[Request], Awaitable[Response]]


def build(protected: bool, application: Callable[..., Any] = Starlette, **settings: Any) -> Any:
    """The site; ``settings`` are the guard's."""
    app = application(
        routes=[
            *(
                Route(path, endpoint(page), methods=list(methods))
                for path, page, methods in pages.ROUTES
            ),
            Route("/download/press-kit.txt", press_kit),
            Mount("/assets", StaticFiles(directory=pages.HERE / "assets")),
        ],
        exception_handlers={404: failed(pages.missing), 500: failed(pages.broken)},
    )
    app.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32))
    app.state.beat, app.state.pause = pages.Pace.beat, pages.Pace.pause
    app.state.stopping = lambda: False  # the server that runs us knows better
    if protected:
        # ─── the one line that a site adds ───────────────────────────────────────────────────────
        app.add_middleware(ConsentMiddleware, **settings)
        # ─────────────────────────────────────────────────────────────────────────────────────────
    return app


def endpoint(page: pages.Page) -> Endpoint:
    """A page as an endpoint."""

    async def show(request: Request) -> Response:
        form = await request.form() if request.method == "POST" else {}
        exchange = request.scope.get("consentguard")  # not there in an unprotected demo
        asked = pages.Asked(
            request.url.path,
            request.method,
            request.path_params.get("slug", ""),
            {name: str(value) for name, value in form.items()},
            request.cookies,
            request.scope.get("session", {}).get("user", ""),
            request.headers.get("accept-language", ""),
            exchange.decision if exchange else None,
        )
        answer = page(asked)
        if answer.session is not None:
            request.session.clear() if not answer.session else None
            request.session.update(answer.session)
        return response(answer, request.app.state)

    return show


def failed(page: pages.Page) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The page of an error."""

    async def show(request: Request, exc: Exception) -> Response:
        return await endpoint(page)(request)

    return show


def response(answer: pages.Answer, pace: Any) -> Response:
    """An answer as a response."""
    if isinstance(answer.body, bytes):
        made = Response(answer.body, answer.status)
    else:
        made = StreamingResponse(_slowly(answer, pace), answer.status)
    made.headers["Content-Type"] = answer.kind
    made.headers.update(answer.headers)
    for name, value, seconds in answer.cookies:
        made.set_cookie(name, value, max_age=seconds, samesite="lax")
    return made


async def _slowly(answer: pages.Answer, pace: Any) -> AsyncIterator[str]:
    for piece in answer.body:
        yield str(piece)
        await asyncio.sleep(getattr(pace, answer.slow))
        if pace.stopping():
            return  # an open stream would hold up the server's end


async def press_kit(request: Request) -> Response:
    """A file to keep; byte ranges work."""
    return FileResponse(pages.PRESS_KIT, filename="example-music-press-kit.txt")
