"""decide(): the law as a table.

For each purpose the rows of :data:`RULES` are asked from the top; the first that answers rules.
The order of force is: rule of the region > signal > explicit choice > the model's default. No row
below a refusal can allow, so an automatic signal can tighten a stored choice and never loosen it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from consentguard.consent.choose import CLICKED, offered
from consentguard.consent.months import months_after
from consentguard.consent.token import State, Stored, Unreadable
from consentguard.errors import UnknownPurpose
from consentguard.exemptions import EXEMPTIONS
from consentguard.model import (
    NOTHING,
    UNKNOWN,
    Match,
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


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds for one purpose, why, and where that is written."""

    purpose: str
    model: Model
    allowed: bool
    reason: Reason
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one ruling may depend on."""

    policy: Policy
    region: Region
    purpose: Purpose
    model: Model
    stored: State
    gpc: bool
    now: float

    @property
    def choice(self) -> Stored | None:
        """The visitor's choice, if there is a readable one."""
        return self.stored if isinstance(self.stored, Stored) else None

    @property
    def expired(self) -> bool:
        """The grant is older than the region lets it live."""
        return self._past(self.region.lifetime.grant_months)

    @property
    def refusal_expired(self) -> bool:
        """The visitor may be asked again; the refusal still holds."""
        return self._past(self.region.lifetime.refuse_months)

    @property
    def changed(self) -> bool:
        """What was agreed to is not what the policy says today."""
        agreed = self.choice.granted.get(self.purpose.id) if self.choice else None
        return agreed != self.policy.fingerprints.get(self.purpose.id)

    @property
    def elsewhere(self) -> bool:
        """The choice was made where nobody had to ask for this purpose: there is no yes in it."""
        if self.choice is None or self.model.strictness < Model.OPT_IN.strictness:
            return False
        there = self.policy.regions.get(self.choice.region)
        if there is None:
            return False
        then = there.at(self.choice.time).models.get(self.purpose.id, Model.OPT_IN)
        return then.strictness < Model.OPT_IN.strictness

    def _past(self, months: int) -> bool:
        return self.choice is not None and self.now >= months_after(self.choice.time, months)


Row = Callable[[Case], "tuple[bool, Reason] | None"]


def _rule(case: Case) -> tuple[bool, Reason] | None:
    if case.model is not Model.DENY:
        return None
    return False, Reason.MINOR if case.purpose.id in case.region.withheld else Reason.RULE


def _exempt(case: Case) -> tuple[bool, Reason] | None:
    # ePrivacy Directive art. 5(3): what is strictly necessary for the service needs no consent.
    return (True, Reason.EXEMPT) if case.model is Model.NONE else None


def _signal(case: Case) -> tuple[bool, Reason] | None:
    # 11 CCR 7025(c)(1): a signal is a valid request to opt out of sale and sharing.
    hit = case.gpc and case.purpose.id in SIGNALLED
    return (False, Reason.SIGNAL) if hit else None


def _unreadable(case: Case) -> tuple[bool, Reason] | None:
    # Doubt means no: what cannot be read may have been a refusal, in opt-out regions too.
    return (False, Reason.UNREADABLE) if isinstance(case.stored, Unreadable) else None


def _refused(case: Case) -> tuple[bool, Reason] | None:
    # GDPR art. 7(3): withdrawal holds at once; a refusal never lapses by itself.
    hit = case.choice is not None and case.choice.refuses(case.purpose.id)
    return (False, Reason.REFUSED) if hit else None


def _expired(case: Case) -> tuple[bool, Reason] | None:
    # Doubt means no: an expired choice allows nothing, not what it left to the default either.
    return (False, Reason.EXPIRED) if case.expired else None


def _granted(case: Case) -> tuple[bool, Reason] | None:
    if case.choice is None or case.purpose.id not in case.choice.granted:
        return None
    if case.elsewhere:
        return None
    # GDPR art. 4(11): consent is specific; a changed purpose is another one.
    return (False, Reason.CHANGED) if case.changed else (True, Reason.GRANTED)


def _default(case: Case) -> tuple[bool, Reason] | None:
    return {
        Model.NOTICE: (True, Reason.NOTICE),
        Model.OPT_OUT: (True, Reason.DEFAULT),
        Model.OPT_IN: (False, Reason.NO_CHOICE),
        Model.ON_CLICK: (False, Reason.ON_CLICK),
    }.get(case.model)


#: The order of force.
RULES: tuple[Row, ...] = (
    _rule,
    _signal,
    _exempt,
    _unreadable,
    _refused,
    _expired,
    _granted,
    _default,
)

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


@dataclass(frozen=True, slots=True)
class Decision:
    """What this visitor, in this place, has allowed; ``valid_until`` in seconds since 1970."""

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
    valid_until: float
    digest: str  #: of everything above that changes a page

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
    """
    gpc = signals.gpc and (policy.gpc == "everywhere" or (policy.gpc == "required" and region.gpc))
    cases = {
        p.id: Case(policy, region, p, region.models[p.id], stored, gpc, now)
        for p in policy.purposes.values()
    }
    rulings = {p: _ruled(case) for p, case in cases.items()}
    complete = all(
        r.allowed
        for p, r in rulings.items()
        if _bundled(policy.purposes[p]) and p != "tag-manager" and p not in CLICKED
    )
    follows = not offered(policy, "tag-manager")
    rulings["tag-manager"] = _tag_manager(rulings, follows=follows)
    services = _words(stored, region, now)
    show = any(_asks(case) for p, case in cases.items() if not (follows and p == "tag-manager"))
    variant = _variant(rulings, policy.purposes)
    facts = (
        region.id,
        sorted((p, r.allowed, r.reason.value) for p, r in rulings.items()),
        sorted(services.items()),
        (gpc, show, complete),
    )
    return Decision(
        region=region,
        purposes=policy.purposes,
        known=known,
        rulings=rulings,
        services=services,
        gpc=gpc,
        chosen=isinstance(stored, Stored),
        show_banner=show,
        variant=variant,
        complete=complete,
        valid_until=_valid_until(region, stored, now),
        digest=hashlib.sha256(repr(facts).encode()).hexdigest()[:16],
    )


def _ruled(case: Case) -> Ruling:
    for row in RULES:
        answer = row(case)
        if answer is not None:
            return Ruling(case.purpose.id, case.model, *answer, _source(case, answer[1]))
    raise AssertionError(f"no row of RULES answers for model {case.model}")


def _tag_manager(rulings: Mapping[str, Ruling], *, follows: bool) -> Ruling:
    """A tag manager waits for what it loads; where nobody was asked about it, for that alone."""
    tag = rulings["tag-manager"]
    unasked = follows and tag.reason is Reason.NO_CHOICE
    if all(rulings[p].allowed for p in LOADED):
        return replace(tag, allowed=True, reason=Reason.GRANTED) if unasked else tag
    if tag.allowed or unasked:
        return replace(tag, allowed=False, reason=Reason.INCOMPLETE)
    return tag


def _by_own_model(model: Model, ruling: Ruling) -> bool:
    """A service's model takes the place of its purpose's default, never of a choice."""
    if model.strictness < Model.OPT_IN.strictness:
        return ruling.allowed or ruling.reason in (Reason.NO_CHOICE, Reason.ON_CLICK)
    return ruling.reason in (Reason.GRANTED, Reason.EXEMPT)


def _source(case: Case, reason: Reason) -> str:
    if reason is Reason.SIGNAL:
        return "Sec-GPC: 1 (Global Privacy Control)"
    if reason in (Reason.GRANTED, Reason.REFUSED, Reason.EXPIRED, Reason.CHANGED):
        return "the visitor's choice"
    if reason is Reason.UNREADABLE and isinstance(case.stored, Unreadable):
        return f"consent cookie: {case.stored.why}"
    return f"{case.region.preset}: {case.region.law}"


def _bundled(purpose: Purpose) -> bool:
    return purpose.bundled and not purpose.explicit


def _words(stored: State, region: Region, now: float) -> Mapping[str, bool]:
    """The visitor's word on single services: a yes expires like any grant, a no never does."""
    if not isinstance(stored, Stored):
        return {}
    expired = now >= months_after(stored.time, region.lifetime.grant_months)
    return {s: on for s, on in stored.services.items() if not (on and expired)}


def _asks(case: Case) -> bool:
    """Accept would grant it, it is opt-in, and there is no valid choice for it."""
    if case.model is not Model.OPT_IN or not _bundled(case.purpose):
        return False
    if case.choice is None:
        return True
    if case.choice.refuses(case.purpose.id):
        return case.refusal_expired
    given = case.purpose.id in case.choice.granted and not case.elsewhere
    return not given or case.expired or case.changed


def _variant(rulings: Mapping[str, Ruling], purposes: Mapping[str, Purpose]) -> str:
    """The strictest model of what *accept* speaks about."""
    models = {r.model for p, r in rulings.items() if _bundled(purposes[p])}
    for model in (Model.OPT_IN, Model.OPT_OUT, Model.NOTICE):
        if model in models:
            return model.value
    return "none"


def _valid_until(region: Region, stored: State, now: float) -> float:
    if isinstance(stored, Unreadable):
        return min(stored.until, region.until)
    if stored is None:
        return region.until
    ends = (
        months_after(stored.time, months)
        for months in (region.lifetime.grant_months, region.lifetime.refuse_months)
    )
    return min((end for end in (*ends, region.until) if end > now), default=inf)
