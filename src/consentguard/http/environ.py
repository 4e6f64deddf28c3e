"""A request as WSGI tells it: PEP 3333, where every string is bytes in disguise (latin-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from consentguard.http.byname import ByName
from consentguard.http.message import Header, Request, as_bytes, sound

Environ = dict[str, Any]


def request_of(environ: Mapping[str, Any]) -> Request:
    """The neutral request of an environ; raises nothing for what a client may send.

    Who reads it later does so from a copy: an app may write into its environ, and uWSGI uses one
    again for the next visitor.
    """
    return Request(
        environ["REQUEST_METHOD"],
        environ.get("wsgi.url_scheme", "http"),
        _path(environ.get("PATH_INFO") or "/"),
        _path(environ.get("SCRIPT_NAME", "")).rstrip("/"),
        _bytes(environ.get("QUERY_STRING", "")),
        headers_of(environ),
        environ.get("REMOTE_ADDR") or None,
        environ.get("consentguard.account"),
    )


def headers_of(environ: Mapping[str, Any]) -> list[Header]:
    """The headers of a request."""
    headers = [
        (name, _bytes(value))
        for key, value in environ.items()
        if (name := _NAMES[key]) and isinstance(value, str)
    ]
    kind = environ.get("CONTENT_TYPE")
    if kind:
        headers.append((b"content-type", _bytes(kind)))
    return headers


def key_of(name: bytes) -> str:
    """Where an environ has the header of that name."""
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


def with_headers(environ: Environ, headers: list[Header]) -> Environ:
    """An environ like this one, with these headers of a request and no others."""
    inner = {k: v for k, v in environ.items() if not k.startswith("HTTP_")}
    for name, value in headers:
        if name != b"content-type":
            inner[key_of(name)] = value.decode("latin-1")
    return inner


def bytes_of(headers: Iterable[tuple[str, str]]) -> list[Header]:
    """A response's headers as bytes, one line each; what is no latin-1 becomes a question mark."""
    pairs, given = [], list(headers)
    try:
        for name, value in given:
            # The usual ones: to look at each character would take ten times as long.
            known = usual(name)
            if known is None or not value.isprintable():
                break
            pairs.append((known, value.encode("latin-1")))
        else:
            return pairs
    except (AttributeError, TypeError, UnicodeEncodeError):
        pass
    return sound([(as_bytes(name), as_bytes(value)) for name, value in given])


@lru_cache(maxsize=512)
def usual(name: str) -> bytes | None:
    """A header's name as bytes, where it is made of the usual characters; of an app's few names."""
    return name.encode() if name.isascii() and name.replace("-", "_").isidentifier() else None


def text_of(headers: Iterable[Header]) -> list[tuple[str, str]]:
    """Headers as a server takes them."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def body_of(environ: Environ, limit: int) -> bytes:
    """The request's body, at most ``limit`` bytes of it and not read further.

    A chunked one has no length; where the server says that it ends the input, it can be read.
    """
    said = environ.get("CONTENT_LENGTH") or (limit if environ.get("wsgi.input_terminated") else 0)
    try:
        length = int(said)
    except ValueError:
        length = 0
    data: bytes = environ["wsgi.input"].read(max(0, min(length, limit)))
    return data


def _path(value: str) -> str:
    # ASCII means the same in both; most paths are nothing else.
    return value if value.isascii() else _bytes(value).decode("utf-8", "replace")


def _bytes(value: str) -> bytes:
    """What a server writes is latin-1; other middleware may have put in anything."""
    return value.encode("latin-1", "replace")


def _name(key: str) -> bytes:
    """The name of the header that an environ has under a key; other keys have none."""
    return _bytes(key[5:].replace("_", "-").lower()) if key.startswith("HTTP_") else b""


_NAMES = ByName(_name)
