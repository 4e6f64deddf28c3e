"""Which of two countries binds a site more, as the bundled presets say it.

The regimes are compared as they are for a site that has written nothing but its name. A country
has the strictest regime that is in force there at any time from :data:`AS_OF` on for as long as a
bundled file counts as fresh: a law that begins meanwhile counts, and being too early costs a
banner.

A regime's place in the order is the sum of what its models demand, purpose by purpose, where
measurement or advertising asks first. Regimes in which neither asks are one level, the lowest:
there the better source is worth more than the notice that one of them wants. The order keeps that
of the models: a regime that is at least as strict for every purpose never stands below.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from functools import cache

from consentguard.model import Place, Region
from consentguard.policy import parse
from consentguard.policy.regions import Regions, moments
from consentguard.policy.strictness import asks_first

#: The day of the newest source, which is also what the file calls its build date.
AS_OF = datetime.date(2026, 10, 26)
#: Days for which the file counts as fresh.
FRESH = 400


def start() -> int:
    """00:00 UTC of :data:`AS_OF`, in seconds since 1970."""
    return int(datetime.datetime.combine(AS_OF, datetime.time(), datetime.UTC).timestamp())


@cache
def _rules() -> tuple[Regions, tuple[str, ...], tuple[float, ...]]:
    """Where to look, the countries that presets name, and when something changes."""
    policy, problems = parse('schema = 1\n[site]\nname = "-"\ncontact = "-"\n')
    if policy is None:
        raise ValueError(f"the presets make no policy: {problems}")
    countries = {code[:2] for region in policy.regions.values() for code in region.codes}
    end = start() + FRESH * 86_400
    times = [time for time in moments(*policy.regions.values()) if start() < time < end]
    return Regions.of(policy), tuple(sorted(countries)), (start(), *times)


@cache
def regime(country: str) -> Region:
    """The strictest rules that hold in a country while the file is fresh; ``""`` for unknown."""
    regions, _, times = _rules()
    return max((regions.find(Place(country), time) for time in times), key=demands)


def demands(region: Region) -> int:
    """A regime's place in the order."""
    if not asks_first(region):
        return 0
    return sum(model.strictness for model in region.models.values())


@cache
def strictness(country: str) -> int:
    """The country's place in the order."""
    return demands(regime(country))


def stricter(codes: Iterable[str | None]) -> str | None:
    """The country whose rules bind the site most; the first of them where they are equal."""
    return max((code for code in codes if code), key=strictness, default=None)


def levels() -> list[list[str]]:
    """The countries that presets name by their place in the order; ``""`` is everywhere else."""
    _, countries, _ = _rules()
    places = sorted({strictness(code) for code in (*countries, "")})
    return [[c for c in (*countries, "") if strictness(c) == place] for place in places]


def digest() -> str:
    """Changes whenever a country moves up or down in the order."""
    return hashlib.sha256(repr(levels()).encode()).hexdigest()[:8]
