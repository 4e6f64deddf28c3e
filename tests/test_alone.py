"""Two guards on one app: found at start where an attribute shows it, harmless where none does."""

from __future__ import annotations

import functools
import logging
from typing import Any, cast

import falcon
import litestar
import pytest
from asgiref.wsgi import WsgiToAsgi
from litestar import Litestar
from litestar.middleware import DefineMiddleware
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Host, Mount, Router
from tests.conftest import a_policy
from tests.contract.shapes import (
    GATED,
    HTML,
    PAGE,
    bodies,
    environ,
    guarded,
    guarded_wsgi,
    messages_of,
    saying,
    start,
    unheard,
)
from werkzeug.local import LocalProxy
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from consentguard.adapters.starlette import ConsentMiddleware
from consentguard.alone import check_alone
from consentguard.asgi import ConsentMiddleware as ASGIGuard
from consentguard.errors import ConfigError

OPTIONS: dict[str, Any] = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None}
ASGI_APP = saying(start([HTML]), *bodies([PAGE]))


def wsgi_app(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [PAGE]


class Wrapped:
    """Somebody's middleware, with a method that is the app."""

    def __init__(self, app: Any) -> None:
        self.wsgi_app = app

    def call(self, environ: Any, start_response: Any) -> Any:
        return self.wsgi_app(environ, start_response)


class Slotted:
    __slots__ = ("app",)

    def __init__(self, app: Any) -> None:
        self.app = app


def a_starlette(**more: Any) -> Starlette:
    app = Starlette(**more)
    app.add_middleware(ConsentMiddleware, **OPTIONS)
    return app


def a_falcon(guard: Any) -> falcon.App[Any, Any]:
    app = falcon.App()
    app.add_sink(guard, "/shop")
    return app


@pytest.mark.parametrize(
    "app",
    [
        guarded(ASGI_APP),
        CORSMiddleware(guarded(ASGI_APP)),
        Slotted(guarded(ASGI_APP)),
        functools.partial(guarded(ASGI_APP)),
        a_starlette(),
        Starlette(routes=[Mount("/shop", a_starlette())]),
        Router([Mount("/", routes=[Host("shop.test", a_starlette())])]),
        guarded_wsgi(wsgi_app),
        ProxyFix(guarded_wsgi(wsgi_app)),
        DispatcherMiddleware(wsgi_app, {"/shop": guarded_wsgi(wsgi_app)}),
        WhiteNoise(guarded_wsgi(wsgi_app)),
        Wrapped(guarded_wsgi(wsgi_app)).call,
        WsgiToAsgi(guarded_wsgi(wsgi_app)),  # type: ignore[no-untyped-call]
        a_falcon(guarded_wsgi(wsgi_app)),
        Litestar(
            [litestar.asgi("/shop", is_mount=True, copy_scope=True)(guarded(ASGI_APP))],
            logging_config=None,
        ),
        Litestar(
            [], logging_config=None, middleware=[DefineMiddleware(cast(Any, ASGIGuard), **OPTIONS)]
        ),
    ],
    ids=lambda app: type(app).__name__,
)
def test_a_second_guard_is_an_error_at_start(app: Any) -> None:
    for make in (guarded, guarded_wsgi):
        with pytest.raises(ConfigError, match=r"two consentguard guards.*remove one"):
            make(app)


class Hostile:
    """Attributes that cost, fail or never end are not touched."""

    def __init__(self) -> None:
        self.routes = self

    @property
    def app(self) -> Any:
        raise RuntimeError("outside of a request")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pytest asks for some
            raise AttributeError(name)
        raise RuntimeError(name)


def nowhere() -> Any:
    raise RuntimeError("outside of a request")


@pytest.mark.parametrize(
    "app",
    [Hostile(), LocalProxy(nowhere), None, 5, "app", [[]], a_starlette, Starlette()],
    ids=lambda app: type(app).__name__,
)
def test_nothing_of_the_app_runs(app: Any) -> None:
    check_alone(app)


async def test_a_guard_that_nothing_shows_hands_everything_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inner = guarded(ASGI_APP)

    async def hidden(scope: Any, receive: Any, send: Any) -> None:
        await inner(scope, receive, send)

    outer = guarded(hidden)
    with caplog.at_level(logging.ERROR):
        answers = [await messages_of(outer) for _ in range(2)]
        own = await messages_of(outer, path="/_consent")
    assert answers == [await messages_of(guarded(ASGI_APP))] * 2
    assert answers[0][1]["body"].count(GATED) == answers[0][1]["body"].count(b'id="cg-banner"') == 1
    assert own[0]["status"] == 200
    assert [r.message for r in caplog.records if "two consentguard guards" in r.message] == [
        "There are two consentguard guards on one app, one inside the other: remove one of them. "
        "The outer one rules, this one does nothing."
    ]


def test_so_it_does_through_wsgi(caplog: pytest.LogCaptureFixture) -> None:
    inner = guarded_wsgi(wsgi_app)

    def hidden(environ: Any, start_response: Any) -> Any:
        return inner(environ, start_response)

    outer = guarded_wsgi(hidden)
    (page,) = outer(environ(), unheard)
    assert [page] == list(guarded_wsgi(wsgi_app)(environ(), unheard))
    assert "two consentguard guards" in caplog.text


async def test_so_it_does_in_a_websocket() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["consentguard"])
        await send({"type": "websocket.accept", "headers": [(b"set-cookie", b"_ga=1")]})

    inner = guarded(app)

    async def hidden(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["consentguard"])
        await inner(scope, receive, send)

    (accept,) = await messages_of(guarded(hidden), type="websocket", scheme="ws")
    assert seen[0] is seen[1]
    assert (b"set-cookie", b"_ga=1") not in accept["headers"]


def test_two_guards_side_by_side_are_fine() -> None:
    routes = [Mount("/a", a_starlette()), Mount("/b", a_starlette())]
    assert Starlette(routes=routes)
