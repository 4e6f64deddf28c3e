"""Starlette, and FastAPI, which is one: middleware, the question, and a decorator.

::

    app.add_middleware(ConsentMiddleware, policy="consent.toml", secret_keys=[KEY])

Add it last: the last one added is the outermost, and what it does not see it cannot gate.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, ParamSpec

from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from consentguard.asgi import ConsentMiddleware as _ASGIMiddleware
from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError

P = ParamSpec("P")


class ConsentMiddleware(_ASGIMiddleware):
    """The ASGI middleware, with the app's own error pages inside it.

    Session and CSRF cookies of the middleware inside it are necessary under whatever names they
    have there.
    """

    def __init__(self, app: ASGIApp, *args: Any, **kwargs: Any) -> None:
        kwargs["cookies"] = (*kwargs.get("cookies", ()), *_named_by(app))
        super().__init__(_ErrorPages(app), *args, **kwargs)


#: Where middleware for sessions and against forged requests keeps the name of its cookie:
#: Starlette's SessionMiddleware; starsessions, starlette-csrf.
_NAMES = ("session_cookie", "cookie_name")
_KEEPERS = re.compile("session|csrf|xsrf", re.IGNORECASE)
_DEEPEST = 100  #: middleware in middleware


def _named_by(app: object) -> Iterator[str]:
    """The names that the middleware between us and the app gives its cookies."""
    for _ in range(_DEEPEST):
        if _KEEPERS.search(type(app).__name__):
            names = (getattr(app, attribute, None) for attribute in _NAMES)
            yield from (name for name in names if isinstance(name, str))
        app = getattr(app, "app", None)


class _ErrorPages:
    """Makes the 500 page here: Starlette would make it outside of every middleware.

    Its own :class:`ServerErrorMiddleware` does it, with the app's handler and debug setting, and
    raises the exception again for the server to log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages: tuple[object, ASGIApp] = (None, app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        starlette = scope.get("app")
        if scope["type"] != "http" or starlette is None:
            await self.app(scope, receive, send)
            return
        known, pages = self._pages
        if known is not starlette:
            # As in Starlette itself, handlers and debug count as they are at the first request.
            pages = self._made_for(starlette)
            self._pages = (starlette, pages)
        await pages(scope, receive, send)

    def _made_for(self, starlette: Any) -> ASGIApp:
        handlers = getattr(starlette, "exception_handlers", {})
        handler = handlers.get(500, handlers.get(Exception))
        return ServerErrorMiddleware(
            self.app, handler=handler, debug=getattr(starlette, "debug", False)
        )


def consent(request: HTTPConnection) -> Decision:
    """What this visitor has allowed: ``consent(request).allows("analytics")``.

    Raises :class:`ConfigError` when the middleware is not there.
    """
    exchange = request.scope.get("consentguard")
    if exchange is None:
        raise ConfigError(
            "ConsentMiddleware did not see this request: app.add_middleware(ConsentMiddleware, …)"
        )
    decision: Decision = exchange.decision
    return decision


def requires_consent(
    purpose: str, *, service: str | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """An endpoint that answers 403 unless the visitor allows ``purpose``.

    Works on functions, sync or async, that take a ``request``, as in Starlette's own
    ``requires``.
    """

    def decorate(endpoint: Callable[P, Any]) -> Callable[P, Any]:
        names = list(inspect.signature(endpoint).parameters)
        if "request" not in names:
            raise TypeError(f"{endpoint!r} needs a parameter named 'request'")
        position = names.index("request")

        def check(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            request: Request = kwargs["request"] if "request" in kwargs else args[position]
            if not consent(request).allows(purpose, service=service):
                raise HTTPException(403, f"This needs your consent to {purpose!r}.")

        if inspect.iscoroutinefunction(endpoint):

            @functools.wraps(endpoint)
            async def asynchronous(*args: P.args, **kwargs: P.kwargs) -> Any:
                check(args, kwargs)
                result: Awaitable[Any] = endpoint(*args, **kwargs)
                return await result

            return asynchronous

        @functools.wraps(endpoint)
        def synchronous(*args: P.args, **kwargs: P.kwargs) -> Any:
            check(args, kwargs)
            return endpoint(*args, **kwargs)

        return synchronous

    return decorate
