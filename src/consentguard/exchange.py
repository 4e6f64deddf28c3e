"""One request and its response, without I/O: what a shell asks, in the order that it asks it.

::

    exchange.own            → answer(body) → Outcome            one of our own pages
    exchange.headers_in     → the app's request headers
    exchange.passes(headers)                                    the response needs nothing
    exchange.reads(headers)                                     its first bytes decide
    exchange.reply(status, headers, first) → Reply              then feed() … finish()

What most requests have no use for is not made: no banner, no texts and no digest for a response
that is not a page.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from consentguard.consent.decide import Decision
from consentguard.http import caching
from consentguard.http.cookies import hide
from consentguard.http.message import Header, Request, fields_of
from consentguard.http.sniff import may_be_page, shown
from consentguard.outbound import LOOKED_AT, Outbound, Reply, fenced
from consentguard.pages import outcome, serve
from consentguard.pages.injected import Injected
from consentguard.pages.outcome import Outcome
from consentguard.pages.visit import Setup, Visit, Visitor

log = logging.getLogger("consentguard")


@dataclass(slots=True)
class Exchange:
    """One visitor's request; built by :meth:`consentguard.guard.ConsentGuard.exchange`."""

    setup: Setup
    injected: Injected
    request: Request
    visitor: Visitor
    own: bool  #: one of our own pages answers
    headers_in: list[Header]  #: for the app
    revalidates: bool = False  #: the browser holds a page of this very decision

    @property
    def visit(self) -> Visit:
        """The request with what holds for its visitor."""
        return Visit(self.setup, self.request, self.visitor)

    @property
    def decision(self) -> Decision:
        """What this visitor has allowed."""
        return self.visitor.decision

    def filter(self) -> None:
        """Take refused cookies and validators of other decisions out of the request."""
        hidden, enforcement = self.visitor.hidden, self.setup.policy.enforcement
        if hidden and enforcement.hide_request_cookies:
            self.headers_in, _ = hide(self.headers_in, frozenset(hidden).__contains__)
        if enforcement.mode == "enforce" and caching.conditional(self.request.fields):
            self.headers_in, self.revalidates = caching.request_headers(
                self.headers_in, self.visit.digest
            )

    def answer(self, body: bytes) -> Outcome:
        """The outcome of a request to one of our own URLs."""
        try:
            return serve.answer(self.visit, body)
        except Exception:
            log.exception(
                "a request to one of our own URLs was not understood; nothing was changed"
            )
            return Outcome.of(outcome.json(503, '{"error":"this could not be done, try again"}'))

    def passes(self, headers: Sequence[Header]) -> bool:
        """Whether a response with these headers leaves as it is: headers, body and all."""
        if self.setup.off:
            return True
        if self.visitor.hidden or self.revalidates:
            return False
        kind: bytes | None = None
        try:
            for name, value in headers:
                if name.lower() in LOOKED_AT:
                    if kind is not None or name.lower() != b"content-type":
                        return False
                    kind = value
            return kind is not None and not shown(kind)
        except (AttributeError, TypeError):  # not bytes
            return False

    def reads(self, headers: Sequence[Header]) -> bool:
        """Whether the first bytes of a body with these headers matter: it is or may be a page."""
        return may_be_page(fields_of(headers)) and not self.setup.off

    def reply(self, status: int, headers: Sequence[Header], first: bytes = b"") -> Reply:
        """The response to send instead of the app's. ``first`` are the first bytes of its body."""
        if self.passes(headers):
            return Reply(headers, None)
        try:
            gated = Outbound(
                self.visit, self.injected, self.revalidates, status, list(headers), first
            ).reply()
        except Exception:
            log.exception("a response was fenced: its headers could not be gated")
            gated = Reply(fenced(headers), None)
        enforces = self.setup.policy.enforcement.mode == "enforce"
        return gated if enforces else gated.watching(headers)
