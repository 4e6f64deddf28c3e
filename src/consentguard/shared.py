"""What responses have in common, and find again: judges and banners, by all that they depend on."""

from __future__ import annotations

from collections.abc import Callable

from consentguard.http.message import Request
from consentguard.judge import SHELVES, Judge
from consentguard.pages.injected import Injected
from consentguard.pages.visit import Setup, Visit, Visitor

MEMO = 256  #: hosts, languages and so on whose banners are kept, each a few kilobytes
LONGEST = 256  #: bytes of a host, which a client writes, to be kept


class Shared:
    """What responses have in common, found again by what it depends on.

    Two requests of one decision, region and host get the same answers about the same URLs; those
    of one language get the same banner. ``meet`` says who sends a request; it never raises.
    ``everybody`` is for whom a page is made that caches share.
    """

    def __init__(
        self, setup: Setup, meet: Callable[[Request], Visitor], everybody: Visitor
    ) -> None:
        self.setup = setup
        self.meet = meet
        self.everybody = everybody
        self._judges: dict[tuple[str | bytes | None, ...], tuple[Judge, str]] = {}
        self._injected: dict[tuple[str | bytes | None, ...], Injected] = {}

    def judge(self, visit: Visit) -> Judge:
        """Answers for this visitor and the page of this request."""
        request, decision = visit.request, visit.visitor.decision
        fields = request.fields
        key = (decision.digest, decision.region.id, request.scheme, fields.get(b"host"))
        found = self._judges.get(key)
        if found is None:
            origin = f"{request.scheme}://{request.host or 'localhost'}"
            found = (_judge(visit, f"{origin}/"), origin)
            # A new dict, not a changed one: other threads may be looking.
            judges = {**self._judges, key: found}
            if len(judges) > SHELVES:
                del judges[next(iter(judges))]
            self._judges = judges
        judge, origin = found
        return judge.at(f"{origin}{request.root_path}{request.path}")

    def injected(self, visit: Visit) -> Injected:
        """What is put into this visitor's pages."""
        request, decision = visit.request, visit.visitor.decision
        host, root = request.fields.get(b"host", b""), request.root_path
        lang = visit.texts.lang
        key = (decision.digest, decision.region.id, lang, request.scheme, host, root)
        found = self._injected.get(key)
        if found is None:
            found = Injected(visit)
            if len(self._injected) >= MEMO:
                self._injected.clear()
            if len(host) + len(root) <= LONGEST:
                self._injected[key] = found
        return found


def _judge(visit: Visit, page: str) -> Judge:
    setup, site = visit.setup, visit.setup.policy.site
    undeclared = setup.policy.enforcement.undeclared_hosts
    return Judge(setup.catalogue, visit.decision, undeclared, page, setup.tally, site)
