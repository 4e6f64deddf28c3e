"""Pyramid: the guard goes around what ``make_wsgi_app()`` gives."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory

from consentguard.adapters.plain import consent
from consentguard.wsgi import ConsentMiddleware

from . import books

SESSIONS = SignedCookieSessionFactory("for this example only", cookie_name=books.SESSION)


def home(request: Any) -> Any:
    """The front page, and the cookies that marketing asked for."""
    request.session["seen"] = "home"
    response = Response(books.HOME)
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
        response.set_cookie(name, value, max_age=seconds)
    return response


def offers(request: Any) -> dict[str, object]:
    """Offers, personal ones for who lets themselves be counted."""
    return books.offers(personal=consent(request.environ).allows("analytics"))


def news(request: Any) -> Any:
    """The news, sent as they are rendered."""
    return Response(app_iter=iter(books.NEWS), content_type="text/html", charset="utf-8")


def boom(request: Any) -> Any:
    """The page that always fails."""
    raise RuntimeError("the example's own broken page")


def broken(exc: Exception, request: Any) -> Any:
    """500 in the shop's design; without such a view the server makes a page of its own."""
    return Response(books.BROKEN, status=500)


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    config: Any = Configurator(session_factory=SESSIONS)
    for view, path in ((home, "/"), (news, "/news"), (boom, "/boom")):
        config.add_route(view.__name__, path)
        config.add_view(view, route_name=view.__name__)
    config.add_route("offers", "/api/offers")
    config.add_view(offers, route_name="offers", renderer="json")
    config.add_exception_view(broken, context=RuntimeError)
    shop = config.make_wsgi_app()
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=[books.SESSION], **options)
