"""Falcon over WSGI. Falcon has no sessions of its own: the shop names its cookie itself."""

from __future__ import annotations

import uuid
from typing import Any

import falcon

from consentguard.adapters.plain import consent
from consentguard.wsgi import ConsentMiddleware

from . import books


class Home:
    """The front page, and the cookies that marketing asked for."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """A page and three cookies."""
        resp.content_type, resp.text = falcon.MEDIA_HTML, books.HOME
        resp.set_cookie(books.SESSION, uuid.uuid4().hex, http_only=True, secure=False)
        for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
            resp.set_cookie(name, value, max_age=seconds, secure=False)


class Offers:
    """Offers, personal ones for who lets themselves be counted."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """JSON."""
        resp.media = books.offers(personal=consent(req.env).allows("analytics"))


class News:
    """The news, sent as they are rendered."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """A page in pieces."""
        resp.content_type, resp.stream = falcon.MEDIA_HTML, iter(books.NEWS)


class Boom:
    """The page that always fails."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Fail."""
        raise RuntimeError("the example's own broken page")


def broken(req: falcon.Request, resp: falcon.Response, ex: Exception, params: Any) -> None:
    """500 in the shop's design."""
    resp.status, resp.content_type, resp.text = falcon.HTTP_500, falcon.MEDIA_HTML, books.BROKEN


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    shop = falcon.App()
    shop.add_route("/", Home())
    shop.add_route("/api/offers", Offers())
    shop.add_route("/news", News())
    shop.add_route("/boom", Boom())
    shop.add_error_handler(RuntimeError, broken)
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=[books.SESSION], **options)
