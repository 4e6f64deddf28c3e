"""Structured fields, read as far as a gate needs: the members of a list, and the texts in one.

RFC 9651 makes a browser ignore a whole field that is malformed anywhere. A gate may not count on
that, since browsers differ in what they forgive: here every value is read to its end, and a member
leaves only with everything in it allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consentguard.http.waits import Kept
from consentguard.possessive import compiled

#: Section 3.3.3: in a string only ``"`` and ``\`` are escaped. One without an end goes to the end.
QUOTED = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_MEMBER = compiled(rb'(?:[^,"]++|' + QUOTED + rb")++", re.S)
_TEXT = compiled(rb'"((?:[^"\\]++|\\.)*+)"?+|([^\s"=;,()]++)', re.S)
_ESCAPED = re.compile(rb"\\(.)", re.S)


def members(value: bytes) -> Iterator[bytes]:
    """The members of a list or dictionary, parameters included, without white space around."""
    for member in _MEMBER.findall(value):
        if text := member.strip():
            yield text


def texts(member: bytes) -> Iterator[str]:
    """Every string in a member, and what stands bare where a string should."""
    for string, bare in _TEXT.findall(member):
        if text := string or bare:
            yield unescaped(text).decode("utf-8", "replace")


def unescaped(string: bytes) -> bytes:
    """The inside of a string without its escapes."""
    return _ESCAPED.sub(rb"\1", string)


def keep(value: bytes, refused: Callable[[bytes], str | None]) -> Kept:
    """The list without the members for which ``refused`` names what has to wait."""
    kept: list[bytes] = []
    gone: list[str] = []
    for member in members(value):
        why = refused(member)
        if why is None:
            kept.append(member)
        else:
            gone.append(why)
    if not gone:
        return value, gone
    return (b", ".join(kept) or None), gone
