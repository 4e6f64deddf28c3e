"""Country and subdivision codes, as databases and proxies write them, made ISO 3166 codes.

Rule of this file: a code is either surely a place or it is ``""``, unknown.
"""

from __future__ import annotations

import re

from consentguard.model import Place

#: Letters that look like a country and are none: a region of a registry, "no data", an alliance.
#: ``T1`` (Tor), ``A1``, ``A2`` and ``O1`` (proxies, satellites, other) fall to the pattern.
PSEUDO = frozenset({"AP", "EU", "XX", "ZZ"})

_COUNTRY = re.compile(r"[A-Z]{2}")  # ISO 3166-1, alpha-2
_SUBDIVISION = re.compile(r"[A-Z0-9]{1,3}")  # ISO 3166-2, after the hyphen

#: Subdivisions by English name, for databases that give no codes. Only the countries whose rules
#: differ by subdivision. Written ``code name``, one line each, as in ISO 3166-2.
SUBDIVISIONS = {
    "US": """
AL Alabama
AK Alaska
AZ Arizona
AR Arkansas
CA California
CO Colorado
CT Connecticut
DE Delaware
DC District of Columbia
DC Washington, D.C.
DC Washington D.C.
FL Florida
GA Georgia
HI Hawaii
ID Idaho
IL Illinois
IN Indiana
IA Iowa
KS Kansas
KY Kentucky
LA Louisiana
ME Maine
MD Maryland
MA Massachusetts
MI Michigan
MN Minnesota
MS Mississippi
MO Missouri
MT Montana
NE Nebraska
NV Nevada
NH New Hampshire
NJ New Jersey
NM New Mexico
NY New York
NC North Carolina
ND North Dakota
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VT Vermont
VA Virginia
WA Washington
WV West Virginia
WI Wisconsin
WY Wyoming
""",
    "CA": """
AB Alberta
BC British Columbia
MB Manitoba
NB New Brunswick
NL Newfoundland and Labrador
NL Newfoundland
NT Northwest Territories
NS Nova Scotia
NU Nunavut
ON Ontario
PE Prince Edward Island
QC Quebec
QC Québec
SK Saskatchewan
YT Yukon
YT Yukon Territory
""",
}
_PARTS = frozenset(
    f"{country}-{line.partition(' ')[0]}"
    for country, lines in SUBDIVISIONS.items()
    for line in lines.strip().splitlines()
)
_NAMES = {
    (country, name): code
    for country, lines in SUBDIVISIONS.items()
    for code, _, name in (line.partition(" ") for line in lines.strip().splitlines())
}
_CODE_OF = {(country, name.casefold()): code for (country, name), code in _NAMES.items()}
# The first name of each code.
_NAME_OF = {(country, code): name for (country, name), code in reversed(_NAMES.items())}


def is_part(code: str) -> bool:
    """Whether it is the ISO 3166-2 code of a part of the US or Canada, like ``US-TX``."""
    return code in _PARTS


def country_code(text: object) -> str:
    """The ISO 3166-1 alpha-2 code in upper case, ``""`` for anything that is no country's."""
    code = text.upper() if isinstance(text, str) and len(text) == 2 else ""
    return code if _COUNTRY.fullmatch(code) and code not in PSEUDO else ""


def subdivision_code(country: str, name: object) -> str:
    """The second half of the ISO 3166-2 code (``QC``) of an English name, ``""`` if not known.

    :param country: a code as :func:`country_code` gives it. Only US and CA have names here.
    """
    return _CODE_OF.get((country, name.casefold()), "") if isinstance(name, str) else ""


def subdivision_name(country: str, code: str) -> str:
    """The English name of a part of the US or Canada (``QC``: Quebec), else the code itself."""
    return _NAME_OF.get((country, code), code)


def place(country: object, subdivision: object = "") -> Place:
    """The place of a country code and the second half of its subdivision's code (``CA``).

    A subdivision that is not understood leaves the country alone; an unknown country leaves
    nothing.
    """
    code = country_code(country)
    part = subdivision.upper() if isinstance(subdivision, str) else ""
    return Place(code, f"{code}-{part}" if code and _SUBDIVISION.fullmatch(part) else "")
