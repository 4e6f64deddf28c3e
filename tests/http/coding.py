"""What an app does to a body before we get it, and what a browser does to what we send."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable

import brotli
import zstandard

from consentguard.http.codec import Codec

WORDS = b"".join(b"<p id=%d>Words of a page, %d.</p>\n" % (n, n * 7919 % 1009) for n in range(3000))


def deflated(data: bytes, bits: int = -15) -> bytes:
    """One stream of zlib; raw unless ``bits`` say otherwise."""
    stream = zlib.compressobj(6, zlib.DEFLATED, bits)
    return stream.compress(data) + stream.flush()


def inflated(data: bytes) -> bytes:
    """A body of ``deflate``, in either format."""
    bits = 15 if data[:1] == b"\x78" else -15
    stream = zlib.decompressobj(bits)
    out = stream.decompress(data) + stream.flush()
    assert stream.eof, "cut"
    return out


def zstded(data: bytes) -> bytes:
    """One frame without a size in its header."""
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(data) + stream.flush()


def unzstded(data: bytes) -> bytes:
    """All that a whole frame holds."""
    if not data:
        return b""
    stream = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj()
    out = stream.decompress(data)
    assert stream.eof, "cut"
    return out


Both = tuple[bytes, Callable[[bytes], bytes], Callable[[bytes], bytes]]
#: Name, encoder, decoder.
CODINGS: dict[str, Both] = {
    "gzip": (b"gzip", lambda data: gzip.compress(data, mtime=0), gzip.decompress),
    "zlib": (b"deflate", zlib.compress, inflated),
    "raw": (b"deflate", deflated, inflated),
    "br": (b"br", lambda data: bytes(brotli.compress(data, quality=5)), brotli.decompress),
    "zstd": (b"zstd", zstded, unzstded),
}


def cut(data: bytes, size: int) -> list[bytes]:
    """Pieces of a size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def through(codec: Codec, pieces: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """What was decoded of the pieces of a body, and what leaves for each piece and the end."""
    got: list[bytes] = []
    sent: list[bytes] = []

    def sink(data: bytes) -> None:
        got.append(data)
        out.append(codec.encode(data))

    for piece in pieces:
        out: list[bytes] = []
        codec.decode(piece, sink)
        sent.append(b"".join([*out, codec.settle()]))
    out = []
    codec.end(sink)
    sent.append(b"".join([*out, codec.close()]))
    return got, sent
