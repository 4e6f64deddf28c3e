"""What a browser would contact: a reference and its page resolved as the WHATWG URL standard does.

ada-url normalises first (tabs, backslashes, percent-encoded and full-width hosts, IPv4 in odd
notations, user names, ports); the normal form is then cut apart here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_plus

from ada_url import join_url, normalize_url

from consentguard.possessive import compiled

# WHATWG Fetch §2.1 and WebSockets: the schemes that reach a host.
_NETWORK = re.compile(
    r"(?:https?|wss?)://(?:[^/?#]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:]*)(?::\d*)?"
    r"(?P<path>/[^?#]*)(?:\?(?P<query>[^#]*))?",
    re.DOTALL,
)
# A reference in which the parser would change nothing before the query: a path of the page's own
# host, or an absolute one with a lower-case host of letters. Dots are looked at behind it. Then, if
# it reaches to its end, a query that means what it says: what the parser escapes in it is decoded
# again.
_PLAIN = compiled(
    r"(?:(?:https?:)?//((?:(?!xn--)[a-z0-9_-]++\.)*+(?!xn--)[a-z][a-z0-9-]*+)(?=[/?#]|\Z)|(?=/(?!/)))"
    r"(/[^\x00-\x20%\\?#\ud800-\udfff]*+)?+(?=[?#]|\Z)"
    r"(?:(?:\?([!-\"$-~]*+))?(#|\Z))?"
)
_DOTS = re.compile(r"/\.{1,2}(?:/|\Z)")
_LONGEST_HOST = 253  # RFC 1035 §2.3.4 less the root's dot
_NEITHER = ("", "", None)
#: In a host Chromium escapes them, and contacts that; the standard has no such host.
_SPACES = re.compile(r"%20|\s")
_INERT = re.compile(r"[\x00-\x20]*(?:data|blob|about|javascript|mailto|tel):", re.IGNORECASE)


@dataclass(slots=True)
class Target:
    """One request: lower-case ``host`` without trailing dot, decoded ``path``, raw ``search``."""

    host: str
    path: str
    search: str
    url: str = ""  #: the normal form
    attributes: frozenset[str] = frozenset()  #: names of the attributes of the element that asks
    _items: list[tuple[str, str]] | None = field(default=None, repr=False)

    @property
    def page(self) -> str:
        """The URL without query and fragment: what relative references need of a base."""
        return self.url.partition("#")[0].partition("?")[0]

    @property
    def items(self) -> list[tuple[str, str]]:
        """The decoded query parameters, in order, duplicates kept. Cut apart on first use."""
        if self._items is None:
            self._items = [_pair(part) for part in self.search.split("&") if part]
        return self._items


def resolve(url: str, base: str = "") -> Target | None:
    """What ``url`` on the page ``base`` contacts, or None where a browser contacts nothing.

    ``base`` is an absolute URL, or empty or unreadable: then only absolute references resolve.
    None for other schemes than http, https, ws and wss, and for what the standard cannot parse
    (URL standard §4.4: failure means no request).
    """
    if _INERT.match(url):
        return None
    try:
        normal = _normal(_scalar(url), _scalar(base))
    except ValueError:
        spaced = _SPACES.sub("-", url.strip())
        return None if spaced == url else resolve(spaced, base)
    parts = _NETWORK.match(normal)
    if parts is None:
        return None
    path = parts["path"]
    return Target(
        host=parts["host"].rstrip("."),
        path=unquote(path) if "%" in path else path,
        search=parts["query"] or "",
        url=normal,
    )


def cut(url: str) -> tuple[str, str, str | None]:
    """Host, path and query of a reference that the parser need not read: it would say the same.

    The host is empty for a path on the page's own host; host and path are for any other reference.
    The query is None where only the parser can say what it is.
    """
    plain = _PLAIN.match(url)
    if plain is None:
        return _NEITHER
    host, path, query, end = plain.groups()
    host, path = host or "", path or ""
    # "Single-dot URL path segment", "double-dot URL path segment".
    if len(host) > _LONGEST_HOST or ("/." in path and _DOTS.search(path)):
        return _NEITHER
    return host, path or "/", None if end is None else query or ""


def _normal(url: str, base: str) -> str:
    if base:
        try:
            return join_url(base, url)
        except ValueError:
            pass  # either is unreadable: an absolute reference still reaches its host
    return normalize_url(url)


def _scalar(text: str) -> str:
    """Infra §4.6: a lone surrogate becomes U+FFFD before a URL is parsed; the request is made."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pair(part: str) -> tuple[str, str]:
    key, _, value = part.partition("=")
    return unquote_plus(key), unquote_plus(value)
