"""Countries from a MaxMind DB file, whoever made it.

Rule of this file: a file that cannot be used is an error when it is opened; once it is open, an
address that it cannot answer for is an unknown place. Three shapes of records are understood:
nested ones (GeoIP2, GeoLite2, DB-IP, the bundled file), flat ones (ip-location-db, IPinfo) and bare
strings.

A file is read into memory as a whole: what somebody later does to it, even cutting it short while
it is in use, changes nothing here. ``maxminddb`` says what kind of file it is. Its C extension
would not find addresses sooner than :mod:`~consentguard.geo.tree` does, maps the file (which ends
the process where somebody truncates it) and ends the process on some damaged ones, too; so there is
nothing that could be missing.
"""

from __future__ import annotations

import io
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consentguard.errors import GeoError
from consentguard.geo.address import Address, carried, is_public, parse_address
from consentguard.geo.codes import country_code, place, subdivision_code
from consentguard.geo.records import Damaged, Records, Wanted
from consentguard.geo.tree import SIZES, Tree
from consentguard.model import Place

if TYPE_CHECKING:
    from maxminddb.reader import Metadata

#: The database that travels with the package; ``tools/geo`` makes it.
BUNDLED = Path(__file__).parent / "data" / "country.mmdb"

UNKNOWN = Place()
#: Addresses that are remembered, about 1 MB of them; and records, some 2 MB where all are full.
REMEMBERED, RECORDS = 4096, 16_384
#: Records that are read at the start to see whether the file is sound and knows countries at all.
SAMPLE = 4096
#: Zero bytes between tree and data, which numbers in the tree count, too.
_GAP = 16

_TEXT = Wanted()
_CODED = Wanted({"iso_code": _TEXT})
_NAMED = Wanted({"iso_code": _TEXT, "names": Wanted({"en": _TEXT})})
_FLAT = ("country_code", "region_code", "state1", "region")
_RECORD = Wanted(
    {"country": _CODED, "subdivisions": Wanted(first=_NAMED), **dict.fromkeys(_FLAT, _TEXT)}
)


class Description(NamedTuple):
    """What a database says of itself."""

    type: str
    built: str  #: ISO 8601 date in UTC, ``""`` where the file gives none that makes sense
    epoch: float = 0.0  #: the same in seconds since 1970, 0 for none


class Stamp(NamedTuple):
    """By what a file is told from the one that was there before."""

    modified: int  #: nanoseconds
    changed: int  #: nanoseconds; rights and content, also where the time of the latter was kept
    size: int
    inode: int


class Database:
    """A GeoIP database in memory; it never changes.

    :param path: an MMDB file. Memory is about its size, a third more for small ones.
    :raises GeoError: when it is missing, unreadable, damaged, being written, or knows no countries.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.stamp, raw = _read(self.path)
        metadata = self._metadata(raw)
        self._description = _description(metadata)
        self._tree, self._records = self._sections(raw, metadata)
        self._record = lru_cache(maxsize=RECORDS)(self._place)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._look_up)
        self._texts = lru_cache(maxsize=REMEMBERED)(self._find)
        self._check()

    def lookup(self, address: Address) -> Place:
        """Where an address is; ``Place()`` for a private, reserved or unknown one. Never raises."""
        return self._remembered(address)

    def find(self, text: str) -> Place:
        """The same for an address as it is written; ``Place()`` for what is none."""
        return self._texts(text)

    def describe(self) -> Description:
        """Type and build date of the file, for people."""
        return self._description

    def _find(self, text: str) -> Place:
        address = parse_address(text)
        return self._look_up(address) if address else UNKNOWN

    def _look_up(self, address: Address) -> Place:
        address = carried(address)
        if not is_public(address):
            return UNKNOWN
        record = self._tree.find(address)
        if record <= self._tree.nodes:
            return UNKNOWN
        try:
            return self._record(record)
        except Damaged:
            return UNKNOWN

    def _place(self, record: int) -> Place:
        at = record - self._tree.nodes - _GAP
        if at < 0:
            raise Damaged("a record before the data")
        return place_of(self._records.read(at, _RECORD))

    def _metadata(self, raw: bytes) -> Metadata:
        from maxminddb import MODE_FD, open_database  # noqa: PLC0415

        try:
            with open_database(io.BytesIO(raw), MODE_FD) as reader:
                metadata = reader.metadata()
        except Exception as error:  # damage shows in many ways
            raise GeoError(self.path, "is not a MaxMind DB file, or is damaged") from error
        numbers = (metadata.node_count, metadata.record_size, metadata.ip_version)
        known = metadata.record_size in SIZES and metadata.ip_version in (4, 6)
        if not known or any(type(number) is not int for number in numbers):
            raise GeoError(self.path, "is a MaxMind DB file of an unknown kind, or is damaged")
        return metadata

    def _sections(self, raw: bytes, metadata: Metadata) -> tuple[Tree, Records]:
        end = metadata.search_tree_size
        if raw[end : end + _GAP] != bytes(_GAP):
            raise GeoError(self.path, "is damaged: its tree does not end where it should")
        count, size, version = metadata.node_count, metadata.record_size, metadata.ip_version
        return Tree(raw[:end], count, size, version), Records(raw[end + _GAP :])

    def _check(self) -> None:
        """Some thousand records of the whole file: each sound, and some with a country."""
        records = self._tree.records
        try:
            for some in _samples(records):
                places = [self._place(record) for record in some if record > self._tree.nodes]
                if any(found.country for found in places):
                    return
        except Damaged as error:
            raise GeoError(self.path, f"is damaged: {error}") from error
        raise GeoError(self.path, f"holds no countries (its type is {self._description.type!r})")


def _samples(records: array[int]) -> Iterator[set[int]]:
    """Records from all over the tree; where these know no country, as many again, some times."""
    # Left and right records alternate: an even step would see one side only.
    step = len(records) // SAMPLE | 1
    for first in range(min(step, 16)):
        yield set(records[first::step])


def _read(path: str) -> tuple[Stamp, bytes]:
    try:
        with Path(path).open("rb") as file:
            before = stamp_of(os.fstat(file.fileno()))
            raw = file.read()
            after = stamp_of(os.fstat(file.fileno()))
    except FileNotFoundError:
        raise GeoError(path, "there is no such file") from None
    except OSError as error:
        raise GeoError(path, f"cannot be read: {error.strerror or error}") from error
    if before != after or len(raw) != after.size:
        raise GeoError(path, "is being written")
    return after, raw


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file by what the system says of it."""
    return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _description(metadata: Metadata) -> Description:
    epoch = metadata.build_epoch
    try:
        built = datetime.fromtimestamp(epoch, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError, TypeError):
        built, epoch = "", 0
    return Description(str(metadata.database_type), built, float(epoch))


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
        code = record.get("region_code")
        return code or subdivision_code(country, record.get("state1") or record.get("region"))
    names = listed[0].get("names")
    english = names.get("en") if isinstance(names, Mapping) else ""
    return listed[0].get("iso_code") or subdivision_code(country, english)
