"""The middleware: sync under WSGI, async under ASGI, in the same thread as its neighbours.

Our own URLs are answered here, before routing and before the app's CSRF check, which has another
question: whether this site's own pages ask. Errors of the views are pages already when they come
here: Django turns them into responses inside of every middleware.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from consentguard import hooks
from consentguard.adapters.django import checks, conf, inbound, order, outbound
from consentguard.adapters.django.asked import KEY, RequestConsent, abefore_view, before_view
from consentguard.alone import Guarding
from consentguard.errors import ConfigError
from consentguard.exchange import Exchange
from consentguard.hooks import AfterChoice, Chosen
from consentguard.http.environ import body_of
from consentguard.http.scope import Scope
from consentguard.pages.form import MAX_BODY

log = logging.getLogger("consentguard")

GetResponse = Callable[[HttpRequest], Any]


class ConsentMiddleware(Guarding):
    """Puts the guard in front of everything inside of it; ``settings.CONSENTGUARD`` says how.

    Raises :class:`ConfigError`, with every mistake and its remedy, where the settings cannot work.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        mistakes = checks.mistakes()
        wrong = [mistake.text() for mistake in mistakes if mistake.is_error]
        if wrong:
            raise ConfigError("\n".join(wrong))
        for mistake in mistakes:
            _warn(mistake)
        self.get_response = get_response
        self.guard = conf.guard()
        found, _ = conf.read()
        self._account = found.account
        self._hooks = tuple(map(_in_thread, (*found.after_choice, conf.signalled)))
        self._async = iscoroutinefunction(get_response)
        if self._async:
            markcoroutinefunction(self)
        if order.fetches(settings.MIDDLEWARE):
            self.process_view = abefore_view if self._async else before_view

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve one request."""
        return self._aserve(request) if self._async else self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", None)
        if KEY in request.META or (scope and "consentguard" in scope):
            self._stand_back(request, scope)
            found: HttpResponseBase = self.get_response(request)
            return found
        if scope is not None:
            inbound.join_cookies(request, scope)
        said = None
        if self._account is not None:
            try:
                said = self._account(request)
            except Exception as exc:
                said = exc
        exchange = inbound.exchange_of(self.guard, request, scope, said)
        if exchange.own:
            request.get_host()  # raises for one that is not in ALLOWED_HOSTS: Django answers 400
            answer = outbound.answered(self.guard.settle(exchange, _body(request)))
            self.guard.tell(exchange)
            return answer
        taken = _enter(request, exchange)
        response: HttpResponseBase = self.get_response(request)
        if taken:
            inbound.put_back(request, taken)
        headers, fields = outbound.gated(exchange, response)
        if fields is not None:
            if response.streaming:
                outbound.Stream(exchange, response, headers, fields).begin(request)
            else:
                outbound.whole(exchange, response, headers, fields)
        return response

    async def _aserve(self, request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", None)
        if KEY in request.META or (scope and "consentguard" in scope):
            self._stand_back(request, scope)
            found: HttpResponseBase = await self.get_response(request)
            return found
        if scope is not None:
            inbound.join_cookies(request, scope)
        said = None
        if self._account is not None:
            try:
                said = await _asked(self._account, request)
            except Exception as exc:
                said = exc
        exchange = inbound.exchange_of(self.guard, request, scope, said)
        if exchange.own:
            return await self._answer(request, exchange)
        taken = _enter(request, exchange)
        response: HttpResponseBase = await self.get_response(request)
        if taken:
            inbound.put_back(request, taken)
        headers, fields = outbound.gated(exchange, response)
        if fields is not None:
            if response.streaming:
                await outbound.Stream(exchange, response, headers, fields).abegin()
            else:
                outbound.whole(exchange, response, headers, fields)
        return response

    async def _answer(self, request: HttpRequest, exchange: Exchange) -> HttpResponseBase:
        """One of our own pages."""
        request.get_host()
        body = _body(request)
        if exchange.waits:
            answer = await asyncio.to_thread(self.guard.settle, exchange, body)
        else:
            answer = self.guard.settle(exchange, body)
        if exchange.chosen is not None:
            await hooks.atell(self._hooks, exchange.chosen)
        return outbound.answered(answer)

    def _stand_back(self, request: HttpRequest, scope: Scope | None) -> None:
        """Another guard stands around this app: it has done what there is to do."""
        self.second()
        found = request.META.get(KEY) or (scope or {})["consentguard"]
        request.META[KEY] = found
        request.consent = RequestConsent(request, found)  # type: ignore[attr-defined]


@functools.cache
def _warn(mistake: order.Mistake) -> None:
    """Tell the server's log, once: who serves the site has not always run the checks."""
    log.warning("%s", mistake.text())


def _enter(request: HttpRequest, exchange: Exchange) -> dict[str, str]:
    """Show the app the request as it may see it; what has to be put back behind it."""
    taken: dict[str, str] = {}
    if exchange.filtered is not None:
        taken = inbound.hide(request, exchange)
    request.META[KEY] = exchange
    request.consent = RequestConsent(request, exchange)  # type: ignore[attr-defined]
    return taken


def _body(request: HttpRequest) -> bytes:
    """The body of a request to one of our URLs; one byte too much says that it is too large."""
    try:
        data: bytes = request.read(MAX_BODY + 1)
        # Django reads no chunked body of WSGI.
        return data or (body_of(request.META, MAX_BODY + 1) if _chunked(request.META) else b"")
    except OSError:  # the client hung up
        return b""


def _chunked(meta: dict[str, Any]) -> bool:
    return bool(meta.get("wsgi.input_terminated")) and not meta.get("CONTENT_LENGTH")


async def _asked(account: Callable[[Any], Any], request: HttpRequest) -> Any:
    """The account; what is not asynchronous may use the database, so it goes to Django's thread."""
    if iscoroutinefunction(account):
        return await account(request)
    return await sync_to_async(account)(request)


def _in_thread(hook: AfterChoice) -> AfterChoice:
    """A hook for an event loop: in Django's thread, where its database connections are."""
    if iscoroutinefunction(hook):
        return hook

    async def told(chosen: Chosen) -> None:
        result = await sync_to_async(hook)(chosen)
        if hasattr(result, "__await__"):
            await result

    return told
