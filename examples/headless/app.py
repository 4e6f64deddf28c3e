"""Example Radio: plain ASGI, a page and its banner as three files, and the guard around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from consentguard.adapters.plain import declaration
from consentguard.asgi import ConsentMiddleware

HERE = Path(__file__).parent
TYPES = {".html": b"text/html; charset=utf-8", ".js": b"text/javascript", ".css": b"text/css"}
#: Nothing of ours needs more.
CSP = b"default-src 'self'; script-src 'self' https://www.googletagmanager.com"
PRIVACY = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Privacy</title>
<link rel="stylesheet" href="/banner.css"><script src="/banner.js" defer></script></head>
<body><main><h1>Privacy</h1>{declaration}</main></body></html>
"""


async def site(scope: Any, receive: Any, send: Any) -> None:
    """The page, its script, its style, and the privacy policy with the cookie declaration."""
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    file = HERE / (scope["path"].lstrip("/") or "index.html")
    status, kind, body = 404, TYPES[".html"], b"<!doctype html><title>Not here</title>"
    if scope["path"] == "/privacy":
        status, body = 200, PRIVACY.format(declaration=declaration(scope)).encode()
    elif file.name in ("index.html", "banner.js", "banner.css") and file.parent == HERE:
        status, kind, body = 200, TYPES[file.suffix], file.read_bytes()
    headers = [(b"content-type", kind), (b"content-security-policy", CSP)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def build(**options: Any) -> ConsentMiddleware:
    """The site with its guard; ``options`` are :class:`ConsentMiddleware`'s."""
    return ConsentMiddleware(site, policy=HERE / "consent.toml", **options)
