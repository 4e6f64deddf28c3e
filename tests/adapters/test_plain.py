"""The question asked of a scope or an environ."""

from __future__ import annotations

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from tests.conftest import Here, a_policy

from consentguard.adapters.plain import consent
from consentguard.asgi import ConsentMiddleware
from consentguard.errors import ConfigError, UnknownPurpose
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

TEXAS = Here("US", "US-TX")


@pytest.mark.parametrize(("place", "allowed"), [(Here(), False), (TEXAS, True)])
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_scope_is_asked(kind: str, place: Here, allowed: bool) -> None:
    heard: list[bool] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(consent(scope).allows("analytics"))

    guarded = ConsentMiddleware(app, a_policy(), ["key"], ledger=None, geo=place)
    scope = {"type": kind, "method": "GET", "path": "/", "headers": [], "query_string": b""}
    nobody: Any = None
    await guarded(scope, nobody, nobody)
    assert heard == [allowed]


@pytest.mark.parametrize(("place", "allowed"), [(Here(), False), (TEXAS, True)])
def test_an_environ_is_asked(place: Here, allowed: bool) -> None:
    heard: list[bool] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        heard.append(consent(environ).allows("analytics"))
        start_response("200 OK", [])
        return []

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    list(
        WSGIMiddleware(app, a_policy(), ["key"], ledger=None, geo=place)(environ, lambda *a: print)
    )
    assert heard == [allowed]


def test_an_undeclared_purpose_is_a_mistake() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        consent(environ).allows("anlytics")
        return []

    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    with pytest.raises(UnknownPurpose, match="analytics"):
        WSGIMiddleware(app, a_policy(), ["key"], ledger=None, geo=TEXAS)(environ, lambda *a: print)


@pytest.mark.parametrize("request_", [{}, {"consentguard": True}, {"type": "http"}])
def test_without_a_guard_it_says_what_to_do(request_: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="ConsentMiddleware"):
        consent(request_)
