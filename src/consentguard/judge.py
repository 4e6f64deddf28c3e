"""The judge: what the decision says about each thing that a page would make a browser contact."""

from __future__ import annotations

from consentguard.catalogue import Catalogue
from consentguard.consent.decide import Decision
from consentguard.html.judge import Gate
from consentguard.html.table import Kind
from consentguard.model import UNKNOWN
from consentguard.tally import Tally

#: Kinds that can track by themselves; an unknown image, style or font passes and is counted.
ACTIVE = frozenset({Kind.SCRIPT, Kind.FRAME, Kind.BEACON, Kind.OBJECT})


class Judge:
    """Answers for one page: ``None`` lets a thing pass, a :class:`Gate` makes it inert.

    ``page`` is the absolute URL of the page; ``undeclared`` is ``[enforcement] undeclared_hosts``.
    """

    def __init__(
        self, catalogue: Catalogue, decision: Decision, undeclared: str, page: str, tally: Tally
    ) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._page = page
        self._tally = tally
        # Unknown hosts wait in opt-in regions, until all that accept could allow is allowed.
        waits = decision.opt_in and not decision.complete and undeclared != "allow"
        self._held: frozenset[Kind] = frozenset()
        if waits:
            self._held = ACTIVE if undeclared == "block-active" else frozenset(Kind)

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        """The gate of a URL as it stands in the page; ``base`` is the value of ``<base href>``."""
        match = self._catalogue.url(url, base=self._page, href=base or "")
        if match is None:
            return None
        if match.known:
            if self._decision.allows_match(match):
                return None
            gate = Gate(*self._decision.blamed(match))
        elif kind in self._held:
            gate = Gate(UNKNOWN, "")
        else:
            self._tally.add("passed", f"{element} {kind}")
            return None
        self._tally.add("html", gate.service or gate.purpose)
        return gate

    def snippet(self, script: bytes) -> Gate | None:
        """The gate of an inline script."""
        match = self._catalogue.snippet(script)
        if not match.known or self._decision.allows_match(match):
            return None
        gate = Gate(*self._decision.blamed(match))
        self._tally.add("html", gate.service)
        return gate

    def denied(self, url: str, what: str) -> bool:
        """Whether the target of a header has to go: ``Link`` and ``Refresh``."""
        kind = Kind.REFRESH if what == "refresh" else Kind.HINT
        return self.url(url, kind, what, None) is not None
