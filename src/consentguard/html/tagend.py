"""The end of a tag that came in pieces: the attribute states of the tokenizer, resumable.

Only tags that a chunk boundary cuts come here. Each byte is looked at once (13.2.5.8 to 13.2.5.40).
"""

from __future__ import annotations

import re
from enum import IntEnum

from consentguard.possessive import compiled


class _In(IntEnum):
    NAME = 0  # "tag name state"
    BEFORE = 1  # "before attribute name", "self-closing start tag", "after value (quoted)"
    ATTRIBUTE = 2  # "attribute name state"
    AFTER = 3  # "after attribute name state"
    VALUE = 4  # "before attribute value state"
    DOUBLE = 5  # "attribute value (double-quoted) state"
    SINGLE = 6  # "attribute value (single-quoted) state"
    BARE = 7  # "attribute value (unquoted) state"
    NEXT = 8  # another attribute begins


# In one leap: attributes behind each of which stands a byte that says that it is whole.
_WHOLE = compiled(
    rb"(?:[\t\n\f\r /]++"
    rb"|(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)[\t\n\f\r ]*+"
    rb"(?:=[\t\n\f\r ]*+(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+(?=[\t\n\f\r >])"
    rb"|(?=>))|(?=[^\t\n\f\r =])))*+"
)
# What each state takes without leaving.
_STAY = {
    _In.NAME: re.compile(rb"[^\t\n\f\r />]*+"),
    _In.BEFORE: _WHOLE,
    _In.ATTRIBUTE: re.compile(rb"[^\t\n\f\r />=]*+"),
    _In.AFTER: re.compile(rb"[\t\n\f\r ]*+"),
    _In.VALUE: re.compile(rb"[\t\n\f\r ]*+"),
    _In.DOUBLE: re.compile(rb"[^\"]*+"),
    _In.SINGLE: re.compile(rb"[^']*+"),
    _In.BARE: re.compile(rb"[^\t\n\f\r >]*+"),
}
# Where the next byte leads; any other leads to the second entry.
_NEXT: dict[_In, tuple[dict[bytes, _In], _In]] = {
    _In.NAME: ({}, _In.BEFORE),
    _In.BEFORE: ({}, _In.ATTRIBUTE),
    _In.ATTRIBUTE: ({b"=": _In.VALUE, b"/": _In.BEFORE}, _In.AFTER),
    _In.AFTER: ({b"=": _In.VALUE, b"/": _In.BEFORE}, _In.NEXT),
    _In.VALUE: ({b'"': _In.DOUBLE, b"'": _In.SINGLE}, _In.BARE),
    _In.DOUBLE: ({}, _In.BEFORE),
    _In.SINGLE: ({}, _In.BEFORE),
    _In.BARE: ({}, _In.BEFORE),
}
_QUOTED = (_In.DOUBLE, _In.SINGLE)


class TagEnd:
    """Looks for the ``>`` that closes a tag; ``at`` is where to go on, in the buffer."""

    __slots__ = ("_state", "at")

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self._state = _In.NAME

    @property
    def quoted(self) -> bool:
        """Whether a ">" is a part of a value there."""
        return self._state in _QUOTED

    def advance(self, buffer: bytearray) -> bool:
        """Go on to the end of the buffer; True when the tag closes, with ``at`` behind its end."""
        size, at, state = len(buffer), self.at, self._state
        while True:
            found = _STAY[state].match(buffer, at)
            at = found.end() if found else at
            if at >= size:
                self.at, self._state = at, state
                return False
            byte = bytes(buffer[at : at + 1])
            at += 1
            if byte == b">" and state not in _QUOTED:
                self.at = at
                return True
            others, usual = _NEXT[state]
            state = others.get(byte, usual)
            if state is _In.NEXT:  # the byte is its first one
                at -= 1
                state = _In.BEFORE
