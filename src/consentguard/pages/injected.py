"""What goes into a page, rendered once for each decision, language, prefix and charset.

Only the address to return to and the app's nonce differ from page to page: they are filled in.
"""

from __future__ import annotations

import re

from consentguard.pages import banner
from consentguard.pages.markup import escape
from consentguard.pages.visit import Visit

MEMO = 256  #: renderings that are kept, each a few kilobytes
LONGEST = 256  #: characters of a prefix that is kept: a client writes ``Host``
#: Stands for the address; no path begins so.
_NEXT = "/cg-address-of-this-page"
_NONCE = "cg-nonce-of-this-page"
_HOLES = re.compile(f"({_NEXT}|{_NONCE})")


class Injected:
    """Renders the banner or the re-open control, and remembers."""

    def __init__(self) -> None:
        self._memo: dict[tuple[str, str, str, bool, str], list[bytes]] = {}

    def markup(
        self, visit: Visit, onward: str, nonce: str, origin: str = "", charset: str = "utf-8"
    ) -> bytes:
        """The markup for this visitor's page at ``onward``, with the app's CSP nonce or ``""``.

        ``charset`` is the Python codec of an ASCII-superset charset. Unless it is UTF-8 characters
        are referred to: a page may declare late, or wrongly, what a browser then reads.
        """
        charset = charset if charset == "utf-8" else "ascii"
        prefix = origin + visit.prefix
        key = (visit.decision.digest, visit.texts.lang, prefix, bool(nonce), charset)
        pieces = self._memo.get(key)
        if pieces is None:
            rendered = banner.render(visit.view(_NEXT, _NONCE if nonce else "", origin))
            pieces = [_encoded(piece, charset) for piece in _HOLES.split(rendered)]
            if len(self._memo) >= MEMO:
                self._memo.clear()
            if len(prefix) <= LONGEST:
                self._memo[key] = pieces
        words = {_NEXT.encode(): _encoded(escape(onward), charset)}
        if nonce:
            words[_NONCE.encode()] = _encoded(escape(nonce), charset)
        filled = list(pieces)
        # Every other piece is what stood in a hole.
        filled[1::2] = [words[hole] for hole in pieces[1::2]]
        return b"".join(filled)


def _encoded(text: str, charset: str) -> bytes:
    return text.encode(charset, "xmlcharrefreplace")
