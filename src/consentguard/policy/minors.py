"""What a visitor's age takes away: the strictest of the law, the site and the account holds.

An age only ever makes a rule set stricter. Where a parent has to agree, nothing is granted before
the app says that one has: a child's own click grants nothing, then or later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import inf

from consentguard.model import Account, MinorRule, Model, Person, Policy, Region
from consentguard.policy.region import COLUMNS, FIXED

SHARING = ("social", "tag-manager")
ADULT = 18  #: UN Convention on the Rights of the Child, art. 1


def for_age(policy: Policy, region: Region, account: Account, country: str, now: float) -> Region:
    """The rule set for that visitor; ``region`` itself where their age changes nothing.

    ``country`` is where the visitor is: ages of digital consent differ within one region.
    """
    age = int(account.age) if account.age is not None else assumed_age(policy)
    if age is None or age >= ADULT:
        return region
    models = dict(region.models)
    for purpose, model in _demands(policy, region, account, age, country, now):
        held = models.get(purpose, Model.NONE)
        if held is not Model.NONE and model.strictness > held.strictness:
            models[purpose] = model
    raised = {p: m for p, m in models.items() if m is not region.models[p]}
    withheld = frozenset(p for p, model in raised.items() if model is Model.DENY)
    # A rule for some ages may begin or end before the rule set does.
    dates = (time for rule in region.minors for time in (rule.since, rule.until) if time > now)
    until = min(region.until, *dates, inf)
    if not raised and until == region.until:
        return region
    aged = repr(raised) if raised else ""
    return replace(region, models=models, aged=aged, withheld=withheld, until=until)


def digital_age(policy: Policy, region: Region, who: Person) -> int:
    """The age below which somebody else agrees for that visitor; 0 where it is no question."""
    account = who.account
    country = account.country or who.place.country
    digital = max(region.ages.get(country, region.age), policy.minors.site_minimum_age)
    settled = account.guardian or (account.age is not None and account.age >= digital)
    return 0 if settled else digital


def assumed_age(policy: Policy) -> int | None:
    """The age of who did not tell it, None for a grown-up's."""
    # 16 CFR 312.2: a site directed to children takes its visitors for children.
    child = policy.site.audience != "general" or policy.minors.unknown_age == "child"
    return 0 if child else None


def _demands(
    policy: Policy, region: Region, account: Account, age: int, country: str, now: float
) -> Iterator[tuple[str, Model]]:
    known, settings = account.age is not None, policy.minors
    for rule in region.minors:
        if _holds(rule, age, now, known=known, platform=policy.site.platform):
            # Who may not agree alone has not agreed before somebody else did.
            alone = rule.consent in ("", "self") or account.guardian
            model = rule.model if alone else Model.DENY
            yield from ((purpose, model) for purpose in _all_of(rule.purposes, region))
    # GDPR art. 8(1): below the age of digital consent the holder of parental responsibility agrees.
    digital = max(region.ages.get(country, region.age), settings.site_minimum_age)
    if age < digital and not account.guardian:
        asked = (p for p, model in region.models.items() if model is Model.OPT_IN)
        yield from ((purpose, Model.DENY) for purpose in asked)
    if age < settings.site_minimum_age and not account.guardian:
        yield from ((purpose, Model.DENY) for purpose in region.models)
    yield from ((purpose, Model.DENY) for purpose in settings.deny_purposes)


def _holds(rule: MinorRule, age: int, now: float, *, known: bool, platform: bool) -> bool:
    if not (rule.first <= age <= rule.last and rule.since <= now < rule.until):
        return False
    return {"platform": platform and known, "known": known}.get(rule.when, True)


def _all_of(purposes: tuple[str, ...], region: Region) -> Iterator[str]:
    """A purpose without a column of its own follows advertising, here too.

    A rule about advertising alone speaks of what sells or shares, not of every video.
    """
    yield from purposes
    if "advertising" in purposes and len(purposes) > 1:
        yield from (p for p in region.models if p not in COLUMNS and p not in FIXED)
    elif "advertising" in purposes:
        yield from SHARING
