"""The judge: what the decision says about each thing that a page would make a browser contact."""

from __future__ import annotations

from urllib.parse import urlsplit

from consentguard.catalogue import Catalogue
from consentguard.catalogue.dataurls import payload
from consentguard.consent.decide import Decision
from consentguard.html.judge import Gate
from consentguard.html.table import Kind
from consentguard.model import UNKNOWN, Site
from consentguard.tally import Tally

#: Kinds that can track by themselves; an unknown image, style or font passes and is counted.
ACTIVE = frozenset({Kind.SCRIPT, Kind.FRAME, Kind.BEACON, Kind.OBJECT})


class Judge:
    """Answers for one page: ``None`` lets a thing pass, a :class:`Gate` makes it inert.

    ``page`` is the absolute URL of the page; ``undeclared`` is ``[enforcement] undeclared_hosts``;
    the hosts that ``site`` names are the site's own whatever ``page`` says: a proxy that does not
    pass ``Host`` on hides them.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        decision: Decision,
        undeclared: str,
        page: str,
        tally: Tally,
        site: Site | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._decision = decision
        self._page = page
        self._tally = tally
        self._site = site
        # Unknown hosts wait in opt-in regions, until all that accept could allow is allowed.
        waits = decision.opt_in and not decision.complete and undeclared != "allow"
        self._held: frozenset[Kind] = frozenset()
        if waits:
            self._held = ACTIVE if undeclared == "block-active" else frozenset(Kind)

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        """The gate of a URL as it stands in the page; ``base`` is the value of ``<base href>``."""
        match = self._catalogue.url(url, base=self._page, href=base or "")
        if match is None:
            return self._data(url) if kind is Kind.SCRIPT else None
        if match.known:
            if self._decision.allows_match(match):
                return None
            gate = Gate(*self._decision.blamed(match))
        elif self._own(url, base):
            return None
        elif kind in self._held:
            gate = Gate(UNKNOWN, "")
        else:
            self._tally.add("passed", f"{element} {kind}")
            return None
        self._tally.add("html", gate.service or gate.purpose)
        return gate

    def snippet(self, script: bytes) -> Gate | None:
        """The gate of an inline script."""
        match = self._catalogue.snippet(script, site=_host(self._page))
        if not match.known or self._decision.allows_match(match):
            return None
        gate = Gate(*self._decision.blamed(match))
        self._tally.add("html", gate.service)
        return gate

    def unread(self) -> Gate | None:
        """The gate of something that could not be read: it waits for all that can be allowed."""
        return None if self._decision.complete else Gate(UNKNOWN, "")

    def denied(self, url: str, what: str) -> bool:
        """Whether the target of a header has to go: ``Link`` and ``Refresh``."""
        kind = Kind.REFRESH if what == "refresh" else Kind.HINT
        return self.url(url, kind, what, None) is not None

    def _own(self, url: str, base: str | None) -> bool:
        if self._site is None:
            return False
        homes = filter(None, (self._site.url, *self._site.origins))
        return any(self._catalogue.url(url, base=home, href=base or "") is None for home in homes)

    def _data(self, url: str) -> Gate | None:
        """The gate of a script that stands in its own URL."""
        script = payload(url)
        return self.snippet(script) if script else None


def _host(page: str) -> str:
    try:
        return (urlsplit(page).hostname or "").removesuffix(".")
    except ValueError:
        return ""
