"""What ``app.config`` says: read into one value, misspelt and impossible keys refused.

Flask lets anybody change its configuration at any time, so :class:`Watch` says cheaply whether
somebody did.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from consentguard.environment import UNSET, Unset
from consentguard.errors import ConfigError, KeyMissing
from consentguard.ledger import Ledger
from consentguard.model import Policy
from consentguard.policy.suggest import meant

_PREFIX = "CONSENTGUARD"
POLICY = "CONSENTGUARD_POLICY"
SECRET_KEYS = "CONSENTGUARD_SECRET_KEYS"  # noqa: S105 - the name of a setting
SITE_ID = "CONSENTGUARD_SITE_ID"
LEDGER = "CONSENTGUARD_LEDGER"
COOKIES = "CONSENTGUARD_COOKIES"
KEYS = (POLICY, SECRET_KEYS, SITE_ID, LEDGER, COOKIES)
#: What no file or variable can hold.
_ARGUMENTS = ("account", "after_choice", "geo")

#: Settings that give a cookie its name which the site cannot do without.
NAMING = (
    "SESSION_COOKIE_NAME",  # Flask, Flask-Session
    "REMEMBER_COOKIE_NAME",  # Flask-Login
    "JWT_ACCESS_COOKIE_NAME",  # Flask-JWT-Extended
    "JWT_REFRESH_COOKIE_NAME",
    "JWT_ACCESS_CSRF_COOKIE_NAME",
    "JWT_REFRESH_CSRF_COOKIE_NAME",
    "CSRF_COOKIE_NAME",  # Flask-SeaSurf
    "SECURITY_CSRF_COOKIE_NAME",  # Flask-Security; Flask-WTF has its token in the session
)
_WATCHED = (*KEYS, "SECRET_KEY", "SECRET_KEY_FALLBACKS", *NAMING)

Config = Mapping[str, Any]


class Watch:
    """Says whether a configuration was changed since it was last noted; asked on every request."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._count = -1
        self._values: Callable[[Config], object] = len
        self._seen: object = None

    @property
    def noted(self) -> bool:
        """It was noted once."""
        return self._count >= 0

    def note(self) -> None:
        """What the configuration says now is known."""
        there = [key for key in _WATCHED if key in self._config]
        self._values = itemgetter(*there) if there else len
        self._count, self._seen = len(self._config), self._values(self._config)

    def changed(self) -> bool:
        """It says something else, or has other keys. A list is the same when it grows."""
        try:
            return len(self._config) != self._count or self._values(self._config) != self._seen
        except KeyError:
            return True


@dataclass(frozen=True)
class Settings:
    """Arguments of the guard as a Flask app's configuration gives them."""

    policy: Policy | Path
    secret_keys: tuple[str | bytes, ...]  #: oldest first; none: those of the environment
    site_id: str | None
    ledger: Ledger | str | Unset | None
    cookies: tuple[str, ...]

    @classmethod
    def of(cls, config: Config, root: str | Path) -> Settings:
        """Read a configuration; ``root`` is the app's folder.

        Raises :class:`ConfigError` for a key that is none, and for a value that cannot be one.
        """
        _refuse_others(config)
        return cls(
            policy=_policy(config.get(POLICY), Path(root)),
            secret_keys=_secret_keys(config),
            site_id=_text(SITE_ID, config.get(SITE_ID)),
            ledger=_ledger(config),
            cookies=tuple(_cookies(config)),
        )


def _refuse_others(config: Config) -> None:
    """A misspelt key must not be dropped: what it was meant to say would not hold."""
    for key in config:
        if isinstance(key, str) and key.startswith(_PREFIX) and key not in KEYS:
            raise ConfigError(f"app.config[{key!r}] is no setting; {_advice(key)}")


def _advice(key: str) -> str:
    """What to write instead."""
    word = key.removeprefix(f"{_PREFIX}_").lower()
    if word in _ARGUMENTS:
        return f"give it in Python: ConsentGuard({word}=…)"
    known = {name.removeprefix(f"{_PREFIX}_").lower(): name for name in KEYS}
    found = known.get(meant(word, known))
    return f"did you mean '{found}'?" if found else f"known: {', '.join(KEYS)}"


def _policy(value: object, root: Path) -> Policy | Path:
    """A policy or its file, which stands in the working folder or beside the app."""
    if isinstance(value, Policy):
        return value
    if value is not None and not (isinstance(value, str | os.PathLike) and os.fspath(value)):
        raise _wrong(POLICY, value, "the path of a policy file, or a Policy")
    named = value or os.environ.get(POLICY) or "consent.toml"
    path = Path(os.fspath(named))
    beside = root / path
    return beside if not path.is_file() and beside.is_file() else path


def _secret_keys(config: Config) -> tuple[str | bytes, ...]:
    """Keys of our own, else those of the environment, else the app's; oldest first."""
    value = config.get(SECRET_KEYS)
    if value is None:
        return () if os.environ.get(SECRET_KEYS) else _keys_of_the_app(config)
    keys = (value,) if isinstance(value, str | bytes) else value
    if not isinstance(keys, list | tuple) or not all(isinstance(k, str | bytes) for k in keys):
        raise _wrong(SECRET_KEYS, value, "a list of keys, oldest first")
    return _usable(keys)


def _keys_of_the_app(config: Config) -> tuple[str | bytes, ...]:
    """``SECRET_KEY`` signs. ``SECRET_KEY_FALLBACKS`` are older, the newest of them first."""
    key, older = config.get("SECRET_KEY"), config.get("SECRET_KEY_FALLBACKS") or ()
    if not isinstance(older, list | tuple):
        raise _wrong("SECRET_KEY_FALLBACKS", older, "a list of keys, newest first")
    return _usable((*reversed(older), key) if key else ())


def _usable(keys: Iterable[str | bytes]) -> tuple[str | bytes, ...]:
    found = tuple(keys)
    if not found or not all(found):
        missing = KeyMissing()
        missing.add_note(
            f"For Flask: app.config['SECRET_KEY'] or app.config['{SECRET_KEYS}'], "
            "set before init_app(app)."
        )
        raise missing
    return found


def _ledger(config: Config) -> Ledger | str | Unset | None:
    value: Ledger | str | Unset | None = config.get(LEDGER, UNSET)
    if value is None or value is UNSET or (isinstance(value, str) and value):
        return value
    if not hasattr(value, "append") or isinstance(value, list):
        raise _wrong(LEDGER, value, "a database URL, a ledger, or None to keep no record")
    return value


def _cookies(config: Config) -> Iterable[str]:
    """Names of necessary cookies: told, and given by the settings of usual extensions."""
    told = config.get(COOKIES) or ()
    names = [told] if isinstance(told, str) else told
    if not isinstance(names, list | tuple | set | frozenset) or not all(
        isinstance(name, str) for name in names
    ):
        raise _wrong(COOKIES, told, "a list of names")
    yield from sorted(names) if isinstance(names, set | frozenset) else names
    yield from (n for n in map(config.get, NAMING) if isinstance(n, str) and n)


def _text(key: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value):
        return value
    raise _wrong(key, value, "a text")


def _wrong(key: str, value: object, wanted: str) -> ConfigError:
    # Only its type: it may hold a key, or a database's password.
    shown = "empty" if value == "" else f"of type {type(value).__name__}"
    return ConfigError(f"app.config[{key!r}] is {shown}; it has to be {wanted}")
