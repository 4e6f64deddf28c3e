"""What goes into a page, rendered once for each decision, language and prefix.

Only the address to return to and the app's nonce differ from page to page: they are filled in.
"""

from __future__ import annotations

from consentguard.pages import banner
from consentguard.pages.markup import escape
from consentguard.pages.visit import Visit

MEMO = 256  #: renderings that are kept, each a few kilobytes
#: Stands for the address; no path begins so.
_NEXT = "/cg-address-of-this-page"
_NONCE = "cg-nonce-of-this-page"


class Injected:
    """Renders the banner or the re-open control, and remembers."""

    def __init__(self) -> None:
        self._memo: dict[tuple[str, str, str, bool], str] = {}

    def markup(self, visit: Visit, onward: str, nonce: str, origin: str = "") -> str:
        """The markup for this visitor's page at ``onward``, with the app's CSP nonce or ``""``."""
        key = (visit.decision.digest, visit.texts.lang, origin + visit.prefix, bool(nonce))
        found = self._memo.get(key)
        if found is None:
            found = banner.render(visit.view(_NEXT, _NONCE if nonce else "", origin))
            if len(self._memo) >= MEMO:
                self._memo.clear()
            self._memo[key] = found
        return found.replace(_NONCE, escape(nonce)).replace(_NEXT, escape(onward))
