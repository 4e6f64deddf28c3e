"""Fetching a list: https, bounded in bytes and in waiting. For the command line only."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from .errors import ListError
from .formats import MAX_BYTES

TIMEOUT = 30  #: seconds without a byte
_CHUNK = 1 << 16
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

Progress = Callable[[int, int], None]


class _Redirects(urllib.request.HTTPRedirectHandler):
    """A redirection may not lead out of https either."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request, if its address is one that may be fetched."""
        check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, progress: Progress) -> bytes:
    """The bytes at ``url``.

    ``progress`` is told how many have come, and how many will (0: nobody said).
    Raises ListError for an address that is not https (http only on this machine), an answer that
    is not 200, one longer than ``MAX_BYTES``, or none within ``TIMEOUT``.
    """
    check(url)
    local = urlsplit(url).hostname in _LOCAL
    handlers = [urllib.request.ProxyHandler({})] if local else []
    opener = urllib.request.build_opener(_Redirects, *handlers)
    opener.addheaders = [("User-Agent", "consentguard"), ("Accept-Encoding", "gzip")]
    try:
        with opener.open(url, timeout=TIMEOUT) as answer:
            return _body(answer, url, progress)
    except urllib.error.HTTPError as error:
        with error:
            raise ListError(f"{shown(url)}: answered {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise ListError(
            f"{shown(url)}: cannot be fetched ({why}). Try again, or download it by other means "
            "and give the file"
        ) from None


def _body(answer: http.client.HTTPResponse, url: str, progress: Progress) -> bytes:
    said = answer.headers.get("Content-Length", "")
    total = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
    parts, size = list[bytes](), 0
    while size <= MAX_BYTES and (part := answer.read(_CHUNK)):
        parts.append(part)
        size += len(part)
        progress(size, total)
    if size > MAX_BYTES:
        raise ListError(f"{shown(url)}: longer than {MAX_BYTES >> 20} MB, so it is no list")
    if total and size < total:
        raise ListError(f"{shown(url)}: ended after {size} of {total} bytes: try again")
    return b"".join(parts)


def check(url: str) -> None:
    """Raise ListError for an address from which no list is fetched."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise ListError(f"{url[:200]!r} is not an address") from None
    if parts.username is not None:
        raise ListError(
            f"{shown(url)}: an address with a user name is not fetched; download the list by other "
            "means and give the file"
        )
    # Whoever sits on the way could else decide what this site gates.
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)):
        raise ListError(f"{shown(url)}: lists are fetched by https; http only from this machine")


def shown(url: str) -> str:
    """An address without user name and password, to be printed and kept."""
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return "(an unreadable address)"
