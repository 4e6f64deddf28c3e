"""A page that caches share is made once, for everybody: for a visitor who has allowed nothing.

What nobody can be denied anywhere stands in it as the app sent it, all else waits. Of the request
it shows only what every cache has in its key: the host and the path.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from consentguard.consent import signals
from consentguard.consent.decide import Decider
from consentguard.http import caching
from consentguard.http.cookies import MOST, pairs
from consentguard.http.message import Header
from consentguard.model import EVERYBODY, Model, Policy, Region
from consentguard.pages.visit import Visit, Visitor


def for_everybody(policy: Policy, decider: Decider) -> Visitor:
    """Who may be shown to anybody: in all places at once, without a choice."""
    region = _everywhere(policy)
    decision = decider.decide(region, None, signals.NONE, 0)
    return Visitor(region, decision, inf, None, signals.NONE)


def _everywhere(policy: Policy) -> Region:
    """Opt-in for all that waits for a choice in any place at any time, minors' rules included."""
    states = [state for r in policy.regions.values() for state in (r, *r.later)]
    models = {
        purpose: Model.NONE
        if all(state.models[purpose] is Model.NONE for state in states)
        else Model.OPT_IN
        for purpose in policy.purposes
    }
    ruled = {s for r in states for s, model in r.services.items() if model is Model.DENY}
    return Region(
        id=EVERYBODY,
        preset=EVERYBODY,
        law="every place where the site is read",
        codes=(),
        models=models,
        services=dict.fromkeys(ruled, Model.DENY),
        transfer_notice=any(state.transfer_notice for state in states),
        sensitive_sale="deny",  # who sells or shares waits for those who forbid it
    )


class Everybody(Visit):
    """A request as anybody's: no language, no query, no destination of a fetch and no cookies."""

    shared = True

    @property
    def accepts(self) -> bytes | None:
        """None: the site's own language it is, a cache does not know the visitor's."""
        return None

    @property
    def query(self) -> str:
        """Always named where there are several: its visitors' browsers ask for any of them."""
        return f"?lang={self.texts.lang}" if len(self.setup.languages) > 1 else ""

    @property
    def onward(self) -> str:
        """The path alone: the query may name a campaign or a person, and caches leave it out."""
        return self.request.root_path + self.request.path

    @property
    def framed(self) -> bool:
        """Caches hand out one copy for windows and for frames."""
        return False

    @property
    def hides(self) -> tuple[bytes, ...]:
        """Names of the request's cookies that are not everybody's."""
        host = self.request.hostname
        names = [name for name, _ in pairs(self.request.headers)][:MOST]
        return tuple(n for n in names if self.setup.refuses(self.decision, n, host))

    def cached(self, headers: Iterable[Header], *, unchanged: bool = False) -> list[Header]:
        """A page's headers with what caches are told: what the app says."""
        # A 304 to a date says that it is the date.
        since = self.request.fields.get(b"if-modified-since", b"") if unchanged else b""
        return caching.shared_headers(headers, self.digest, dated=since)
