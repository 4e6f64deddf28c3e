"""What responses have in common, and find again: judges, by all that they depend on."""

from __future__ import annotations

from collections.abc import Callable

from consentguard.http.message import Request
from consentguard.judge import SHELVES, Judge
from consentguard.pages.visit import Setup, Visit, Visitor


class Shared:
    """What responses have in common, found again by what it depends on.

    Two requests of one decision, region and host get the same answers about the same URLs.
    ``meet`` says who sends a request; it never raises.
    ``everybody`` is for whom a page is made that caches share.
    """

    def __init__(
        self, setup: Setup, meet: Callable[[Request], Visitor], everybody: Visitor
    ) -> None:
        self.setup = setup
        self.meet = meet
        self.everybody = everybody
        self._judges: dict[tuple[str | bytes | None, ...], tuple[Judge, str]] = {}

    def judge(self, visit: Visit) -> tuple[Judge, str]:
        """What answers for this visitor on all pages of this origin, and the origin.

        :meth:`Judge.at <consentguard.judge.Judge.at>` is for one of them.
        """
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
        return found


def _judge(visit: Visit, page: str) -> Judge:
    setup, site = visit.setup, visit.setup.policy.site
    undeclared = setup.policy.enforcement.undeclared_hosts
    return Judge(setup.catalogue, visit.decision, undeclared, page, setup.tally, site)
