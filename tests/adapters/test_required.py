"""A purpose that there is not is told before somebody asks for it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.views import View
from fastapi import APIRouter, Depends, FastAPI
from flask import Flask
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from tests.adapters.django_site import site
from tests.conftest import Here, a_policy

from consentguard.adapters import django, fastapi, flask, starlette
from consentguard.adapters.django.checks import check
from consentguard.adapters.required import check_purposes, marked
from consentguard.errors import ConfigError

GUARD: dict[str, Any] = {
    "policy": a_policy(),
    "secret_keys": ["tests"],
    "ledger": None,
    "geo": Here("DE"),
}
KNOWN = ("analytics", "media")


def test_every_purpose_of_a_view_counts() -> None:
    def view() -> None: ...

    marked(marked(view, "media"), "analytics")
    check_purposes([("a", view), ("b", object())], KNOWN)
    marked(view, "medai")
    with pytest.raises(ConfigError, match=r"^/a requires consent .* 'medai'; known: analytics, m"):
        check_purposes([("/a", view)], KNOWN)


def requiring(purpose: str) -> Any:
    @starlette.requires_consent(purpose)
    async def view(request: Request) -> Response:
        return PlainTextResponse("")

    return view


class Page(HTTPEndpoint):
    @starlette.requires_consent("medai")
    async def get(self, request: Request) -> Response:
        return PlainTextResponse("")


@pytest.mark.parametrize(
    ("route", "wrong"),
    [
        (Route("/x", requiring("analytics")), ""),
        (Route("/x", requiring("medai")), "/x"),
        (Route("/x", Page), "/x"),
        (Mount("/shop", routes=[Route("/x", requiring("medai"))]), "/shop/x"),
        (Mount("/shop", Starlette(routes=[Route("/x", requiring("medai"))])), "/shop/x"),
    ],
)
def test_starlette_fails_the_startup(route: Any, wrong: str) -> None:
    app = Starlette(routes=[route])
    app.add_middleware(starlette.ConsentMiddleware, **GUARD)
    starts(app, wrong)


def starts(app: Any, wrong: str) -> None:
    says = pytest.raises(ConfigError, match=f"^{wrong} requires consent .*'medai'; known: ")
    with says if wrong else contextlib.nullcontext(), TestClient(app):
        pass


@pytest.mark.parametrize("purpose", ["media", "medai"])
@pytest.mark.parametrize("kind", ["route", "router", "parameter", "nested", "decorator"])
def test_fastapi_fails_the_startup(purpose: str, kind: str) -> None:
    require = fastapi.RequireConsent(purpose)
    app, depends = FastAPI(), Depends(require)
    if kind == "route":
        app.add_api_route("/x", lambda: "", dependencies=[depends])
    elif kind == "router":
        router = APIRouter(dependencies=[depends])
        router.add_api_route("/x", lambda: "")
        app.include_router(router, prefix="/shop")
    elif kind == "decorator":
        app.add_api_route("/x", requiring(purpose))
    else:

        def nested(consent: Any = depends) -> None: ...

        inner = depends if kind == "parameter" else Depends(nested)
        app.add_api_route("/x", lambda: "", dependencies=[inner])
    app.add_middleware(fastapi.ConsentMiddleware, **GUARD)
    path = "/shop/x" if kind == "router" else "/x"
    starts(app, path if purpose == "medai" else "")


def test_flask_tells_when_all_views_are_there(caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("site")
    app.config.update(
        SECRET_KEY="key", CONSENTGUARD_POLICY=a_policy(), CONSENTGUARD_LEDGER=None, TESTING=True
    )
    flask.ConsentGuard(app, geo=Here("DE"))

    @app.get("/")
    def home() -> str:
        return "<p>"

    @app.get("/x")
    @flask.requires_consent("medai")
    def required() -> str:
        return ""

    for _ in range(2):
        assert app.test_client().get("/").status_code == 200
    told = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert len(told) == 1
    assert told[0].startswith("required requires consent for what is no purpose: unknown purpose")


@django.requires_consent("medai")
def wrong_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class WrongView(django.RequiresConsentMixin, View):
    consent_purpose = "medai"


class RightView(WrongView):
    consent_purpose = "media"


inner = [path("b/", WrongView.as_view()), path("c/", RightView.as_view())]
urlpatterns = [path("a/", wrong_view), path("shop/", include((inner, "shop")))]


def test_django_tells_in_its_checks() -> None:
    with site(), override_settings(ROOT_URLCONF=__name__):
        found = [(m.id, m.msg.partition(" ")[0]) for m in check()]
    assert found == [("consentguard.E009", "a/"), ("consentguard.E009", "shop/b/")]
    with site(), override_settings(ROOT_URLCONF="tests.nowhere"):
        assert check() == []
