"""``--ip``: from an address to a place, and which database said so."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from consentguard.errors import ConfigError
from consentguard.geo.address import carried, is_public, parse_address
from consentguard.geo.codes import SUBDIVISIONS
from consentguard.geo.headers import names_of
from consentguard.geo.mmdb import BUNDLED, Database, Description
from consentguard.model import GeoSettings, Place, Region


class Located(NamedTuple):
    """Where an address is, and by what."""

    asked: str
    address: str  #: the one that was looked up: what an IPv6 address carries
    place: Place
    provider: str  #: ``bundled`` or ``mmdb``
    database: Description
    file: str
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """What ``--json`` says of it."""
        return {
            "asked": self.asked,
            "address": self.address,
            "provider": self.provider,
            "database": self.database.type,
            "built": self.database.built or None,
            "file": self.file,
            "notes": list(self.notes),
        }

    def as_text(self, region: Region) -> str:
        """Address → country → region → preset, and who said so."""
        where = self.place.subdivision or self.place.country or "no country"
        whose = "the bundled database" if self.provider == "bundled" else self.file
        lines = [
            f"{self.asked} → {where} → region {region.id} → preset {region.preset}",
            f"  by {whose}: {self.database.type} of {self.database.built or 'an unknown date'}",
            *(f"  {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def add_ip(parser: argparse.ArgumentParser) -> None:
    """``--ip``."""
    parser.add_argument(
        "--ip",
        default=None,
        metavar="ADDRESS",
        help="look the place up, in the database of the policy or the bundled one",
    )


def located(args: argparse.Namespace, settings: GeoSettings) -> Located | None:
    """Where the address asked for is; ``None`` where none was.

    Raises :class:`ConfigError` for what is no address, or says a country, too, and
    :class:`~consentguard.errors.GeoError` for a database that cannot be used.
    """
    if args.ip is None:
        return None
    if args.country or args.subdivision:
        raise ConfigError("--ip finds the country: leave --country and --subdivision out")
    address = parse_address(args.ip.strip())
    if address is None:
        raise ConfigError(f"--ip: {args.ip[:60]!r} is no address like 192.0.2.1 or 2001:db8::1")
    own = settings.provider == "mmdb"
    database = Database(settings.database if own else BUNDLED)
    inner = carried(address)
    found = database.lookup(address)
    notes = []
    if inner != address:
        notes.append(f"it carries {inner}, which was looked up")
    if not is_public(inner):
        notes.append("it is private or reserved, so nobody is there")
    if found.country in SUBDIVISIONS and not found.subdivision:
        notes.append("no subdivision is known, so the strictest rules of any of them hold")
    if not own and settings.provider != "bundled":
        names = " and ".join(name for name in names_of(settings.provider) if name)
        notes.append(f"the site itself asks no database, but its proxy's {names}")
    return Located(
        args.ip.strip(),
        str(inner),
        found,
        "mmdb" if own else "bundled",
        database.describe(),
        database.path,
        tuple(notes),
    )
