"""The helpers press the buttons of a real site, through each framework's own test client."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.conftest import SITE, Here, a_policy

from consentguard.adapters.starlette import ConsentMiddleware, consent
from consentguard.testing import grant, refuse


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
