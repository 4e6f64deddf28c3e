"""The WSGI shell: environ in, an iterable out, :class:`~consentguard.exchange.Exchange` between.

What the app answers goes through a :class:`~consentguard.starter.Starter`; a body that we do not
read is handed on as it is, ``wsgi.file_wrapper`` included (PEP 3333).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path

from consentguard.alone import Guarding, check_alone
from consentguard.environment import UNSET, Unset
from consentguard.guard import AccountOf, ConsentGuard, Geo
from consentguard.hooks import AfterChoice
from consentguard.http.environ import (
    Environ,
    body_of,
    request_of,
    text_of,
    with_headers,
)
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.pages.form import MAX_BODY
from consentguard.plain import plain_environ
from consentguard.starter import Body, Starter, StartResponse

App = Callable[[Environ, StartResponse], Iterable[bytes]]


class ConsentMiddleware(Guarding):
    """Puts a guard in front of a WSGI app; arguments as :class:`~consentguard.guard.ConsentGuard`.

    The exchange of a request is in ``environ["consentguard.exchange"]``. Raises
    :class:`~consentguard.errors.ConfigError` for a second guard on one app.
    """

    def __init__(
        self,
        app: App,
        policy: Policy | str | Path | None = None,
        secret_keys: Sequence[str | bytes] | str | bytes | None = None,
        site_id: str | None = None,
        ledger: Ledger | str | Unset | None = UNSET,
        geo: Geo | None = None,
        account: AccountOf | None = None,
        cookies: Iterable[str] = (),
        after_choice: AfterChoice | Iterable[AfterChoice] = (),
    ) -> None:
        check_alone(app)
        self.app = app
        self.guard = ConsentGuard(
            policy,
            secret_keys,
            site_id=site_id,
            ledger=ledger,
            geo=geo,
            account=account,
            cookies=cookies,
            after_choice=after_choice,
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if "consentguard.exchange" in environ:
            self.second()
            return self.app(environ, start_response)
        guard = self.guard
        if plain_environ(environ):
            path = environ.get("PATH_INFO", "")
            exchange = guard.plain(path, partial(request_of, {**environ}))
        else:
            exchange = guard.exchange(request_of(environ))
        if exchange.own:
            # One byte too much says that the body is too large.
            response = guard.settle(exchange, body_of(environ, MAX_BODY + 1))
            guard.tell(exchange)
            start_response(_status(response.status), text_of(response.headers))
            return [response.body]
        # A copy: who is around us may serve the request again, and it would look guarded then.
        hidden = exchange.filtered
        inner = {**environ} if hidden is None else with_headers(environ, hidden)
        inner["consentguard.exchange"] = exchange
        starter = Starter(exchange, start_response)
        iterable = self.app(inner, starter.start)
        return iterable if starter.hands_on() else Body(starter, iterable)


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
