"""A request as WSGI tells it: PEP 3333, where every string is bytes in disguise (latin-1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from consentguard.http.message import Header, Request, as_bytes, sound

Environ = dict[str, Any]


def request_of(environ: Environ) -> Request:
    """The neutral request of an environ."""
    headers = [
        (_name(k), v.encode("latin-1", "replace"))
        for k, v in environ.items()
        if k[:5] == "HTTP_" and isinstance(v, str)
    ]
    if environ.get("CONTENT_TYPE"):
        headers.append((b"content-type", _bytes(environ["CONTENT_TYPE"])))
    return Request(
        method=environ["REQUEST_METHOD"],
        scheme=environ.get("wsgi.url_scheme", "http"),
        path=_path(environ.get("PATH_INFO", "")) or "/",
        root_path=_path(environ.get("SCRIPT_NAME", "")).rstrip("/"),
        query=_bytes(environ.get("QUERY_STRING", "")),
        headers=headers,
        peer=environ.get("REMOTE_ADDR") or None,
    )


def with_headers(environ: Environ, headers: list[Header]) -> Environ:
    """An environ like this one, with these headers of a request and no others."""
    inner = {k: v for k, v in environ.items() if not k.startswith("HTTP_")}
    for name, value in headers:
        if name != b"content-type":
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            inner[key] = value.decode("latin-1")
    return inner


def bytes_of(headers: Iterable[tuple[str, str]]) -> list[Header]:
    """A response's headers as bytes, one line each; what is no latin-1 becomes a question mark."""
    pairs, given = [], list(headers)
    try:
        for name, value in given:
            # The usual ones: to look at each character would take ten times as long.
            if not (value.isprintable() and name.isascii()):
                break
            if not name.replace("-", "_").isidentifier():
                break
            pairs.append((name.encode("latin-1"), value.encode("latin-1")))
        else:
            return pairs
    except (AttributeError, UnicodeEncodeError):
        pass
    return sound([(as_bytes(name), as_bytes(value)) for name, value in given])


def text_of(headers: Iterable[Header]) -> list[tuple[str, str]]:
    """Headers as a server takes them."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def body_of(environ: Environ, limit: int) -> bytes:
    """The request's body, at most ``limit`` bytes of it and not read further."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    data: bytes = environ["wsgi.input"].read(max(0, min(length, limit)))
    return data


def _path(value: str) -> str:
    # ASCII means the same in both; most paths are nothing else.
    return value if value.isascii() else _bytes(value).decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def _name(key: str) -> bytes:
    """A header's name from its key in an environ."""
    return _bytes(key[5:].replace("_", "-").lower())


def _bytes(value: str) -> bytes:
    """What a server writes is latin-1; other middleware may have put in anything."""
    return value.encode("latin-1", "replace")
