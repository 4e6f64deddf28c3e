"""The decision, and the questions that it answers.

Everything that needs a yes asks here: for a purpose, for a service, for whatever claims a cookie, a
URL or a snippet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from consentguard.consent.rules import Ruling
from consentguard.errors import UnknownPurpose
from consentguard.exemptions import EXEMPTIONS
from consentguard.model import UNKNOWN, Match, Model, Purpose, Reason, Region, Service

#: Purposes that follow people.
FOLLOWING = frozenset(("analytics", "advertising", "personalisation", "social"))

#: What a tag manager loads, unless its service in the policy names other purposes beside its own.
LOADED = ("analytics", "advertising")

#: The signal of services that hear by Google Consent Mode what is denied.
CONSENT_MODE = "google-consent-mode"

#: Nobody has refused: what needs no consent runs.
UNASKED = frozenset({Reason.NO_CHOICE, Reason.EXPIRED, Reason.CHANGED, Reason.ON_CLICK})

#: What a click on one service does not lift.
UNCLICKABLE = frozenset({Reason.RULE, Reason.MINOR, Reason.SIGNAL, Reason.UNREADABLE})


@dataclass(frozen=True)
class Decision:
    """What visitors who have said this, in this place, have allowed."""

    region: Region
    purposes: Mapping[str, Purpose] = field(hash=False, repr=False)
    known: Mapping[str, Service] = field(hash=False, repr=False)  #: every service, by id
    rulings: Mapping[str, Ruling] = field(hash=False)
    services: Mapping[str, bool] = field(hash=False)  #: the visitor's word on single services
    gpc: bool
    chosen: bool  #: a readable choice is stored
    show_banner: bool
    variant: str  #: of the banner: ``opt-in``, ``opt-out``, ``notice`` or ``none``
    complete: bool  #: every purpose of *accept* is allowed, but for those with their own click

    @cached_property
    def digest(self) -> str:
        """Of everything in it that changes a page."""
        facts = (
            self.region.id,
            sorted((p, r.allowed, r.reason.value) for p, r in self.rulings.items()),
            sorted(self.services.items()),
            (self.gpc, self.show_banner, self.complete),
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    @cached_property
    def exceptions(self) -> Mapping[str, bool]:
        """Services treated otherwise than their purposes: by a click, a signal or a rule."""
        found = {}
        for service in self.known.values():
            allowed = self.allows_service(service)
            if allowed is not all(self._grants(p) for p in service.purposes):
                found[service.id] = allowed
        return found

    def _grants(self, purpose: str) -> bool:
        ruling = self.rulings.get(purpose)
        return ruling is not None and ruling.allowed

    @property
    def granted(self) -> tuple[str, ...]:
        """Ids of the purposes that are allowed."""
        return tuple(p for p, ruling in self.rulings.items() if ruling.allowed)

    @property
    def denied(self) -> Mapping[str, Reason]:
        """Ids of the purposes that are not allowed, each with its reason."""
        return {p: r.reason for p, r in self.rulings.items() if not r.allowed}

    @property
    def opt_in(self) -> bool:
        """True where trackers wait for a yes: unknown cookies and hosts are held back there."""
        return self.rulings["advertising"].model.strictness >= Model.OPT_IN.strictness

    @property
    def unknown(self) -> bool:
        """Whether hosts that nobody knows may run: under opt-in they wait for all of *accept*."""
        return self.complete or not self.opt_in

    @property
    def stand(self) -> str:
        """``all`` is on that *accept* allows, or ``some`` of what waits for a word, or ``none``."""
        if self.complete:
            return "all"
        on = any(r.allowed and r.model is not Model.NONE for r in self.rulings.values())
        return "some" if on else "none"

    def allows(
        self,
        purpose: str,
        *,
        service: str | None = None,
        category: str | None = None,
        data: str | None = None,
    ) -> bool:
        """Whether a purpose is allowed, for one service, category or kind of data if given.

        Raises :class:`UnknownPurpose` for a purpose that the policy does not have. A service that
        nothing knows, or that does not declare the purpose, is not allowed.
        """
        ruling = self.rulings.get(purpose)
        if ruling is None:
            raise UnknownPurpose(purpose, tuple(self.rulings))
        if category is not None and category in self.purposes[purpose].exclude_categories:
            return False
        # GDPR art. 9(2)(a): special categories need explicit consent, never a bundled one.
        if data == "special" and not self.purposes[purpose].explicit:
            return False
        if service is not None:
            found = self.known.get(service)
            # GDPR art. 5(1)(b): a grant for one purpose is not one for another.
            return found is not None and purpose in found.purposes and self.allows_service(found)
        return ruling.allowed

    def allows_service(self, service: Service) -> bool:
        """Whether a service may run: each of its purposes, or a click on that very service."""
        if service.sells_or_shares and (self.gpc or self.region.sensitive_sale == "deny"):
            return False
        if self._abroad(service):
            return False
        word = self.services.get(service.id)
        if word is False:
            return False
        model = self.region.services.get(service.id)
        if model is Model.DENY or model is Model.NONE:
            return model is Model.NONE
        return all(self._purpose_of(service, p, model, word is True) for p in service.purposes)

    def _abroad(self, service: Service) -> bool:
        """Data that has to be kept at home first goes elsewhere (152-FZ, art. 18(5))."""
        home = self.region.home
        if not home or service.country in ("", home) or FOLLOWING.isdisjoint(service.purposes):
            return False
        # Advertising shares what it learns: a first copy at home does not make up for that.
        return not service.localised or "advertising" in service.purposes

    def _purpose_of(
        self, service: Service, purpose: str, model: Model | None, clicked: bool
    ) -> bool:
        """One purpose of a service; ``model`` is the region's own for this service, if any."""
        # Only own-use security on declared paths is free (CNIL v CITYSCOOT, 16 Mar 2023).
        if purpose == "security" and service.exempt == "security":
            return True
        ruling = self.rulings.get(purpose)
        if ruling is not None and self._freed(service, purpose) and ruling.reason in UNASKED:
            return True
        # A tag manager runs other services: a word on it alone would be a word on them all.
        if ruling is None or purpose == "tag-manager":
            return ruling is not None and (ruling.allowed or _told(service, ruling))
        if clicked and ruling.reason not in UNCLICKABLE:
            return True
        return ruling.allowed if model is None else _by_own_model(model, ruling)

    def _freed(self, service: Service, purpose: str) -> bool:
        """Whether the law of the region frees this use of the service, as far as it is stated."""
        found = EXEMPTIONS.get(service.exempt)
        return (
            found is not None and found.purpose == purpose and service.exempt in self.region.exempt
        )

    def signals(self, service: Service) -> bool:
        """Whether a service has to be told by Google's signal what is denied, and may run then.

        Google Consent Mode, "advanced": never under a rule, nor against a word on that very
        service, nor where the choice could not be read.
        """
        if self.region.google_consent_mode != "advanced" or self.services.get(service.id) is False:
            return False
        if all(self.rulings[p].allowed for p in LOADED):
            return False  # nothing is denied that it could hear of
        hard = (Reason.RULE, Reason.MINOR, Reason.UNREADABLE)
        rulings = [self.rulings[p] for p in service.purposes if p in self.rulings]
        model = self.region.services.get(service.id)
        ruled = model is Model.DENY or any(r.reason in hard for r in rulings)
        return CONSENT_MODE in service.signals and not ruled

    def allows_match(self, match: Match) -> bool:
        """Whether everything that claims a cookie, URL or snippet may run; unknown ones: no."""
        return match.known and all(map(self.allows_service, match.services))

    def cookie_days(self, match: Match) -> int:
        """So many days a cookie may live there at most; 0 for any number.

        What follows people lives as long as the region lets trackers live (CNIL recommendation of
        17 September 2020: 13 months); and any cookie as long as its service declares.
        """
        limits = [service.max_cookie_days for service in match.services]
        if not FOLLOWING.isdisjoint(match.purposes):
            limits.append(self.region.lifetime.tracker_days)
        return min(filter(None, limits), default=0)

    def blamed(self, match: Match) -> tuple[str, str]:
        """The purpose and service to name when a match is held back: its first denied one."""
        for service in match.services:
            if not self.allows_service(service):
                denied = [p for p in service.purposes if not self.rulings[p].allowed]
                return (denied or list(service.purposes))[0], service.id
        return UNKNOWN, ""


def _told(service: Service, ruling: Ruling) -> bool:
    """Whether a tag manager waits for nothing but the purposes that its service names."""
    return ruling.reason is Reason.INCOMPLETE and len(service.purposes) > 1


def _by_own_model(model: Model, ruling: Ruling) -> bool:
    """A service's model takes the place of its purpose's default, never of a choice."""
    if model.strictness < Model.OPT_IN.strictness:
        return ruling.allowed or ruling.reason in (Reason.NO_CHOICE, Reason.ON_CLICK)
    return ruling.reason in (Reason.GRANTED, Reason.EXEMPT)
