"""Countries from a MaxMind DB file, whoever made it.

Rule of this file: a file that cannot be used is an error when the site starts; once it is open, an
address that it cannot answer for is an unknown place. Three shapes of records are understood:
nested ones (GeoIP2, GeoLite2, DB-IP, the bundled file), flat ones (ip-location-db, IPinfo) and bare
strings.

``maxminddb`` is imported when a database is opened: loading it takes longer than reading from it.
It reads every shape; ``geoip2`` reads only its own, and loads a web client first. Its reader in
Python is used, not its C extension: that one ends the process on some damaged files (one byte in
the tree is enough), and a broken database must not take the site with it. The price is 20 to 40
microseconds for an address that was not seen lately.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentguard.errors import GeoError
from consentguard.geo.address import Address, unmapped
from consentguard.geo.codes import country_code, place, subdivision_code
from consentguard.model import Place

if TYPE_CHECKING:
    from maxminddb import Reader
    from maxminddb.reader import Metadata

#: The database that travels with the package; ``tools/geo.py`` makes it.
BUNDLED = Path(__file__).parent / "data" / "country.mmdb"

UNKNOWN = Place()
#: Addresses that are remembered, about 1 MB of them.
REMEMBERED = 4096
#: Records that are read at the start to see whether the file knows countries at all.
SAMPLE = 4096


class Description(NamedTuple):
    """What a database says of itself."""

    type: str
    built: str  #: ISO 8601 date in UTC, ``""`` where the file gives none that makes sense


class Database:
    """An open GeoIP database.

    :param path: an MMDB file. It stays mapped into memory: put a newer one in its place by
        renaming, never by writing into it.
    :raises GeoError: when it is missing, unreadable, damaged, or knows no countries.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._reader = _open(self.path)
        self._description = _description(self._reader.metadata())
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._read)

    def lookup(self, address: Address) -> Place:
        """Where an address is; ``Place()`` for a private, reserved or unknown one. Never raises."""
        return self._remembered(address)

    def describe(self) -> Description:
        """Type and build date of the file, for people."""
        return self._description

    def _read(self, address: Address) -> Place:
        address = unmapped(address)
        if not address.is_global:
            return UNKNOWN
        try:
            return place_of(self._reader.get(address))
        except Exception:  # a damaged record raises nearly anything, and the page must still go out
            return UNKNOWN


def _open(path: str) -> Reader:
    from maxminddb import MODE_MMAP, open_database  # noqa: PLC0415

    try:
        reader = open_database(path, MODE_MMAP)
        known = any(country_code(_country(record)) for _, record in islice(reader, SAMPLE))
    except FileNotFoundError:
        raise GeoError(path, "there is no such file") from None
    except OSError as error:
        raise GeoError(path, f"cannot be read: {error.strerror or error}") from error
    except Exception as error:  # damage shows in many ways
        raise GeoError(path, "is not a MaxMind DB file, or is damaged") from error
    if not known:
        kind = _description(reader.metadata()).type
        reader.close()
        raise GeoError(path, f"holds no countries (its type is {kind!r})")
    return reader


def _description(metadata: Metadata) -> Description:
    try:
        built = datetime.fromtimestamp(metadata.build_epoch, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError, TypeError):
        built = ""
    return Description(str(metadata.database_type), built)


def place_of(record: object) -> Place:
    """The place that a record of any of the known shapes names.

    ``registered_country`` is where the network's owner is at home, and ``represented_country``
    the flag on a base abroad. Neither says where the visitor sits, so neither is read.
    """
    country = country_code(_country(record))
    return place(country, _subdivision(country, record))


def _country(record: object) -> object:
    if not isinstance(record, Mapping):
        return record
    country = record.get("country")
    if isinstance(country, Mapping):
        return country.get("iso_code")
    return record.get("country_code") or country


def _subdivision(country: str, record: object) -> object:
    """The first, that is the largest, subdivision: by its code, else by its English name."""
    if not isinstance(record, Mapping):
        return ""
    listed = record.get("subdivisions")
    if not isinstance(listed, Sequence) or not listed or not isinstance(listed[0], Mapping):
        return subdivision_code(country, record.get("state1"))
    names = listed[0].get("names")
    english = names.get("en") if isinstance(names, Mapping) else ""
    return listed[0].get("iso_code") or subdivision_code(country, english)
