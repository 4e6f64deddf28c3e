"""``Link`` and ``Refresh``: response headers that make a browser contact a host by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from consentguard.http.message import Header

#: RFC 8288, section 3: ``<target>; param=value, …``; commas in <> and quotes do not split.
_PARAMETERS = re.compile(rb'(?:[^,"]|"(?:[^"\\]|\\.)*+(?:"|\\?$))*+', re.S)
_PARAMETER = re.compile(
    rb';\s*+(?:([^\s=;"]++)\s*+=\s*+)?+(?:"((?:[^"\\]|\\.)*+)|([^\s;"]*+))', re.S
)
_ESCAPED = re.compile(rb"\\(.)", re.S)
_URL = re.compile(
    rb"[\s\d.]*+[;,]?\s*+(?:url\s*+=\s*+)?+(?:\"([^\"]*+)|'([^']*+)|(.*))", re.I | re.S
)

#: Relations that a browser acts upon (HTML, "Link types"; Resource Hints); others only describe.
ACTIVE = frozenset(
    b"stylesheet preload modulepreload prefetch preconnect dns-prefetch prerender icon manifest"
    b" compression-dictionary".split()
)

#: The headers of this file.
NAMES = frozenset((b"link", b"refresh"))

Denied = Callable[[str, str], bool]


def gate(headers: Iterable[Header], denied: Denied) -> tuple[list[Header], list[str]]:
    """Headers without denied targets, and the URLs that were dropped.

    ``denied(url, what)`` is asked for each target. What stays keeps its bytes; a header with
    nothing left is dropped.
    """
    result: list[Header] = []
    dropped: list[str] = []
    for name, value in headers:
        low = name.lower()
        if low == b"link":
            kept = _links(value, denied, dropped)
            if kept is not None:
                result.append((name, kept))
        elif low == b"refresh" and denied(url := refresh_url(value), "refresh"):
            dropped.append(url)
        else:
            result.append((name, value))
    return result, dropped


def refresh_url(value: bytes) -> str:
    """The target of a ``Refresh`` value (HTML, "shared declarative refresh steps"), or ``""``."""
    match = _URL.match(value)
    url = next((u for u in match.groups() if u is not None), b"") if match else b""
    return url.strip().decode("utf-8", "replace")


def _links(value: bytes, denied: Denied, dropped: list[str]) -> bytes | None:
    kept: list[bytes] = []
    changed = False
    for target, parameters, link in _split(value):
        named = _named(parameters)
        urls = [target, *named.get(b"imagesrcset", b"").replace(b",", b" ").split()]
        active = ACTIVE.intersection(named.get(b"rel", b"").lower().split())
        texts = [url.strip().decode("utf-8", "replace") for url in urls] if active else []
        gone = next((text for text in texts if denied(text, "hint")), None)
        if gone is None:
            kept.append(link.strip())
        else:
            dropped.append(gone)
            changed = True
    if not changed:
        return value
    return b", ".join(kept) if kept else None


def _split(value: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Target, parameters and whole text of each link."""
    at = 0
    while (start := value.find(b"<", at)) >= 0 and (end := value.find(b">", start)) >= 0:
        match = _PARAMETERS.match(value, end + 1)
        at = match.end() if match else end + 1
        yield value[start + 1 : end], value[end + 1 : at], value[start:at]


def _named(parameters: bytes) -> dict[bytes, bytes]:
    """Parameters by lower-case name; the first occurrence counts (RFC 8288, section 3.3)."""
    found: dict[bytes, bytes] = {}
    for name, quoted, token in _PARAMETER.findall(parameters):
        found.setdefault(name.lower(), _ESCAPED.sub(rb"\1", quoted or token))
    return found
