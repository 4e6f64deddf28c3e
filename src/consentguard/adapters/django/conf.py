"""``settings.CONSENTGUARD``, read and checked: one guard for the process, or what is wrong.

========================  ======================================================================
key                       takes; what holds without it
========================  ======================================================================
``POLICY``                a path or a Policy; ``CONSENTGUARD_POLICY`` of the environment, else
                          ``BASE_DIR / "consent.toml"``
``SECRET_KEYS``           keys, oldest first; ``CONSENTGUARD_SECRET_KEYS`` of the environment, else
                          ``SECRET_KEY_FALLBACKS`` and ``SECRET_KEY``
``SITE_ID``               a string; the site's name
``LEDGER``                a URL, a store, or None for no record; as in the policy file
``GEO``                   a locator or its dotted path; as in the policy file
``ACCOUNT``               a function or its dotted path: Django's request in, Account or None out
``COOKIES``               further names of necessary cookies of the site's own
``AFTER_CHOICE``          a function or its dotted path, or several: told of every choice
========================  ======================================================================
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from consentguard.adapters.django import order
from consentguard.adapters.django.inbound import account_of
from consentguard.adapters.django.signals import choice_made
from consentguard.environment import UNSET, Unset, check_has, keys_of, policy_of
from consentguard.errors import ConfigError, KeyMissing
from consentguard.guard import ConsentGuard, Geo
from consentguard.hooks import AfterChoice, Chosen
from consentguard.ledger import Ledger
from consentguard.ledger.deferred import Deferred
from consentguard.model import Policy
from consentguard.policy.suggest import meant


@dataclass
class Settings:
    """What ``CONSENTGUARD`` says, with what Django's own settings say beside it."""

    policy: Policy | str | Path = "consent.toml"
    secret_keys: list[str | bytes] = field(default_factory=list)
    site_id: str | None = None
    ledger: Ledger | str | Unset | None = UNSET
    geo: Geo | None = None
    account: Callable[[Any], Any] | None = None
    cookies: tuple[str, ...] = ()
    after_choice: tuple[AfterChoice, ...] = ()


class Key(NamedTuple):
    """What a key takes, and an example of it; ``read`` raises for anything else."""

    takes: str
    example: str
    read: Callable[[Any], Any]


def _path(value: Any) -> Policy | str | Path:
    if isinstance(value, Policy | str | Path) and value:
        return value
    raise TypeError


def _keys(value: Any) -> list[str | bytes]:
    keys = [value] if isinstance(value, str | bytes) else list(value)
    if all(isinstance(key, str | bytes) for key in keys):
        return keys
    raise TypeError


def _text(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise TypeError


def _ledger(value: Any) -> Ledger | str | None:
    if isinstance(value, str):
        return Deferred(value).url
    check_has("append", ledger=value)
    ledger: Ledger | None = value
    return ledger


def _called(value: Any) -> Callable[[Any], Any]:
    found = import_string(value) if isinstance(value, str) else value
    if callable(found):
        called: Callable[[Any], Any] = found
        return called
    raise TypeError


def _several(value: Any) -> tuple[AfterChoice, ...]:
    some = [value] if isinstance(value, str) or callable(value) else value
    return tuple(_called(one) for one in some)


def _geo(value: Any) -> Geo:
    found = import_string(value) if isinstance(value, str) else value
    found = found() if isinstance(found, type) else found
    if hasattr(found, "locate"):
        geo: Geo = found
        return geo
    raise TypeError


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(name, str) for name in value):
        raise TypeError
    return tuple(value)


KEYS: Mapping[str, Key] = {
    "POLICY": Key("a path or a Policy", 'BASE_DIR / "consent.toml"', _path),
    "SECRET_KEYS": Key("a list of keys, oldest first", '["older", "newest"]', _keys),
    "SITE_ID": Key("a string", '"shop"', _text),
    "LEDGER": Key("a URL, a store, or None", '"sqlite:////var/lib/shop/consent.db"', _ledger),
    "GEO": Key("something with locate(), or its dotted path", '"shop.geo.Locator"', _geo),
    "ACCOUNT": Key("a function, or its dotted path", '"shop.consent.account"', _called),
    "COOKIES": Key("a list of names", '["basket_id"]', _names),
    "AFTER_CHOICE": Key("a function, its dotted path, or several", '"shop.consent.told"', _several),
}


def read() -> tuple[Settings, list[order.Mistake]]:
    """The settings, and every mistake in them; what is wrong is left out."""
    given: Any = getattr(settings, "CONSENTGUARD", {})
    result, mistakes = Settings(), list[order.Mistake]()
    if not isinstance(given, Mapping):
        mistakes.append(_mistake("E001", "CONSENTGUARD is no dict", example("POLICY")))
        given = {}
    for key, value in given.items():
        if key not in KEYS:
            mistakes.append(_unknown(key))
            continue
        try:
            setattr(result, key.lower(), KEYS[key].read(value))
        except Exception as exc:  # what a dotted path leads to is the site's own
            mistakes.append(_wrong(key, value, exc))
    if "POLICY" not in given:
        result.policy = _default_policy()
    if "SECRET_KEYS" not in given:
        result.secret_keys = _django_keys()
    if not result.secret_keys or not all(result.secret_keys):
        hint = f'SECRET_KEY = "…", or {example("SECRET_KEYS")}'
        mistakes.append(_mistake("E003", str(KeyMissing()), hint))
    result.cookies = (*_own_cookies(), *result.cookies)
    return result, mistakes


def _wrong(key: str, value: object, exc: Exception) -> order.Mistake:
    """A value that cannot be used. Only its type is told: it may be a key, or hold a password."""
    where = f"CONSENTGUARD[{key!r}]"
    if isinstance(exc, ImportError):
        return _mistake("E004", f"{where}: {exc}", example(key))
    if isinstance(exc, TypeError):
        why = f"has to be {KEYS[key].takes}; it is of type {type(value).__name__}"
        return _mistake("E001", f"{where} {why}", example(key))
    return _mistake("E001", f"{where}: {exc}", example(key))


def example(key: str) -> str:
    """The setting as it may be."""
    return f'CONSENTGUARD = {{"{key}": {KEYS[key].example}}}'


def _unknown(key: object) -> order.Mistake:
    found = meant(str(key), [known.lower() for known in KEYS]).upper()
    said = f"did you mean {found!r}?" if found else f"known: {', '.join(KEYS)}"
    hint = example(found) if found else ""
    return _mistake("E001", f"CONSENTGUARD has an unknown key {key!r}: {said}", hint)


def _mistake(id: str, message: str, hint: str) -> order.Mistake:
    return order.Mistake(f"consentguard.{id}", message, hint)


def _default_policy() -> str | Path:
    named = os.environ.get("CONSENTGUARD_POLICY")
    base = getattr(settings, "BASE_DIR", None)
    return named or (Path(base) / "consent.toml" if base else "consent.toml")


def _django_keys() -> list[str | bytes]:
    """Oldest first; Django's fallbacks are newest first."""
    named = keys_of(None)
    if named:
        return named
    try:
        key: str | bytes = settings.SECRET_KEY
    except ImproperlyConfigured:  # it is empty
        return []
    return [*reversed(settings.SECRET_KEY_FALLBACKS), key]


def _own_cookies() -> Iterable[str]:
    """The names that Django gives its own cookies here."""
    # CookieStorage has it in its class, which cannot be imported without the app.
    named = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    return (*named, "messages")


_lock = threading.RLock()
_guard: ConsentGuard | None = None


def guard() -> ConsentGuard:
    """The guard of this process: ``guard().decision_for(subject)`` in background jobs.

    Raises :class:`ConfigError` with every mistake of the settings.
    """
    global _guard  # noqa: PLW0603 - one for the process, as its settings are
    with _lock:
        if _guard is None:
            _guard = _built()
        return _guard


def _built() -> ConsentGuard:
    found, mistakes = read()
    if mistakes:
        raise ConfigError("\n".join(mistake.text() for mistake in mistakes))
    return ConsentGuard(
        policy_of(found.policy),
        found.secret_keys,
        site_id=found.site_id,
        ledger=found.ledger,
        geo=found.geo,
        account=account_of if found.account else None,
        cookies=found.cookies,
        after_choice=(*found.after_choice, signalled),
    )


def signalled(chosen: Chosen) -> None:
    """Send the signal of a choice."""
    choice_made.send(sender=ConsentGuard, chosen=chosen)


def changed(**_: Any) -> None:
    """Forget the guard: a test has changed a setting."""
    global _guard  # noqa: PLW0603
    with _lock:
        _guard = None


setting_changed.connect(changed, dispatch_uid="consentguard")
