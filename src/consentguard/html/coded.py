"""A body between two codecs: what the app encoded is decoded, rewritten and encoded again.

What goes wrong before anything has left is raised, and the page can leave fenced, as it came. What
shows later ends the body behind the last whole token: the rest is never sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from consentguard.errors import UnreadableBody

from .judge import Gated

Sink = Callable[[bytes], object]


class Codec(Protocol):
    """A content coding or a charset, in both directions. What it raises is a ValueError."""

    def decode(self, data: bytes, sink: Sink) -> None:
        """Hand on what these bytes of the app are."""

    def end(self, sink: Sink) -> None:
        """The app's bytes have ended: hand on the rest."""

    def encode(self, data: bytes) -> bytes:
        """Bytes to send, if there are any yet."""

    def settle(self) -> bytes:
        """A message of the app has ended: what is held back and need not be."""

    def close(self) -> bytes:
        """The last bytes to send."""


class Page(Protocol):
    """What a rewriter offers, and whatever stands around one."""

    @property
    def gated(self) -> list[Gated]:
        """What was made inert, in order."""

    @property
    def truncated(self) -> bool:
        """Whether the body ended early: nothing more will come."""

    @property
    def uninspected(self) -> int:
        """Inline scripts of which only the beginning was inspected."""

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""

    def finish(self) -> bytes:
        """Take in the end and return the rest."""

    def whole(self, data: bytes) -> bytes:
        """Take in all that is still to come and return all of it."""


class Coded:
    """A page inside of a codec; ``ended`` is told why a body that had begun to leave ended early.

    Raises ValueError from the first call only, and from none where the bytes can be read.
    """

    def __init__(self, codec: Codec, page: Page, ended: Callable[[str], None]) -> None:
        self.truncated = False
        self._codec = codec
        self._page = page
        self._ended = ended
        self._begun = False
        self._out: list[bytes] = []

    @property
    def gated(self) -> list[Gated]:
        """What was made inert, in order; offsets count in the decoded bytes."""
        return self._page.gated

    @property
    def uninspected(self) -> int:
        """Inline scripts of which only the beginning was inspected."""
        return self._page.uninspected

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""
        return self._step(data, last=False)

    def finish(self) -> bytes:
        """Take in the end and return the rest."""
        return self._step(b"", last=True)

    def whole(self, data: bytes) -> bytes:
        """Take in all that is still to come and return all of it."""
        return self._step(data, last=True)

    def _step(self, data: bytes, *, last: bool) -> bytes:
        if self.truncated:
            return b""
        self._out = out = []
        try:
            self._codec.decode(data, self._take)
            if last:
                self._codec.end(self._take)
                self._put(self._page.finish())
        except ValueError as error:
            if not self._begun:
                raise
            self.truncated = True
            if not self._page.truncated:  # else it has been told
                self._ended(str(error))
        self._begun = True
        over = last or self.truncated
        out.append(self._codec.close() if over else self._codec.settle())
        return b"".join(out)

    def _take(self, data: bytes) -> None:
        self._put(self._page.feed(data))

    def _put(self, data: bytes) -> None:
        self._out.append(self._codec.encode(data))
        if self._page.truncated:
            raise UnreadableBody("a token is too long")
