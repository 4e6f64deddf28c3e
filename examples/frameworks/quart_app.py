"""Quart: the guard goes around ``asgi_app``, and ``app`` stays Quart's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from quart import Quart, Response, request, session

from consentguard.adapters.plain import consent
from consentguard.asgi import ConsentMiddleware

from . import books


async def home() -> Response:
    """The front page, and the cookies that marketing asked for."""
    session["seen"] = "home"
    response = Response(books.HOME)
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
        response.set_cookie(name, value, max_age=seconds)
    return response


async def offers() -> dict[str, object]:
    """Offers, personal ones for who lets themselves be counted."""
    return books.offers(personal=consent(request.scope).allows("analytics"))


async def news() -> Response:
    """The news, sent as they are rendered."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in books.NEWS:
            yield piece

    return Response(pieces())


async def boom() -> Response:
    """The page that always fails."""
    raise RuntimeError("the example's own broken page")


async def broken(error: Exception) -> tuple[str, int]:
    """500 in the shop's design."""
    return books.BROKEN, 500


def build(**options: Any) -> Quart:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    app = Quart(__name__)
    app.secret_key = "for this example only"  # noqa: S105
    app.config["SESSION_COOKIE_NAME"] = books.SESSION
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/api/offers", view_func=offers)
    app.add_url_rule("/news", view_func=news)
    app.add_url_rule("/boom", view_func=boom)
    app.register_error_handler(500, broken)
    names = [app.config["SESSION_COOKIE_NAME"]]
    guarded = ConsentMiddleware(app.asgi_app, policy=books.POLICY, cookies=names, **options)
    app.asgi_app = guarded  # type: ignore[assignment, method-assign]
    return app
