"""From the text of an inline script to the URLs that it loads at once.

A loader that no literal names still says whom it calls. Counted are quoted absolute URLs of a
script file, and those that stand where a browser fetches: ``s.src = "…"``, ``fetch("…")``. Any
other URL in a script is text: a link to share, a profile, a setting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentguard.possessive import compiled

#: Distinct URLs that are looked at in one script.
MAX_URLS = 200

_NEAR = 24  # bytes before a URL that say what becomes of it
_END = rb"""[?#'"`\s<>]|\\(?!/)|\Z"""
# A quoted absolute URL that either stands behind what may end a word of `_FETCHED`, or is a script
# file's. Any other is passed over here, because data in scripts is full of them.
_ABSOLUTE = compiled(
    rb"""['"`](?=(?:https?:)?(?:\\?/){2})(?:(?<=[=(,mt].)|(?<=[=(,mt\s]\s.)"""
    rb"""|(?=(?:[^.?#'"`\s\\<>]++|\\/|\.(?!m?js(?:%b)))*+\.m?js))"""
    rb"""((?:https?:)?(?:\\?/){2}(?:[^'"`\s\\<>]|\\/){1,500})""" % _END,
    re.IGNORECASE,
)
# All that can stand for the two slashes holds one of these, which are found at the speed of memory.
_SLASHES = (re.compile(rb"//"), re.compile(rb"/\\/"))
_BEFORE = re.compile(rb"""['"`](?:https?:)?\Z""", re.IGNORECASE)
_BACKSLASH, _NEXT = ord("\\"), frozenset(b"'\"`:")
_BEFORE_LONGEST = len("'https:")
_SCRIPT_FILE = re.compile(rb"[^?#]*\.m?js(?:[?#]|\Z)", re.IGNORECASE)
_FETCHED = re.compile(
    rb"""(?:\.src\s*=|['"]src['"]\s*,|\bfetch\s*\(|\bsendBeacon\s*\(|\bimport\s*\(?|\bfrom"""
    rb"""|\bimportScripts\s*\(|Worker\s*\(|\bopen\s*\(\s*['"][A-Z]+['"]\s*,)\s*\Z"""
)


def loaded_urls(script: bytes) -> Iterator[str]:
    """The absolute URLs that a script loads, in order, each once, at most :data:`MAX_URLS`."""
    seen: set[bytes] = set()
    end = 0
    for at in _quotes(script):
        found = _ABSOLUTE.match(script, at) if at >= end else None
        if found is None:
            continue
        end = found.end()
        url = found[1].replace(b"\\/", b"/")
        if url in seen:
            continue
        if _SCRIPT_FILE.match(url) or _FETCHED.search(script, max(0, at - _NEAR), at):
            seen.add(url)
            yield url.decode("utf-8", "replace")
            if len(seen) >= MAX_URLS:
                return


def _quotes(script: bytes) -> list[int]:
    """Where the quote stands that begins with an absolute URL."""
    quotes = []
    for slashes in _SLASHES:
        for found in slashes.finditer(script):
            at = found.start()
            if at and script[at - 1] == _BACKSLASH:
                at -= 1
            if at and script[at - 1] in _NEXT:
                before = _BEFORE.search(script, max(0, at - _BEFORE_LONGEST), at)
                if before:
                    quotes.append(before.start())
    quotes.sort()
    return quotes
