"""The consent cookie's value: a signed, readable, uncompressed statement of one choice.

``base64url(json).base64url(hmac-sha256)``. The JSON is a list, versioned by its first item::

    [1, time, region, receipt, {purpose: fingerprint}, [denied], {service: 0 | 1}, stricter]

A token that proves nothing (bad signature, foreign site, unknown version, a time in the future) is
:class:`Unreadable` and never allows anything. The string is not unique (base64 has slack), so it
is no key for anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from itsdangerous import BadData, Signer

from consentguard.errors import KeyMissing
from consentguard.model import nothing

VERSION = 1
MAX_BYTES = 1024  #: of the cookie's value; grants are dropped before it grows beyond
MAX_READ = 4096  #: a longer value is not ours
EVERYTHING = "*"  #: among the denied: all that is not granted, where a list would be too long
#: Clocks of several servers differ, and a refusal's time is rounded up to the next day.
SKEW = 2 * 86400


@dataclass(frozen=True, slots=True)
class Stored:
    """A choice that we signed: ``granted`` maps purposes to the 4-byte fingerprint agreed to."""

    time: int
    region: str
    receipt: str = ""
    granted: Mapping[str, bytes] = field(default_factory=nothing, hash=False)
    denied: frozenset[str] = frozenset()
    services: Mapping[str, bool] = field(default_factory=nothing, hash=False)
    stricter: str = ""  #: the region that the visitor asked for

    def refuses(self, purpose: str) -> bool:
        """Whether the visitor said no to it."""
        return purpose in self.denied or (EVERYTHING in self.denied and purpose not in self.granted)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A consent cookie is there and proves nothing, at least ``until`` then (seconds)."""

    why: str
    until: float = inf


State = Stored | Unreadable | None


def signer(keys: Sequence[str | bytes], kind: str, site_id: str) -> Signer:
    """Signs one kind of statement of one site: another's has a bad signature here.

    Raises :class:`KeyMissing` when there is no key, or an empty one.
    """
    if not keys or not all(keys):
        raise KeyMissing
    return Signer(
        [key.encode() if isinstance(key, str) else key for key in keys],
        salt=f"consentguard.{kind}.1:".encode() + site_id.encode(),
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


class Tokens:
    """Signs and reads tokens of one site. ``keys`` are oldest first; the newest signs."""

    def __init__(self, keys: Sequence[str | bytes], site_id: str) -> None:
        """Raise :class:`KeyMissing` when there is no key, or an empty one."""
        self._signer = signer(keys, "consent", site_id)

    def write(self, stored: Stored) -> str:
        """The cookie's value; at most 1 KB, grants are dropped to fit, refusals never.

        Refusals that are too long to list become one that holds for all that is not granted.
        """
        value = self._sign(stored)
        if len(value) > MAX_BYTES and stored.denied:
            stored = replace(stored, denied=frozenset({EVERYTHING}))
            value = self._sign(stored)
        while len(value) > MAX_BYTES and (stored.granted or any(stored.services.values())):
            stored = _smaller(stored)
            value = self._sign(stored)
        if len(value) > MAX_BYTES:
            # Single services were refused, too many to list: then nothing is allowed.
            value = self._sign(Stored(stored.time, "", denied=frozenset({EVERYTHING})))
        return value

    def read(self, values: Sequence[str | bytes], now: float) -> State:
        """What the visitor's cookies of our name say; ``now`` in seconds.

        Two cookies of one name mean that somebody else wrote one of them: neither counts.
        """
        if not values:
            return None
        if len(values) > 1:
            return Unreadable("duplicated")
        value = values[0].encode("utf-8", "replace") if isinstance(values[0], str) else values[0]
        if len(value) > MAX_READ:
            return Unreadable("oversized")
        try:
            payload = json.loads(decoded(self._signer.unsign(value)))
        except (BadData, ValueError, RecursionError):
            return Unreadable("bad signature")
        return _stored(payload, now)

    def _sign(self, stored: Stored) -> str:
        payload = [
            VERSION,
            stored.time,
            stored.region,
            stored.receipt,
            {p: encoded(f) for p, f in sorted(stored.granted.items())},
            sorted(stored.denied),
            {s: int(on) for s, on in sorted(stored.services.items())},
            stored.stricter,
        ]
        text = json.dumps(payload, separators=(",", ":")).encode()
        return self._signer.sign(encoded(text).encode()).decode("ascii")


def _smaller(stored: Stored) -> Stored:
    """One grant less: services first, then the last purpose; without grants, no identifier."""
    services = [s for s, on in stored.services.items() if on]
    if services:
        rest = {s: on for s, on in stored.services.items() if s != services[-1]}
        smaller = replace(stored, services=rest)
    else:
        kept = list(stored.granted.items())[:-1]
        smaller = replace(stored, granted=dict(kept))
    granting = smaller.granted or any(smaller.services.values())
    return smaller if granting else replace(smaller, receipt="")


def _stored(payload: Any, now: float) -> State:
    """The payload of a good signature; another version's shape is not guessed at."""
    if not isinstance(payload, list) or not payload or payload[0] != VERSION:
        return Unreadable("old version")
    try:
        _, time, region, receipt, granted, denied, services, stricter = payload
        texts = (region, receipt, stricter, *denied)
        if type(time) is not int or time < 0 or not all(isinstance(t, str) for t in texts):
            return Unreadable("old version")
        if time > now + SKEW:
            return Unreadable("from the future", time - SKEW)
        return Stored(
            time=time,
            region=region,
            receipt=receipt,
            granted={p: decoded(f) for p, f in granted.items()},
            denied=frozenset(denied),
            services={s: bool(on) for s, on in services.items()},
            stricter=stricter,
        )
    except (TypeError, ValueError, AttributeError):
        return Unreadable("old version")


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(data: str | bytes) -> bytes:
    """The bytes of it. Raises ValueError where it is none."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        return base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error as exc:
        raise ValueError("not base64") from exc
