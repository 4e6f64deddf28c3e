"""Litestar: the guard goes around the whole application.

Inside of it (``middleware=[…]``) it would not see the pages of unknown paths: Litestar answers
those before any middleware runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import Cookie
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.response import Stream

from consentguard.adapters.plain import consent
from consentguard.asgi import ConsentMiddleware

from . import books

SESSIONS = ServerSideSessionConfig(key=books.SESSION, renew_on_access=True)
CSRF = CSRFConfig(secret="for this example only", cookie_name=books.CSRF)  # noqa: S106
MARKETING = [
    Cookie(name, value=value, max_age=seconds)
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING)
]


@get("/", media_type=MediaType.HTML, response_cookies=MARKETING)
async def home(request: Request[Any, Any, Any]) -> str:
    """The front page, and the cookies that marketing asked for."""
    request.session["seen"] = "home"
    return books.HOME


@get("/api/offers")
async def offers(request: Request[Any, Any, Any]) -> dict[str, object]:
    """Offers, personal ones for who lets themselves be counted."""
    return books.offers(personal=consent(request.scope).allows("analytics"))


@get("/news")
async def news() -> Stream:
    """The news, sent as they are rendered."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in books.NEWS:
            yield piece

    return Stream(pieces(), media_type=MediaType.HTML)


@get("/boom")
async def boom() -> None:
    """The page that always fails."""
    raise RuntimeError("the example's own broken page")


def broken(request: Request[Any, Any, Any], exc: Exception) -> Response[str]:
    """500 in the shop's design."""
    return Response(books.BROKEN, media_type=MediaType.HTML, status_code=500)


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    shop = Litestar(
        [home, offers, news, boom],
        middleware=[SESSIONS.middleware],
        csrf_config=CSRF,
        exception_handlers={500: broken},
    )
    names = [SESSIONS.key, CSRF.cookie_name]
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=names, **options)
