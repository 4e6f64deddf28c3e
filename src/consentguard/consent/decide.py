"""decide(): from what a visitor has stored to what they have allowed.

What a stored choice is worth is found out once for each thing that visitors say: "accept" of one
day reads as "accept" of another until it expires. So a decision is looked up by all that it
follows from, and made by :data:`~consentguard.consent.rules.RULES` only where it is new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import lru_cache
from math import inf
from typing import Any

from consentguard.consent.choose import CLICKED, offered
from consentguard.consent.decision import LOADED, Decision
from consentguard.consent.months import months_after
from consentguard.consent.rules import Ruling, Standing, rule
from consentguard.consent.token import State, Stored, Unreadable
from consentguard.model import (
    NOTHING,
    Lifetime,
    Model,
    Policy,
    Purpose,
    Reason,
    Region,
    Service,
    Signals,
)

#: Purposes that an opt-out signal speaks about: sale, sharing and cross-context advertising
#: (W3C Global Privacy Control, "Legal effects"; 11 CCR 7025(c)(1)).
SIGNALLED = frozenset({"advertising"})

#: Decisions that are kept: visitors of some places, each with one of few choices.
KEPT = 4096


def decide(
    policy: Policy,
    region: Region,
    stored: State,
    signals: Signals,
    now: float,
    known: Mapping[str, Service] = NOTHING,
) -> Decision:
    """The decision for one visitor. Pure: the same arguments give the same decision.

    ``now`` is seconds since 1970; ``known`` every service that the catalogue or the policy has.
    Who decides often keeps a :class:`Decider`.
    """
    return Decider(policy, known).decide(region, stored, signals, now)


def valid_until(region: Region, stored: State, now: float) -> float:
    """When what was decided at ``now`` has to be decided again; seconds since 1970."""
    if isinstance(stored, Unreadable):
        return min(stored.until, region.until)
    if stored is None:
        return region.until
    grant, refusal = _ends(stored.time, region.lifetime)
    return min(end if end > now else inf for end in (grant, refusal, region.until))


class Decider:
    """Decides for the visitors of one site. ``policy`` and ``known`` as for :func:`decide`."""

    def __init__(self, policy: Policy, known: Mapping[str, Service] = NOTHING) -> None:
        self._policy = policy
        self._known = known
        self._follows = not offered(policy, "tag-manager")
        self._bundled = {p for p, purpose in policy.purposes.items() if _bundled(purpose)}
        self._sheets: dict[Hashable, _Sheet] = {}
        self._decisions: dict[Hashable, Decision] = {}

    def decide(self, region: Region, stored: State, signals: Signals, now: float) -> Decision:
        """The decision for one visitor; ``now`` in seconds since 1970."""
        asked = self._policy.gpc
        gpc = signals.gpc and (asked == "everywhere" or (asked == "required" and region.gpc))
        if isinstance(stored, Stored):
            worth = _Worth(self._policy, region, stored, now)
            key: Hashable = (region, gpc, *worth.key)
            standing: Callable[[str], Standing] = worth.of
        elif stored is None:
            key = (region, gpc)
            standing, worth = _unsaid, None
        else:
            key = (region, gpc, stored.why)
            standing, worth = _unread, None
        found = self._decisions.get(key)
        if found is None:
            found = self._decided(region, gpc, stored, standing, worth)
            _keep(self._decisions, key, found)
        return found

    def _decided(
        self,
        region: Region,
        gpc: bool,
        stored: State,
        standing: Callable[[str], Standing],
        worth: _Worth | None,
    ) -> Decision:
        standings = {p: standing(p) for p in self._policy.purposes}
        sheet = self._sheets.get((region, gpc))
        if sheet is None:
            sheet = _Sheet(region, gpc=gpc)
            _keep(self._sheets, (region, gpc), sheet)
        rulings = {p: sheet[p, at] for p, at in standings.items()}
        if isinstance(stored, Unreadable):
            rulings = {p: _because(ruling, stored) for p, ruling in rulings.items()}
        complete = all(
            rulings[p].allowed for p in self._bundled if p != "tag-manager" and p not in CLICKED
        )
        again = worth is not None and worth.refusal_expired
        show = any(
            _asks(rulings[p].model, standings[p], again=again)
            for p in self._bundled
            if not (self._follows and p == "tag-manager")
        )
        rulings["tag-manager"] = _tag_manager(rulings, follows=self._follows)
        return Decision(
            region=region,
            purposes=self._policy.purposes,
            known=self._known,
            rulings=rulings,
            services=worth.words if worth else NOTHING,
            gpc=gpc,
            chosen=worth is not None,
            show_banner=show,
            variant=self._variant(region),
            complete=complete,
        )

    def _variant(self, region: Region) -> str:
        """The strictest model of what *accept* speaks about."""
        models = {region.models[p] for p in self._bundled}
        for model in (Model.OPT_IN, Model.OPT_OUT, Model.NOTICE):
            if model in models:
                return model.value
        return "none"


class _Sheet(dict[tuple[str, Standing], Ruling]):
    """What the rules of one region make of a purpose and its standing, filled as it is asked."""

    def __init__(self, region: Region, *, gpc: bool) -> None:
        super().__init__()
        self._region = region
        self._gpc = gpc

    def __missing__(self, said: tuple[str, Standing]) -> Ruling:
        purpose, standing = said
        region, model = self._region, self._region.models[purpose]
        signalled = self._gpc and purpose in SIGNALLED
        row = rule(model, standing, withheld=purpose in region.withheld, signalled=signalled)
        ruling = Ruling(purpose, model, row.allowed, row.reason, _source(region, row.reason))
        self[said] = ruling
        return ruling


class _Worth:
    """What a stored choice is worth in a region at a time; ``key`` is all that it depends on."""

    def __init__(self, policy: Policy, region: Region, stored: Stored, now: float) -> None:
        self._policy = policy
        self._region = region
        self._stored = stored
        grant, refusal = _ends(stored.time, region.lifetime)
        self._expired = now >= grant
        #: The visitor may be asked again; the refusal still holds.
        self.refusal_expired = now >= refusal
        there = policy.regions.get(stored.region)
        self._there = there.at(stored.time) if there else None

    @property
    def key(self) -> tuple[Hashable, ...]:
        stored = self._stored
        return (
            self._there,
            self._expired,
            self.refusal_expired,
            tuple(stored.granted.items()),
            stored.denied,
            tuple(stored.services.items()),
        )

    @property
    def words(self) -> Mapping[str, bool]:
        """The word on single services: a yes expires like any grant, a no never does."""
        return {s: on for s, on in self._stored.services.items() if not (on and self._expired)}

    def of(self, purpose: str) -> Standing:
        """What it is worth for one purpose."""
        if self._stored.refuses(purpose):
            return Standing.REFUSED
        if self._expired:
            return Standing.EXPIRED
        agreed = self._stored.granted.get(purpose)
        if agreed is None or self._unasked(purpose):
            return Standing.NONE
        same = agreed == self._policy.fingerprints.get(purpose)
        return Standing.GRANTED if same else Standing.CHANGED

    def _unasked(self, purpose: str) -> bool:
        """The choice was made where nobody had to ask for this purpose: there is no yes in it."""
        if self._there is None or _waits_not(self._region.models[purpose]):
            return False
        return _waits_not(self._there.models.get(purpose, Model.OPT_IN))


def _waits_not(model: Model) -> bool:
    return model.strictness < Model.OPT_IN.strictness


def _unsaid(purpose: str) -> Standing:
    return Standing.NONE


def _unread(purpose: str) -> Standing:
    return Standing.UNREADABLE


@lru_cache(maxsize=KEPT)
def _ends(time: float, life: Lifetime) -> tuple[float, float]:
    """When a grant of that time ends, and when a refusal may be asked about again."""
    return months_after(time, life.grant_months), months_after(time, life.refuse_months)


def _source(region: Region, reason: Reason) -> str:
    if reason is Reason.SIGNAL:
        return "Sec-GPC: 1 (Global Privacy Control)"
    if reason in (Reason.GRANTED, Reason.REFUSED, Reason.EXPIRED, Reason.CHANGED):
        return "the visitor's choice"
    return f"{region.preset}: {region.law}"


def _because(ruling: Ruling, stored: Unreadable) -> Ruling:
    if ruling.reason is not Reason.UNREADABLE:
        return ruling
    return replace(ruling, source=f"consent cookie: {stored.why}")


def _tag_manager(rulings: Mapping[str, Ruling], *, follows: bool) -> Ruling:
    """A tag manager waits for what it loads; where nobody was asked about it, for that alone."""
    tag = rulings["tag-manager"]
    unasked = follows and tag.reason is Reason.NO_CHOICE
    if all(rulings[p].allowed for p in LOADED):
        return replace(tag, allowed=True, reason=Reason.GRANTED) if unasked else tag
    if tag.allowed or unasked:
        return replace(tag, allowed=False, reason=Reason.INCOMPLETE)
    return tag


def _asks(model: Model, standing: Standing, *, again: bool) -> bool:
    """Accept would grant it, it is opt-in, and there is no valid choice for it."""
    if model is not Model.OPT_IN or standing is Standing.GRANTED:
        return False
    return standing is not Standing.REFUSED or again


def _bundled(purpose: Purpose) -> bool:
    return purpose.bundled and not purpose.explicit


def _keep(kept: dict[Any, Any], key: Hashable, value: object) -> None:
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
