"""Who may change a choice: pages of the same origin, and nobody else.

A choice is made by a cookie-setting POST, so another site could make one in the visitor's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from consentguard.errors import CrossSite
from consentguard.http.message import Request

_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_ENCODED = re.compile(r"[^\x00-\x1f\x21-\x7f]+")

MAX_PATH = 2048  #: characters of a path to go back to


def require_same_origin(request: Request, origins: Sequence[str] = ()) -> None:
    """Raise :class:`CrossSite` unless the request comes from this origin or one of ``origins``.

    ``Sec-Fetch-Site`` is the browser's own word and cannot be forged by a page (Fetch Metadata,
    section 2.3); with it ``Origin: null`` passes, which a page under ``Referrer-Policy:
    no-referrer`` sends. Otherwise ``Origin`` must name our host and port; the scheme is ignored,
    since TLS may end before us.
    """
    site = request.text(b"sec-fetch-site").strip()
    origin = request.text(b"origin").strip()
    if site:
        if site != "same-origin" and origin not in origins:
            raise CrossSite(f"the browser says that this request is {site[:20]!r}")
        return
    if not origin:
        raise CrossSite("neither Sec-Fetch-Site nor Origin says where this request comes from")
    if origin in origins:
        return
    if not _same(origin, request.host):
        raise CrossSite(f"Origin {origin[:100]!r} is not this site, {request.host[:100]!r}")


def came_from(request: Request) -> str:
    """The path and query of the page of this origin that led here; ``""`` where nobody says so.

    Browsers send the whole address within an origin (Referrer Policy, section 3.5), unless the site
    wants otherwise.
    """
    referrer = request.text(b"referer").strip()
    try:
        parts = urlsplit(referrer)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return ""
    if not _same(origin, request.host):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _same(origin: str, host: str) -> bool:
    """Host and port of an Origin against a Host header; default ports may be left out."""
    try:
        parts = urlsplit(origin)
        default = {"http": 80, "https": 443}.get(parts.scheme)
        named = urlsplit(f"//{host}")
        return (
            default is not None
            and bool(parts.hostname)
            and parts.hostname == named.hostname
            and (parts.port or default) == (named.port or default)
        )
    except ValueError:
        return False


def address(path: str, *queries: str) -> str:
    """A path with what several queries say; those that are empty say nothing."""
    said = "&".join(query.removeprefix("?") for query in queries if query)
    return f"{path}?{said}" if said else path


def safe_path(value: str) -> str:
    """``value`` if it is a path of this origin, else ``/``.

    ``//host``, ``/\\host`` and control characters, which browsers drop, lead elsewhere (WHATWG
    URL, section 4.4). Spaces and letters beyond ASCII, which servers have decoded, are encoded.
    """
    if len(value) > MAX_PATH:
        return "/"
    path = _ENCODED.sub(lambda m: quote(m[0], errors="replace"), value)
    return path if len(path) <= MAX_PATH and _PATH.fullmatch(path) else "/"
