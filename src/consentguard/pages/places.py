"""The places whose rules a visitor may ask for: never weaker ones than those of their own.

GeoIP is a guess, and a visitor knows better where they live. Asking for more protection is always
granted; for less, an address would have to prove it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from consentguard.geo.codes import subdivision_name
from consentguard.locales import Texts
from consentguard.model import Region
from consentguard.policy.regions import at_least_as_strict

if TYPE_CHECKING:
    from babel import Locale

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
    found = sorted({territory(code, texts.lang) for code in region.codes}, key=str.casefold)
    if not found:
        return texts["place.anywhere"]
    if len(found) <= _NAMED:
        return ", ".join(found)
    some = ", ".join(found[:_NAMED])
    return texts.get("place.more", places=some, count=len(found) - _NAMED)


def territory(code: str, lang: str) -> str:
    """The name of a country or part of one (ISO 3166), or of the European Union: ``EU``."""
    country, _, part = code.partition("-")
    land = _territories(lang).get(country, country)
    return f"{subdivision_name(country, part)} ({land})" if part else land


@lru_cache(maxsize=64)
def _territories(lang: str) -> Mapping[str, str]:
    """Names of countries by code, in that language or in English (Unicode CLDR)."""
    return dict(spoken_in(lang).territories)


@lru_cache(maxsize=64)
def spoken_in(lang: str) -> Locale:
    """What Unicode CLDR says of a language; of English where it does not know it."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (few pages need it)

    try:
        return Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
