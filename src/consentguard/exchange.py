"""One request and its response, without I/O: what a shell asks, in the order that it asks it.

::

    exchange.own            → answer(body) → Outcome            one of our own pages
    exchange.headers_in     → the app's request headers
    exchange.reply(status, headers, first) → Reply              then feed() … finish()
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    salt: str  #: of all that a page depends on beside the visitor
    headers_in: list[Header]  #: for the app
    hidden: list[bytes] = field(default_factory=list)  #: names of cookies that the app does not get
    revalidates: bool = False  #: the browser holds a page of this very decision

    @property
    def decision(self) -> Decision:
        """What this visitor has allowed."""
        return self.visit.decision

    @property
    def digest(self) -> str:
        """Names the page as this visitor gets it: decision, policy, package and language."""
        text = f"{self.visit.decision.digest}:{self.salt}:{self.visit.texts.lang}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def filter(self) -> None:
        """Take refused cookies and validators of other decisions out of the request."""
        setup, request = self.visit.setup, self.visit.request
        enforcement = setup.policy.enforcement
        self.headers_in = list(request.headers)
        if enforcement.mode != "enforce":
            return
        host, decision = request.hostname, self.visit.decision
        kept, self.hidden = hide(self.headers_in, lambda name: setup.refuses(decision, name, host))
        if enforcement.hide_request_cookies:
            self.headers_in = kept
        if caching.conditional(self.headers_in):
            found = caching.request_headers(self.headers_in, self.digest)
            self.headers_in, self.revalidates = found

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
        """Whether the first bytes of a body with these headers matter: it is or may be a page."""
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
                self.digest if shows_page(headers) or self.revalidates else "",
                self.revalidates,
                status,
                list(headers),
                first,
            ).reply()
        except Exception:
            log.exception("a response was fenced: its headers could not be gated")
            gated = Reply(fenced(headers), None)
        return gated if mode == "enforce" else gated.watching(headers)
