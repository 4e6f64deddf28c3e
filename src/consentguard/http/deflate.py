"""The codings ``gzip`` and ``deflate`` (RFC 9110, sections 8.4.1.2 and 8.4.1.3).

The header of gzip is carried over byte for byte: Django hides the length of a page from BREACH by a
file name of random length in it, and a new header would undo that.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from consentguard.errors import UnreadableBody

from .codec import PIECE, Codec

if TYPE_CHECKING:
    from zlib import _Compress, _Decompress

_LEVEL = 6
_MAGIC = b"\x1f\x8b"
_RAW, _ZLIB, _GZIP = -zlib.MAX_WBITS, zlib.MAX_WBITS, zlib.MAX_WBITS | 16
#: A gzip header with its file name, comment and extra field is no longer.
_HEADER = 8 * 1024
#: Where the app's has not come whole.
_PLAIN = _MAGIC + b"\x08\0\0\0\0\0\0\xff"
# RFC 1952, section 2.3.1: bits of FLG.
_FHCRC, _FEXTRA, _FNAME, _FCOMMENT = 2, 4, 8, 16


class _Inflating(Codec):
    """What both share: zlib inflates, and deflates again."""

    error = zlib.error

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        super().__init__(piece, whole)
        self._in: _Decompress | None = None
        self._out: _Compress | None = None

    def _inflate(self, stream: _Decompress, data: bytes) -> None:
        """Hand on what comes until these bytes are used up, or the stream is at its end."""
        while True:
            out = stream.decompress(data, self.piece)
            if out:
                self.give(out)
            data = stream.unconsumed_tail
            if stream.eof or not (data or len(out) == self.piece):
                return

    def _flush(self) -> bytes:
        return b"" if self._out is None else self._out.flush(zlib.Z_SYNC_FLUSH)


class Deflate(_Inflating):
    """``deflate``: zlib's format (RFC 1950), or no format at all, as some servers understood it."""

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        super().__init__(piece, whole)
        self._lead = b""
        self._bits = _ZLIB

    def _decode(self, data: bytes) -> None:
        if self._in is None:
            self._lead = data = self._lead + data
            if len(data) < 2:
                return
            # RFC 1950, section 2.2: CM is 8, and the two bytes are a multiple of 31.
            wrapped = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._bits = _ZLIB if wrapped else _RAW
            self._in, self._lead = zlib.decompressobj(self._bits), b""
        if not self._in.eof:  # what comes behind is ignored, as browsers do
            self._inflate(self._in, data)

    def _complete(self) -> bool:
        return self._in is not None and self._in.eof

    def _encode(self, data: bytes) -> bytes:
        if self._out is None:
            self._out = zlib.compressobj(_LEVEL, zlib.DEFLATED, self._bits)
        return self._out.compress(data)

    def _finish(self) -> bytes:
        return self._encode(b"") + (self._out.flush() if self._out else b"")


class Gzip(_Inflating):
    """``gzip``: one member or several of them (RFC 1952), which leave as one."""

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        super().__init__(piece, whole)
        self._header = b""
        self._begun = b""  # of a header that is not whole yet
        self._between = b""  # behind a member: what may begin another one
        self._over = False
        self._sum = zlib.crc32(b"")
        self._size = 0

    def _decode(self, data: bytes) -> None:
        if not self._header:
            self._begun += data
            self._header = self._begun[: _length(self._begun)]
            if self._header:
                self._begun = b""
            elif len(self._begun) > _HEADER:
                raise UnreadableBody("a gzip header without an end")
        while data and not self._over:
            if self._in is None or self._in.eof:
                data = self._begin(data)
            if self._in is None or self._in.eof:
                return
            self._inflate(self._in, data)
            data = self._in.unused_data if self._in.eof else b""

    def _begin(self, data: bytes) -> bytes:
        """Begin a member, if one begins; its bytes so far.

        RFC 1952, section 2.2: "a gzip file consists of a series of members". Behind the last one
        padding is ignored, as gzip(1) and browsers do.
        """
        lead = self._between + data
        if self._in is None or lead.startswith(_MAGIC):
            self._in, self._between = zlib.decompressobj(_GZIP), b""
            return lead
        self._over = not _MAGIC.startswith(lead)
        self._between = lead if not self._over else b""
        return b""

    def _complete(self) -> bool:
        return self._in is not None and self._in.eof

    def _encode(self, data: bytes) -> bytes:
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)
        return self._opened() + (self._out.compress(data) if self._out else b"")

    def _opened(self) -> bytes:
        """The header, the first time."""
        if self._out is not None:
            return b""
        self._out = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        return self._header or _PLAIN

    def _finish(self) -> bytes:
        head = self._opened()
        tail = self._out.flush() if self._out else b""
        # RFC 1952, section 2.3.1: CRC32, then ISIZE modulo 2^32, the lowest byte first.
        size = (self._size & 0xFFFFFFFF).to_bytes(4, "little")
        return head + tail + self._sum.to_bytes(4, "little") + size


def _length(header: bytes) -> int:
    """Bytes of the gzip header that these begin with, 0 while it is not whole."""
    if len(header) < 10:
        return 0
    flags, at = header[3], 10
    if flags & _FEXTRA:
        at += 2 + int.from_bytes(header[10:12], "little")
    for flag in (_FNAME, _FCOMMENT):
        if flags & flag:
            at = header.find(b"\0", at) + 1 or len(header) + 1
    if flags & _FHCRC:
        at += 2
    return at if at <= len(header) else 0
