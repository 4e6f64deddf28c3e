"""Bottle: the guard goes around the application; its signed cookie carries the session."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import bottle

from consentguard.adapters.plain import consent
from consentguard.wsgi import ConsentMiddleware

from . import books

KEY = "for this example only"


def home() -> str:
    """The front page, and the cookies that marketing asked for."""
    bottle.response.set_cookie(books.SESSION, uuid.uuid4().hex, secret=KEY, httponly=True)
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
        bottle.response.set_cookie(name, value, max_age=seconds)
    return books.HOME


def offers() -> dict[str, object]:
    """Offers, personal ones for who lets themselves be counted."""
    return books.offers(personal=consent(bottle.request.environ).allows("analytics"))


def news() -> Iterator[bytes]:
    """The news, sent as they are rendered."""
    yield from books.NEWS


def boom() -> str:
    """The page that always fails."""
    raise RuntimeError("the example's own broken page")


def broken(error: Exception) -> str:
    """500 in the shop's design."""
    return books.BROKEN


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    shop: Any = bottle.Bottle()
    shop.route("/", callback=home)
    shop.route("/api/offers", callback=offers)
    shop.route("/news", callback=news)
    shop.route("/boom", callback=boom)
    shop.error(500, callback=broken)
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=[books.SESSION], **options)
