"""Client hints: what a site asks a browser to tell about itself, and to whom it passes that on.

What suits a page to the device (width, colours, connection) may be asked for: the Article 29
Working Party's Opinion 9/2014 counts the adapting of an interface to what the visitor asks for.
Which device and which build of a browser it is makes a fingerprint, and to have it sent is to gain
access to it (ePrivacy Directive art. 5(3); EDPB Guidelines 2/2023). No service can declare it, so
it waits where unknown scripts wait. A hint that nobody knows is one of these.
"""

from __future__ import annotations

import re

from consentguard.http.directives import without
from consentguard.http.structured import QUOTED, keep, members, unescaped
from consentguard.http.waits import Gates, Kept, Waits
from consentguard.possessive import compiled

#: Hints that suit a page to the device, and those that every request has anyway (UA Client Hints,
#: section 3: ``Sec-CH-UA``, ``-Mobile``, ``-Platform``), without ``sec-`` and ``ch-``.
PLAIN = frozenset(
    b"ua ua-mobile ua-platform save-data dpr width viewport-width viewport-height device-memory"
    b" ect rtt downlink forced-colors prefers-color-scheme prefers-contrast"
    b" prefers-reduced-data prefers-reduced-motion prefers-reduced-transparency".split()
)
_ITEM = compiled(QUOTED + rb'|[^\s"()]++', re.S)


def accepted(value: bytes, waits: Waits) -> Kept:
    """``Accept-CH`` without the hints that have to wait.

    Client Hints Infrastructure, section 3.1: the browser keeps the list for the site until another
    comes, so an empty one is sent where nothing is left.
    """
    kept, gone = critical(value, waits)
    return (kept or b""), gone


def critical(value: bytes, waits: Waits) -> Kept:
    """``Critical-CH`` without the hints that have to wait."""
    if not waits.undeclared:
        return value, []

    def refused(member: bytes) -> str | None:
        name = member.partition(b";")[0].strip().lower()
        return None if _plain(name) else name.decode("latin-1")

    return keep(value, refused)


def delegated(value: bytes, waits: Waits) -> Kept:
    """``Permissions-Policy`` that passes no hint on to an origin that has to wait.

    Permissions Policy, section 5.2: a dictionary of origins as strings, ``self`` and ``*``; all
    that is not about a hint keeps its bytes.
    """
    kept: list[bytes] = []
    gone: list[str] = []
    for member in members(value):
        name, equals, origins = member.partition(b"=")
        before, left = len(gone), member
        if name.strip().lower().startswith(b"ch-"):
            left = name + equals + _left(name, origins, waits, gone)
        kept.append(left if len(gone) > before else member)
    return (b", ".join(kept) if gone else value), gone


def featured(value: bytes, waits: Waits) -> Kept:
    """``Feature-Policy``, which came before: the same in the form of a CSP."""

    def refused(origin: str) -> bool:
        return waits.undeclared if origin == "*" else _waits(origin, waits)

    return without(value, lambda name: name.startswith(b"ch-"), refused)


GATES: Gates = {
    b"accept-ch": accepted,
    b"critical-ch": critical,
    b"permissions-policy": delegated,
    b"feature-policy": featured,
}


def _plain(name: bytes) -> bool:
    return name.removeprefix(b"sec-").removeprefix(b"ch-") in PLAIN


def _left(name: bytes, origins: bytes, waits: Waits, gone: list[str]) -> bytes:
    """The origins of one feature without those that have to wait."""
    every = waits.undeclared and not _plain(name.strip().lower())

    def one(found: re.Match[bytes]) -> bytes:
        item = found[0]
        if item == b"*" and every:
            gone.append("*")
            return b"self"  # what holds without a policy (UA Client Hints, section 3)
        origin = unescaped(item.strip(b'"')).decode("utf-8", "replace")
        if item.startswith(b'"') and _waits(origin, waits):
            gone.append(origin)
            return b""
        return item

    left = b" ".join(_ITEM.sub(one, origins).split())
    return left.replace(b"( ", b"(").replace(b" )", b")") or b"()"


def _waits(origin: str, waits: Waits) -> bool:
    """Whether an origin has to wait; ``https://*.example.org`` stands for the host itself too."""
    bare = origin.replace("*.", "", 1)
    return waits.url(origin, "beacon") or (bare != origin and waits.url(bare, "beacon"))
