"""A small Django site: settings once for the process, and views that the tests ask."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template import RequestContext, Template
from django.test import override_settings
from django.urls import path
from django.views import View
from django.views.decorators.cache import cache_page
from django.views.decorators.http import condition
from tests.conftest import Here, a_policy

from consentguard.adapters.django import RequiresConsentMixin, consent, requires_consent

GTAG = "<script src='https://www.googletagmanager.com/gtag/js?id=G-1'></script>"
PIXEL = "<img src='https://www.facebook.com/tr?id=1'>"

#: The order that the documentation names.
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "consentguard.adapters.django.middleware.ConsentMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
GUARD = MIDDLEWARE[2]

if not settings.configured:
    settings.configure(
        SECRET_KEY="tests",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.adapters.django_site",
        INSTALLED_APPS=[
            "consentguard.adapters.django",
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "consentguard.adapters.django.context_processors.consent",
                    ]
                },
            }
        ],
        STATIC_URL="/static/",
    )
    django.setup()

TEXT = "Hello" + " world" * 20  #: long enough to be compressed
PAGE = f"<!doctype html><html><head>{GTAG}</head><body><p>{TEXT}</p>{PIXEL}</body></html>"
GATED = b"data-cg-src='https://www.facebook.com"

calls: list[str] = []  #: what the site did, in order


def site(
    middleware: list[str] | None = None,
    *,
    place: Here | None = None,
    policy: str = "",
    more: dict[str, Any] | None = None,
    **others: Any,
) -> AbstractContextManager[object]:
    """Settings of a guarded site: everybody is in Germany, nothing is recorded."""
    said = {"POLICY": a_policy(policy), "LEDGER": None, "GEO": place or Here(), **(more or {})}
    others.setdefault("ROOT_URLCONF", "tests.adapters.django_site")
    return override_settings(MIDDLEWARE=middleware or MIDDLEWARE, CONSENTGUARD=said, **others)


def home(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(PAGE)
    response.set_cookie("_ga", "1")
    response.set_cookie("_fbp", "1")
    response.set_cookie("django_language", "1", httponly=True)
    return response


def data(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"analytics": consent(request).allows("analytics")})


def plain(request: HttpRequest) -> HttpResponse:
    response = JsonResponse({"n": 1})
    response["Cache-Control"] = "public, max-age=60"
    return response


async def adata(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"analytics": consent(request).allows("analytics")})


def echo(request: HttpRequest) -> HttpResponse:
    """What the view sees of the request's cookies, by every way there is."""
    return JsonResponse(
        {
            "cookies": dict(request.COOKIES),
            "meta": request.META.get("HTTP_COOKIE", ""),
            "headers": request.headers.get("Cookie", ""),
            "match": request.META.get("HTTP_IF_NONE_MATCH", ""),
        }
    )


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("boom")


def gone(request: HttpRequest) -> HttpResponse:
    raise Http404


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def pieces() -> Iterator[str]:
    try:
        for at in range(0, len(PAGE), 7):
            yield PAGE[at : at + 7]
        calls.append("end")
    finally:
        calls.append("closed")


async def apieces() -> AsyncIterator[str]:
    try:
        for at in range(0, len(PAGE), 7):
            await asyncio.sleep(0)
            yield PAGE[at : at + 7]
        calls.append("end")
    finally:
        calls.append("closed")


def stream(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(pieces())


async def astream(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(apieces())


async def events(request: HttpRequest) -> HttpResponseBase:
    async def some() -> AsyncIterator[bytes]:
        calls.append("asked")
        yield b"data: 1\n\n"

    return StreamingHttpResponse(some(), content_type="text/event-stream")


def broken(request: HttpRequest) -> HttpResponseBase:
    def some() -> Iterator[bytes]:
        raise RuntimeError("before the first byte")
        yield b""

    return StreamingHttpResponse(some())


def empty(request: HttpRequest) -> HttpResponseBase:
    return StreamingHttpResponse(iter(()))


def csv(request: HttpRequest) -> HttpResponseBase:
    response = StreamingHttpResponse(iter([b"a,b\n", b"1,2\n"]), content_type="text/csv")
    response.set_cookie("_ga", "1")
    return response


def file(request: HttpRequest) -> HttpResponseBase:
    name = request.GET["name"]
    content = PAGE.encode() if name.endswith("html") else b"\x89PNG"
    return FileResponse(io.BytesIO(content), filename=name)


def tagged(text: str) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        calls.append("rendered")
        shown = Template("{% load consentguard %}" + text)
        return HttpResponse(shown.render(RequestContext(request, {"asked": "advertising"})))

    return view


@condition(etag_func=lambda request: '"v1"')
def conditional(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    return HttpResponse(PAGE)


@requires_consent("analytics")
def statistics(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sync", content_type="text/plain")


@requires_consent("advertising", service="facebook_pixel")
async def adverts(request: HttpRequest) -> HttpResponse:
    return HttpResponse("async", content_type="text/plain")


class Statistics(RequiresConsentMixin, View):
    consent_purpose = "analytics"

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("class", content_type="text/plain")


class AsyncStatistics(RequiresConsentMixin, View):
    consent_purpose = "analytics"

    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("aclass", content_type="text/plain")


class Nameless(RequiresConsentMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("")


def counted(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    response = HttpResponse(PAGE)
    response.set_cookie("_ga", "1")
    return response


def counted_json(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    response = JsonResponse({"n": len(calls)})
    response.set_cookie("_ga", "1")
    return response


def counted_answer(request: HttpRequest) -> HttpResponse:
    calls.append("rendered")
    return data(request)


def nonce(request: HttpRequest) -> HttpResponse:
    own = f'<script nonce="{request.csp_nonce}">1</script>'  # type: ignore[attr-defined]
    return HttpResponse(PAGE.replace("<p>", own + "<p>"))


def pages_of_the_admin() -> Any:
    from django.contrib import admin  # its models need the apps

    return admin.site.urls


urlpatterns = [
    path("", home),
    path("data", data),
    path("plain", plain),
    path("adata", adata),
    path("echo", echo),
    path("boom", boom),
    path("gone", gone),
    path("denied", denied),
    path("stream", stream),
    path("astream", astream),
    path("events", events),
    path("broken", broken),
    path("empty", empty),
    path("csv", csv),
    path("file", file),
    path("conditional", conditional),
    path("statistics", statistics),
    path("adverts", adverts),
    path("class", Statistics.as_view()),
    path("aclass", AsyncStatistics.as_view()),
    path("nameless", Nameless.as_view()),
    path("counted", counted),
    path("cached", cache_page(60)(counted)),
    path("cached-json", cache_page(60)(counted_json)),
    path("cached-answer", cache_page(60)(counted_answer)),
    path("nonce", nonce),
    path("admin/", pages_of_the_admin()),
]
for name, text in {
    "tags": (
        "<!doctype html><body>{% consent_banner %}<main>"
        '{% consent "analytics" %}yes{% else %}no{% endconsent %} '
        '{% consent asked service="facebook_pixel" %}ads{% endconsent %} '
        "{% if consent_allows.media %}film{% endif %} {{ consent.variant }} "
        '{% consent_settings_url %} {% consent_settings_link "Settings" %} '
        "{% consent_settings_link %}"
        "</main></body>"
    ),
    "banner": "<!doctype html><body>{% consent_banner %}<main>1</main></body>",
    "branch": '<!doctype html>{% consent "analytics" %}yes{% else %}no{% endconsent %}',
    "typo": '{% consent "analitics" %}{% endconsent %}',
}.items():
    urlpatterns += [
        path(name, tagged(text)),
        path(f"cached-{name}", cache_page(60)(tagged(text))),
    ]
