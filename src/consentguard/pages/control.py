"""The way back to the settings, for a site that wants one of its own in its menu or footer."""

from __future__ import annotations

from urllib.parse import quote

from consentguard.pages.markup import Html, link
from consentguard.pages.origin import MAX_PATH, address
from consentguard.pages.visit import Visit


def settings_url(visit: Visit) -> str:
    """The path of the page where the visitor sees and changes the choice, and comes back from."""
    return settings_path(visit.prefix, "", visit.onward)


def settings_path(prefix: str, query: str, onward: str) -> str:
    """The path of that page below ``prefix``, with the way back to ``onward``."""
    back = f"next={quote(onward, safe='/', errors='replace')}"
    return address(prefix, query, "" if onward == "/" or len(onward) > MAX_PATH else back)


def settings_link(visit: Visit, text: str = "") -> Html:
    """A link to that page, with words of the site's own or those of the re-open control.

    Those are the visitor's language's, and some laws prescribe them (Cal. Code Regs. tit. 11,
    7026(a)(4)). Where the site shows no control but its own, the link is marked as that.
    """
    view = visit.view("/")
    made = link(settings_url(visit), text or view.control)
    if view.banner.control != "own":
        return made
    prescribed = view.opt_out and not text
    mark = 'data-cg-open="do-not-sell"' if prescribed else "data-cg-open"
    return Html(made.replace(" href=", f" {mark} href=", 1))
