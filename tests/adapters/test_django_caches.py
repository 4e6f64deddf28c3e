"""Django's own caches: per site, per view, per fragment; and the guard on their wrong side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Template
from django.test import AsyncClient, Client
from django.urls import path
from django.views.decorators.cache import cache_page
from tests.adapters.django_site import GATED, GUARD, PAGE, PIXEL, calls, counted, site

from consentguard.adapters.django import consent, requires_consent
from consentguard.adapters.django.order import examine
from consentguard.testing import grant, refuse

UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
BRANCH = '{% load consentguard %}{% consent "analytics" %}yes{% else %}no{% endconsent %}'
BASE = "{% load cache %}{% cache 60 nav %}{% block nav %}{% endblock %}{% endcache %}"

#: How a fragment may come to one visitor's answer without showing it to Django's parser.
TEMPLATES = {
    "branch": BRANCH,
    "include": '{% load cache %}{% cache 60 nav %}{% include "branch" %}{% endcache %}',
    "base": BASE,
    "extends": '{% extends "base" %}{% load consentguard %}{% block nav %}'
    '{% consent "analytics" %}yes{% else %}no{% endconsent %}{% endblock %}',
    "processor": "{% load cache %}{% cache 60 nav %}"
    "{% if consent_allows.analytics %}yes{% else %}no{% endif %}{% endcache %}",
    "granted": "{% load cache %}{% cache 60 nav %}"
    '{% if "analytics" in request.consent.granted %}yes{% else %}no{% endif %}{% endcache %}',
    "varies": "{% load cache consentguard %}{% cache 60 nav request.consent.digest %}"
    '{% consent "analytics" %}yes{% else %}no{% endconsent %}{% endcache %}',
    "nested": "{% load cache consentguard %}{% cache 60 outer %}"
    '{% cache 60 nav consent.digest %}{% include "branch" %}{% endcache %}{% endcache %}',
    "branches": '{% load cache consentguard %}{% consent "analytics" %}'
    "{% cache 60 yes %}yes{% endcache %}{% else %}{% cache 60 no %}no{% endcache %}"
    "{% endconsent %}",
}
LOADERS = [("django.template.loaders.locmem.Loader", TEMPLATES)]
ENGINE = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {
        "loaders": LOADERS,
        "context_processors": [
            "django.template.context_processors.request",
            "consentguard.adapters.django.context_processors.consent",
        ],
    },
}


def shown(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, name)


@requires_consent("analytics")
@cache_page(60)
def asked_outside(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    return HttpResponse("statistics", content_type="text/plain")


@cache_page(60)
@requires_consent("analytics")
def asked_inside(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    return HttpResponse("statistics", content_type="text/plain")


@cache_page(60)
async def acached(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    return HttpResponse(PAGE)


urlpatterns = [
    path("shown/<name>", shown),
    path("counted", counted),
    path("cached", cache_page(60)(counted)),
    path("asked-outside", asked_outside),
    path("asked-inside", asked_inside),
    path("acached", acached),
]
HERE: dict[str, Any] = {"ROOT_URLCONF": "tests.adapters.test_django_caches", "TEMPLATES": [ENGINE]}


@pytest.fixture(autouse=True)
def _empty() -> None:
    calls.clear()
    cache.clear()
    kept.clear()


def two() -> tuple[Client, Client]:
    """Somebody who has agreed, and somebody who has refused."""
    yes, no = Client(), Client()
    grant(yes)
    refuse(no)
    return yes, no


# --- fragments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["include", "extends", "processor", "granted", "nested"])
@pytest.mark.parametrize("first", ["yes", "no"])
def test_what_a_fragment_keeps_for_everybody_suits_everybody(
    name: str, first: str, caplog: pytest.LogCaptureFixture
) -> None:
    with site([GUARD], **HERE):
        yes, no = two()
        for client in (yes, no) if first == "yes" else (no, yes):
            assert client.get(f"/shown/{name}").content == b"no"
        told = [r.getMessage() for r in caplog.records if "keeps for everybody" in r.getMessage()]
    assert len(told) == (2 if name == "nested" else 1)
    assert ("'outer'" if name == "nested" else "'nav'") in told[0]


@pytest.mark.parametrize("name", ["branch", "varies", "branches"])
def test_a_fragment_whose_key_names_the_decision(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with site([GUARD], **HERE):
        yes, no = two()
        for _ in range(2):
            assert yes.get(f"/shown/{name}").content == b"yes"
            assert no.get(f"/shown/{name}").content == b"no"
    assert "keeps for everybody" not in caplog.text


# --- pages ---------------------------------------------------------------------------------------


def test_a_decorator_outside_of_the_cache_is_asked_every_time() -> None:
    with site([GUARD], **HERE):
        yes, no = two()
        for _ in range(2):
            assert yes.get("/asked-outside").content == b"statistics"
            assert no.get("/asked-outside").status_code == 403
    assert calls == ["rendered"]


def test_a_decorator_inside_of_it_keeps_the_answer_out() -> None:
    with site([GUARD], **HERE):
        yes, no = two()
        for _ in range(2):
            assert yes.get("/asked-inside").content == b"statistics"
            assert no.get("/asked-inside").status_code == 403
    assert calls == ["rendered", "rendered"]


async def test_an_async_view_in_a_cache() -> None:
    with site([GUARD], **HERE):
        for choice, expected in ((grant, PIXEL.encode()), (refuse, GATED)):
            client, visitor = Client(), AsyncClient()
            choice(client)
            visitor.cookies = client.cookies
            answer = await visitor.get("/acached")
            assert expected in answer.content
            assert answer.headers["Cache-Control"] == "private, no-cache"
    assert calls == ["rendered"]


@pytest.mark.parametrize(
    "middleware",
    [[CONDITIONAL, GUARD, UPDATE, FETCH], [GUARD, UPDATE, CONDITIONAL, FETCH]],
)
def test_a_kept_page_is_confirmed_to_whom_it_was_shown(middleware: list[str]) -> None:
    html = {"accept": "text/html"}
    with site(middleware, **HERE):
        yes, no = two()
        tags = [client.get("/counted", headers=html).headers["ETag"] for client in (yes, no)]
        assert tags[0] != tags[1]
        for client, tag in zip((yes, no), tags, strict=True):
            assert client.get("/counted", headers={**html, "if-none-match": tag}).status_code == 304
        refuse(yes)
        after = yes.get("/counted", headers={**html, "if-none-match": tags[0]})
        assert after.status_code == 200
        assert GATED in after.content


def telling(get_response: Callable[[HttpRequest], Any]) -> Any:
    """Middleware that asks before it knows the response, and changes it."""

    async def atell(request: HttpRequest) -> HttpResponse:
        said = consent(request).allows("analytics")
        response: HttpResponse = await get_response(request)
        response.setdefault("X-Analytics", str(said))
        return response

    def tell(request: HttpRequest) -> HttpResponse:
        said = consent(request).allows("analytics")
        response: HttpResponse = get_response(request)
        response.setdefault("X-Analytics", str(said))
        return response

    return atell if iscoroutinefunction(get_response) else tell


telling.sync_capable = telling.async_capable = True  # type: ignore[attr-defined]
TELLING = "tests.adapters.test_django_caches.telling"


@pytest.mark.parametrize("first", ["yes", "no"])
def test_middleware_that_asks_between_the_two_halves_of_the_cache(first: str) -> None:
    with site([GUARD, UPDATE, TELLING, FETCH], **HERE):
        yes, no = two()
        if first == "no":
            no.get("/counted")
        for _ in range(2):
            assert yes.get("/counted").headers["X-Analytics"] == "True"
            assert no.get("/counted").headers["X-Analytics"] == "False"


async def test_the_same_where_everything_is_asynchronous() -> None:
    with site([GUARD, UPDATE, TELLING, FETCH], **HERE):
        for choice, said in ((grant, "True"), (refuse, "False")):
            client, visitor = Client(), AsyncClient()
            choice(client)
            visitor.cookies = client.cookies
            answer = await visitor.get("/counted")
            assert answer.headers["X-Analytics"] == said


def test_what_asks_outside_does_not_empty_a_views_cache() -> None:
    with site([GUARD, TELLING, FETCH], **HERE):
        yes, no = two()
        for _ in range(2):
            assert yes.get("/cached").headers["X-Analytics"] == "True"
            assert no.get("/cached").headers["X-Analytics"] == "False"
    assert calls == ["rendered"]


# --- the wrong side ------------------------------------------------------------------------------


def outside(get_response: Callable[[HttpRequest], Any]) -> Any:
    """Django's cache where the check cannot see that it is one."""
    from django.middleware.cache import CacheMiddleware

    return CacheMiddleware(get_response)


kept: dict[str, HttpResponse] = {}


def blind(get_response: Callable[[HttpRequest], Any]) -> Any:
    """A cache that minds no header."""

    def serve(request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            return get_response(request)  # type: ignore[no-any-return]
        if request.path not in kept:
            kept[request.path] = get_response(request)
        return kept[request.path]

    return serve


@pytest.mark.parametrize("first", ["yes", "no"])
def test_djangos_cache_outside_keeps_no_page(first: str) -> None:
    """They say ``private``, and it minds that."""
    with site(["tests.adapters.test_django_caches.outside", GUARD], **HERE):
        yes, no = two()
        if first == "no":
            no.get("/counted")
        for _ in range(2):
            assert PIXEL.encode() in yes.get("/counted").content
            assert GATED in no.get("/counted").content


def test_why_it_is_an_error_all_the_same() -> None:
    """A cache that keeps what it is told not to keep shows one visitor's page to others."""
    with site(["tests.adapters.test_django_caches.blind", GUARD], **HERE):
        yes, no = two()
        assert PIXEL.encode() in yes.get("/counted").content
        assert PIXEL.encode() in no.get("/counted").content
    assert [m.id for m in examine([UPDATE, GUARD, FETCH], account=False)] == ["consentguard.E007"]


def test_a_fragment_of_one_decision_may_hold_a_branch() -> None:
    """The parser lets it pass where the fragment says that it varies."""
    assert Template(TEMPLATES["varies"])
