"""The two responses of the benchmark's Django app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from .frameworks import SIZE
from .pages import page

_PAGE = page(SIZE)


def small(request: HttpRequest) -> HttpResponse:
    """Some JSON."""
    return HttpResponse(b'{"a": 1}', content_type="application/json")


def large(request: HttpRequest) -> HttpResponse:
    """A page with trackers."""
    return HttpResponse(_PAGE)


urlpatterns = [path("json", small), path("page", large)]
