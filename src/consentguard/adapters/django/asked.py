"""``request.consent``: what the visitor has allowed, worked out when somebody asks.

What is made of the answer holds for this visitor alone, so Django's caches, which stand inside of
the guard, do not keep a response in which it was asked: neither ``cache_page`` nor the middleware.
A fragment is kept whatever was asked: see :mod:`consentguard.adapters.keeping`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from weakref import ref

from django.http import HttpRequest

from consentguard.adapters.keeping import suited
from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError
from consentguard.exchange import Exchange

#: Where the exchange of a request is, in ``request.META``; the WSGI shell has it there, too.
KEY = "consentguard.exchange"


class RequestConsent:
    """Quacks like the :class:`~consentguard.consent.decision.Decision` of a request."""

    __slots__ = ("_exchange", "_request", "_was_asked")

    def __init__(self, request: HttpRequest, exchange: Exchange) -> None:
        # Not the request itself: both would wait for the garbage collector, with all they hold.
        self._request = ref(request)
        self._exchange = exchange
        self._was_asked = False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # nobody asks what is allowed
            raise AttributeError(name)
        return getattr(self._decided(), name)

    if not TYPE_CHECKING:

        @property
        def __class__(self) -> type:
            return Decision

    def __repr__(self) -> str:
        return repr(self._exchange.decision)

    @property
    def subject(self) -> str:
        """The visitor's signed statement, for ``guard().decision_for``; ``""`` without a choice."""
        self._decided()
        return self._exchange.subject

    def _decided(self) -> Decision:
        self._was_asked = True
        self._keep_out()
        return suited(self._exchange.decision)

    def _keep_out(self) -> None:
        # UpdateCacheMiddleware and cache_page read it when the view has answered.
        request = self._request()
        if request is not None:
            request._cache_update_cache = False  # type: ignore[attr-defined]


def before_view(request: HttpRequest, *_: object) -> None:
    """Say again what FetchFromCacheMiddleware has forgotten: middleware outside of it has asked.

    Django calls this (``process_view``) behind all of that. ``cache_page`` comes later: what was
    asked outside of it is not in what it keeps.
    """
    asked: RequestConsent = request.consent  # type: ignore[attr-defined]
    if asked._was_asked:
        asked._keep_out()


async def abefore_view(request: HttpRequest, *_: object) -> None:
    """The same under ASGI, where Django would call the other one in a thread."""
    before_view(request)


class ConsentRequest(HttpRequest):
    """For annotations: a request that the middleware has seen."""

    consent: Decision


def consent(request: HttpRequest) -> Decision:
    """What this visitor has allowed; the same as ``request.consent``, with a type.

    Raises :class:`ConfigError` when the middleware did not see the request.
    """
    found = getattr(request, "consent", None)
    if found is None:
        raise ConfigError(
            "ConsentMiddleware did not see this request: put "
            "'consentguard.adapters.django.middleware.ConsentMiddleware' into MIDDLEWARE"
        )
    return cast(Decision, found)


def exchange_of(request: HttpRequest) -> Exchange:
    """The exchange of a request that the middleware has seen; raises as :func:`consent` does."""
    consent(request)
    exchange: Exchange = request.META[KEY]
    return exchange
