"""The ``Forwarded`` header (RFC 7239), read from the right.

Rule of this file: the own proxies write the last elements, and these are well-formed. What stands
left of them may be anything, so it is never needed to read them: a quote that a visitor opened and
did not close swallows nothing.
"""

from __future__ import annotations

import re

#: An address, its port and what else a proxy may say about itself fit; longer is unreadable.
MAX_ELEMENT = 512

_COMMA, _QUOTE = b',"'
# RFC 7239 section 4: forwarded-pair = token "=" value, value = token / quoted-string. Colons and
# brackets stand in quotes; many proxies forget these, so any visible character will do.
_PAIR = re.compile(
    rb"""[ \t]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^\s";,]+))?[ \t]*(?:;|\Z)"""
)
# RFC 7239 section 6: node-port = port / obfport, obfport = "_" 1*(ALPHA / DIGIT / "." / "_" / "-").
_HIDDEN_PORT = re.compile(rb":_[A-Za-z0-9._-]+\Z")


def comma_before(value: bytes, end: int) -> int | None:
    """Where the element that ends there is parted from the one before; -1 for the first.

    ``None`` where no element is that long.
    """
    at = value.rfind(b",", 0, end)
    if value.find(b'"', at + 1, end) < 0:
        return at
    quoted = False
    stop = max(-1, end - 1 - MAX_ELEMENT)
    for at in range(end - 1, stop, -1):
        byte = value[at]
        if byte == _QUOTE and value[at - 1 : at] != b"\\":
            quoted = not quoted
        elif byte == _COMMA and not quoted:
            return at
    return -1 if stop == -1 else None


def node(element: bytes) -> bytes:
    """What ``for=`` of an element says, without quotes; empty where it is not said for sure.

    It may be an address, ``unknown`` or an identifier like ``_hidden`` (RFC 7239 section 6).
    """
    found, at = b"", 0
    if len(element) > MAX_ELEMENT:
        return b""
    while at < len(element):
        pair = _PAIR.match(element, at)
        if pair is None:
            return b""
        name, said = pair.groups(b"")
        if name.lower() == b"for":
            # RFC 7239 section 4: each parameter must not occur more than once in an element.
            if found:
                return b""
            found = said.removeprefix(b'"').removesuffix(b'"')
        at = pair.end()
    return _HIDDEN_PORT.sub(b"", found)
