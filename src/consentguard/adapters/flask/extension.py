"""The extension: one object for any number of apps, one :class:`Gate` for each."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TypeVar

from flask import Flask, current_app, has_app_context
from werkzeug.middleware.proxy_fix import ProxyFix

from consentguard import guard
from consentguard.adapters.flask import questions
from consentguard.adapters.flask.commands import consent
from consentguard.adapters.flask.gate import Gate
from consentguard.consent.decision import Decision
from consentguard.environment import names_of
from consentguard.errors import ConfigError
from consentguard.guard import AccountOf, Geo
from consentguard.hooks import AfterChoice, hooks_of
from consentguard.model import NOBODY, Account

log = logging.getLogger("consentguard")

Hook = TypeVar("Hook", bound=AfterChoice)

_NAME = "consentguard"


class ConsentGuard:
    """Puts a guard in front of Flask apps, each by its own ``app.config``.

    Everything that can be written in a configuration is there; what is Python is given here.

    :param app: guarded at once; else :meth:`init_app` does it, after the configuration was read.
    :param account: what the app knows of a signed-in visitor, as for
        :class:`consentguard.guard.ConsentGuard`; called in a request context, so that
        ``flask.session`` answers.
    :param geo: instead of what ``[geo]`` of the policy says.
    :param cookies: names of necessary cookies, beside ``CONSENTGUARD_COOKIES``.
    :param after_choice: one hook or several, beside those that :meth:`after_choice` adds.
    :raises ConfigError: for anything that the site has to repair first.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        account: AccountOf | None = None,
        geo: Geo | None = None,
        cookies: Iterable[str] = (),
        after_choice: AfterChoice | Iterable[AfterChoice] = (),
    ) -> None:
        self._app = app
        self._account = account
        self._geo = geo
        self._cookies = names_of(cookies)
        self._hooks = list(hooks_of(after_choice))
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Guard an app. ``app.extensions["consentguard"]`` is its :class:`Gate` from then on.

        Raises :class:`ConfigError`, of a second guard too.
        """
        if _NAME in app.extensions:
            raise ConfigError(
                f"There is a guard on the Flask app {app.name!r} already: call ConsentGuard(app) "
                "or init_app(app) once."
            )
        if isinstance(app.wsgi_app, ProxyFix):
            log.warning(
                "ProxyFix stands inside of the guard, which sees the proxy's address, scheme and "
                "prefix: set app.wsgi_app = ProxyFix(app.wsgi_app, …) after init_app(app)"
            )
        gate = Gate(app, self._account, self._geo, self._cookies, self._hooks)
        app.wsgi_app = gate  # type: ignore[method-assign]
        app.extensions[_NAME] = gate
        words = app.jinja_env.globals
        words.setdefault("consent", questions.current_consent)
        words.setdefault("consent_allows", questions.consent_allows)
        words.setdefault("consent_banner", questions.consent_banner)
        words.setdefault("consent_declaration", questions.consent_declaration)
        words.setdefault("consent_settings_link", questions.consent_settings_link)
        words.setdefault("consent_settings_url", questions.consent_settings_url)
        app.cli.add_command(consent)

    def after_choice(self, hook: Hook) -> Hook:
        """Add a hook, as a decorator: it is told of every choice that has taken effect.

        It gets a :class:`~consentguard.hooks.Chosen` and runs in a context of the request: the
        session can be read there, and what is written to it is lost.
        """
        self._hooks.append(hook)
        return hook

    @property
    def guard(self) -> guard.ConsentGuard:
        """The guard of the current app, else of the one that this was made with."""
        app = current_app if has_app_context() else self._app
        if app is None:
            raise RuntimeError("Which app? Ask within `with app.app_context():`.")
        gate: Gate | None = app.extensions.get(_NAME)
        if gate is None:
            raise ConfigError(f"There is no guard on the Flask app {app.name!r}: init_app(app)")
        return gate.guard

    def decision_for(
        self, subject: str, account: Account = NOBODY, *, gpc: bool = False
    ) -> Decision:
        """What somebody has allowed who is not there: for background jobs.

        Arguments as for :meth:`consentguard.guard.ConsentGuard.decision_for`.
        """
        return self.guard.decision_for(subject, account, gpc=gpc)
