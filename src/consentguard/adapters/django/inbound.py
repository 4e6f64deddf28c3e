"""Django's request as the guard sees it, and as the app inside sees it.

What the guard hides goes out of ``request.META``, ``request.COOKIES`` and ``request.headers``,
which Django keeps.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from consentguard.exchange import Exchange
from consentguard.guard import ConsentGuard
from consentguard.http.environ import headers_of
from consentguard.http.message import Header, Request
from consentguard.http.scope import Scope
from consentguard.model import Account
from consentguard.plain import plain_environ

#: What the guard may take out of a request, by Django's names.
_FILTERED = {
    b"cookie": "HTTP_COOKIE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-range": "HTTP_IF_RANGE",
    b"range": "HTTP_RANGE",
}


class DjangoRequest(Request):
    """The neutral request, with what the app's ``ACCOUNT`` said of it."""

    __slots__ = ("said",)

    said: Account | Exception | None


def exchange_of(
    guard: ConsentGuard,
    request: HttpRequest,
    scope: Scope | None,
    said: Account | Exception | None,
) -> Exchange:
    """The exchange of a request, which is read as it is now, though maybe later.

    ``scope`` is what ASGI says of it, None under WSGI.
    """
    meta, path = request.META, request.path_info or "/"
    # Not Django's request: it holds us, and both would wait for the garbage collector.
    read = partial(_read, {**meta}, scope, request.method or "GET", path, said)
    return guard.plain(path, read) if plain_environ(meta) else guard.exchange(read())


def _read(
    meta: dict[str, Any],
    scope: Scope | None,
    method: str,
    path: str,
    said: Account | Exception | None,
) -> Request:
    django = _Asked(meta, scope)
    headers = headers_of(meta)
    if "HTTP_HOST" not in meta or (
        settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in meta
    ):
        headers = _hosted(django, headers)
    # What Django has decoded the query with; the bytes were the client's.
    codec = "latin-1" if scope is None else "utf-8"
    neutral = DjangoRequest(
        method,
        django.scheme or "http",
        path,
        meta.get("SCRIPT_NAME", "").rstrip("/"),
        meta.get("QUERY_STRING", "").encode(codec, "replace"),
        headers,
        meta.get("REMOTE_ADDR") or None,
        meta.get("consentguard.account"),
    )
    neutral.said = said
    return neutral


class _Asked(HttpRequest):
    """Scheme and host as Django knows them, by its settings."""

    def __init__(self, meta: dict[str, Any], scope: Scope | None) -> None:
        self.META = meta
        spoken = meta.get("wsgi.url_scheme") if scope is None else scope.get("scheme")
        self._spoken: str = spoken or ""

    def _get_scheme(self) -> str:
        return self._spoken


def account_of(request: Request) -> Account | None:
    """What the hook has said of a request; raises what the hook raised."""
    said = getattr(request, "said", None)
    if isinstance(said, Exception):
        raise said
    account: Account | None = said
    return account


def hide(request: HttpRequest, exchange: Exchange) -> dict[str, str]:
    """Show the app the filtered request; what was taken away but for cookies, to be put back.

    Middleware outside answers by the conditions that the browser sent.
    """
    kept = _text(exchange.headers_in)
    taken: dict[str, str] = {}
    # The server's own environ stays as it was: others outside may read it.
    meta: dict[str, Any] = dict(request.META)
    for key in _FILTERED.values():
        before, after = meta.get(key), kept.get(key)
        if before == after:
            continue
        if key != "HTTP_COOKIE" and before is not None:
            taken[key] = before
        if after is None:
            meta.pop(key, None)
        else:
            meta[key] = after
    request.META = meta
    if hasattr(request, "environ"):
        request.environ = meta
    _forget(request, exchange)
    return taken


def put_back(request: HttpRequest, taken: dict[str, str]) -> None:
    """Undo the part of :func:`hide` that is not about cookies."""
    request.META.update(taken)
    request.__dict__.pop("headers", None)


def join_cookies(request: HttpRequest, scope: Scope) -> None:
    """RFC 9113, section 8.2.3: cookie headers are joined by ``"; "``; Django 5.2 takes a comma."""
    if "," not in request.META.get("HTTP_COOKIE", ""):
        return
    sent = [value for name, value in scope.get("headers", ()) if name == b"cookie"]
    if len(sent) > 1:
        request.META["HTTP_COOKIE"] = b"; ".join(sent).decode("latin-1")
        request.__dict__.pop("COOKIES", None)
        request.__dict__.pop("headers", None)


def _forget(request: HttpRequest, exchange: Exchange) -> None:
    """Drop what Django has worked out already from headers that are gone."""
    request.__dict__.pop("headers", None)
    cookies = request.__dict__.get("COOKIES")
    if cookies is not None:
        for name in exchange.visitor.hidden:
            cookies.pop(name.decode("latin-1"), None)


def _text(headers: list[Header]) -> dict[str, str]:
    """The filtered headers by Django's names, several of one name joined."""
    result: dict[str, str] = {}
    for name, value in headers:
        key = _FILTERED.get(name)
        if key is not None:
            text, between = value.decode("latin-1"), "; " if name == b"cookie" else ", "
            result[key] = f"{result[key]}{between}{text}" if key in result else text
    return result


def _hosted(request: HttpRequest, headers: list[Header]) -> list[Header]:
    """The host as Django knows it: by a proxy that it believes, or by the server (PEP 3333)."""
    try:
        host = request.get_host().encode("latin-1", "replace")
    except (DisallowedHost, KeyError):  # the app says so
        return headers
    return [(b"host", host), *(header for header in headers if header[0] != b"host")]
