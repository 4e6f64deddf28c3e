"""ISO-2022-JP: kanji are written with the bytes of ``<`` and ``"``, between escapes.

The states are those of the Encoding standard, 12.2.1. A browser drops an escape without a trace;
where that would join what stands on both sides, and where decoders differ, the page is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from consentguard.errors import UnreadableBody

from .masked import Masked, mask


class State(Enum):
    """What the bytes are that come, until the next escape."""

    ASCII = b"(B"
    ROMAN = b"(J"  #: 0x5C is a yen sign and 0x7E an overline
    KATAKANA = b"(I"
    DOUBLE = b"$B"  #: JIS X 0208


_LATIN = (State.ASCII, State.ROMAN)
_DESIGNATED = {b"\x1b" + state.value: state for state in State} | {b"\x1b$@": State.DOUBLE}
#: What is not the ASCII character of its byte; the rest of a run is.
_OTHERS = {
    State.ASCII: re.compile(rb"[\x0e\x0f\x80-\xff]++"),
    State.ROMAN: re.compile(rb"[\x0e\x0f\\~\x80-\xff]++"),
}
# A line end leads back to ASCII in some decoders, white space is itself in some.
_DIFFERS = re.compile(rb"[\0- ]")


class Iso2022jp(Masked):
    """The charset; whatever is not ASCII is masked, its escapes too."""

    def __init__(self) -> None:
        super().__init__()
        self._state = State.ASCII
        self._escaped = False  # an escape came last: "ISO-2022-JP output" is true

    def _masked(self, last: bool) -> Iterator[bytes]:
        data, at = self._held, 0
        while (escape := data.find(b"\x1b", at)) >= 0:
            yield self._run(data[at:escape])
            code = data[escape : escape + 3]
            state = _DESIGNATED.get(code)
            if state is None:
                if not last and any(one.startswith(code) for one in _DESIGNATED):
                    self._held = data[escape:]
                    return
                if len(code) == 3 and code[1] in b"$(":
                    raise UnreadableBody("an escape that ISO-2022-JP does not have")
                # "Prepend lead and byte to ioQueue … and return error": it alone is no character.
                code, self._escaped = code[:1], False
            else:
                self._designate(state)
            yield mask(code)
            at = escape + len(code)
        self._held = b""
        yield self._run(data[at:])
        if last and self._state not in _LATIN:
            raise UnreadableBody("ISO-2022-JP that ends outside of ASCII")

    def _designate(self, state: State) -> None:
        # "Return continue if output is false, otherwise error": the second of two leaves U+FFFD.
        if state in _LATIN and self._state in _LATIN and not self._escaped:
            raise UnreadableBody("an escape of ISO-2022-JP between two letters of ASCII")
        self._state, self._escaped = state, True

    def _run(self, data: bytes) -> bytes:
        """What stands between two escapes."""
        if not data:
            return b""
        self._escaped = False
        others = _OTHERS.get(self._state)
        if others:
            return others.sub(lambda found: mask(found[0]), data)
        if _DIFFERS.search(data):
            raise UnreadableBody("white space in a character of ISO-2022-JP")
        return mask(data)
