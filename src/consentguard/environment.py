"""Arguments of the middleware and what stands in for those that were left out."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
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
    return load_policy(value or os.environ.get("CONSENTGUARD_POLICY") or "consent.toml")


def keys_of(value: Sequence[str | bytes] | str | bytes | None) -> list[str | bytes]:
    """The keys given, or those of ``CONSENTGUARD_SECRET_KEYS``; oldest first."""
    keys: list[str | bytes]
    if isinstance(value, str | bytes):
        keys = [value]
    elif value:
        keys = list(value)
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
        url = os.environ.get("CONSENTGUARD_LEDGER") or policy.ledger.store
        if not url:
            url = "sqlite:///consent.db"
            log.warning(
                "no ledger is named, so choices go to ./consent.db; a container loses it when it "
                "is replaced. Set [ledger] store or CONSENTGUARD_LEDGER."
            )
        return Deferred(url)
    if isinstance(value, str):
        return Deferred(value)
    check_has("append", ledger=value)
    return value


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


def check_has(method: str, **given: object) -> None:
    """Raise :class:`ConfigError` where an argument, if there is one, lacks what it is there for."""
    for name, value in given.items():
        if value is not None and not callable(getattr(value, method, None)):
            # Only its type: it may hold a database's password.
            kind = type(value).__name__
            raise ConfigError(f"{name} cannot be used: a {kind} has no {method}()")
