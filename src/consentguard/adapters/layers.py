"""The middleware around a guard in an ASGI framework: its cookies, and its order."""

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
}
_INSIDE = {
    "CORSMiddleware": "the origins that it allows may read the visitor's choice",
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
