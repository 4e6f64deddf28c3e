"""Any other framework: the question, asked of an ASGI scope or a WSGI environ.

::

    app = ConsentMiddleware(app, policy="consent.toml", secret_keys=[KEY])   # of asgi or wsgi
    consent(request.scope).allows("analytics")                               # or request.environ

Whatever a framework calls its request, it keeps one of the two mappings that the server gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError
from consentguard.exchange import Exchange
from consentguard.pages.declaration import fragment

#: Where the shells leave the exchange: in a scope, in an environ.
_KEYS = ("consentguard", "consentguard.exchange")


def consent(request: Mapping[str, Any]) -> Decision:
    """What the visitor has allowed who sent this: ``consent(request.environ).allows("media")``.

    ``request`` is an ASGI scope (HTTP or WebSocket) or a WSGI environ. Raises
    :class:`~consentguard.errors.ConfigError` where no guard has seen it.
    """
    return exchange_of(request).decision


def set_cache_mode(request: Mapping[str, Any], mode: str) -> None:
    """Any cache may keep this page (``shared``), or its visitor alone (``private``).

    Whatever the policy says of its path; said by the view, before the response begins. Raises
    ValueError for another mode, and as :func:`consent`.
    """
    exchange_of(request).cache_mode = mode


def declaration(request: Mapping[str, Any], level: int = 2, language: str = "") -> str:
    """The cookie declaration as HTML for a page of the site's own: a fragment, escaped.

    It is the same for everybody who reads a language, so it asks nothing: a page that caches share
    stays one. ``level`` is that of its first headings, 1 to 5; ``language`` the page's, left out
    the visitor's. Raises :class:`~consentguard.errors.ConfigError` for another level, and as
    :func:`consent`.
    """
    return str(fragment(exchange_of(request).page, level, language))


def exchange_of(request: Mapping[str, Any]) -> Exchange:
    """The exchange of a scope or an environ."""
    for key in _KEYS:
        exchange = request.get(key)
        if isinstance(exchange, Exchange):
            return exchange
    raise ConfigError(
        "no guard saw this request: wrap the app in ConsentMiddleware of consentguard.asgi or "
        "consentguard.wsgi, and serve what that gives"
    )
