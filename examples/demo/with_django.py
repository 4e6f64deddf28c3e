"""Example Music in Django: settings, URLs and asynchronous views in one module."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, re_path

from . import pages

View = Callable[..., Any]  # asynchronous ones, too
PACE = pages.Pace()
#: ─── the line that a site adds to its MIDDLEWARE, and the app that brings checks and tags ────────
GUARD = "consentguard.adapters.django.middleware.ConsentMiddleware"
APP = "consentguard.adapters.django"
# ─────────────────────────────────────────────────────────────────────────────────────────────────


def build(protected: bool, **given: Any) -> Any:
    """The site; ``given`` are the guard's settings. One for a process: Django's settings are."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CONSENTGUARD={name.upper(): value for name, value in given.items()},
        INSTALLED_APPS=[APP] if protected else [],
        MIDDLEWARE=[
            *([GUARD] if protected else []),
            "django.contrib.sessions.middleware.SessionMiddleware",
        ],
        ROOT_URLCONF=__name__,
        SECRET_KEY=secrets.token_urlsafe(32),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        LOGGING_CONFIG=None,
    )
    django.setup()
    return get_asgi_application()


def asked(request: HttpRequest, slug: str = "") -> pages.Asked:
    """What a page wants to know."""
    return pages.Asked(
        request.path,
        request.method or "",
        slug,
        {name: str(value) for name, value in request.POST.items()},
        request.COOKIES,
        request.session.get("user", ""),
        request.headers.get("Accept-Language", ""),
        getattr(request, "consent", None),
    )


def view(page: pages.Page, methods: tuple[str, ...]) -> View:
    """A page as a view."""

    async def show(request: HttpRequest, slug: str = "") -> HttpResponseBase:
        if request.method not in (*methods, "HEAD"):
            return HttpResponseNotAllowed(methods)
        answer = page(asked(request, slug))
        if answer.session is not None:
            request.session.flush() if not answer.session else None
            request.session.update(answer.session)
        return response(answer)

    return show


def response(answer: pages.Answer) -> HttpResponseBase:
    """An answer as a response."""
    made: HttpResponseBase
    if isinstance(answer.body, bytes):
        made = HttpResponse(answer.body, status=answer.status)
    else:
        made = StreamingHttpResponse(_slowly(answer), status=answer.status)
    for name, value in {"Content-Type": answer.kind, **answer.headers}.items():
        made[name] = value
    for name, value, seconds in answer.cookies:
        made.set_cookie(name, value, max_age=seconds, samesite="Lax")
    return made


async def _slowly(answer: pages.Answer) -> AsyncIterator[str]:
    for piece in answer.body:
        yield str(piece)
        await asyncio.sleep(getattr(PACE, answer.slow))
        if PACE.stopping():
            return


async def asset(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file beside the pages; a web server would send it."""
    file = pages.HERE / "assets" / name
    if not file.is_file():
        return response(pages.missing(asked(request)))
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return HttpResponse(file.read_bytes(), content_type=kind)


async def press_kit(request: HttpRequest) -> HttpResponseBase:
    """A file to keep."""
    made = HttpResponse(pages.PRESS_KIT.read_bytes(), content_type="text/plain; charset=utf-8")
    made["Content-Disposition"] = 'attachment; filename="example-music-press-kit.txt"'
    return made


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404 in the site's design."""
    return response(pages.missing(asked(request)))


def handler500(request: HttpRequest) -> HttpResponseBase:
    """500 in the site's design."""
    return response(pages.broken(asked(request)))


urlpatterns = [
    *(
        path(route[1:].replace("{slug}", "<slug>"), view(page, methods))
        for route, page, methods in pages.ROUTES
    ),
    path("download/press-kit.txt", press_kit),
    re_path(r"^assets/(?P<name>[\w.-]+)$", asset),
]
