"""What was pressed becomes what is stored.

*Accept* grants every purpose that is neither ``deny`` nor unbundled nor explicit, on-click ones
included. *Reject* and *withdraw* deny all but ``none``, also where the default would be a notice.
*Save* grants what is listed and denies the rest: silence is no consent (CJEU C-673/17, Planet49).
*Allow* is a click on one embed: it grants the services named and leaves all else as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from consentguard.consent.months import DAY, months_after
from consentguard.consent.token import EVERYTHING, State, Stored, Unreadable
from consentguard.errors import BadRequest
from consentguard.model import Choice, Model, Policy, Region

#: Asked for with a click of their own; nothing else waits for them.
CLICKED = frozenset({"login", "security"})
#: Whose record says no to everything; to be forgotten is one.
REFUSALS = frozenset({"reject", "withdraw", "erase"})


def choose(
    policy: Policy,
    region: Region,
    kind: str,
    purposes: Mapping[str, bool],
    services: Mapping[str, bool],
) -> Choice:
    """The choice with its ids looked up. Raises :class:`BadRequest` for an unknown purpose."""
    unknown = [p for p in purposes if p not in policy.purposes]
    if unknown:
        raise BadRequest(f"unknown purpose {unknown[0][:60]!r}")
    if any(len(s) > 100 for s in services) or len(services) > 200:
        raise BadRequest("too many services, or too long a name")
    gated = {p for p, model in region.models.items() if model is not Model.NONE}
    if kind in REFUSALS:
        return Choice(kind, denied=frozenset(gated))
    grantable = {p for p in gated if region.models[p] is not Model.DENY}
    bundled = {
        p for p in grantable if policy.purposes[p].bundled and not policy.purposes[p].explicit
    }
    if kind == "accept":
        return Choice(kind, granted=frozenset(bundled))
    if kind == "allow":
        if not services or not all(services.values()):
            raise BadRequest("'allow' is a yes to services, and names one at least")
        return Choice(kind, services=dict(services))
    granted = {p for p, on in purposes.items() if on} & grantable
    # What nobody was asked about was neither granted nor denied: it follows from the rest.
    unasked = set() if offered(policy, "tag-manager") else {"tag-manager"} - purposes.keys()
    return Choice(kind, frozenset(granted), frozenset(gated - granted - unasked), dict(services))


def store(
    policy: Policy, region: Region, choice: Choice, before: State, now: float, receipt: str
) -> Stored:
    """The new stored state; ``receipt`` is a random id that only a grant keeps.

    Who has one keeps it from grant to grant, so that all of their records can be found, shown and
    erased. After a refusal nothing identifies the visitor: no receipt, and the time is rounded up
    to the day, so that the refusal never lapses early.
    """
    receipt = (before.receipt if isinstance(before, Stored) else "") or receipt
    if choice.kind == "allow" and isinstance(before, Stored):
        return _added(choice, before, region, now, receipt)
    granted = {p: policy.fingerprints[p] for p in sorted(choice.granted)}
    # Who refuses everything refuses what is added later too.
    everything = choice.kind in REFUSALS
    # A choice that cannot be read may have been a refusal.
    everything = everything or (choice.kind == "allow" and isinstance(before, Unreadable))
    denied = frozenset({EVERYTHING}) if everything else choice.denied
    since = now
    if choice.kind == "accept" and isinstance(before, Stored):
        # Accept says nothing about unbundled and explicit purposes: they stay as they were, with
        # what was agreed to then and since when; what has expired does not come back.
        kept = _unexpired(before, region, now)
        kept = {p: f for p, f in kept.items() if p in policy.purposes and p not in granted}
        since = min(before.time, now) if kept else now
        granted |= kept
        denied = before.denied.difference(granted)
    grant = bool(granted) or any(choice.services.values())
    return Stored(
        time=int(since) if grant else -(-int(now) // DAY) * DAY,
        region=region.id,
        receipt=receipt if grant else "",
        granted=granted,
        denied=denied,
        services=choice.services,
        stricter=choice.region,
    )


def _added(choice: Choice, before: Stored, region: Region, now: float, receipt: str) -> Stored:
    """What was stored, and a yes to single services beside it.

    Grants keep their time and the place where they were given: nobody agrees anew to what a click
    on one embed is not about. A refusal counts from now on, or it would end the yes with it.
    """
    holds = now < months_after(before.time, region.lifetime.grant_months)
    granted = before.granted if holds else {}
    words = {s: on for s, on in before.services.items() if holds or not on}
    kept = bool(granted) or any(words.values())
    return Stored(
        time=before.time if kept else max(before.time, int(now)),
        region=before.region if kept else region.id,
        receipt=receipt,
        granted=granted,
        denied=before.denied,
        services={**words, **choice.services},
        stricter=choice.region,
    )


def unproven(choice: Choice, before: State, region: Region, now: float) -> Stored:
    """What a choice refuses, and of its grants only those that were given and proven before.

    It holds when the record of a grant could not be stored: a refusal waits for nothing.
    """
    old = before if isinstance(before, Stored) else Stored(int(now), region.id)
    granted = {p: f for p, f in old.granted.items() if p in choice.granted}
    services = {s: on for s, on in choice.services.items() if not on or old.services.get(s)}
    grant = bool(granted) or any(services.values())
    return Stored(
        time=old.time if grant else -(-int(now) // DAY) * DAY,
        region=region.id,
        receipt=old.receipt if grant else "",
        granted=granted,
        denied=choice.denied,
        services=services,
        stricter=choice.region,
    )


def offered(policy: Policy, purpose: str) -> bool:
    """Whether the visitor sees it among the purposes, and so has said yes or no to it."""
    used = any(purpose in service.purposes for service in policy.services.values())
    return used or policy.purposes[purpose].declared


def _unexpired(before: Stored, region: Region, now: float) -> Mapping[str, bytes]:
    ends = months_after(before.time, region.lifetime.grant_months)
    return before.granted if now < ends else {}
