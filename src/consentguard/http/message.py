"""A request and a response as plain values: header names are lower-case bytes, order is kept."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consentguard.http.byname import ByName
from consentguard.model import Account

Header = tuple[bytes, bytes]

#: A field name is a token (RFC 9110, section 5.6.2).
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
#: RFC 9110, section 5.5: "invalid and dangerous"; who forwards them puts a space in their place.
_NO_VALUE = re.compile(rb"[\r\n\0]")


class Request:
    """What a shell hands to the guard; ``path`` is without ``root_path``, ``peer`` the socket's.

    ``account`` is what somebody outside of us knows of the visitor.

    Nothing changes it. ``fields`` has the first value of each header, by its name in lower case.
    A plain class: a frozen dataclass would cost three times as much, on every request.
    """

    __slots__ = (
        "account",
        "fields",
        "headers",
        "method",
        "path",
        "peer",
        "query",
        "root_path",
        "scheme",
    )

    fields: Mapping[bytes, bytes]
    headers: list[Header]

    def __init__(
        self,
        method: str,
        scheme: str,
        path: str,
        root_path: str,
        query: bytes,
        headers: Sequence[Header],
        peer: str | None = None,
        account: Account | None = None,
    ) -> None:
        self.method = method
        self.scheme = scheme
        self.path = path
        self.root_path = root_path
        self.query = query
        self.peer = peer
        self.account = account
        given = headers if type(headers) is list else list(headers)
        try:
            fields = dict(given)
            # Servers give names in lower case: one look at all of them together.
            plain = len(fields) == len(given) and b"".join(fields).islower()
        except TypeError:  # names of another type
            plain = False
        if not plain:
            given = [(as_bytes(name).lower(), as_bytes(value)) for name, value in given]
            fields = dict(reversed(given))
        self.headers = given
        self.fields = fields

    def get(self, name: bytes) -> bytes | None:
        """The first value of a header, or None."""
        return self.fields.get(name)

    def every(self, name: bytes) -> tuple[bytes, ...]:
        """Every value of a header, in order."""
        first = self.fields.get(name)
        if first is None:
            return ()
        if len(self.fields) == len(self.headers):
            return (first,)
        return tuple([v for k, v in self.headers if k == name])

    def text(self, name: bytes) -> str:
        """The first value of a header as latin-1 text, or an empty string."""
        return self.fields.get(name, b"").decode("latin-1")

    @property
    def host(self) -> str:
        """``Host`` as it was sent, port included, in lower case."""
        return self.text(b"host").strip().lower()

    @property
    def hostname(self) -> str:
        """The host without its port, in lower case."""
        host = self.host
        if host.startswith("["):
            return host[1:].partition("]")[0]
        return host.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer of ours."""

    status: int
    headers: tuple[Header, ...]
    body: bytes = b""

    def plus(self, headers: Iterable[Header]) -> Response:
        """The same answer with more headers."""
        return Response(self.status, (*self.headers, *headers), self.body)


def as_bytes(value: Any) -> bytes:
    """A name or a value as bytes; ASGI forbids text, and some software sends it, or numbers."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("latin-1", "replace")


def is_name(name: bytes) -> bool:
    """Whether it is one (RFC 9110, section 5.1)."""
    return _NAME.fullmatch(name) is not None


_names = ByName[bytes, bool](is_name)


def sound(headers: list[Header]) -> list[Header]:
    """A response's headers as one line each: a line feed would make two headers of one.

    The second one would be nobody's to gate. Values lose their line ends and NUL, names that are
    none go with what they name.
    """
    for name, value in headers:
        # Numbers: to look for bytes in bytes takes ten times as long.
        if 10 in value or 13 in value or 0 in value or not _names[name]:
            return [(k, _NO_VALUE.sub(b" ", v)) for k, v in headers if _names[k]]
    return headers


def values(headers: Iterable[Header], name: bytes) -> list[bytes]:
    """Every value of a header, in order."""
    return [v for k, v in headers if k.lower() == name]


def size(headers: Iterable[Header]) -> int:
    """Bytes on the wire (HTTP/1.1), colon, space and line end of each header included."""
    return sum(len(k) + len(v) + 4 for k, v in headers)


def without(headers: Iterable[Header], names: Container[bytes]) -> list[Header]:
    """The headers that have none of these names, which are in lower case."""
    return [(k, v) for k, v in headers if k.lower() not in names]


def fields_of(headers: Sequence[Header]) -> dict[bytes, bytes]:
    """The first value of each header, by its name in lower case."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        low = name.lower()
        if low not in fields:
            fields[low] = value
    return fields
