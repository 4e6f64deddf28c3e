"""The judge: what the decision says about each thing that a page would make a browser contact."""

from __future__ import annotations

from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from consentguard.catalogue import Catalogue
from consentguard.consent import google
from consentguard.consent.decision import LOADED, Decision
from consentguard.html import engine
from consentguard.html.judge import Gate, merged
from consentguard.html.table import Kind
from consentguard.html.verdicts import NOTHING, Memory, Shelf
from consentguard.model import UNKNOWN, Match, Region, Site
from consentguard.tally import Tally

#: Kinds that can track by themselves; an unknown image, style or font passes and is counted.
ACTIVE = frozenset({Kind.SCRIPT, Kind.FRAME, Kind.BEACON, Kind.OBJECT})
#: Combinations of decision, host and settings whose verdicts are kept: hosts may be made up.
SHELVES = 16

_UNKNOWN = Gate(UNKNOWN, "")
#: Whatever is in it: it may be a tracker that is known.
_UNREAD = Gate(UNKNOWN, "", (UNKNOWN, *LOADED))


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
        self._homes = tuple(filter(None, (site.url, *site.origins))) if site else ()
        #: What judges with equal answers have said before.
        self.memory = Memory(
            tally.count,
            self._shelf(undeclared),
            page,
            _snippets(catalogue),
            catalogue.attributes,
        )
        # Unknown hosts wait in opt-in regions, until all that accept could allow is allowed.
        waits = not decision.unknown and undeclared != "allow"
        self._held: frozenset[Kind] = frozenset()
        if waits:
            self._held = ACTIVE if undeclared == "block-active" else frozenset(Kind)

    def at(self, page: str) -> Judge:
        """The same judge for another page of the same origin."""
        other = object.__new__(Judge)
        other.__dict__.update(self.__dict__, _page=page, memory=self.memory.at(page))
        return other

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        """The gate of a URL as it stands in the page; ``base`` is the value of ``<base href>``."""
        marks = self.memory.marks if kind is Kind.SCRIPT else NOTHING
        match = self._catalogue.url(url, base=self._page, href=base or "", attributes=marks)
        if match is None:
            return None
        if match.services:
            loads = kind is Kind.SCRIPT and element == "script"
            gate = self._gate(match, hears=loads and google.loads_by(url))
            if gate is None:
                return None
        elif self._own(url, base):
            return None
        elif kind in self._held:
            gate = _UNKNOWN
        else:
            self.memory.note("passed", f"{element} {kind}")
            return None
        self.memory.note("html", gate.service or gate.purpose)
        return gate

    def snippet(self, script: bytes) -> Gate | None:
        """The gate of an inline script."""
        match = self._catalogue.snippet(script, site=self._host)
        gate = self._gate(match, hears=match.known and google.is_told_by(script))
        if gate is not None:
            self.memory.note("html", gate.service)
        return gate

    @cached_property
    def _host(self) -> str:
        return _host(self._page)

    def unread(self) -> Gate | None:
        """The gate of something that could not be read: it waits for all that can be allowed."""
        return None if self._decision.complete else _UNREAD

    def _gate(self, match: Match, *, hears: bool) -> Gate | None:
        """Every service that is not allowed, each with the purposes that are not.

        A script that ``hears`` Google's signal may run, but behind it: one that is allowed waits
        for it too while something is denied.
        """
        gates, decision = [], self._decision
        for service in match.services:
            allowed = decision.allows_service(service)
            told = hears and decision.signals(service)
            if not allowed or told:
                denied = [p for p in service.purposes if not decision.rulings[p].allowed]
                purposes = tuple(denied or service.purposes)
                gates.append(Gate(purposes[0], service.id, purposes, signal="google" * told))
        return merged(gates) if gates else None

    def _own(self, url: str, base: str | None) -> bool:
        """Whether it is the site's own by another of the names that the site has."""
        return any(
            self._catalogue.url(url, base=home, href=base or "") is None for home in self._elsewhere
        )

    @cached_property
    def _elsewhere(self) -> list[str]:
        """The site's names that may answer otherwise than the page's own."""
        here = _origin(self._page)
        return [home for home in self._homes if _origin(home) != here]

    def _shelf(self, undeclared: str) -> Shelf:
        """The verdicts of all judges that answer as this one does."""
        origin = "/".join(self._page.split("/", 3)[:3])
        decision = self._decision
        return _shelf(
            self._catalogue, decision.digest, decision.region, undeclared, origin, self._homes
        )


@lru_cache(SHELVES)
def _shelf(
    catalogue: Catalogue,
    digest: str,
    region: Region,
    undeclared: str,
    origin: str,
    homes: tuple[str, ...],
) -> Shelf:
    return {}


@lru_cache(SHELVES)
def _snippets(catalogue: Catalogue) -> object:
    return engine.snippets(catalogue.literals)


def _host(page: str) -> str:
    return _origin(page)[1]


def _origin(page: str) -> tuple[str, str]:
    """Scheme and host; the port says nothing about whose a site is."""
    try:
        parts = urlsplit(page)
        return parts.scheme, (parts.hostname or "").removesuffix(".")
    except ValueError:
        return "", ""
