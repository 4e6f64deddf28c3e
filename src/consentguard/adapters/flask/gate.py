"""The WSGI shell of one Flask app: made from its configuration, and again when that changes."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask, has_request_context
from flask import request as current_request

from consentguard import hooks, wsgi
from consentguard.adapters.flask.questions import KEY
from consentguard.adapters.flask.settings import Settings, Watch
from consentguard.adapters.required import check_purposes
from consentguard.environment import check_is
from consentguard.errors import ConfigError
from consentguard.guard import AccountOf, ConsentGuard, Geo
from consentguard.hooks import AfterChoice, Chosen
from consentguard.http.environ import Environ, with_headers
from consentguard.http.message import Request
from consentguard.model import Account

log = logging.getLogger("consentguard")


class Gate(wsgi.ConsentMiddleware):
    """What stands between a server and a Flask app; ``guard`` is the guard that is in force.

    Settings are read here, so that mistakes show at start. Whatever is changed before the first
    request counts, a mistake still raises; what is changed later counts too, but a mistake there is
    logged, and what held before holds on.
    """

    def __init__(
        self,
        app: Flask,
        account: AccountOf | None,
        geo: Geo | None,
        cookies: Sequence[str],
        after_choice: Sequence[AfterChoice],
    ) -> None:
        # The guard sees what stands in front of them.
        check_is(Callable, "a function", account=account)
        self._flask = app
        self._account = account
        self._geo = geo
        self._cookies = cookies
        self._hooks = after_choice
        self._lock = threading.Lock()
        self._watch = Watch(app.config)
        self._settings = Settings.of(app.config, app.root_path)
        super().__init__(app.wsgi_app, **self._arguments(self._settings))

    @property
    def guard(self) -> ConsentGuard:
        """By the settings as they are now."""
        if self._watch.changed():
            self._renew()
        return self._guard

    @guard.setter
    def guard(self, made: ConsentGuard) -> None:
        self._guard = made

    @property
    def settings(self) -> Settings:
        """As they are now."""
        if self._watch.changed():
            self._renew()
        return self._settings

    def _arguments(self, settings: Settings) -> dict[str, Any]:
        """Arguments of the guard."""
        return {
            "policy": settings.policy,
            "secret_keys": settings.secret_keys,
            "site_id": settings.site_id,
            "ledger": settings.ledger,
            "geo": self._geo,
            "account": partial(self._account_of, self._account) if self._account else None,
            "cookies": (*settings.cookies, *self._cookies),
            "after_choice": self._tell,
        }

    def _renew(self) -> None:
        """The settings may be others than before."""
        with self._lock:
            try:
                settings = Settings.of(self._flask.config, self._flask.root_path)
                if settings != self._settings:
                    self._guard = ConsentGuard(**self._arguments(settings))
                    self._settings = settings
            except ConfigError:
                if not self._watch.noted:
                    raise
                log.exception("app.config says what cannot be; what held before holds on")
            if not self._watch.noted:
                self._look_through()
            self._watch.note()

    def _look_through(self) -> None:
        """Tell of views that require what there is not, when all of them are there."""
        try:
            check_purposes(self._flask.view_functions.items(), self._guard.policy.purposes)
        except ConfigError as wrong:
            log.error("%s", wrong)

    def _tell(self, chosen: Chosen) -> None:
        """Call the hooks in a context of the request: they ask who is signed in."""
        if self._hooks:
            with self._within(chosen.request):
                hooks.tell(tuple(self._hooks), chosen)

    def _account_of(self, account: AccountOf, request: Request) -> Account | None:
        """What the app knows of the visitor, asked in a context of that request."""
        if has_request_context():
            here = current_request.environ.get(KEY)
            if here is not None and here.request is request:
                return account(request)
        with self._within(request):
            return account(request)

    @contextmanager
    def _within(self, request: Request) -> Iterator[None]:
        """A context of that request; as Flask's own, it ends where it could only half begin."""
        context = self._flask.request_context(_environ_of(request))
        try:
            context.push()
            yield
        finally:
            context.pop()


def _environ_of(request: Request) -> Environ:
    """A request as WSGI tells it, without its body."""
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": _path(request.root_path),
        "PATH_INFO": _path(request.path),
        "QUERY_STRING": request.query.decode("latin-1"),
        "SERVER_NAME": request.hostname or "localhost",
        "SERVER_PORT": "443" if request.scheme == "https" else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if request.peer:
        environ["REMOTE_ADDR"] = request.peer
    return with_headers(environ, request.headers)


def _path(value: str) -> str:
    return value.encode().decode("latin-1")
