"""``consentguard explain``: the decision for one visitor, and where each part of it comes from."""

from __future__ import annotations

import argparse
import datetime
from math import inf
from typing import Any

from consentguard.cli.common import (
    Commands,
    add_date,
    add_json,
    add_place,
    dump,
    place_of,
    policy_of,
    time_of,
)
from consentguard.cli.located import add_ip, located
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.decision import Decision
from consentguard.consent.token import Stored
from consentguard.model import Account, Place, Policy, Region, Signals
from consentguard.policy.minors import for_age
from consentguard.policy.regions import Regions


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("explain", help="show a visitor's decision", description=__doc__)
    parser.add_argument("file", nargs="?", metavar="FILE", help="a policy file")
    add_place(parser)
    add_ip(parser)
    add_date(parser)
    parser.add_argument(
        "--age", type=int, metavar="YEARS", help="the visitor's age, if it is known"
    )
    parser.add_argument("--guardian", action="store_true", help="a parent has agreed")
    parser.add_argument("--gpc", action="store_true", help="the browser sends Sec-GPC: 1")
    parser.add_argument("--choice", choices=("accept", "reject", "none"), default="none")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the decision."""
    policy = policy_of(args.file)
    found = located(args, policy.geo)
    place = found.place if found else place_of(args)
    now = time_of(args)
    account = Account(age=args.age, guardian=args.guardian)
    whole = Regions.of(policy).find(place, now)
    region = for_age(policy, whole, account, place.country, now)
    stored = chosen(policy, region, args.choice, now)
    decision = decide(policy, region, stored, Signals(gpc=args.gpc), now)
    if args.json:
        dump(as_json(decision, place) | ({"located": found.as_json()} if found else {}))
    else:
        print(*([found.as_text(region)] if found else []), as_text(decision, place), sep="\n")
    return 0


def chosen(policy: Policy, region: Region, kind: str, now: float) -> Stored | None:
    """What a visitor who pressed that has stored; None for ``none``."""
    if kind == "none":
        return None
    return store(policy, region, choose(policy, region, kind, {}, {}), None, now, "example")


def as_json(decision: Decision, place: Place) -> dict[str, Any]:
    """The decision as the command prints it with ``--json``."""
    region = decision.region
    return {
        "region": region.id,
        "preset": region.preset,
        "country": place.country or None,
        "subdivision": place.subdivision or None,
        "signals": {"gpc": decision.gpc},
        "purposes": {
            p: {
                "model": r.model.value,
                "allowed": r.allowed,
                "reason": r.reason.value,
                "source": r.source,
            }
            for p, r in decision.rulings.items()
        },
        "banner": {"show": decision.show_banner, "variant": decision.variant},
        "lifetime": {
            "grant_months": region.lifetime.grant_months,
            "refuse_months": region.lifetime.refuse_months,
            "tracker_days": region.lifetime.tracker_days,
        },
    }


def as_text(decision: Decision, place: Place) -> str:
    """The decision as a table."""
    region, life = decision.region, decision.region.lifetime
    where = place.subdivision or place.country or "no country"
    lines = [
        f"{where}: region {region.id}, preset {region.preset} ({region.law})",
        f"  confidence {region.confidence}, checked {region.checked}: {'; '.join(region.sources)}",
        *(f"  note: {note}" for note in region.notes),
        *_dates(region),
        f"  banner: {'shown' if decision.show_banner else 'not shown'} ({decision.variant})"
        + ("; Global Privacy Control is honoured" if decision.gpc else ""),
        f"  a grant lives {life.grant_months} months, a refusal at least {life.refuse_months}",
        "",
        f"  {'purpose':<20} {'model':<9} {'allowed':<8} {'reason':<24} source",
    ]
    lines += [
        f"  {p:<20} {r.model:<9} {'yes' if r.allowed else 'no':<8} {r.reason:<24} {r.source}"
        for p, r in decision.rulings.items()
    ]
    return "\n".join(lines)


def _dates(region: Region) -> list[str]:
    """When the rules began, and when they change."""
    if region.until == inf:
        return []
    day = datetime.datetime.fromtimestamp(region.until, datetime.UTC).date()
    after = region.later[0] if region.later else None
    what = f": {after.law}" if after else ""
    return [f"  until {day - datetime.timedelta(days=1)}; from {day} on{what}"]
