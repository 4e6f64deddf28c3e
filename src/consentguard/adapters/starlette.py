"""Starlette: middleware, the question, a decorator, and words for templates.

::

    app.add_middleware(ConsentMiddleware, policy="consent.toml", secret_keys=[KEY])

Add it last: the last one added is the outermost, and what it does not see it cannot gate.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException, WebSocketException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketState

from consentguard.adapters.keeping import suited
from consentguard.adapters.layers import check_order, named_by, views_of
from consentguard.adapters.required import check_purposes, marked
from consentguard.asgi import ConsentMiddleware as _ASGIMiddleware
from consentguard.consent.decision import Decision
from consentguard.environment import UNSET, Unset, names_of
from consentguard.errors import ConfigError
from consentguard.exchange import Exchange, checked
from consentguard.guard import AccountOf, ConsentGuard, Geo
from consentguard.hooks import AfterChoice
from consentguard.html.rewriter import PLACE
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.pages.control import settings_link, settings_url
from consentguard.pages.declaration import fragment

if TYPE_CHECKING:  # they come with Jinja, which an API has no use for
    from markupsafe import Markup
    from starlette.templating import Jinja2Templates

P = ParamSpec("P")


class ConsentMiddleware(_ASGIMiddleware):
    """The ASGI middleware, with the app's own error pages inside it.

    Session and CSRF cookies of the middleware inside it are necessary under whatever names they
    have there. Arguments as for :class:`~consentguard.guard.ConsentGuard`.

    Starlette makes its middleware when the first message arrives, which is the server's *startup*
    where it speaks of one: a mistake of the site fails that, so that the server stops and says why.
    """

    _wrong: ConfigError | None = None

    def __init__(
        self,
        app: ASGIApp,
        policy: Policy | str | Path | None = None,
        secret_keys: Sequence[str | bytes] | str | bytes | None = None,
        site_id: str | None = None,
        ledger: Ledger | str | Unset | None = UNSET,
        geo: Geo | None = None,
        account: AccountOf | None = None,
        cookies: Iterable[str] = (),
        after_choice: AfterChoice | Iterable[AfterChoice] = (),
    ) -> None:
        try:
            super().__init__(
                _ErrorPages(app, self.seen),
                policy,
                secret_keys,
                site_id=site_id,
                ledger=ledger,
                geo=geo,
                account=account,
                cookies=(*names_of(cookies), *named_by(app)),
                after_choice=after_choice,
            )
        except ConfigError as error:
            # Wrapped by hand, the line that is wrong is on the stack.
            if isinstance(app, Starlette):
                raise
            self.app, self._wrong = app, error
            self.guard = cast(ConsentGuard, _Unmade(error))

    async def other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Fail the startup of a site that has to be repaired; else it is the app's."""
        if scope["type"] == "lifespan":
            try:
                self._check(scope.get("app"))
            except ConfigError as error:
                await receive()
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                raise
        await super().other(scope, receive, send)

    def _check(self, app: Any) -> None:
        """Raise :class:`ConfigError` for what the app has to repair; warn of what it should."""
        if self._wrong is not None:
            raise self._wrong
        check_order(app, ConsentMiddleware)
        check_purposes(views_of(app), self.guard.policy.purposes)

    def seen(self, app: Starlette) -> None:
        """The app that we are in; known when it serves its first request."""


class _Unmade:
    """In place of a guard that could not be made: no request passes it."""

    def __init__(self, error: ConfigError) -> None:
        self._error = error

    def exchange(self, *_: object) -> NoReturn:
        """Raise what is wrong, as at the start."""
        raise self._error

    plain = exchange


class _ErrorPages:
    """Makes the 500 page here: Starlette would make it outside of every middleware.

    Its own :class:`ServerErrorMiddleware` does it, with the app's handler and debug setting, and
    raises the exception again for the server to log.
    """

    def __init__(self, app: ASGIApp, seen: Callable[[Starlette], object]) -> None:
        self.app = app
        self._seen = seen
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
            self._seen(starlette)
        await pages(scope, receive, send)

    def _made_for(self, starlette: Any) -> ASGIApp:
        handlers = getattr(starlette, "exception_handlers", {})
        handler = handlers.get(500, handlers.get(Exception))
        return ServerErrorMiddleware(
            self.app, handler=handler, debug=getattr(starlette, "debug", False)
        )


def exchange_of(request: HTTPConnection) -> Exchange:
    """The exchange of a request or WebSocket; raises :class:`ConfigError` where there is none."""
    exchange: Exchange | None = request.scope.get("consentguard")
    if exchange is None:
        raise ConfigError(
            "ConsentMiddleware did not see this request: app.add_middleware(ConsentMiddleware, …) "
            "on the outermost app, last of all"
        )
    return exchange


def consent(request: HTTPConnection) -> Decision:
    """What this visitor has allowed: ``consent(request).allows("analytics")``.

    ``request`` may be a WebSocket. Raises :class:`ConfigError` when the middleware is not there.
    """
    return suited(exchange_of(request).decision, request.scope)


def requires_consent(
    purpose: str, *, service: str | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """An endpoint that answers 403 unless the visitor allows ``purpose``.

    Works on functions and methods, sync or async, that take a ``request`` or ``websocket``, as
    Starlette's own ``requires``. A WebSocket is refused with a 403 while it may still be, else
    closed with 1008. Raises TypeError where neither parameter is there.
    """

    def check(request: HTTPConnection) -> None:
        if not consent(request).allows(purpose, service=service):
            refuse(request, f"This needs your consent to {purpose!r}.")

    return lambda endpoint: marked(_after(check, endpoint), purpose)


def cache_mode(mode: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """An endpoint whose page any cache may keep (``shared``), or its visitor alone (``private``).

    Whatever the policy says of its path. A view that asks what is allowed is its visitor's all the
    same. Raises ValueError for another mode, TypeError as :func:`requires_consent`.
    """
    checked(mode)

    def set_mode(request: HTTPConnection) -> None:
        exchange_of(request).cache_mode = mode

    return functools.partial(_after, set_mode)


def _after(first: Callable[[HTTPConnection], None], endpoint: Callable[P, Any]) -> Callable[P, Any]:
    """An endpoint that runs after ``first`` has had its request."""
    names = list(inspect.signature(endpoint).parameters)
    name = next((name for name in names if name in ("request", "websocket")), None)
    if name is None:
        raise TypeError(f"{endpoint!r} needs a parameter named 'request' or 'websocket'")
    position = names.index(name)

    def show(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        first(kwargs[name] if name in kwargs else args[position])

    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def asynchronous(*args: P.args, **kwargs: P.kwargs) -> Any:
            show(args, kwargs)
            result: Awaitable[Any] = endpoint(*args, **kwargs)
            return await result

        return asynchronous

    @functools.wraps(endpoint)
    def synchronous(*args: P.args, **kwargs: P.kwargs) -> Any:
        show(args, kwargs)
        return endpoint(*args, **kwargs)

    return synchronous


def refuse(request: HTTPConnection, why: str, answer: HTTPException | None = None) -> NoReturn:
    """Raise ``answer``, or a plain 403: the app's own handlers make the response of it.

    A WebSocket that is open, or whose server knows no denial response, is closed with 1008
    (RFC 6455, section 7.4.1: a policy is violated).
    """
    if isinstance(request, WebSocket):
        waits = request.application_state is WebSocketState.CONNECTING
        if not waits or "websocket.http.response" not in request.scope.get("extensions", {}):
            raise WebSocketException(1008, why)
    raise answer or HTTPException(403, why)


class _Asked:
    """The decision of a request, asked for when a template does."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(consent(self._request), name)


def consent_context(request: Request) -> dict[str, Any]:
    """For ``Jinja2Templates(…, context_processors=[consent_context])``: the words for templates.

    ``{% if consent_allows("analytics") %}``, ``{{ consent_settings_link("Cookies") }}``,
    ``{{ consent_settings_url() }}``, ``{{ consent_banner() }}`` where the banner goes if not before
    ``</body>``, ``{{ consent_declaration(level=2, language="de") }}``, the cookie declaration as a
    fragment, and ``consent``, which is :func:`consent`'s answer. What asks raises
    :class:`ConfigError` when it is used and the middleware is not there.
    """
    from markupsafe import Markup  # noqa: PLC0415 - Jinja brings it

    def consent_allows(purpose: str, *, service: str | None = None) -> bool:
        return consent(request).allows(purpose, service=service)

    def consent_banner() -> Markup:
        return Markup(PLACE.decode())  # noqa: S704 - a constant

    def consent_settings_url() -> str:
        return settings_url(exchange_of(request).page)

    def consent_settings_link(text: str = "") -> Markup:
        return Markup(settings_link(exchange_of(request).page, text))  # noqa: S704 - escaped there

    def consent_declaration(level: int = 2, language: str = "") -> Markup:
        return Markup(fragment(exchange_of(request).page, level, language))  # noqa: S704

    return {
        "consent": _Asked(request),
        "consent_allows": consent_allows,
        "consent_banner": consent_banner,
        "consent_declaration": consent_declaration,
        "consent_settings_link": consent_settings_link,
        "consent_settings_url": consent_settings_url,
    }


def with_consent(templates: Jinja2Templates) -> Jinja2Templates:
    """The same templates, which know the words of :func:`consent_context`."""
    if consent_context not in templates.context_processors:
        templates.context_processors.append(consent_context)
    return templates
