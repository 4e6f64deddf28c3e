"""``python -m tools.regions``: the presets as one JSON file, and the page of the docs about them.

With ``--check`` nothing is written: exit code 1 says that a file is older than the TOML files.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from math import isinf
from pathlib import Path
from typing import Any

from consentguard.model import BannerRule, MinorRule, Region
from consentguard.policy import parse

ROOT = Path(__file__).parents[1]
PRESETS = ROOT / "src/consentguard/policy/presets"
COMPILED = ROOT / "src/consentguard/policy/presets.json"
PAGE = ROOT / "docs/regions.md"
AGAIN = "run python -m tools.regions"

_INTRO = """# Jurisdictions

Starting point, not legal advice; check with counsel. Made from the files in
`src/consentguard/policy/presets/`: do not edit. As of {today}; rules that begin later are listed
with their day. `consentguard regions` and `consentguard explain --on DATE` show any day.

Models: `none` needs no consent, `notice` runs and is told of, `opt-out` runs until refused,
`opt-in` waits for a yes, `on-click` waits for a click on that very thing, `deny` cannot be granted.
Purposes without a column follow advertising. Months: how long a grant lives at most, and a refusal
at least.

Countries without a row have `opt-in-strict`. Nothing usable was found for North Macedonia,
Ecuador, Uruguay, Costa Rica, Panama, Sri Lanka, Jamaica, Taiwan and Macao. Visitors behind a VPN
are where its exit is. In the United States and Canada a visitor whose state or province is unknown
has the strictest rules of the country, and those for minors of all its parts.

| preset | holds in | functional | login | analytics | advertising | months | GPC | confidence |
|---|---|---|---|---|---|---|---|---|
"""


def compiled() -> str:
    """All presets by id as JSON text, sorted, dates as ISO 8601.

    Raises ValueError for a file whose name is not the id of the one preset in it.
    """
    found: dict[str, Any] = {}
    for file in sorted(PRESETS.glob("*.toml")):
        tables = tomllib.loads(file.read_text("utf-8"))
        if set(tables) != {"preset"} or set(tables["preset"]) != {file.stem}:
            raise ValueError(f"{file.name} must hold [preset.{file.stem}] and nothing else")
        found |= tables["preset"]
    lines = (f"{json.dumps(id)}: {_json(table)}" for id, table in sorted(found.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(table: Mapping[str, Any]) -> str:
    return json.dumps(table, ensure_ascii=False, sort_keys=True, default=datetime.date.isoformat)


def page(today: datetime.date) -> str:
    """The page of the docs, as the rules are on that day."""
    policy, _ = parse('schema = 1\n[site]\nname = "-"\ncontact = "-"\n')
    if policy is None:
        raise ValueError("the presets make no policy")
    noon = datetime.datetime.combine(today, datetime.time(12), datetime.UTC).timestamp()
    regions = {id: region.at(noon) for id, region in sorted(policy.regions.items())}
    parts = [_INTRO.format(today=today)]
    for id, region in regions.items():
        models = " | ".join(region.models[p] for p in _COLUMNS)
        life, gpc = region.lifetime, "must be obeyed" if region.gpc else "-"
        parts.append(
            f"| [{id}](#{id}) | {' '.join(region.codes) or '-'} | {models} "
            f"| {life.grant_months} / {life.refuse_months} | {gpc} | {region.confidence} |\n"
        )
    for region in regions.values():
        parts += _section(region)
    return "".join(parts)


_COLUMNS = ("functional", "login", "analytics", "advertising")


def _section(region: Region) -> Iterator[str]:
    yield f"\n## {region.id}\n\n{region.law}.\n\n"
    banner = region.banner
    facts = {
        "First layer": _first_layer(banner),
        "Exemptions that a service may declare": ", ".join(region.exempt),
        "Age of digital consent": _ages(region),
        "Withdrawal": region.withdrawal,
        "Records": region.records,
        "Transfers": region.transfer_rule,
        "Languages": ", ".join(region.languages),
        "Global Privacy Control": "must be obeyed" + ", and be shown" * region.gpc_display
        if region.gpc
        else "",
        "Checked": region.checked,
    }
    for title, text in facts.items():
        if text:
            yield f"- {title}: {text}\n"
    for rule in region.minors:
        yield f"- Minors: {_minor(rule)}\n"
    for state in region.later:
        yield f"- From {_day(state.since)} on: {state.law}\n"
    for note in region.notes:
        yield f"- Note: {note}\n"
    yield f"- Sources: {'; '.join(region.sources)}\n"


def _first_layer(banner: BannerRule) -> str:
    said = ["rejecting is on it" if banner.reject_on_first_layer else "rejecting may be elsewhere"]
    said.append("equal buttons" if banner.equal_buttons else "buttons may differ")
    said.append("closing refuses" if banner.close_means == "refuse" else "closing changes nothing")
    return ", ".join([*said, *(["not at the bottom"] if banner.position == "not-bottom" else [])])


def _ages(region: Region) -> str:
    each = ", ".join(f"{country} {age}" for country, age in sorted(region.ages.items()))
    return f"{region.age or ''}{f' ({each})' if each else ''}"


def _minor(rule: MinorRule) -> str:
    who = {"self": "the minor agrees", "parent": "a parent agrees", "joint": "both agree"}
    told = [
        f"ages {rule.first} to {rule.last}: {', '.join(rule.purposes)}: {rule.model}",
        who.get(rule.consent, ""),
        f"from {_day(rule.since)}" if not isinf(rule.since) else "",
        {"platform": "online platforms", "known": "known minors"}.get(rule.when, ""),
        rule.note,
    ]
    return "; ".join(filter(None, told))


def _day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="tools.regions", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 unless both are current")
    options = parser.parse_args(arguments)
    text = compiled()
    if not options.check:
        COMPILED.write_text(text, "utf-8")
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(datetime.datetime.now(datetime.UTC).date()), "utf-8")
        print(f"{COMPILED}: {len(text.encode())} bytes; {PAGE}")
        return 0
    if COMPILED.read_text("utf-8") != text:
        print(f"{COMPILED} is older than a file in {PRESETS}: {AGAIN}")
        return 1
    told = PAGE.read_text("utf-8")
    day = datetime.date.fromisoformat(told.partition("As of ")[2][:10])
    if told != page(day):
        print(f"{PAGE} is older than {COMPILED}: {AGAIN}")
        return 1
    print(f"{COMPILED}: current")
    return 0


if __name__ == "__main__":
    sys.exit(main())
