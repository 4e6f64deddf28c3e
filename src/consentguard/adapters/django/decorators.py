"""Views that answer 403 unless the visitor allows a purpose; views whose pages caches may keep."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from consentguard.adapters.django.asked import consent, exchange_of
from consentguard.adapters.required import marked
from consentguard.exchange import checked

View = TypeVar("View", bound=Callable[..., Any])


def _require(request: HttpRequest, purpose: str, service: str | None) -> None:
    if not consent(request).allows(purpose, service=service):
        raise PermissionDenied(f"This needs your consent to {purpose!r}.")


def requires_consent(purpose: str, *, service: str | None = None) -> Callable[[View], View]:
    """A view, sync or async, that answers 403 (``handler403``) unless ``purpose`` is allowed."""

    def check(request: HttpRequest) -> None:
        _require(request, purpose, service)

    return lambda view: marked(_after(check, view), purpose)


def cache_mode(mode: str) -> Callable[[View], View]:
    """A view whose page any cache may keep (``shared``), or its visitor alone (``private``).

    Whatever the policy says of its path. A view that asks what is allowed is its visitor's all the
    same. Stands above ``@cache_page``. Raises ValueError for another mode.
    """
    checked(mode)

    def set_mode(request: HttpRequest) -> None:
        exchange_of(request).cache_mode = mode

    return functools.partial(_after, set_mode)


def _after(first: Callable[[HttpRequest], None], view: View) -> View:
    """A view, sync or async, that runs after ``first`` has had its request."""
    if iscoroutinefunction(view):

        @functools.wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            first(request)
            return await view(request, *args, **kwargs)

        return asynchronous  # type: ignore[return-value]

    @functools.wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        first(request)
        return view(request, *args, **kwargs)

    return synchronous  # type: ignore[return-value]


class RequiresConsentMixin:
    """The same for class-based views, sync and async; it goes before ``View`` in the bases."""

    consent_purpose = ""
    consent_service: str | None = None
    consent_purposes: tuple[str, ...] = ()

    def __init_subclass__(cls, **more: Any) -> None:
        """Say what the class requires, as a decorated view does."""
        super().__init_subclass__(**more)
        if cls.consent_purpose:
            cls.consent_purposes = (cls.consent_purpose,)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check before any handler runs."""
        if not self.consent_purpose:
            raise ImproperlyConfigured(
                f'{type(self).__name__} has no consent_purpose: consent_purpose = "analytics"'
            )
        _require(request, self.consent_purpose, self.consent_service)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer
