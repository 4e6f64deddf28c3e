"""Plain ASGI, without any framework."""

from __future__ import annotations

import json
import uuid
from typing import Any

from consentguard.adapters.plain import consent
from consentguard.asgi import ConsentMiddleware

from . import books

HTML = (b"content-type", b"text/html; charset=utf-8")
JSON = (b"content-type", b"application/json")


def cookies() -> list[tuple[bytes, bytes]]:
    """The session, and the cookies that marketing asked for."""
    lines = [f"{books.SESSION}={uuid.uuid4().hex}; Path=/; HttpOnly"]
    for name, value, seconds in (books.ANALYTICS, books.ADVERTISING):
        lines.append(f"{name}={value}; Path=/; Max-Age={seconds}")
    return [(b"set-cookie", line.encode()) for line in lines]


async def shop(scope: Any, receive: Any, send: Any) -> None:
    """The shop: front page, offers, news, and an error page for everything else."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])  # as the specification asks of what it is not

    async def say(status: int, headers: list[tuple[bytes, bytes]], *pieces: bytes) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, piece in enumerate(pieces, 1):
            more = number < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    match scope["path"]:
        case "/":
            await say(200, [HTML, *cookies()], books.HOME.encode())
        case "/api/offers":
            found = books.offers(personal=consent(scope).allows("analytics"))
            await say(200, [JSON], json.dumps(found).encode())
        case "/news":
            await say(200, [HTML], *books.NEWS)
        case "/boom":
            await say(500, [HTML], books.BROKEN.encode())
        case _:
            await say(404, [HTML], books.BROKEN.encode())


def build(**options: Any) -> ConsentMiddleware:
    """The shop with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    return ConsentMiddleware(shop, policy=books.POLICY, cookies=[books.SESSION], **options)
