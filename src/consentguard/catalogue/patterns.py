"""The grammar of patterns: read once in a constructor, compared without exceptions afterwards.

::

    host[/path][?key=prefix[&key=prefix…]][[attribute]…]

    example.com        that host                     self/path   the site's own host
    *.example.com      that domain and all below     */path      any host: first-party copies

A path is a prefix that ends at a segment border (``/tr`` claims ``/tr``, ``/tr/x`` and ``/tr?x``,
never ``/track``); ``*`` inside stands for any run of characters, ``/`` too. ``?id=G-`` demands a
query parameter ``id`` whose value starts with ``G-``; ``[data-x]`` demands that the element which
asks has this attribute, whatever its value. Cookie names are exact or hold ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from urllib.parse import unquote

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")
_PLAIN = re.compile(r"(?:(\*\.)(?=[^.]+\.))?((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9_]+)")
_ATTRIBUTE = re.compile(r"\[([a-z][a-z0-9-]*)\]\Z")
_NOT_IN_COOKIE = re.compile(r"[\x00-\x20\x7f,;=]")
_NONE: frozenset[str] = frozenset()


class Reach(Enum):
    """Which hosts a pattern speaks about."""

    EXACT = "exact"  #: one host
    BELOW = "below"  #: a domain and all its subdomains
    SELF = "self"  #: the site's own host
    ANY = "any"  #: every host


class HostPattern:
    """One host pattern, parsed.

    ``text`` is the pattern as written. Raises ValueError with a sentence that says what is wrong.
    """

    __slots__ = (
        *("_pieces", "attributes", "has_path", "head", "host"),
        *("query", "rank", "reach", "text"),
    )
    _pieces: tuple[str, ...]
    query: tuple[tuple[str, str], ...]

    def __init__(self, text: str) -> None:
        self.text = text
        if plain := _PLAIN.fullmatch(text):  # most are, and this takes a third of the time
            self.reach = Reach.BELOW if plain[1] else Reach.EXACT
            self.host, self.query, self.attributes = plain[2], (), _NONE
            self._pieces, self.rank = ("",), (0, 0, 0)
            self.head, self.has_path = "", False
            return
        self.attributes, address = _attributes(text)
        self._read(text, address)

    def _read(self, text: str, address: str) -> None:
        if not text or text != text.strip() or "#" in text or "://" in text or text[:2] == "//":
            raise ValueError(
                f"host pattern {text!r}: write host[/path][?key=prefix], "
                "without scheme, fragment or spaces around it"
            )
        address, asked, query = address.partition("?")
        host, slash, path = address.partition("/")
        self.query = _conditions(text, query) if asked else ()
        self.reach, self.host = _reach(text, host.lower().removesuffix("."), bool(slash))
        self._pieces = tuple(unquote(slash + path).split("*"))
        #: The more specific of two patterns of one reach and host has the greater rank.
        self.rank = (sum(map(len, self._pieces)), len(self.attributes), len(self.query))
        self.head = self._pieces[0]  #: what every claimed path starts with
        #: True when it speaks about paths, queries or attributes, not about the whole host.
        self.has_path = self.rank > (0, 0, 0)

    def __repr__(self) -> str:
        return f"HostPattern({self.text!r})"

    @property
    def segment(self) -> str:
        """The longest whole segment of the path: no path without it is claimed. May be empty."""
        segments = "*".join(self._pieces).split("/")
        return max((s for s in segments if "*" not in s), key=len, default="")

    @property
    def literal(self) -> str:
        """The longest run of characters that every claimed path has. May be empty."""
        return max(self._pieces, key=len)

    def claims_path(self, path: str) -> bool:
        """Whether the percent-decoded, absolute ``path`` is one of this pattern's."""
        # Most paths begin otherwise; a plain host has nothing that a path could fail.
        return path.startswith(self.head) and (not self.rank[0] or _reaches(self._pieces, path))

    def claims_query(self, items: Sequence[tuple[str, str]]) -> bool:
        """Whether the decoded query parameters fulfil every condition."""
        for wanted, prefix in self.query:
            for key, value in items:
                if key == wanted and value.startswith(prefix):
                    break
            else:
                return False
        return True


class CookiePattern:
    """One cookie name, exact or with ``*``. Names are case-sensitive (RFC 6265 §5.3).

    Raises ValueError with a sentence when no cookie, or every cookie, could have such a name.
    """

    __slots__ = ("_pieces", "exact", "head", "literals", "text")
    _pieces: tuple[str, ...]

    def __init__(self, text: str) -> None:
        if not text or _NOT_IN_COOKIE.search(text):
            raise ValueError(f"cookie pattern {text!r}: no cookie can have this name")
        if not text.strip("*"):
            raise ValueError(f"cookie pattern {text!r}: this would claim every cookie")
        self.text = text
        if "*" not in text:
            self.exact, self.head, self.literals, self._pieces = True, text, len(text), (text,)
            return
        self._pieces = tuple(text.split("*"))
        self.exact = False
        self.head = self._pieces[0]  #: what every claimed name starts with
        self.literals = len(text) - len(self._pieces) + 1  #: characters that are not ``*``

    def __repr__(self) -> str:
        return f"CookiePattern({self.text!r})"

    def claims(self, name: str) -> bool:
        """Whether ``name`` is one of this pattern's. Linear in the length of the name."""
        if self.exact:
            return name == self.text
        *front, last = self._pieces
        at = _walk(front, name)
        return at >= 0 and len(name) - len(last) >= at and name.endswith(last)


def _attributes(text: str) -> tuple[frozenset[str], str]:
    """The names in brackets at the end of a pattern, and what stands before them."""
    names = []
    while found := _ATTRIBUTE.search(text):
        names.append(found[1])
        text = text[: found.start()]
    return frozenset(names), text


def _conditions(text: str, query: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in query.split("&"):
        key, equals, prefix = part.partition("=")
        if not key or not equals:
            raise ValueError(f"host pattern {text!r}: after ? comes key=prefix, joined by &")
        pairs.append((key, prefix))
    return tuple(pairs)


def _reach(text: str, host: str, has_path: bool) -> tuple[Reach, str]:
    if host in {"*", "self"}:
        if not has_path:
            raise ValueError(f"host pattern {text!r}: {host} needs a path, such as {host}/x.js")
        return (Reach.ANY if host == "*" else Reach.SELF), ""
    below = host.startswith("*.")
    name = _ascii(host.removeprefix("*."))
    if not _HOST.fullmatch(name) or ".." in name:
        raise ValueError(
            f"host pattern {text!r}: {host!r} is not a host, *.domain, self or * (and has no port)"
        )
    if below and "." not in name:
        raise ValueError(f"host pattern {text!r}: this would claim a whole top-level domain")
    return (Reach.BELOW if below else Reach.EXACT), name


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    from ada_url import URL  # noqa: PLC0415 - only for names outside ASCII

    try:
        return str(URL(f"https://{host}/").hostname)
    except ValueError:
        return ""


def _walk(pieces: Iterable[str], text: str) -> int:
    """Where the text goes on after these pieces in this order, the first at its start; or -1."""
    at = 0
    for number, piece in enumerate(pieces):
        found = text.find(piece, at) if number else (0 if text.startswith(piece) else -1)
        if found < 0:
            return -1
        at = found + len(piece)
    return at


def _reaches(pieces: tuple[str, ...], path: str) -> bool:
    *front, last = pieces
    if not front:
        return path.startswith(last) and _at_border(path, len(last))
    at = _walk(front, path)
    if at < 0 or not last:
        return at >= 0
    found = path.find(last, at)
    while found >= 0 and not _at_border(path, found + len(last)):
        found = path.find(last, found + 1)
    return found >= 0


def _at_border(path: str, end: int) -> bool:
    return end == len(path) or path[end] == "/" or path[end - 1] == "/"
