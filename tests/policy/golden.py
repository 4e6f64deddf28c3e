"""``python -m tests.policy.golden``: writes the rules of every place anew, to be reviewed.

One line a place: region, models of the four columns, months, signal duty, minors' rules; then the
same for a day on which all dated rules of today's presets are in force, where that differs.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

from consentguard.cli.regions import described
from consentguard.geo.codes import PSEUDO, SUBDIVISIONS
from consentguard.model import Place, Policy, Region
from consentguard.policy import parse
from consentguard.policy.region import COLUMNS
from consentguard.policy.regions import Regions

FILE = Path(__file__).with_name("golden.tsv")
WHOLE = Path(__file__).with_name("golden.json")
DAYS = (datetime.date(2026, 11, 22), datetime.date(2028, 1, 2))
BARE = 'schema = 1\n[site]\nname = "-"\ncontact = "-"\n'
#: Reserved codes, and what Unicode adds to ISO 3166-1.
_NO_COUNTRIES = PSEUDO | {
    *("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC"),
    *("QO", "TA", "UN", "XA", "XB", "XK", "ZZ"),
}


def countries() -> list[str]:
    """Every ISO 3166-1 alpha-2 code."""
    known = Locale("en").territories
    codes = {str(code) for code in known if code not in _NO_COUNTRIES}
    return sorted(code for code in codes if len(code) == 2)


def places() -> Iterator[tuple[str, Place]]:
    """Every country, every state and province, and nobody knows where."""
    yield "-", Place()
    for country in countries():
        yield country, Place(country)
        for line in sorted(set(SUBDIVISIONS.get(country, "").strip().splitlines())):
            code = f"{country}-{line.partition(' ')[0]}"
            yield code, Place(country, code)


def lines() -> list[str]:
    """The whole file."""
    policy, _ = parse(BARE)
    assert policy is not None
    regions = Regions.of(policy)
    found = dict.fromkeys(_line(code, place, policy, regions) for code, place in places())
    return ["\t".join(("code", "region", *COLUMNS, "months", "gpc", "minors", "later")), *found]


def whole() -> str:
    """All that every rule set says, on both days."""
    policy, _ = parse(BARE)
    assert policy is not None
    found = {
        day.isoformat(): [described(region.at(_noon(day))) for region in policy.regions.values()]
        for day in DAYS
    }
    return json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _line(code: str, place: Place, policy: Policy, regions: Regions) -> str:
    now, later = (_told(regions.find(place, _noon(day))) for day in DAYS)
    return "\t".join((code, *now, "" if later == now else " ".join(later)))


def _noon(day: datetime.date) -> float:
    return datetime.datetime.combine(day, datetime.time(12), datetime.UTC).timestamp()


def _told(region: Region) -> tuple[str, ...]:
    life = region.lifetime
    minors = sorted(
        f"{rule.first}-{rule.last}:{'+'.join(rule.purposes)}:{rule.model}:{rule.consent or '-'}"
        for rule in region.minors
    )
    models = (region.models[purpose].value for purpose in COLUMNS)
    months = f"{life.grant_months}/{life.refuse_months}"
    return region.id, *models, months, "gpc" if region.gpc else "-", ",".join(minors) or "-"


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", "utf-8")
    WHOLE.write_text(whole(), "utf-8")
