"""A view says who may keep its page: in each framework in its own way, with the same effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client as DjangoClient
from django.urls import path
from django.views.decorators.cache import cache_page
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from flask import Flask
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.adapters import django_site
from tests.conftest import Here, a_policy

from consentguard.adapters import django, flask, starlette
from consentguard.adapters.fastapi import CacheMode, ConsentMiddleware
from consentguard.adapters.plain import set_cache_mode
from consentguard.errors import ConfigError
from consentguard.testing import grant

PAGE = "<!doctype html><title>News</title><script src='https://static.hotjar.com/c/h.js'></script>"
SHARED, LIVE = b"data-cg-shared", b" src='https://static.hotjar.com"
GUARD: dict[str, Any] = {"secret_keys": ["key"], "ledger": None, "geo": Here()}


def checked(get: Callable[[str], Any], client: Any, *paths: str) -> None:
    """Shared before and after a grant, the same bytes; whatever else is the visitor's own."""
    before = {path: get(path) for path in paths}
    assert all(SHARED in body and LIVE not in body for body in before.values())
    assert SHARED not in get("/own")
    grant(client)
    assert {path: get(path) for path in paths} == before
    assert LIVE in get("/own")
    assert SHARED not in get("/own")


def test_starlette() -> None:
    @starlette.cache_mode("shared")
    async def news(request: Request) -> Response:
        return HTMLResponse(PAGE)

    @starlette.cache_mode("shared")
    def old(request: Request) -> Response:
        return HTMLResponse(PAGE)

    def plain(request: Request) -> Response:
        set_cache_mode(request.scope, "shared")
        return HTMLResponse(PAGE)

    def own(request: Request) -> Response:
        return HTMLResponse(PAGE)

    routes = [Route(f"/{view.__name__}", view) for view in (news, old, plain, own)]
    app = Starlette(routes=routes)
    app.add_middleware(starlette.ConsentMiddleware, policy=a_policy(), **GUARD)
    with TestClient(app) as client:
        checked(lambda path: client.get(path).content, client, "/news", "/old", "/plain")


def test_fastapi() -> None:
    app = FastAPI()

    @app.get("/news", dependencies=[Depends(CacheMode("shared"))])
    def news() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.get("/own", dependencies=[Depends(CacheMode("private"))])
    def own() -> HTMLResponse:
        return HTMLResponse(PAGE)

    app.add_middleware(
        ConsentMiddleware, policy=a_policy('[enforcement]\ncache = "shared"\n'), **GUARD
    )
    with TestClient(app) as client:
        checked(lambda path: client.get(path).content, client, "/news")
        assert "consent." not in str(client.get("/openapi.json").json())


def test_flask() -> None:
    app = Flask("news")
    app.config.update(CONSENTGUARD_POLICY=a_policy(), SECRET_KEY="key", CONSENTGUARD_LEDGER=None)

    @app.get("/news")
    @flask.cache_mode("shared")
    def news() -> str:
        return PAGE

    @app.get("/async")
    @flask.cache_mode("shared")
    async def later() -> str:
        return PAGE

    app.add_url_rule("/own", "own", lambda: PAGE)
    flask.ConsentGuard(app, geo=Here())
    client = app.test_client()
    checked(lambda path: client.get(path).data, client, "/news", "/async")


def test_django() -> None:
    @django.cache_mode("shared")
    def news(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE)

    @django.cache_mode("shared")
    async def later(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE)

    @django.cache_mode("shared")
    @cache_page(60)
    def kept(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE)

    def own(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE)

    urls = tuple(path(view.__name__, view) for view in (news, later, kept, own))
    with django_site.site(ROOT_URLCONF=urls):
        client = DjangoClient()
        checked(lambda path: client.get(path).content, client, "/news", "/later", "/kept")


@pytest.mark.parametrize(
    "make", [starlette.cache_mode, flask.cache_mode, django.cache_mode, CacheMode]
)
def test_a_mode_that_there_is_not_is_refused_at_start(make: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="'private' or 'shared', not 'public'"):
        make("public")


def test_without_a_guard_there_is_nothing_to_say() -> None:
    with pytest.raises(ConfigError, match="no guard saw this request"):
        set_cache_mode({}, "shared")
