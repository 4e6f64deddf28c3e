from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi import Request as FastAPIRequest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conftest import Here, a_policy

from consentguard.adapters.starlette import ConsentMiddleware, consent, requires_consent
from consentguard.errors import ConfigError, UnknownPurpose

PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"


async def home(request: Request) -> Response:
    return PlainTextResponse(str(consent(request).allows("analytics")))


@requires_consent("analytics")
async def statistics(request: Request) -> Response:
    return PlainTextResponse("async")


@requires_consent("advertising")
def adverts(request: Request) -> Response:
    return PlainTextResponse("sync")


async def boom(request: Request) -> Response:
    raise RuntimeError("boom")


async def error_page(request: Request, exc: Exception) -> Response:
    return HTMLResponse(f"<!doctype html><body>Sorry{PIXEL}</body>", 500)


def app(**more: Any) -> Starlette:
    routes = [
        Route("/", home),
        Route("/statistics", statistics),
        Route("/adverts", adverts),
        Route("/boom", boom),
    ]
    options: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["key"],
        "ledger": None,
        "geo": Here(),
    }
    return Starlette(routes=routes, middleware=[Middleware(ConsentMiddleware, **options)], **more)


def client_of(app: Any, *, raises: bool = False) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=raises)
    return httpx.AsyncClient(transport=transport, base_url="http://site.test")


async def press(client: httpx.AsyncClient, choice: str) -> None:
    headers = {"origin": "http://site.test"}
    answer = await client.post("/_consent", data={"choice": choice}, headers=headers)
    assert answer.status_code == 303


async def test_consent_answers_in_the_endpoint() -> None:
    async with client_of(app()) as client:
        assert (await client.get("/")).text == "False"
        await press(client, "accept")
        assert (await client.get("/")).text == "True"
        await press(client, "reject")
        assert (await client.get("/")).text == "False"


@pytest.mark.parametrize(("path", "text"), [("/statistics", "async"), ("/adverts", "sync")])
async def test_requires_consent(path: str, text: str) -> None:
    async with client_of(app()) as client:
        refused = await client.get(path)
        assert refused.status_code == 403
        assert "consent" in refused.text
        await press(client, "accept")
        assert (await client.get(path)).text == text


def test_requires_consent_needs_a_request() -> None:
    with pytest.raises(TypeError, match="request"):
        requires_consent("analytics")(lambda: None)


async def test_an_unknown_purpose_raises() -> None:
    async def typo(request: Request) -> Response:
        return PlainTextResponse(str(consent(request).allows("analitics")))

    options: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["key"],
        "ledger": None,
        "geo": Here(),
    }
    site = Starlette(
        routes=[Route("/", typo)], middleware=[Middleware(ConsentMiddleware, **options)]
    )
    async with client_of(site, raises=True) as client:
        with pytest.raises(UnknownPurpose, match="analytics"):
            await client.get("/")


async def test_without_the_middleware_it_says_so() -> None:
    async with client_of(Starlette(routes=[Route("/", home)]), raises=True) as client:
        with pytest.raises(ConfigError, match="add_middleware"):
            await client.get("/")


@pytest.mark.parametrize("more", [{}, {"debug": True}, {"exception_handlers": {500: error_page}}])
async def test_error_pages_of_the_framework_pass_the_guard(more: dict[str, Any]) -> None:
    async with client_of(app(**more)) as client:
        answer = await client.get("/boom", headers={"accept": "text/html", "cookie": "_ga=1"})
    assert answer.status_code == 500
    assert "private" in answer.headers["cache-control"]
    assert "_ga=;" in answer.headers["set-cookie"]
    if "exception_handlers" in more:
        assert "data-cg-src='https://www.facebook.com" in answer.text
        assert 'id="cg-banner"' in answer.text


async def test_the_exception_still_reaches_the_server() -> None:
    async with client_of(app(), raises=True) as client:
        with pytest.raises(RuntimeError, match="boom"):
            await client.get("/boom")


async def test_fastapi_is_a_starlette() -> None:
    site = FastAPI()

    @site.get("/")
    def read(request: FastAPIRequest) -> dict[str, bool]:
        return {"analytics": consent(request).allows("analytics")}

    @site.get("/statistics")
    @requires_consent("analytics")
    async def guarded(request: FastAPIRequest) -> dict[str, str]:
        return {"n": "1"}

    site.add_middleware(
        ConsentMiddleware, policy=a_policy(), secret_keys=["key"], ledger=None, geo=Here()
    )
    async with client_of(site) as client:
        assert (await client.get("/")).json() == {"analytics": False}
        assert (await client.get("/statistics")).status_code == 403
        await press(client, "accept")
        assert (await client.get("/")).json() == {"analytics": True}
        assert (await client.get("/statistics")).json() == {"n": "1"}


async def log_in(request: Request) -> Response:
    request.session["user"] = 7
    response = PlainTextResponse("in")
    response.set_cookie("csrf", "1")
    response.set_cookie("_ga", "1")
    response.set_cookie("mine", "1")
    return response


class Counting:
    """Middleware of no framework: its cookie is anybody's."""

    cookie_name = "_ga"

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def test_cookies_of_the_framework_are_necessary_under_their_own_names() -> None:
    inner = Starlette(routes=[Route("/", log_in)])
    inner.add_middleware(SessionMiddleware, secret_key="s", session_cookie="sid")
    inner.add_middleware(Counting)
    guarded: dict[str, Any] = {
        "policy": a_policy(),
        "secret_keys": ["k"],
        "ledger": None,
        "geo": Here("DE"),
    }
    inner.add_middleware(ConsentMiddleware, **guarded, cookies=["csrf"])
    transport = httpx.ASGITransport(app=inner)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/")
    assert {cookie.name for cookie in answer.cookies.jar} == {"sid", "csrf"}
