"""A content coding as a stream in both directions: what the app encoded, and what leaves again.

What is decoded is handed on in pieces as it comes, so that nothing grows with the body. A body that
decodes to far more than it is ends there: it may be a bomb.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from consentguard.errors import UnreadableBody

#: The most that is handed on at a time, in bytes.
PIECE = 64 * 1024
#: Any body may decode to so many bytes, and beyond it to so many for each byte of the app.
FREE = 16 * 1024 * 1024
RATIO = 100
# Decoders copy what they have not come to yet, so they get a little at a time.
_SLICE = 16 * 1024
# A flush costs a few bytes. Messages that are smaller than one that an app flushes are no sign of
# that, so they wait until they are so many bytes together.
_SMALL = 4
_TOGETHER = 16

Sink = Callable[[bytes], object]


class Codec(ABC):
    """Decodes a body and encodes what becomes of it. ``piece`` bounds what the sink gets at a time.

    ``whole`` is the length of the encoded body in bytes, as far as it is known.
    """

    #: What the decoder raises.
    error: type[Exception]

    def __init__(self, piece: int = PIECE, whole: int = 0) -> None:
        self.taken = 0
        self.given = 0
        self.piece = piece
        self.whole = whole
        self._sink: Sink = _nowhere
        self._message = 0  # bytes of the app's last message
        self._since = 0  # and since the last flush
        self._waiting = False

    def decode(self, data: bytes, sink: Sink) -> None:
        """Hand on what these bytes of the app decode to; raises :class:`UnreadableBody`."""
        self._sink = sink
        self._message = len(data)
        self._since += len(data)
        self.whole = max(self.whole, len(data))
        try:
            for at in range(0, len(data), _SLICE):
                piece = data[at : at + _SLICE]
                self.taken += len(piece)
                self._decode(piece)
        except self.error as error:
            raise UnreadableBody(str(error)) from None
        finally:
            self._sink = _nowhere

    def end(self, sink: Sink) -> None:
        """The app's bytes have ended; raises UnreadableBody where more should have come."""
        if self.taken and not self._complete():
            raise UnreadableBody("the stream ends too early")

    def encode(self, data: bytes) -> bytes:
        """Bytes to send, if there are any yet."""
        if not data:
            return b""
        self._waiting = True
        return self._encode(data)

    def settle(self) -> bytes:
        """A message of the app has ended: what the encoder holds back leaves with it.

        Where messages are a few bytes it may wait for some more of them.
        """
        if not self._waiting or (self._message < _SMALL and self._since < _TOGETHER):
            return b""
        self._waiting, self._since = False, 0
        return self._flush()

    def close(self) -> bytes:
        """The last bytes to send. An empty body, which is no stream at all, stays one."""
        return self._finish() if self.taken else b""

    def give(self, data: bytes) -> None:
        """Hand on what is decoded, within the bounds."""
        self.given += len(data)
        if self.given > FREE and self.given > RATIO * self.taken:
            raise UnreadableBody(
                f"a decompression bomb: {self.taken} bytes are {self.given} and more"
            )
        for at in range(0, len(data), self.piece):
            self._sink(data if len(data) <= self.piece else data[at : at + self.piece])

    @abstractmethod
    def _decode(self, data: bytes) -> None:
        """Call :meth:`give` with what these bytes decode to."""

    @abstractmethod
    def _complete(self) -> bool:
        """Whether the bytes so far are a whole stream."""

    @abstractmethod
    def _encode(self, data: bytes) -> bytes: ...

    @abstractmethod
    def _flush(self) -> bytes: ...

    @abstractmethod
    def _finish(self) -> bytes: ...


def _nowhere(data: bytes) -> None:
    """Between two pieces nothing is decoded."""
