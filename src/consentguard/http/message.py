"""A request and a response as plain values: header names are lower-case bytes, order is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Request:
    """What a shell hands to the guard; ``path`` is without ``root_path``, ``peer`` the socket's."""

    method: str
    scheme: str
    path: str
    root_path: str
    query: bytes
    headers: Sequence[Header]
    peer: str | None = None

    def get(self, name: bytes) -> bytes | None:
        """The first value of a header, or None."""
        return next((v for k, v in self.headers if k == name), None)

    def text(self, name: bytes) -> str:
        """The first value of a header as latin-1 text, or an empty string."""
        return (self.get(name) or b"").decode("latin-1")

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


def values(headers: Iterable[Header], name: bytes) -> list[bytes]:
    """Every value of a header, in order."""
    return [v for k, v in headers if k.lower() == name]


def size(headers: Iterable[Header]) -> int:
    """Bytes on the wire (HTTP/1.1), colon, space and line end of each header included."""
    return sum(len(k) + len(v) + 4 for k, v in headers)


def without(headers: Iterable[Header], *names: bytes) -> list[Header]:
    """The headers that have none of these names."""
    return [(k, v) for k, v in headers if k.lower() not in names]
