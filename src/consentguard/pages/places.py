"""The places whose rules a visitor may ask for: never weaker ones than those of their own.

GeoIP is a guess, and a visitor knows better where they live. Asking for more protection is always
granted; for less, an address would have to prove it.
"""

from __future__ import annotations

from collections.abc import Iterable

from consentguard.geo.codes import subdivision_name
from consentguard.locales import Language, Texts
from consentguard.model import Region
from consentguard.policy.regions import at_least_as_strict

#: Places that one option names.
_NAMED = 3


def places(
    regions: Iterable[Region], located: Region, now: float, texts: Texts
) -> tuple[tuple[str, str], ...]:
    """Ids and names of the rules to choose from, those of the visitor's own place first.

    Nothing but these where none are stricter. ``now`` is in seconds since 1970.
    """
    today = (region.at(now) for region in regions if region.id != located.id)
    stricter = [
        region
        for region in today
        if at_least_as_strict(region, located) and not at_least_as_strict(located, region)
    ]
    named = ((region.id, name(region, texts)) for region in stricter)
    ordered = sorted(named, key=lambda one: one[1].casefold())
    return ((located.id, name(located, texts)), *ordered)


def name(region: Region, texts: Texts) -> str:
    """What a rule set is called: after its countries or states, in the visitor's language."""
    found = sorted({territory(code, texts.language) for code in region.codes}, key=str.casefold)
    if not found:
        return texts["place.anywhere"]
    if len(found) <= _NAMED:
        return ", ".join(found)
    some = ", ".join(found[:_NAMED])
    return texts.count("place.more", len(found) - _NAMED, places=some)


def territory(code: str, language: Language) -> str:
    """The name of a country or part of one (ISO 3166), or of the European Union: ``EU``."""
    country, _, part = code.partition("-")
    land = language.territory(country)
    return f"{subdivision_name(country, part)} ({land})" if part else land
