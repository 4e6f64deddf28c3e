"""A response on its way out: final headers, and a body to feed through.

Every shape of response has one behaviour, whatever server and framework are around it. *Rewritten*:
what waits is gated, and what speaks about the app's bytes goes (length, digests). *Fenced*: the
bytes of the app under a policy that lets them contact no other site. *Passes*: as it came.

======================  ==========================================================================
shape                   what leaves
======================  ==========================================================================
page                    rewritten, with the banner; a length where all of it came in one piece
fragment                rewritten, no banner: no doctype, html, head or body tag (htmx, Turbo)
empty page              rewritten: it has a length of 0
XHTML                   fenced while anything waits: in XML other bytes are tags than in HTML
XML                     fenced for everybody, so any cache may keep it: SVG, feeds, XSLT; no banner
replaced parts          fenced for everybody: a part of ``multipart/x-mixed-replace`` may be a page
other                   passes: JSON, text, images, other ``multipart``
no type                 as its first bytes are sniffed; fenced where they are too few to tell
several types           a page if any is one; fenced where another one is XML
no sniffing             by its type, as without ``nosniff``
download                passes: ``Content-Disposition: attachment`` is never shown
encoded                 decoded, rewritten, encoded again: gzip, deflate, br, zstd; others: fenced
charset                 rewritten, where need be between two codecs (UTF-16); fenced in doubt
wrong length            rewritten: a page's length is counted again
transfer coding         rewritten: ``chunked`` is the server's to say; any other one is fenced
HEAD                    as the page, without a length, which nobody knows
no content              as it came, 204 and 304; a page's without a length
range                   a request for a range of a page reaches the app as one for all of it
part                    fenced: 206 of a page may begin inside of a tag
event stream            passes at once, before its first event
trailers                rewritten without a length; digests and ETag of the app do not follow
file                    passes as a file (``pathsend``, ``zerocopysend``, ``wsgi.file_wrapper``); a
                        page is read in pieces and rewritten
early hints             links are gated as in ``Link``; a hint with none left is not sent
push, debug             pass: a pushed path comes back as a request of its own
start alone             held until the first bytes of a page are there: they decide
header lines            a line end or NUL in a value becomes a space; what is no name goes, too
header types            text and any iterable, in either case, are read as bytes in a list
error before the start  the app's error reaches the server, which answers
error after the start   of a page: it has not been sent, so the server answers as before it
error in the middle     what is decided has left, the rest never does; the server hears of it
out of order            refused with RuntimeError: no start, two of them, more after a page's end
gone client             the server's error reaches the app; nothing is kept
======================  ==========================================================================
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import ParamSpec, Protocol

from consentguard.errors import UnreadableBody
from consentguard.http.csp import doubted
from consentguard.http.message import Header, without

log = logging.getLogger("consentguard")

P = ParamSpec("P")

#: What a trailer may say about the bytes of the app (RFC 9530; RFC 9110, section 8.8.3).
_OF_BYTES = (b"content-digest", b"repr-digest", b"digest", b"content-md5", b"etag")


class Body(Protocol):
    """What a body goes through, piece by piece; it is finished once, or taken whole."""

    def feed(self, data: bytes) -> bytes:
        """Take in the next piece and return all that is decided."""

    def finish(self) -> bytes:
        """Take in the end and return the rest."""

    def whole(self, data: bytes) -> bytes:
        """Take in all that is still to come and return all of it."""


class Reply:
    """A response on its way out; ``rewriter`` is what its body goes through, if through anything.

    ``headers`` are complete, but for Content-Length where the body is rewritten. To ``watch`` is
    to count what would be changed and to change nothing. ``unread`` is told why a page that turned
    out to be unreadable leaves fenced.
    """

    __slots__ = ("_broken", "_rewriter", "_unread", "_watch", "headers")

    def __init__(
        self,
        headers: Sequence[Header],
        rewriter: Body | None,
        *,
        watch: bool = False,
        unread: Callable[[str], object] | None = None,
    ) -> None:
        self.headers = headers
        self._rewriter = rewriter
        self._watch = watch
        self._unread = unread
        self._broken = False

    @property
    def passes(self) -> bool:
        """The body leaves as it comes, and need not be fed."""
        return self._rewriter is None

    @property
    def changes(self) -> bool:
        """The body may leave as other bytes than the app's."""
        return self._rewriter is not None and not self._watch

    def feed(self, data: bytes) -> bytes:
        """The bytes to send for these bytes of the app."""
        if self._rewriter is None:
            return data
        out = self._guarded(self._rewriter.feed, data)
        return data if self._watch else out

    def finish(self) -> bytes:
        """The last bytes to send."""
        if self._rewriter is None:
            return b""
        out = self._guarded(self._rewriter.finish)
        return b"" if self._watch else out

    def open(self, first: bytes, *, whole: bool) -> tuple[Sequence[Header], bytes]:
        """The headers to send, and the bytes to send for the first ones, or for the whole body.

        A page that could not be rewritten is delivered as it came, and fenced, while nothing has
        left yet.
        """
        if self._rewriter is None:
            return self.headers, first
        out = self._guarded(self._rewriter.whole if whole else self._rewriter.feed, first)
        if self._watch:
            return self.headers, first
        if self._broken:
            self.headers, self._rewriter, out = doubted(self.headers), None, first
        if not whole:
            return self.headers, out
        return [*self.headers, (b"content-length", b"%d" % len(out))], out

    def trailers(self, headers: Iterable[Header]) -> list[Header]:
        """What may follow the body of what the app says behind its own (RFC 9110, section 6.5)."""
        if self._rewriter is None or self._watch:
            return list(headers)
        return without(headers, _OF_BYTES)

    def _guarded(self, step: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> bytes:
        """Whatever goes wrong in us ends the body there, once a part of it has left."""
        if self._broken:
            return b""
        try:
            return step(*args, **kwargs)
        except UnreadableBody as error:
            self._broken = True
            if self._unread is not None:
                self._unread(str(error))
            return b""
        except Exception:
            log.exception("a page could not be rewritten: it was fenced, or cut off in the middle")
            self._broken = True
            return b""
