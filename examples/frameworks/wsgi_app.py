"""Plain WSGI, without any framework."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from consentguard.adapters.plain import consent
from consentguard.wsgi import ConsentMiddleware

from . import books

HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")


def cookies() -> list[tuple[str, str]]:
    """The session, and the cookies that marketing asked for."""
    lines = [f"{books.SESSION}={uuid.uuid4().hex}; Path=/; HttpOnly"]
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
        lines.append(f"{name}={value}; Path=/; Max-Age={seconds}")
    return [("Set-Cookie", line) for line in lines]


def shop(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The shop: front page, offers, news, and an error page for everything else."""
    match environ["PATH_INFO"]:
        case "/":
            start_response("200 OK", [HTML, *cookies()])
            return [books.HOME.encode()]
        case "/api/offers":
            found = books.offers(personal=consent(environ).allows("analytics"))
            start_response("200 OK", [JSON])
            return [json.dumps(found).encode()]
        case "/news":
            start_response("200 OK", [HTML])
            return iter(books.NEWS)
        case "/boom":
            start_response("500 Internal Server Error", [HTML])
            return [books.BROKEN.encode()]
    start_response("404 Not Found", [HTML])
    return [books.BROKEN.encode()]


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=[books.SESSION], **options)
