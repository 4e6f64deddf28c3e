"""Arguments of the middleware and what stands in for those that were left out."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from consentguard.errors import ConfigError, KeyMissing
from consentguard.ledger import Ledger
from consentguard.ledger.deferred import Deferred
from consentguard.locales import Texts, available
from consentguard.model import Policy
from consentguard.policy import load as load_policy
from consentguard.policy.lock import hold
from consentguard.policy.wording import languages, spoken

log = logging.getLogger("consentguard")

#: Bytes of a key that nobody guesses (RFC 2104, section 3: no shorter than half of SHA-256's).
_KEY_BYTES = 16


class Unset:
    """The type of an argument that was left out, where ``None`` means something."""


UNSET = Unset()


def policy_of(value: Policy | str | Path | None) -> Policy:
    """The policy given, or the file that ``CONSENTGUARD_POLICY`` names, or ``consent.toml``."""
    if isinstance(value, Policy):
        return value
    check_is((str, Path), "a Policy or the path of a policy file", policy=value)
    return load_policy(value or os.environ.get("CONSENTGUARD_POLICY") or "consent.toml")


def keys_of(value: Sequence[str | bytes] | str | bytes | None) -> list[str | bytes]:
    """The keys given, or those of ``CONSENTGUARD_SECRET_KEYS``; oldest first."""
    keys: list[str | bytes]
    if isinstance(value, str | bytes):
        keys = [value]
    elif value:
        keys = list(several("a list of keys, oldest first", secret_keys=value))
    else:
        named = os.environ.get("CONSENTGUARD_SECRET_KEYS", "")
        keys = [key.strip() for key in named.split(",") if key.strip()]
    if not all(isinstance(key, str | bytes) for key in keys):
        raise KeyMissing  # an unset variable, for one; what is there is nobody's to print
    if any(0 < len(key) < _KEY_BYTES for key in keys):
        log.warning(
            "a secret key has fewer than %d characters: who guesses it can forge what anybody has "
            "chosen. Make one with `python -c 'import secrets; print(secrets.token_urlsafe(32))'`",
            _KEY_BYTES,
        )
    return keys


def ledger_of(value: Ledger | str | Unset | None, policy: Policy) -> Ledger | None:
    """The ledger given, or that of the environment, the policy file, or a file beside the app."""
    if value is None:
        log.warning("no ledger: choices take effect, and nothing proves them (GDPR art. 7(1))")
        return None
    if isinstance(value, Unset):
        url = ledger_url(policy)
        if not url:
            url = "sqlite:///consent.db"
            log.warning(
                "no ledger is named, so choices go to ./consent.db; a container loses it when it "
                "is replaced. Set [ledger] store or CONSENTGUARD_LEDGER."
            )
        return _deferred(url)
    if isinstance(value, str):
        return _deferred(value)
    check_has("append", ledger=value)
    return value


def _deferred(url: str) -> Deferred:
    """A ledger that will be opened by the first record; what speaks against that is told now."""
    ledger = Deferred(url)
    doubt = ledger.doubt()
    if doubt:
        log.error("the ledger cannot be opened, so nobody can agree to anything: %s", doubt)
    return ledger


def ledger_url(policy: Policy) -> str:
    """What ``CONSENTGUARD_LEDGER`` names, else the policy file; ``""`` where neither does."""
    return os.environ.get("CONSENTGUARD_LEDGER") or policy.ledger.store


def texts_of(policy: Policy) -> dict[str, Texts]:
    """The site's languages that have texts, the default one first; English if there are none.

    Raises :class:`ConfigError` where they are locked and others than those that were approved.
    """
    found = spoken(policy)
    for language in languages(policy.site):
        if language not in found:
            log.warning("no texts for language %r; there are: %s", language, ", ".join(available()))
    hold(policy.approved, found)
    return found


def check_url(url: str) -> None:
    """Warn where ``[site] url`` makes a consent cookie that others may read and plant."""
    host = urlsplit(url).hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    if not url.startswith("https://") and not local:
        log.warning(
            "[site] url is not https: the consent cookie goes without the __Host- prefix, so "
            "anybody on the network may read and plant it"
        )


def names_of(cookies: Iterable[str]) -> tuple[str, ...]:
    """Names of cookies, as the site's settings give them."""
    names = several("a list of names", cookies=cookies)
    for name in names:
        check_is(str, "a list of names", cookies=name)
    return names


def several(what: str, **given: Any) -> tuple[Any, ...]:
    """The one argument as a tuple; raises :class:`ConfigError` for a text, which is one thing."""
    ((name, value),) = given.items()
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise _wrong(name, what, value)
    return tuple(value)


def check_is(kind: Any, what: str, **given: object) -> None:
    """Raise :class:`ConfigError` where an argument, if there is one, is not ``what`` it has to be.

    ``kind`` is the type that it needs, or several.
    """
    for name, value in given.items():
        if value is not None and not isinstance(value, kind):
            raise _wrong(name, what, value)


def check_has(method: str, **given: object) -> None:
    """Raise :class:`ConfigError` where an argument, if there is one, lacks what it is there for."""
    for name, value in given.items():
        if value is not None and not callable(getattr(value, method, None)):
            raise _wrong(name, f"something with {method}()", value)


def _wrong(name: str, what: str, value: object) -> ConfigError:
    # Only its type: it may hold a key, or a database's password.
    return ConfigError(f"{name} has to be {what}; it is of type {type(value).__name__}")
