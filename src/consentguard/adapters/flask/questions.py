"""What views and templates ask: what is allowed, and where it is changed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from flask import abort, current_app, has_request_context, request
from markupsafe import Markup
from werkzeug.local import LocalProxy

from consentguard.adapters.keeping import suited
from consentguard.adapters.required import marked
from consentguard.consent.decision import Decision
from consentguard.errors import ConfigError
from consentguard.exchange import Exchange, checked
from consentguard.html.rewriter import PLACE
from consentguard.http.environ import request_of
from consentguard.pages import control, declaration

P = ParamSpec("P")

#: Where the WSGI shell leaves the exchange of a request.
KEY = "consentguard.exchange"


def exchange() -> Exchange:
    """The exchange of the request that is being served."""
    if not has_request_context():
        raise RuntimeError(
            "Consent is a visitor's, and there is no request here. A background job asks "
            "consentguard.decision_for(subject) for a subject that it has kept."
        )
    found: Exchange | None = request.environ.get(KEY)
    if found is None:  # app.test_request_context(): nobody came through the guard
        gate = current_app.extensions.get("consentguard")
        if gate is None:
            raise ConfigError(
                f"There is no guard on the Flask app {current_app.name!r}: ConsentGuard(app), or "
                "consentguard.init_app(app) where the app is made."
            )
        asked = request_of(request.environ)
        found = request.environ[KEY] = gate.guard.exchange(asked)
    return found


def _decision() -> Decision:
    return suited(exchange().decision)


#: What this visitor has allowed: ``current_consent.allows("analytics")``, in views, templates,
#: error handlers and teardown. Raises RuntimeError where there is no request.
current_consent: Decision = LocalProxy(_decision)  # type: ignore[assignment]


def consent_allows(purpose: str, *, service: str | None = None) -> bool:
    """Whether this visitor allows a purpose, for one service if given; for templates."""
    return _decision().allows(purpose, service=service)


def consent_banner() -> Markup:
    """Say where in a page the banner goes; without it, it goes before ``</body>``.

    The same for everybody, so that what an app caches may hold it: the guard fills it in.
    """
    return Markup(PLACE.decode())  # noqa: S704 - a constant


def consent_settings_url() -> str:
    """The path of the page where the visitor sees and changes their choice, and comes back from."""
    return control.settings_url(exchange().page)


def consent_settings_link(text: str = "") -> Markup:
    """A link to that page, with ``text`` or the words of the re-open control.

    Some laws prescribe those.
    """
    return Markup(control.settings_link(exchange().page, text))  # noqa: S704 - escaped there


def consent_declaration(level: int = 2, language: str = "") -> Markup:
    """The cookie declaration for a page of the site's own: a fragment of HTML.

    It is the same for everybody who reads a language, so it asks nothing. ``level`` is that of its
    first headings, 1 to 5; ``language`` the page's, left out the visitor's. Raises
    :class:`ConfigError` for another level.
    """
    return Markup(declaration.fragment(exchange().page, level, language))  # noqa: S704


def requires_consent(
    purpose: str, *, service: str | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """A view, sync or async, that answers 403 unless the visitor allows ``purpose``.

    Stands below ``@app.route``. The 403 is an ``abort``: the app's error handlers make its page.
    """

    def check() -> None:
        if not _decision().allows(purpose, service=service):
            abort(403, f"This needs your consent to {purpose!r}.")

    return lambda view: marked(_after(check, view), purpose)


def cache_mode(mode: str) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """A view whose page any cache may keep (``shared``), or its visitor alone (``private``).

    Whatever the policy says of its path. A view that asks what is allowed is its visitor's all the
    same. Stands below ``@app.route``, above ``@cache.cached``. Raises ValueError for another mode.
    """
    checked(mode)

    def set_mode() -> None:
        exchange().cache_mode = mode

    return functools.partial(_after, set_mode)


def _after(first: Callable[[], None], view: Callable[P, Any]) -> Callable[P, Any]:
    """A view, sync or async, that runs after ``first``."""

    @functools.wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        first()
        return current_app.ensure_sync(view)(*args, **kwargs)

    return run
