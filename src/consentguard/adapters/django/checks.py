"""System checks: what is wrong with the settings, each with a stable id and the corrected setting.

=========  =====================================================================================
id         says
=========  =====================================================================================
``E001``   ``CONSENTGUARD`` has an unknown key, or a value of a wrong kind
``E002``   the policy file cannot be used
``E003``   there is no key to sign with
``E004``   a dotted path leads nowhere
``E005``   the middleware is missing
``E006``   the middleware is there twice
``E007``   a cache middleware stands before it
``E008``   the ledger that the environment or the policy names cannot be one
``E009``   a view requires consent for what is no purpose
``W001``   GZipMiddleware stands behind it
``W002``   ConditionalGetMiddleware stands behind it
``W003``   SessionMiddleware stands before it, and ``ACCOUNT`` does not need that
``W004``   a middleware for Content-Security-Policy stands before it
``W005``   Django believes a proxy, and the policy names none: visitors are where the proxy is
``W006``   cookies are for https only, and ``[site] url`` is not https
``W007``   a template has ``{% consent %}`` in ``{% cache %}``
``W008``   WhiteNoise stands before it and serves pages
=========  =====================================================================================

The middleware does not start with an error but E009, checks or no checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from consentguard.adapters.django import conf, files, order
from consentguard.adapters.django.order import Mistake
from consentguard.environment import Unset, ledger_url, policy_of
from consentguard.errors import ConfigError
from consentguard.ledger.deferred import Deferred
from consentguard.model import Policy

#: Where a trusted proxy is what says where visitors are, or the socket's address is.
_BY_ADDRESS = ("bundled", "mmdb")


def mistakes() -> list[Mistake]:
    """Everything that is wrong with the settings."""
    return _examined()[0]


def _examined() -> tuple[list[Mistake], Policy | None]:
    """That, and the policy if it can be used."""
    found, result = conf.read()
    policy = None
    try:
        policy = policy_of(found.policy)
    except ConfigError as exc:
        hint = f"{conf.example('POLICY')}; see `manage.py consent check`"
        result.append(Mistake("consentguard.E002", str(exc), hint))
    else:
        result += _about(policy)
        if isinstance(found.ledger, Unset):
            result += _ledger(ledger_url(policy))
    result += order.examine(settings.MIDDLEWARE, account=found.account is not None)
    return result, policy


def check(app_configs: Sequence[Any] | None = None, **_: Any) -> list[CheckMessage]:
    """The same as Django's messages, and what is wrong in the site's files."""
    wrong, policy = _examined()
    return [
        (Error if one.is_error else Warning)(one.message, hint=one.hint or None, id=one.id)
        for one in (*wrong, *files.examine(settings.MIDDLEWARE, policy))
    ]


def _ledger(url: str) -> list[Mistake]:
    """What is wrong with a ledger that is not named in the settings."""
    try:
        if url:
            Deferred(url)
    except ConfigError as exc:
        return [Mistake("consentguard.E008", str(exc), conf.example("LEDGER"))]
    return []


def _about(policy: Policy) -> list[Mistake]:
    """Where the policy and Django's settings say different things."""
    found = []
    proxied = settings.SECURE_PROXY_SSL_HEADER or settings.USE_X_FORWARDED_HOST
    if proxied and policy.geo.provider in _BY_ADDRESS and not policy.geo.trusted_proxies:
        said = (
            "SECURE_PROXY_SSL_HEADER or USE_X_FORWARDED_HOST is set, so there is a proxy, but the "
            "policy names none: every visitor is where the proxy is"
        )
        hint = 'in the policy file: [geo] trusted_proxies = ["10.0.0.0/8"], or their number'
        found.append(Mistake("consentguard.W005", said, hint))
    secure = settings.SESSION_COOKIE_SECURE or settings.SECURE_SSL_REDIRECT
    if secure and not policy.site.url.startswith("https://"):
        said = "SESSION_COOKIE_SECURE or SECURE_SSL_REDIRECT is set, and [site] url is not https"
        hint = 'in the policy file: [site] url = "https://www.example.org"'
        found.append(Mistake("consentguard.W006", said, hint))
    return found
