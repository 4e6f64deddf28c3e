"""The helpers press the buttons of a real site, through each framework's own test client."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.test import AsyncClient, Client
from flask import Flask, redirect
from quart import Quart
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.adapters.django_site import GUARD
from tests.adapters.django_site import site as django_site
from tests.conftest import SITE, Here, a_policy

from consentguard import asgi
from consentguard.adapters.flask import ConsentGuard, current_consent
from consentguard.adapters.plain import consent as asked
from consentguard.adapters.starlette import ConsentMiddleware, consent
from consentguard.testing import agrant, arefuse, grant, refuse


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse(" ".join(consent(request).granted))


def a_client(site: str = SITE, more: str = "") -> TestClient:
    app = Starlette(routes=[Route("/", home)])
    policy = a_policy(more, site)
    options: dict[str, Any] = {
        "policy": policy,
        "secret_keys": ["k"],
        "ledger": None,
        "geo": Here("DE"),
    }
    app.add_middleware(ConsentMiddleware, **options)
    return TestClient(app)


@pytest.mark.parametrize("site", [SITE, SITE.replace("http://localhost", "https://www.site.test")])
def test_starlette(site: str) -> None:
    client = a_client(site)
    free = client.get("/").text
    grant(client, "analytics")
    assert set(client.get("/").text.split()) - set(free.split()) == {"analytics"}
    refuse(client)
    assert client.get("/").text == free
    grant(client)
    assert "advertising" in client.get("/").text


def test_another_path_and_a_wrong_purpose() -> None:
    client = a_client(more='[enforcement]\nconsent_path = "/privacy-choices"\n')
    grant(client, "media", path="/privacy-choices")
    assert "media" in client.get("/").text
    with pytest.raises(AssertionError, match=r"400.*unknown purpose 'medai'"):
        grant(client, "medai", path="/privacy-choices")
    with pytest.raises(AssertionError, match="answered 40"):
        refuse(client)


async def test_a_site_that_leads_to_https() -> None:
    secure = "django.middleware.security.SecurityMiddleware"
    with django_site([secure, GUARD], SECURE_SSL_REDIRECT=True):
        client, asynchronous = Client(), AsyncClient()
        grant(client, "analytics")
        await agrant(asynchronous, "analytics")
        assert client.get("/data", secure=True).json() == {"analytics": True}
        assert (await asynchronous.get("/data", secure=True)).json() == {"analytics": True}


@pytest.mark.parametrize("site", [SITE, SITE.replace("http://localhost", "https://www.site.test")])
def test_flask_with_https_and_without_cookies(site: str) -> None:
    app = Flask("site")
    app.config.update(
        SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(site=site), CONSENTGUARD_LEDGER=None
    )

    @app.get("/")
    def page() -> str:
        return str(current_consent.allows("analytics"))

    ConsentGuard(app, geo=Here("DE"))
    app.wsgi_app = LeadingToHTTPS(app.wsgi_app)  # type: ignore[method-assign]
    client = app.test_client()
    grant(client, "analytics")
    assert client.get("/", base_url="https://localhost").text == "True"
    with pytest.raises(TypeError, match="use_cookies"):
        grant(app.test_client(use_cookies=False), "analytics")


class LeadingToHTTPS:
    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if environ["wsgi.url_scheme"] == "https":
            return self.app(environ, start_response)
        return redirect("https://localhost" + environ["PATH_INFO"])(environ, start_response)


async def test_djangos_async_client() -> None:
    with django_site():
        client: Any = AsyncClient()
        assert (await client.get("/data")).json() == {"analytics": False}
        await agrant(client, "analytics")
        assert (await client.get("/data")).json() == {"analytics": True}
        await arefuse(client)
        assert (await client.get("/data")).json() == {"analytics": False}
        with pytest.raises(AssertionError, match=r"400.*unknown purpose 'medai'"):
            await agrant(client, "medai")


@pytest.mark.parametrize("url", ["http://testserver", "https://testserver"])
async def test_an_async_client_of_httpx(url: str) -> None:
    app = a_client(SITE.replace("http://localhost", "https://www.site.test")).app
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
        await agrant(client, "analytics")
        assert "analytics" in (await client.get("/")).text
        await arefuse(client)
        assert "analytics" not in (await client.get("/")).text


async def test_quart() -> None:
    from quart import request

    app = Quart("site")

    @app.get("/")
    async def home() -> dict[str, bool]:
        return {"analytics": asked(request.scope).allows("analytics")}

    guard: dict[str, Any] = {"policy": a_policy(), "secret_keys": ["k"], "ledger": None}
    app.asgi_app = asgi.ConsentMiddleware(app.asgi_app, geo=Here("DE"), **guard)  # type: ignore[method-assign, assignment]
    client = app.test_client()
    await agrant(client, services=["youtube"])
    assert await (await client.get("/")).get_json() == {"analytics": False}
    await agrant(client)
    assert await (await client.get("/")).get_json() == {"analytics": True}
    await arefuse(client)
    assert await (await client.get("/")).get_json() == {"analytics": False}
    with pytest.raises(AssertionError, match=r"404: "):
        await arefuse(client, path="/nowhere")


async def test_an_async_client_has_to_be_awaited() -> None:
    with django_site():
        with pytest.raises(TypeError, match="AsyncClient is asynchronous: await agrant"):
            grant(AsyncClient())
        await agrant(Client())  # the other way round it works
