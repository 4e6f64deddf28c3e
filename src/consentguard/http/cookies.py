"""Cookies in and out, read as browsers read them and never as a framework would.

Framework parsers unquote values, trim Unicode spaces and disagree on which duplicate wins, so one
cookie can be smuggled past the guard and into the app. Here a ``Cookie`` header is split at ``;``,
space and tab are trimmed, names are compared byte for byte (RFC 6265bis, sections 5.6 and 5.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consentguard.http.dates import cookie_date
from consentguard.http.message import Header

_BLANK = b" \t"
_CONTROL = bytes(range(32)) + b"\x7f"
#: Names of a request that are looked at. Browsers keep some 180 cookies for a site: whoever sends
#: thousands has made them up.
MOST = 1000
_LONGEST = 1024  #: bytes of an attribute's value; longer ones do not count (RFC 6265bis, 5.6)


def pairs(headers: Iterable[Header]) -> list[tuple[bytes, bytes]]:
    """Every ``name, value`` of every ``Cookie`` header, duplicates too, in order."""
    found = []
    for part in _parts(headers):
        name, equals, value = part.partition(b"=")
        if equals:
            found.append((name.strip(_BLANK), value.strip(_BLANK)))
    return found


def hide(
    headers: Sequence[Header], denied: Callable[[bytes], bool]
) -> tuple[list[Header], list[bytes]]:
    """Request headers without the cookies whose name ``denied`` says yes to, and the hidden names.

    Only the first :data:`MOST` names are asked about. What stays keeps its bytes; a ``Cookie``
    header with nothing left is dropped.
    """
    result: list[Header] = []
    hidden: list[bytes] = []
    answers: dict[bytes, bool] = {b"": False}
    for name, value in headers:
        if name != b"cookie":
            result.append((name, value))
            continue
        kept: list[bytes] = []
        parts = value.split(b";")
        for part in parts:
            cookie = part.partition(b"=")[0].strip(_BLANK)
            refused = answers.get(cookie)
            if refused is None:
                if len(answers) > MOST:
                    refused = False
                else:
                    refused = answers[cookie] = denied(cookie)
            if refused:
                hidden.append(cookie)
            else:
                kept.append(part)
        if len(kept) == len(parts):
            result.append((name, value))
        elif any(part.strip(_BLANK) for part in kept):
            if kept[0] is not parts[0]:
                kept[0] = kept[0].lstrip(_BLANK)
            result.append((name, b";".join(kept)))
    return result, hidden


def _parts(headers: Iterable[Header]) -> Iterable[bytes]:
    for name, value in headers:
        if name == b"cookie":
            yield from value.split(b";")


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One ``Set-Cookie`` header as a browser understands it (RFC 6265bis, section 5.6)."""

    name: bytes
    value: bytes
    domain: bytes = b""
    max_age: int | None = None
    expires: float | None = None

    @classmethod
    def parse(cls, header: bytes) -> SetCookie:
        """The cookie in a header's value; attributes that cannot be read are ignored."""
        first, *attributes = header.split(b";")
        name, equals, value = first.partition(b"=")
        if not equals:
            name, value = b"", first
        domain, max_age, expires = b"", None, None
        for attribute in attributes:
            key, _, text = attribute.partition(b"=")
            key, text = key.strip(_BLANK).lower(), text.strip(_BLANK)
            if len(text) > _LONGEST:
                continue
            if key == b"domain":
                domain = text.lstrip(b".").lower()
            elif key == b"max-age":
                max_age = _max_age(text, max_age)
            elif key == b"expires":
                date = cookie_date(text)
                expires = expires if date is None else date
        return cls(name.strip(_BLANK), value.strip(_BLANK), domain, max_age, expires)

    def deletes(self, now: float) -> bool:
        """True when the browser forgets the cookie at once; Max-Age goes before Expires."""
        if self.max_age is not None:
            return self.max_age <= 0
        return self.expires is not None and self.expires <= now

    def shortened(self, header: bytes, seconds: int, now: float) -> bytes:
        """The header of a cookie that lives ``seconds`` at most; one of a session stays as it is.

        RFC 6265bis, section 5.7: the last Max-Age counts, and goes before Expires.
        """
        lives = self.max_age
        if lives is None and self.expires is not None:
            lives = int(self.expires - now)
        if lives is None or lives <= seconds:
            return header
        return b"%b; Max-Age=%d" % (header, seconds)


def _max_age(text: bytes, otherwise: int | None) -> int | None:
    digits = text.removeprefix(b"-")
    if not digits.isdigit():
        return otherwise
    return -int(digits) if text.startswith(b"-") else int(digits)


def set_cookie(
    name: str,
    value: str,
    *,
    max_age: int,
    path: str = "/",
    domain: str = "",
    secure: bool = False,
    http_only: bool = False,
    partitioned: bool = False,
    same_site: str = "Lax",
) -> Header:
    """A ``Set-Cookie`` header of ours. Raises ValueError for a byte that could end or split it.

    Our own serializer: the standard library of Python 3.11 refuses ``Partitioned`` and lets
    control characters through.
    """
    parts = [f"{name}={value}", f"Max-Age={max_age}", f"Path={path}"]
    if domain:
        parts.append(f"Domain={domain}")
    parts.append(f"SameSite={same_site}")
    if secure:
        parts.append("Secure")
    if http_only:
        parts.append("HttpOnly")
    if partitioned:
        parts.append("Partitioned")
    for part in parts:
        if ";" in part or any(c in _CONTROL or c > 0x7E for c in part.encode("utf-8")):
            raise ValueError(f"not allowed in a cookie: {part!r}")
    return b"set-cookie", "; ".join(parts).encode("ascii")
