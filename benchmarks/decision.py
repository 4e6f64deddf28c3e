"""Deciding for visitors: met before, never met, and who say what nobody said before.

Visitors of a few places, each with a choice of an own day: accept, reject, a mix of purposes, or
nothing yet. Absolute times, since they have absolute budgets: the best of several is told.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from consentguard.catalogue import Catalogue
from consentguard.consent import signals
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import Decider, valid_until
from consentguard.consent.token import State, Stored
from consentguard.guard import ConsentGuard
from consentguard.model import NOWHERE, Policy, Region

from . import jobs
from .figures import DECISION_AGAIN, DECISION_COLD, DECISION_NEW, Effort, Figure

_NOW = 1_790_000_000
_DAY = 86400
_PLACES = ("de-tdddg", "fr-cnil", "gb-pecr", "us-ca", "br-lgpd")
_VISITORS = 2000
_SEED = 6

Visitor = tuple[Region, State]


def visitors(policy: Policy, number: int) -> list[Visitor]:
    """So many visitors, the same each time."""
    pick = random.Random(_SEED)
    optional = ("functional", "analytics", "advertising", "media")
    found = []
    for count in range(number):
        region = policy.regions[pick.choice(_PLACES)]
        kind = pick.choices(("none", "accept", "reject", "save"), (30, 40, 20, 10))[0]
        state: State = None
        if kind != "none":
            purposes = {p: pick.random() < 0.5 for p in optional} if kind == "save" else {}
            choice = choose(policy, region, kind, purposes, {})
            made = _NOW - pick.randrange(170 * _DAY)
            state = store(policy, region, choice, None, made, f"receipt-{count}")
        found.append((region, state))
    return found


def decided(effort: Effort) -> Iterator[Figure]:
    """Microseconds of a decision."""
    rounds = 3 * effort.rounds
    policy = jobs.policy()
    known = Catalogue.bundled().services
    met = visitors(policy, _VISITORS)
    new = _classes(Decider(policy, known), met)
    cold, first = [], []
    for _ in range(rounds):
        cold.append(jobs.seconds(_deciding(Decider(policy, known), met)) / len(met))
        first.append(jobs.seconds(_deciding(Decider(policy, known), new)) / len(new))
    guard = ConsentGuard(policy, ["key"], ledger=None, geo=jobs.Germany())
    (again,) = jobs.fastest((_asking(guard, met),), rounds)
    yield Figure(DECISION_AGAIN, again / len(met) * 1e6, f"best of {rounds}")
    note = f"best of {rounds}; {len(met)} visitors who say {len(new)} different things"
    yield Figure(DECISION_COLD, min(cold) * 1e6, note)
    yield Figure(DECISION_NEW, min(first) * 1e6, f"best of {rounds}; {len(new)} of them")


def _classes(decider: Decider, met: Sequence[Visitor]) -> list[Visitor]:
    """One visitor of each kind."""
    kinds = {id(decider.decide(r, s, signals.NONE, _NOW)): (r, s) for r, s in met}
    return list(kinds.values())


def _deciding(decider: Decider, met: Sequence[Visitor]) -> jobs.Job:
    def run() -> None:
        decide = decider.decide
        for region, state in met:
            decide(region, state, signals.NONE, _NOW)
            valid_until(region, state, _NOW)

    return run


def _asking(guard: ConsentGuard, met: Sequence[Visitor]) -> jobs.Job:
    """Visitors with a cookie, as the guard remembers them."""
    sign = guard.setup.tokens.write
    asked = [(r, (sign(s).encode(),) if isinstance(s, Stored) else ()) for r, s in met]

    def run() -> None:
        known = guard._known
        for region, cookie in asked:
            known(region, NOWHERE, cookie, signals.NONE)

    return run
