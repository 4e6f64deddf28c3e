"""The site in Django, under its WSGI and its ASGI handler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.cookies import Morsel
from typing import Any
from wsgiref.validate import validator

import django.conf
from django.conf import UserSettingsHolder, global_settings, settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from tests.contract.site import KEY, Anywhere, Asked, Page, page_of

from consentguard.adapters.django import conf, consent
from consentguard.adapters.django.asked import exchange_of
from consentguard.ledger import Ledger
from consentguard.model import Policy


class Written(Morsel):  # type: ignore[type-arg]
    """A cookie as the site wrote it: Django's response keeps one of each name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        name, _, value = text.partition(";")[0].partition("=")
        self.set(name, value, value)
        self.text = text

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - its name there
        return self.text


def asked(request: HttpRequest) -> Page:
    """The site's answer to a request."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return page_of(
        Asked(
            request.path_info,
            request.method or "",
            headers,
            request.COOKIES,
            lambda purpose: consent(request).allows(purpose),
            lambda mode: setattr(exchange_of(request), "cache_mode", mode),
        )
    )


def said(response: HttpResponseBase, page: Page) -> HttpResponseBase:
    """A response with the site's own headers and no others."""

    del response["Content-Type"]
    for name, value in page.headers:
        text = value.decode("latin-1")
        if name == b"set-cookie":
            key = text.partition("=")[0]
            while key in response.cookies:
                key += "'"
            dict.__setitem__(response.cookies, key, Written(text))
        else:
            response[name.decode()] = text
    return response


def view(request: HttpRequest) -> HttpResponseBase:
    """The site as a view."""
    page = asked(request)
    if len(page.pieces) == 1:
        return said(HttpResponse(page.pieces[0], status=page.status), page)
    return said(StreamingHttpResponse(iter(page.pieces), status=page.status), page)


async def aview(request: HttpRequest) -> HttpResponseBase:
    """The same asynchronously."""
    page = asked(request)
    if len(page.pieces) == 1:
        return said(HttpResponse(page.pieces[0], status=page.status), page)

    async def pieces() -> AsyncIterator[bytes]:
        for piece in page.pieces:
            yield piece

    return said(StreamingHttpResponse(pieces(), status=page.status), page)


class Sync:
    """Its URLs."""

    urlpatterns = (re_path("", view),)


class Async:
    """Its URLs, asynchronous."""

    urlpatterns = (re_path("", aview),)


@contextmanager
def settled(**more: Any) -> Iterator[None]:
    """Settings of our own, whatever else in this process uses Django."""
    before = django.conf.settings._wrapped
    mine = UserSettingsHolder(global_settings)
    base = {"ALLOWED_HOSTS": ["*"], "SECRET_KEY": KEY, "MIDDLEWARE": [], "ROOT_URLCONF": Sync}
    for name, value in {**base, **more}.items():
        setattr(mine, name, value)
    django.conf.settings._wrapped = mine
    # What was looked up before is kept as an attribute.
    try:
        yield
    finally:
        django.conf.settings._wrapped = before


def settled_async() -> AbstractContextManager[None]:
    """The same with asynchronous views."""
    return settled(ROOT_URLCONF=Async)


def build_sync(policy: Policy, ledger: Ledger) -> Any:
    """The WSGI handler with the middleware, watched by the standard's own validator."""
    return validator(_handler(WSGIHandler, policy, ledger))


def build_async(policy: Policy, ledger: Ledger) -> Any:
    """The ASGI handler with the middleware."""
    return _handler(ASGIHandler, policy, ledger)


def _handler(kind: Callable[[], Any], policy: Policy, ledger: Ledger) -> Any:
    settings.MIDDLEWARE = ["consentguard.adapters.django.middleware.ConsentMiddleware"]
    settings.CONSENTGUARD = {
        "POLICY": policy,
        "SECRET_KEYS": [KEY],
        "LEDGER": ledger,
        "GEO": Anywhere(),
    }
    conf.changed()
    return kind()
