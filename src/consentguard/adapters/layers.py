"""What an app of an ASGI framework is made of: middleware, its cookies and order; its endpoints."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

log = logging.getLogger("consentguard")

#: Where middleware for sessions and against forged requests keeps the name of its cookie:
#: Starlette's SessionMiddleware; starsessions, starlette-csrf.
_NAMES = ("session_cookie", "cookie_name")
_KEEPERS = re.compile("session|csrf|xsrf", re.IGNORECASE)
_DEEPEST = 100  #: middleware in middleware

#: Middleware that belongs outside of the guard, or inside, and what it costs otherwise.
_OUTSIDE = {
    "TrustedHostMiddleware": "our own pages answer under every host",
    "HTTPSRedirectMiddleware": "our own pages are served without https",
    **dict.fromkeys(
        ("GZipMiddleware", "BrotliMiddleware"), "each page is unpacked and packed once more"
    ),
}
_INSIDE = {
    "CORSMiddleware": "the origins that it allows may read the visitor's choice",
    **dict.fromkeys(
        ("SessionMiddleware", "CSRFMiddleware"), "the guard does not see the cookie that it sets"
    ),
    # asgi-caches, starlette-caches
    "CacheMiddleware": "what the guard let pass for one visitor may be kept for all",
}


def named_by(app: object) -> Iterator[str]:
    """The names that the middleware between us and the app gives its cookies."""
    for _ in range(_DEEPEST):
        if _KEEPERS.search(type(app).__name__):
            names = (getattr(app, attribute, None) for attribute in _NAMES)
            yield from (name for name in names if isinstance(name, str))
        app = getattr(app, "app", None)


def check_order(app: Any, guard: type) -> None:
    """Warn of an app's middleware that is on the wrong side of its guard, which is of that class.

    Starlette lists the outermost first, which is what was added last.
    """
    kinds = [middleware.cls for middleware in getattr(app, "user_middleware", ())]
    guards = [isinstance(kind, type) and issubclass(kind, guard) for kind in kinds]
    if True not in guards:
        return
    names, at = [getattr(kind, "__name__", "") for kind in kinds], guards.index(True)
    for known, found, when in (
        (_INSIDE, names[:at], "before"),
        (_OUTSIDE, names[at:], "after"),
    ):
        for name in found:
            if name in known:
                log.warning("%s: add %s %s ConsentMiddleware", known[name], name, when)


def views_of(app: Any) -> Iterator[tuple[str, Any]]:
    """The endpoints of an app and of those that are mounted in it, with what they depend on."""
    for route in _routes(app):
        path, endpoint = getattr(route, "path", ""), getattr(route, "endpoint", None)
        of_class = vars(endpoint).values() if isinstance(endpoint, type) else ()
        dependant = getattr(route, "dependant", None)  # FastAPI's
        for view in (endpoint, *of_class, *_calls(dependant)):
            yield path, view
        for inner, view in views_of(route):
            yield path + inner, view


def _routes(app: Any) -> Iterator[Any]:
    for route in getattr(app, "routes", None) or ():
        included = getattr(route, "effective_route_contexts", None)  # FastAPI's routers
        yield from included() if included else (route,)


def _calls(dependant: Any) -> Iterator[Any]:
    for one in getattr(dependant, "dependencies", ()):
        yield one.call
        yield from _calls(one)
