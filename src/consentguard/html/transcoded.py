"""Charsets whose markup is not plain ASCII: turned into UTF-8 for the rewriter, and back.

Every byte comes back as it was, lone surrogates and what else is no character among them; what
cannot is in doubt, and the page leaves fenced.
"""

from __future__ import annotations

import codecs
import re

from consentguard.errors import UnreadableBody

from .coded import Codec, Sink
from .iso2022jp import Iso2022jp
from .masked import LEGACY, Legacy

_PIECE = 64 * 1024
# What may become an escape.
_BEGUN = (b"\x1b(", b"\x1b")
_KEPT = "surrogatepass"


def transcoder(charset: str) -> Codec | None:
    """What stands between the app and a rewriter of UTF-8, for a Python codec.

    None where the bytes of the page can be rewritten as they are, in that charset.
    """
    if charset in ("utf-16-le", "utf-16-be"):
        return Utf16(charset)
    if charset == "iso2022_jp":
        return Iso2022jp()
    return Legacy(charset) if charset in LEGACY else None


class Utf16:
    """UTF-16LE or UTF-16BE, by its Python codec; a byte order mark is a character like any."""

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._in = codecs.getincrementaldecoder(codec)(_KEPT)
        self._back = codecs.getincrementaldecoder("utf-8")(_KEPT)
        self._odd = b""

    def decode(self, data: bytes, sink: Sink) -> None:
        """Hand on what these bytes are, in UTF-8."""
        for at in range(0, len(data), _PIECE):
            sink(self._in.decode(data[at : at + _PIECE]).encode("utf-8", _KEPT))

    def end(self, sink: Sink) -> None:
        """Hand on half a surrogate pair; half a character is kept for the end."""
        rest = self._in.getstate()[0]
        whole = len(rest) // 2 * 2
        self._odd = rest[whole:]
        sink(rest[:whole].decode(self._codec, _KEPT).encode("utf-8", _KEPT))

    def encode(self, data: bytes) -> bytes:
        """UTF-16 of what the rewriter gave."""
        return self._back.decode(data).encode(self._codec, _KEPT)

    def settle(self) -> bytes:
        """Nothing is held back."""
        return b""

    def close(self) -> bytes:
        """The last byte of an odd number."""
        return self._odd


class Undeclared:
    """A superset of ASCII that no header names: the page may still turn out to be ISO-2022-JP.

    HTML, 13.2.3.4, "changing the encoding while parsing": a late `<meta>` has the whole page read
    again. That changes its markup only by escapes, so the first one of these ends the page.
    """

    def __init__(self, escapes: re.Pattern[bytes]) -> None:
        self._escapes = escapes
        self._last = b""

    def decode(self, data: bytes, sink: Sink) -> None:
        """Hand on the bytes, up to an escape."""
        if not data:
            return
        found = None
        if self._last or b"\x1b" in data:
            found = self._escapes.search(self._last + data)
        if found is None:
            tail = (self._last + data)[-2:]
            self._last = next((begun for begun in _BEGUN if tail.endswith(begun)), b"")
            sink(data)
            return
        sink(data[: max(found.start() - len(self._last), 0)])
        raise UnreadableBody("an escape of ISO-2022-JP in a page without a charset in its header")

    def end(self, sink: Sink) -> None:
        """Nothing is held back."""

    def encode(self, data: bytes) -> bytes:
        """The bytes as they are."""
        return data

    def settle(self) -> bytes:
        """Nothing is held back."""
        return b""

    def close(self) -> bytes:
        """Nothing is left."""
        return b""
