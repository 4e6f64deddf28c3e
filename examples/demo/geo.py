"""Where a visitor of the demo says they are. Demo code only: a real site must never do this.

A request header or the picker in the footer wins over the address, so that one machine can be a
visitor from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from babel import Locale

from consentguard.geo.codes import SUBDIVISIONS
from consentguard.model import Place
from consentguard.policy.presets import presets

COOKIE = "demo_country"
HEADER = b"x-demo-country"

#: Four kinds of rules, a click each: asked first, on until refused, asked first and told of
#: transfers, told.
QUICK = ("DE", "US-CA", "BR", "NZ")
#: What the picker offers first. ``""`` looks the address up, ``XX`` is nowhere.
USUAL = ("", "DE", "FR", "BR", "US-CA", "US-TX", "CA-QC", "XX")
_ENGLISH = Locale("en")
_CODE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


@cache
def places(locale: Locale = _ENGLISH) -> list[tuple[str, str]]:
    """Every country, state and province with a rule of its own: code and label, by label."""
    codes = {code for preset in presets().values() for code in preset.get("codes", ())}
    return sorted(((code, label(code, locale)) for code in codes), key=lambda place: place[1])


def label(code: str, locale: Locale = _ENGLISH) -> str:
    """The name of a country in a language, that of a state or province as it calls itself."""
    country, _, part = code.partition("-")
    for line in SUBDIVISIONS.get(country, "").strip().splitlines() if part else ():
        if line.startswith(f"{part} "):
            return f"{line.partition(' ')[2]}, {country}"
    return str(locale.territories.get(country, country)) + (f", {part}" if part else "")


class Locates(Protocol):
    """Whatever turns a peer address and request headers into a place."""

    def locate(self, peer: str | None, headers: Sequence[tuple[bytes, bytes]]) -> Place:
        """The visitor's place."""


def place(code: str) -> Place | None:
    """``DE`` or ``US-CA`` as a place, ``XX`` as the unknown one, None for anything else."""
    found = _CODE.fullmatch(code.strip().upper())
    if found is None:
        return None
    country, subdivision = found.groups("")
    if country == "XX":
        return Place()
    return Place(country, f"{country}-{subdivision}" if subdivision else "")


def chosen(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """What the header or else the picker's cookie says, ``""`` for neither."""
    for name, value in headers:
        if name.lower() == HEADER:
            return value.decode("latin-1")
    for name, value in headers:
        if name.lower() != b"cookie":
            continue
        for pair in value.decode("latin-1").split(";"):
            key, _, code = pair.partition("=")
            if key.strip() == COOKIE:
                return code
    return ""


class DemoLocator:
    """Believes the visitor first, then asks ``otherwise``."""

    def __init__(self, otherwise: Locates) -> None:
        self.otherwise = otherwise

    def locate(self, peer: str | None, headers: Sequence[tuple[bytes, bytes]]) -> Place:
        """The place that the visitor claims, or the one that their address has."""
        claimed = place(chosen(headers))
        return self.otherwise.locate(peer, headers) if claimed is None else claimed
