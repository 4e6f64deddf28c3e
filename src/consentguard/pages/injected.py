"""What goes into the pages of one decision, language and host, rendered once for each charset.

Only the address to return to and the app's nonce differ from page to page: they are filled in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from consentguard.pages import banner
from consentguard.pages.markup import escape
from consentguard.pages.origin import MAX_PATH, safe_path
from consentguard.pages.view import view

if TYPE_CHECKING:
    from consentguard.pages.visit import Visit

MEMO = 256  #: hosts, languages and so on whose banners are kept, each a few kilobytes
LONGEST = 256  #: bytes of a host, which a client writes, to be kept

#: Stands for the address; no path begins so.
_NEXT = "/cg-address-of-this-page"
_NONCE = b"cg-nonce-of-this-page"
#: An address of this origin that is its own escaped form: most are.
_PLAIN = re.compile(r"/(?![/\\])[\w./~?=%+:,;@-]*", re.ASCII)


class Injected:
    """Renders the banner or the re-open control for whoever shares this visit's host, and so on.

    What it keeps does not grow: two charsets, with and without a nonce, the origin and the assets.
    """

    def __init__(self, visit: Visit) -> None:
        # Not the visit itself: whatever else its request carries would stay with it.
        self._setup, self._decision, self._texts = visit.setup, visit.decision, visit.texts
        self._prefix, self._query = visit.prefix, visit.query
        self._origin = visit.origin
        self._memo: dict[tuple[bool, bool, bool, bool], list[bytes]] = {}

    def markup(
        self, onward: str, nonce: str = "", *, absolute: bool = False, charset: str = "utf-8"
    ) -> bytes:
        """The markup for the page at ``onward``, with the app's CSP nonce or ``""``.

        ``absolute`` URLs name this origin: for a page whose ``<base>`` leads elsewhere.
        ``charset`` is the Python codec of an ASCII-superset charset. Unless it is UTF-8 characters
        are referred to: a page may declare late, or wrongly, what a browser then reads.
        """
        return self._filled(onward, nonce, (charset == "utf-8", bool(nonce), absolute, False))

    def parts(self, onward: str) -> bytes:
        """The same in UTF-8 for a page that has the style sheet and the scripts already."""
        return self._filled(onward, "", (True, False, False, True))

    def _filled(self, onward: str, nonce: str, key: tuple[bool, bool, bool, bool]) -> bytes:
        pieces = self._memo.get(key)
        if pieces is None:
            pieces = self._memo[key] = self._pieces(*key)
        if nonce:
            given = escape(nonce).encode("ascii", "xmlcharrefreplace")
            pieces = [piece.replace(_NONCE, given) for piece in pieces]
        return _address(onward).join(pieces)

    def _pieces(self, unicode: bool, nonce: bool, absolute: bool, bare: bool) -> list[bytes]:
        """What stands between the places of the address."""
        setup = self._setup
        prefix = self._origin + self._prefix if absolute else self._prefix
        given = _NONCE.decode() if nonce else ""
        shown = view(
            setup.policy,
            setup.assets,
            self._decision,
            self._texts,
            prefix,
            _NEXT,
            given,
            self._query,
            setup.texts.values(),
        )
        charset = "utf-8" if unicode else "ascii"
        markup = banner.parts(shown) if bare else banner.render(shown)
        rendered = markup.encode(charset, "xmlcharrefreplace")
        return rendered.split(_NEXT.encode())


class Banners:
    """What goes into pages, found again by all that it depends on."""

    def __init__(self) -> None:
        self._memo: dict[tuple[str | bytes | None, ...], Injected] = {}

    def of(self, visit: Visit) -> Injected:
        """What is put into this visitor's pages."""
        request, decision = visit.request, visit.visitor.decision
        host, root = request.fields.get(b"host", b""), request.root_path
        words, query = visit.texts.digest, visit.query
        key = (decision.digest, decision.region.id, words, query, request.scheme, host, root)
        found = self._memo.get(key)
        if found is None:
            found = Injected(visit)
            if len(self._memo) >= MEMO:
                self._memo.clear()
            if len(host) + len(root) <= LONGEST:
                self._memo[key] = found
        return found


def _address(onward: str) -> bytes:
    """A path to go back to as the value of an attribute, in ASCII."""
    if len(onward) <= MAX_PATH and _PLAIN.fullmatch(onward):
        return onward.encode()
    return escape(safe_path(onward)).encode()
