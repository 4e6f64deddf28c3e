"""A page is opened: its first bytes say which charset it has, and what it has to go through.

Where too few have come to tell a byte order mark, which is three at most, they are held back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from consentguard.errors import UnreadableBody

from .charset import MARKED, certain, escapes, found, in_header, settled
from .coded import Coded, Page
from .judge import Gated
from .transcoded import Undeclared, transcoder

#: A rewriter of bytes in this codec, in whose page the second of them can be put.
Rewriting = Callable[[str, str], Page]
Ended = Callable[[str], None]


def opened(content_type: str, first: bytes, rewriter: Rewriting, ended: Ended) -> Page | None:
    """What a body with these ``first`` bytes goes through; None where its charset is in doubt.

    ``content_type`` is the header's value. ``rewriter`` is called with two Python codecs: that of
    the bytes which it will be fed, and that of what may be put in. ``ended`` is told why a body
    that had begun to leave ended early.
    """
    named = in_header(content_type)
    if named and first and first[0] not in MARKED and transcoder(named) is None:
        return rewriter(named, named)  # as nearly all pages are
    chosen = partial(_chosen, content_type, rewriter, ended)
    if settled(content_type, first):
        return chosen(first)
    return Opening(partial(settled, content_type), chosen, ended)


def _chosen(content_type: str, rewriter: Rewriting, ended: Ended, first: bytes) -> Page | None:
    charset = found(content_type, first)
    if charset is None:
        return None
    codec = transcoder(charset)
    if codec is None:
        page = rewriter(charset, charset)
    else:  # what is put into a page may be beyond all but Unicode
        inserted = "utf-8" if charset.startswith("utf-16") else "ascii"
        page = Coded(codec, rewriter("utf-8", inserted), ended)
    if charset == "iso2022_jp" or certain(content_type, first):
        return page
    return Coded(Undeclared(escapes(first)), page, ended)


class Opening:
    """Waits until ``enough`` bytes are there, and goes on with what ``choose`` makes of them.

    None for bytes in doubt is raised from the first call, as :class:`UnreadableBody`; later it ends
    the body before it has begun.
    """

    def __init__(
        self,
        enough: Callable[[bytes], bool],
        choose: Callable[[bytes], Page | None],
        ended: Ended,
    ) -> None:
        self._enough = enough
        self._choose = choose
        self._ended = ended
        self._over = False
        self._waited = False
        self._held = b""
        self._page: Page | None = None

    @property
    def gated(self) -> list[Gated]:
        """What was made inert, in order."""
        return self._page.gated if self._page else []

    @property
    def truncated(self) -> bool:
        """Whether the body ended early."""
        return self._page.truncated if self._page else self._over

    @property
    def uninspected(self) -> int:
        """Inline scripts of which only the beginning was inspected."""
        return self._page.uninspected if self._page else 0

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""
        if self._page is not None:
            return self._page.feed(data)
        self._held += data
        if self._over or not self._enough(self._held):
            self._waited = True
            return b""
        page = self._begun()
        return page.feed(self._held) if page else b""

    def finish(self) -> bytes:
        """Take in the end and return the rest."""
        return self._page.finish() if self._page else self.whole(b"")

    def whole(self, data: bytes) -> bytes:
        """Take in all that is still to come and return all of it."""
        if self._page is not None:
            return self._page.whole(data)
        self._held += data
        page = None if self._over else self._begun()
        return page.whole(self._held) if page else b""

    def _begun(self) -> Page | None:
        self._page = self._choose(self._held)
        if self._page is None:
            if not self._waited:
                raise UnreadableBody("its charset is in doubt")
            self._over = True
            self._ended("its charset is in doubt")
        return self._page
