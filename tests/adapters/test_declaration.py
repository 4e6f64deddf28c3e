"""The cookie declaration in the site's own template, in each framework with the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template import Context, RequestContext, Template
from django.test import Client as DjangoClient
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.cache import cache_page
from fastapi import FastAPI
from flask import Flask, render_template_string, request
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient
from tests.adapters import django_site
from tests.conftest import Here, a_policy

from consentguard.adapters import fastapi, flask, plain, starlette
from consentguard.asgi import ConsentMiddleware
from consentguard.errors import ConfigError
from consentguard.testing import grant
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

POLICY = """
languages = ["en", "de"]
[enforcement]
shared_paths = ["/news"]
[services.ga4]
name = "Counter <1>"
purposes = ["analytics"]
cookies = ["_ga"]
country = "US"
safeguard = { EU = "dpf", BR = "scc" }
"""
GUARD: dict[str, Any] = {"secret_keys": ["key"], "ledger": None, "geo": Here()}
JINJA = (
    "<!doctype html><body>{{ consent_declaration() }}<hr>"
    '{{ consent_declaration(level=4, language="de-AT") }}</body>'
)
DJANGO = (
    "{% load consentguard %}<!doctype html><body>{% consent_declaration %}<hr>"
    '{% consent_declaration level=4 language="de-AT" %}</body>'
)
Get = Callable[[str, str], tuple[str, str]]


def checked(get: Get, client: Any) -> None:
    """``get`` gives the text at a path for a language, and ``Cache-Control``."""
    text, caching = get("/privacy", "en")
    first, _, second = text.partition("<hr>")
    assert '<div class="cg-declaration" lang="en" dir="ltr"><section><h2>' in first
    assert "<h3>Counter &lt;1&gt;</h3>" in first
    assert "2 years" in first
    assert "United States" in first
    assert '<div class="cg-declaration" lang="de" dir="ltr"><section><h4>' in second
    assert "<h5>Counter &lt;1&gt;</h5>" in second
    assert "Vereinigte Staaten" in second
    assert "private" in caching
    assert 'lang="de" dir="ltr"><section><h2>' in get("/privacy", "de")[0]
    # Caches do not know who reads a page that they share.
    shared, caching = get("/news", "de")
    assert "data-cg-shared" in shared
    assert '<div class="cg-declaration" lang="en" dir="ltr"><section><h2>' in shared
    assert "private" not in caching
    grant(client)
    assert get("/news", "de") == (shared, caching)
    assert "<h3>Counter &lt;1&gt;</h3>" in get("/privacy", "en")[0]


def from_starlette(client: Any) -> Get:
    def get(path: str, language: str) -> tuple[str, str]:
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.text, answer.headers.get("cache-control", "")

    return get


def test_starlette() -> None:
    loader = jinja2.DictLoader({"privacy": JINJA})
    env = jinja2.Environment(loader=loader, autoescape=True)
    templates = starlette.with_consent(Jinja2Templates(env=env))

    async def privacy(request: Request) -> Response:
        return templates.TemplateResponse(request, "privacy")

    app = Starlette(routes=[Route("/privacy", privacy), Route("/news", privacy)])
    app.add_middleware(starlette.ConsentMiddleware, policy=a_policy(POLICY), **GUARD)
    with TestClient(app) as client:
        checked(from_starlette(client), client)


def test_fastapi() -> None:
    loader = jinja2.DictLoader({"privacy": JINJA})
    env = jinja2.Environment(loader=loader, autoescape=True)
    templates = starlette.with_consent(Jinja2Templates(env=env))
    app = FastAPI()

    @app.get("/privacy")
    @app.get("/news")
    def privacy(request: Request) -> Response:
        return templates.TemplateResponse(request, "privacy")

    app.add_middleware(fastapi.ConsentMiddleware, policy=a_policy(POLICY), **GUARD)
    with TestClient(app) as client:
        checked(from_starlette(client), client)


def test_an_asgi_scope() -> None:
    async def privacy(request: Request) -> Response:
        parts = (
            plain.declaration(request.scope),
            plain.declaration(request.scope, 4, language="de-AT"),
        )
        return HTMLResponse(f"<!doctype html><body>{'<hr>'.join(parts)}</body>")

    app = Starlette(routes=[Route("/privacy", privacy), Route("/news", privacy)])
    with TestClient(ConsentMiddleware(app, a_policy(POLICY), **GUARD)) as client:
        checked(from_starlette(client), client)


def from_werkzeug(client: Any) -> Get:
    def get(path: str, language: str) -> tuple[str, str]:
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.text, answer.headers.get("cache-control", "")

    return get


def test_flask() -> None:
    app = Flask("privacy")
    said = {"POLICY": a_policy(POLICY), "LEDGER": None}
    app.config.update({f"CONSENTGUARD_{key}": value for key, value in said.items()})
    app.config["SECRET_KEY"] = "key"
    flask.ConsentGuard(app, geo=Here())
    for name in ("privacy", "news"):
        app.add_url_rule(f"/{name}", name, lambda: render_template_string(JINJA))
    client = app.test_client()
    checked(from_werkzeug(client), client)


def test_a_wsgi_environ() -> None:
    app = Flask("privacy")

    @app.get("/privacy")
    @app.get("/news")
    def privacy() -> str:
        parts = (
            plain.declaration(request.environ),
            plain.declaration(request.environ, 4, language="de-AT"),
        )
        return f"<!doctype html><body>{'<hr>'.join(parts)}</body>"

    app.wsgi_app = WSGIMiddleware(app.wsgi_app, a_policy(POLICY), **GUARD)  # type: ignore[method-assign]
    client = app.test_client()
    checked(from_werkzeug(client), client)


calls: list[str] = []


def privacy(request: HttpRequest) -> HttpResponse:
    calls.append(request.path)
    return HttpResponse(Template(DJANGO).render(RequestContext(request)))


URLS = (path("privacy", privacy), path("news", privacy), path("kept", cache_page(60)(privacy)))


def from_django(client: DjangoClient) -> Get:
    def get(path: str, language: str) -> tuple[str, str]:
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.content.decode(), answer.headers.get("Cache-Control", "")

    return get


def test_django() -> None:
    with django_site.site(policy=POLICY, ROOT_URLCONF=URLS):
        client = DjangoClient()
        checked(from_django(client), client)


def test_django_keeps_a_page_with_it() -> None:
    calls.clear()
    cache.clear()
    with django_site.site(policy=POLICY, ROOT_URLCONF=URLS):
        client = DjangoClient()
        texts = [client.get("/kept").content.decode() for _ in range(2)]
        assert texts[0] == texts[1]
        assert "<h3>Counter" in texts[0]
        assert calls == ["/kept"]


def test_django_without_a_guard_shows_nothing() -> None:
    request = RequestFactory().get("/")
    for context in (Context(), RequestContext(request)):
        assert Template(DJANGO).render(context) == "<!doctype html><body><hr></body>"


def test_mistakes_are_said() -> None:
    with pytest.raises(ConfigError, match="no guard saw"):
        plain.declaration(RequestFactory().get("/").META)
    app = Flask("privacy")
    app.config.update(CONSENTGUARD_POLICY=a_policy(), SECRET_KEY="key", CONSENTGUARD_LEDGER=None)
    flask.ConsentGuard(app, geo=Here())
    with app.test_request_context("/"), pytest.raises(ConfigError, match="level 1 to 5"):
        flask.consent_declaration(level=6)
