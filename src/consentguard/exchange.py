"""One request and its response, without I/O: what a shell asks, in the order that it asks it.

::

    exchange.own            → answer(body) → Outcome            one of our own pages
    exchange.headers_in     → the app's request headers
    exchange.reply(status, headers, first) → Reply              then feed() … finish()
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from consentguard.consent.decide import Decision
from consentguard.http import caching
from consentguard.http.cookies import hide
from consentguard.http.message import Header
from consentguard.outbound import Outbound, Reply, fenced, shows_page
from consentguard.pages import outcome, serve
from consentguard.pages.injected import Injected
from consentguard.pages.outcome import Outcome
from consentguard.pages.visit import Visit
from consentguard.tally import Tally

log = logging.getLogger("consentguard")


@dataclass(slots=True)
class Exchange:
    """One visitor's request; built by :meth:`consentguard.guard.ConsentGuard.exchange`."""

    visit: Visit
    injected: Injected
    tally: Tally
    headers_in: list[Header]
    hidden: list[bytes]
    digest: str  #: of all that a page depends on
    revalidates: bool  #: the browser holds a page of this very decision

    @property
    def decision(self) -> Decision:
        """What this visitor has allowed."""
        return self.visit.decision

    @property
    def own(self) -> bool:
        """True when one of our own pages answers."""
        return serve.owns(self.visit.request, self.visit.setup.policy.enforcement.consent_path)

    def answer(self, body: bytes) -> Outcome:
        """The outcome of a request to one of our own URLs."""
        try:
            return serve.answer(self.visit, body)
        except Exception:
            log.exception(
                "a request to one of our own URLs was not understood; nothing was changed"
            )
            return Outcome.of(outcome.json(503, '{"error":"this could not be done, try again"}'))

    def reads(self, headers: Sequence[Header]) -> bool:
        """Whether the first bytes of a body with these headers matter: it is a page."""
        return shows_page(headers)

    def reply(self, status: int, headers: Sequence[Header], first: bytes = b"") -> Reply:
        """The response to send instead of the app's. ``first`` are the first bytes of its body."""
        mode = self.visit.setup.policy.enforcement.mode
        if mode == "off":
            return Reply(list(headers), None)
        try:
            gated = Outbound(
                self.visit,
                self.injected,
                self.tally,
                self.hidden,
                self.digest,
                self.revalidates,
                status,
                list(headers),
                first,
            ).reply()
        except Exception:
            log.exception("a response was fenced: its headers could not be gated")
            gated = Reply(fenced(headers), None)
        return gated if mode == "enforce" else gated.watching(headers)


def filtered(
    visit: Visit, headers: Sequence[Header], digest: str
) -> tuple[list[Header], list[bytes], bool]:
    """The app's request headers, the hidden cookies' names, and whether a validator fits."""
    enforcement = visit.setup.policy.enforcement
    if enforcement.mode != "enforce":
        return list(headers), [], False
    host = visit.request.hostname
    seen: dict[bytes, bool] = {}

    def refused(name: bytes) -> bool:
        if name not in seen:
            seen[name] = visit.setup.refuses(visit.decision, name, host)
        return seen[name]

    kept, hidden = hide(headers, refused)
    kept, revalidates = caching.request_headers(
        kept if enforcement.hide_request_cookies else headers, digest
    )
    return kept, hidden, revalidates
