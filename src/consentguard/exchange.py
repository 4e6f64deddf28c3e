"""One request and its response, without I/O: what a shell asks, in the order that it asks it.

::

    exchange.own            → answer(body) → Outcome            one of our own pages
    exchange.headers_in     → the app's request headers
    exchange.reply(status, headers, first) → Reply              then feed() … finish()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentguard.consent.decide import Decision
from consentguard.http import caching
from consentguard.http.cookies import hide
from consentguard.http.message import Header
from consentguard.outbound import Outbound, Reply, shows_page
from consentguard.pages import serve
from consentguard.pages.outcome import Outcome
from consentguard.pages.visit import Visit
from consentguard.tally import Tally


@dataclass(slots=True)
class Exchange:
    """One visitor's request; built by :meth:`consentguard.guard.ConsentGuard.exchange`."""

    visit: Visit
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
        return serve.answer(self.visit, body)

    def reads(self, headers: Sequence[Header]) -> bool:
        """Whether the first bytes of a body with these headers matter: it is a page."""
        return shows_page(headers)

    def reply(self, status: int, headers: Sequence[Header], first: bytes = b"") -> Reply:
        """The response to send instead of the app's. ``first`` are the first bytes of its body."""
        mode = self.visit.setup.policy.enforcement.mode
        if mode == "off":
            return Reply(list(headers), None)
        gated = Outbound(
            self.visit,
            self.tally,
            self.hidden,
            self.digest,
            self.revalidates,
            status,
            list(headers),
            first,
        ).reply()
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
