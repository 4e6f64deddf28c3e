"""``consentguard regions``: every rule set that is in force, where it holds, and what it says."""

from __future__ import annotations

import argparse
import datetime
from math import isinf
from typing import Any

from consentguard.cli.common import Commands, add_date, add_json, dump, policy_of, time_of
from consentguard.model import MinorRule, Region
from consentguard.policy.region import COLUMNS

_SHORT = {
    "functional": "funct.",
    "login": "login",
    "analytics": "analyt.",
    "advertising": "advert.",
}


def add(commands: Commands) -> None:
    """The command's arguments."""
    parser = commands.add_parser(
        "regions", help="list the rules of all regions", description=__doc__
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a policy file")
    add_date(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    policy, now = policy_of(args.file), time_of(args)
    regions = [region.at(now) for region in policy.regions.values()]
    regions.sort(key=lambda region: region.id)
    if args.json:
        dump([described(region) for region in regions])
        return 0
    width = max(len(region.id) for region in regions)
    columns = "  ".join(f"{_SHORT[name]:<8}" for name in COLUMNS)
    print(f"{'region':<{width}}  {columns}  months  GPC  codes")
    for region in regions:
        models = "  ".join(f"{region.models[name].value:<8}" for name in COLUMNS)
        months = f"{region.lifetime.grant_months}/{region.lifetime.refuse_months}"
        duty = "yes" if region.gpc else "-"
        print(f"{region.id:<{width}}  {models}  {months:<6}  {duty:<3}  {_codes(region)}")
    print(
        f"\n{len(regions)} regions. Months: how long a grant lives, and a refusal at least. "
        "GPC: the law obliges.\nStarting point, not legal advice; `consentguard explain` and "
        "--json say more: law, ages, sources, doubts."
    )
    return 0


def described(region: Region) -> dict[str, Any]:
    """A rule set as ``--json`` prints it."""
    return {
        "id": region.id,
        "preset": region.preset,
        "law": region.law,
        "codes": list(region.codes),
        "models": {purpose: model.value for purpose, model in region.models.items()},
        "grant_months": region.lifetime.grant_months,
        "refuse_months": region.lifetime.refuse_months,
        "tracker_days": region.lifetime.tracker_days,
        "reject_on_first_layer": region.banner.reject_on_first_layer,
        "equal_buttons": region.banner.equal_buttons,
        "close_means": region.banner.close_means,
        "position": region.banner.position,
        "gpc": region.gpc,
        "gpc_display": region.gpc_display,
        "do_not_sell": region.do_not_sell,
        "home": region.home,
        "exempt": list(region.exempt),
        "age": region.age or None,
        "ages": dict(region.ages),
        "minors": [_rule(rule) for rule in region.minors],
        "withdrawal": region.withdrawal,
        "records": region.records,
        "transfer_notice": region.transfer_notice,
        "transfer_rule": region.transfer_rule,
        "languages": list(region.languages),
        "confidence": region.confidence,
        "checked": region.checked,
        "sources": list(region.sources),
        "notes": list(region.notes),
        "until": day_of(region.until),
        "then": region.later[0].law if region.later else None,
    }


def _rule(rule: MinorRule) -> dict[str, Any]:
    return {
        "from": rule.first,
        "to": rule.last,
        "purposes": list(rule.purposes),
        "model": rule.model.value,
        "consent": rule.consent,
        "effective": day_of(rule.since),
        "until": day_of(rule.until),
        "when": rule.when,
        "note": rule.note,
    }


def day_of(seconds: float) -> str | None:
    """The day in UTC, None for ever."""
    if isinf(seconds):
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def _codes(region: Region) -> str:
    shown = " ".join(region.codes[:6])
    return shown + (f" and {len(region.codes) - 6} more" if len(region.codes) > 6 else "")
