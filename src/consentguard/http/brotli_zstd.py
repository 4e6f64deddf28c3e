"""The codings ``br`` (RFC 7932) and ``zstd`` (RFC 8878), in windows that a response can afford."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from consentguard.errors import UnreadableBody

from .codec import FREE, PIECE, RATIO, Codec, Sink

if TYPE_CHECKING:
    from zstandard import ZstdCompressionObj, ZstdDecompressionWriter

#: Base 2 logarithm of the window that we encode with: a megabyte of memory in all.
_WINDOW = 18
#: RFC 9659, section 3: "decoders … must support" 8 MB, "encoders must not" use more.
_MAX_WINDOW = 8 * 1024 * 1024
#: A frame header is no longer (RFC 8878, section 3.1.1.1).
_FRAME_HEADER = 18
# A frame of one byte that is not compressed: it decodes to that byte where a frame may begin, and
# to anything else, or to an error, in the middle of another.
_PROBE = b"\x28\xb5\x2f\xfd\x20\x01\x09\x00\x00\n"


class Brotli(Codec):
    """``br``."""

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        import brotli  # noqa: PLC0415 - most sites compress outside of us

        self.error = brotli.error
        super().__init__(piece, whole)
        self._in = brotli.Decompressor()
        self._out = brotli.Compressor(quality=4, lgwin=_WINDOW)

    def _decode(self, data: bytes) -> None:
        # Its buffers double from 32 KB on, so a limit may be passed by as much.
        limit = min(self.piece, PIECE // 4)
        out = self._in.process(data, output_buffer_limit=limit)
        while out or not self._in.can_accept_more_data():
            self.give(out)
            out = self._in.process(b"", output_buffer_limit=limit)

    def _complete(self) -> bool:
        return bool(self._in.is_finished())

    def _encode(self, data: bytes) -> bytes:
        return bytes(self._out.process(data))

    def _flush(self) -> bytes:
        return bytes(self._out.flush())

    def _finish(self) -> bytes:
        return bytes(self._out.finish())


class Zstd(Codec):
    """``zstd``: one frame or several of them (section 3.1), which leave as one."""

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        import zstandard  # noqa: PLC0415 - most sites compress outside of us

        self.error = zstandard.ZstdError
        super().__init__(piece, whole)
        self._zstandard = zstandard
        decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        self._file = _File()
        self._in: ZstdDecompressionWriter = decompressor.stream_writer(
            cast(IO[bytes], self._file), write_size=piece, closefd=False
        )
        self._out: ZstdCompressionObj | None = None

    def _decode(self, data: bytes) -> None:
        if self.taken == len(data) >= _FRAME_HEADER:
            self._refuse_announced(data)
        self._write(data, self.give)

    def _refuse_announced(self, data: bytes) -> None:
        """A frame may say how large it will be (section 3.1.1.1.4)."""
        size = self._zstandard.get_frame_parameters(data).content_size
        known = size != self._zstandard.CONTENTSIZE_UNKNOWN
        if known and size > FREE and size > RATIO * self.whole:
            raise UnreadableBody(f"a decompression bomb: it says that it is {size} bytes")

    def _complete(self) -> bool:
        seen: list[bytes] = []
        try:
            self._write(_PROBE, seen.append)
        except self.error:
            return False
        return seen == [_PROBE[-1:]]

    def _write(self, data: bytes, sink: Sink) -> None:
        self._file.sink = sink
        try:
            self._in.write(data)
        finally:
            self._file.sink = len  # no circle of references is left

    def _encode(self, data: bytes) -> bytes:
        return self._encoder().compress(data)

    def _flush(self) -> bytes:
        return self._encoder().flush(self._zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def _finish(self) -> bytes:
        return self._encoder().flush()

    def _encoder(self) -> ZstdCompressionObj:
        if self._out is None:
            parameters = self._zstandard.ZstdCompressionParameters.from_level(3, window_log=_WINDOW)
            compressor = self._zstandard.ZstdCompressor(compression_params=parameters)
            self._out = compressor.compressobj()
        return self._out


class _File:
    """The file that zstandard writes into."""

    def __init__(self) -> None:
        self.sink: Sink = len

    def write(self, data: bytes) -> int:
        """Hand on a piece."""
        self.sink(data)
        return len(data)
