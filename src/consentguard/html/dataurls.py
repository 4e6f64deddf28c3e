"""What a URL holds that is its own content: ``data:`` and ``javascript:``.

Optimisers of pages put inline scripts into ``<script src="data:text/javascript;base64,…">``, and
loaders of videos put documents into ``<iframe src="data:text/html,…">``. Neither needs a host, and
both may load one that does.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

#: Bytes that are inspected, as of a script that stands inline.
MAX_BODY = 256 * 1024

# URL standard 4.4: leading C0 controls and spaces go, tabs and line ends everywhere.
_DROPPED = str.maketrans("", "", "\t\n\r")
_LEADING = "".join(map(chr, range(33)))
_BLANK = bytes(range(33))
_ESSENCE = re.compile(r"[^/;\s]+/[^/;\s]+")
_BASE64 = re.compile(r"; *base64 *\Z")


class Content(NamedTuple):
    """What stands in a URL."""

    scheme: str  #: ``data`` or ``javascript``
    type: str  #: the MIME type in lower case, without parameters
    parameters: str  #: what stands behind the type
    body: bytes  #: its first 256 KB
    whole: bool  #: nothing was cut off


def content(url: str) -> Content | None:
    """The content of a ``data:`` or ``javascript:`` URL; None for any other and a broken one.

    Fetch standard, section 6, "data: URL processor"; HTML standard 7.4.2.3.2 for ``javascript:``.
    """
    url = url.lstrip(_LEADING)
    if url[:1] not in ("d", "D", "j", "J"):
        return None
    whole = len(url) <= MAX_BODY * 4
    scheme, colon, rest = url[: MAX_BODY * 4].translate(_DROPPED).partition(":")
    if not colon or scheme.lower() not in ("data", "javascript"):
        return None
    if scheme.lower() == "javascript":
        body = unquote_to_bytes(rest)
        return Content("javascript", "", "", body[:MAX_BODY], whole and len(body) <= MAX_BODY)
    return _data(rest, whole)


def _data(rest: str, whole: bool) -> Content | None:
    # "URL serializer … with exclude fragment set to true".
    head, comma, text = rest.partition("#")[0].partition(",")
    if not comma:
        return None
    head = head.strip(" ").lower()
    body: bytes | None = unquote_to_bytes(text)
    base64 = _BASE64.search(head)
    if base64:
        head, body = head[: base64.start()], _decoded(body or b"")
    if body is None:
        return None
    kind = _ESSENCE.match(head)
    # "If mimeTypeRecord is failure, then set it to text/plain;charset=US-ASCII."
    essence = kind[0] if kind else "text/plain"
    parameters = head[kind.end() :] if kind else ""
    return Content("data", essence, parameters, body[:MAX_BODY], whole and len(body) <= MAX_BODY)


def _decoded(data: bytes) -> bytes | None:
    # "Forgiving-base64 decode": white space does not count, padding may be missing.
    data = data.translate(None, _BLANK).rstrip(b"=")
    data = data[: len(data) - (len(data) % 4 == 1)]
    try:
        return b64decode(data + b"=" * (-len(data) % 4))
    except ValueError:
        return None
