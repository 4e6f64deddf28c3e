"""What a visitor reads when one of our own URLs could not do what was asked.

The rule of this layer: say what happened, that nothing was switched on, and how to go on; keep
the look of the preferences page where its style sheet is known.
"""

from __future__ import annotations

from consentguard.locales import Texts
from consentguard.model import Site
from consentguard.pages.markup import Html, View, answers, document, fill, join, link, paragraph


def page(
    texts: Texts, view_or_site: View | Site, status: int, heading: str = "", reason: str = ""
) -> str:
    """A small document for an answer with ``status`` (400, 403, 503 …).

    ``heading`` left empty takes the words for that status; ``reason`` is shown beside what the
    status means to a visitor. With a :class:`View` it has the look, the way back and, for 503, the
    buttons to try again or refuse; with a :class:`Site` it is plain.
    """
    view, site = (
        (view_or_site, view_or_site.site)
        if isinstance(view_or_site, View)
        else (None, view_or_site)
    )
    key = f"notice.{status}" if f"notice.{status}.heading" in texts else "notice.other"
    body = _body(texts, view, status, texts[f"{key}.text"], reason)
    return document(texts, site, view, heading or texts[f"{key}.heading"], body)


def _body(texts: Texts, view: View | None, status: int, text: str, reason: str) -> Html:
    said = texts.get("notice.reason", reason=reason) if reason else ""
    parts = [paragraph(text), paragraph(said, "cg-note")]
    if view and status == 503:
        parts.append(answers(view))
    if view:
        parts.append(
            fill(
                '<p class="cg-links">{to}</p>',
                to=link(view.prefix + view.query, texts["notice.to-settings"]),
            )
        )
    return join(parts)
