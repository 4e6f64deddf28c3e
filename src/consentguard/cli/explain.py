"""``consentguard explain``: the decision for one visitor, and where each part of it comes from."""

from __future__ import annotations

import argparse
import time
from typing import Any

from consentguard.cli.common import Commands, add_json, add_place, dump, place_of, policy_of
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import Decision, decide
from consentguard.consent.token import Stored
from consentguard.model import Place, Policy, Region, Signals
from consentguard.policy.regions import Regions


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser("explain", help="show a visitor's decision", description=__doc__)
    parser.add_argument("file", nargs="?", metavar="FILE", help="a policy file")
    add_place(parser)
    parser.add_argument("--gpc", action="store_true", help="the browser sends Sec-GPC: 1")
    parser.add_argument("--choice", choices=("accept", "reject", "none"), default="none")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the decision."""
    policy = policy_of(args.file)
    place = place_of(args)
    region = Regions.of(policy).find(place)
    now = time.time()
    stored = chosen(policy, region, args.choice, now)
    decision = decide(policy, region, stored, Signals(gpc=args.gpc), now)
    if args.json:
        dump(as_json(decision, place))
    else:
        print(as_text(decision, place))
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
