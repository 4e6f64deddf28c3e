"""Builds the country database that travels with the package, and checks it.

``python tools/geo.py`` writes ``src/consentguard/geo/data/country.mmdb`` from two sources:

* ``geo-whois-asn-country`` (npm): geofeeds, whois and the registries' AS data, for IPv4;
* ``iptocc`` (PyPI): the delegations of the five regional registries, for IPv6, and a second
  opinion on IPv4.

Where both name a country and they differ, the one with the stricter rules wins, see
:func:`stricter`. What neither knows stays out of the file: unknown means the strictest rules.

``--from iptocc`` needs no npm. ``--check`` reads the file and this source, nothing else, and
exits with 1 when the file was made from other versions or has been changed since.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Network, IPv6Network
from itertools import groupby, pairwise
from pathlib import Path

import maxminddb

GEO_WHOIS = "2.3.2026061719"
GEO_WHOIS_SHA512 = (
    "xemBDNQl4mCYDuVbqe3jKGKsVDykZGkfvebhtOh/3VGLadq8vsp7t7ontpMUt3hH7sAGT0eLDyJ99SV+0waxZg=="
)
IPTOCC = "3.3.170"
MAX_BYTES = 5_500_000
TARGET = Path(__file__).parents[1] / "src/consentguard/geo/data/country.mmdb"

#: First address, last address and country. IPv4 is ``::/96``, as in every MMDB file.
Range = tuple[int, int, str]
Pick = Callable[[str | None, str | None], str | None]

#: How strict a country's rules are; what is not listed is 3, opt-in for everything.
#: 0: advertising runs until refused. 1 and 2: milder than opt-in by their own law (2: advertising
#: asks first), but as long as no preset says so, the site's default holds there, which is opt-in.
STRICTNESS = {
    **dict.fromkeys(("US", "AS", "GU", "MP", "PR", "UM", "VI"), 0),
    **dict.fromkeys(("AU", "JP", "NZ"), 1),
    **dict.fromkeys(("KE", "KR", "SG", "ZA"), 2),
}
#: Codes that registries use for "somewhere in this part of the world" or for nothing.
PSEUDO = frozenset({"AP", "EU", "XX", "ZZ"})
#: What stands between the records and the metadata of an MMDB file.
METADATA_MARKER = b"\xab\xcd\xefMaxMind.com"
CODE = re.compile(r"[A-Z]{2}")

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


def stricter(first: str | None, second: str | None) -> str | None:
    """The country whose rules bind the site more; the first where they are equal."""
    if not first or not second:
        return first or second
    return max(first, second, key=lambda code: STRICTNESS.get(code, 3))


def real(code: str | None) -> str | None:
    """The code if it can be a country's, else ``None``."""
    return code if code and CODE.fullmatch(code) and code not in PSEUDO else None


def joined(parts: Iterable[tuple[int, int, str | None]]) -> list[Range]:
    """Ranges in order, neighbours of one country made one, unknown ones left out."""
    out: list[Range] = []
    for first, last, code in parts:
        if not code:
            continue
        if out and out[-1][2] == code and out[-1][1] + 1 == first:
            out[-1] = (out[-1][0], last, code)
        else:
            out.append((first, last, code))
    return out


def merge(one: Sequence[Range], two: Sequence[Range], pick: Pick = stricter) -> list[Range]:
    """Both lists as one; ``pick`` decides for every stretch from what either says of it."""

    def parts() -> Iterator[tuple[int, int, str | None]]:
        edges = sorted({edge for r in (*one, *two) for edge in (r[0], r[1] + 1)})
        i = j = 0
        for first, after in pairwise(edges):
            while i < len(one) and one[i][1] < first:
                i += 1
            while j < len(two) and two[j][1] < first:
                j += 1
            a = one[i][2] if i < len(one) and one[i][0] <= first else None
            b = two[j][2] if j < len(two) and two[j][0] <= first else None
            yield first, after - 1, pick(a, b)

    return joined(parts())


def probe(network: IPv4Network | IPv6Network, prefix: int) -> Iterator[tuple[int, int, str | None]]:
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


def registries() -> tuple[list[Range], list[Range]]:
    """IPv4 and IPv6 as the regional registries gave them out."""
    v4 = joined(part for block in V4 for part in probe(block, 24))
    say(f"iptocc {IPTOCC}: {len(v4)} IPv4 ranges")
    coarse: list[IPv6Network] = list(V6)
    for hole in V6_FINE:
        coarse = [
            rest
            for block in coarse
            for rest in (block.address_exclude(hole) if hole.subnet_of(block) else (block,))
        ]
    grid = [(block, 32) for block in coarse] + [(block, 48) for block in V6_FINE]
    v6 = joined(part for block, size in sorted(grid) for part in probe(block, size))
    say(f"iptocc {IPTOCC}: {len(v6)} IPv6 ranges")
    return v4, v6


def geo_whois() -> list[Range]:
    """IPv4 from the npm package, whose archive must have the pinned digest."""
    name = f"@ip-location-db/geo-whois-asn-country-mmdb@{GEO_WHOIS}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != GEO_WHOIS_SHA512:
            raise SystemExit(f"{name}: SHA-512 is {digest}, expected {GEO_WHOIS_SHA512}")
        with tarfile.open(archive) as tar:
            tar.extract("package/geo-whois-asn-country-ipv4.mmdb", folder, filter="data")
        found = ranges(Path(folder, "package/geo-whois-asn-country-ipv4.mmdb"))
    say(f"geo-whois-asn-country {GEO_WHOIS}: {len(found)} IPv4 ranges")
    return found


def ranges(path: Path) -> list[Range]:
    """What a database holds, flat or nested records, in order."""
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


def content(path: Path) -> str:
    """A short digest of the tree and the records, which stand before the metadata."""
    body, marker, _ = path.read_bytes().rpartition(METADATA_MARKER)
    return hashlib.sha256(body).hexdigest()[:16] if marker else "none"


def describe(sources: str, digest: str) -> str:
    """The sentence in the file's metadata by which ``--check`` knows it."""
    whois = f"geo-whois-asn-country {GEO_WHOIS}, " if sources == "both" else ""
    order = hashlib.sha256(repr(sorted(STRICTNESS.items())).encode()).hexdigest()[:8]
    return f"sources: {whois}iptocc {IPTOCC}; order {order}; content {digest}"


def write(path: Path, found: Sequence[Range], sources: str) -> None:
    """Writes the ranges as a database that ``geoip2`` takes for a country database."""
    from mmdb_writer import SearchTreeLeaf, SearchTreeNode, TreeWriter  # noqa: PLC0415

    leaves = {c: SearchTreeLeaf({"country": {"iso_code": c}}) for *_, c in found}
    lasts = [last for _, last, _ in found]
    if any(first <= last for last, (first, _, _) in zip(lasts, found[1:], strict=False)):
        raise ValueError("ranges overlap or are out of order")
    nodes: dict[tuple[int, int], SearchTreeNode] = {}

    def subtree(first: int, size: int) -> SearchTreeNode | SearchTreeLeaf | None:
        at = bisect_left(lasts, first)
        if at == len(found) or found[at][0] >= first + size:
            return None
        if found[at][0] <= first and found[at][1] >= first + size - 1:
            return leaves[found[at][2]]
        left, right = subtree(first, size // 2), subtree(first + size // 2, size // 2)
        # Equal branches are stored once: the format allows it, and it saves space.
        return nodes.setdefault((id(left), id(right)), SearchTreeNode(left, right))

    root = subtree(0, 1 << 128)
    if not isinstance(root, SearchTreeNode):
        raise ValueError("there is nothing to write")
    meta = {
        "ip_version": 6,
        "database_type": "Consentguard-Country",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": int(time.time()),
        "description": {"en": ""},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = TreeWriter(root, meta)
    writer.write(str(path))
    meta["description"] = {"en": describe(sources, content(path))}
    writer.write(str(path))


def build(path: Path, sources: str) -> None:
    """Builds the file from ``both`` sources or from ``iptocc`` alone."""
    try:
        installed = version("iptocc")
    except PackageNotFoundError:
        installed = "none"
    if installed != IPTOCC:
        raise SystemExit(f"needs iptocc=={IPTOCC}; installed is {installed}")
    v4, v6 = registries()
    if sources == "both":
        whois = geo_whois()
        say(agreement(whois, v4))
        v4 = merge(whois, v4)
    found = joined([*v4, *v6])
    write(path, found, sources)
    size = path.stat().st_size
    say(f"{path}: {len(v4)} IPv4 and {len(v6)} IPv6 ranges, {size / 1e6:.2f} MB")
    if size > MAX_BYTES:
        raise SystemExit(f"{size} bytes are more than the {MAX_BYTES} that the wheel has room for")


def agreement(one: Sequence[Range], two: Sequence[Range]) -> str:
    """How much of the address space both sources know, and on how much of it they agree."""
    counts = {"both": 0, "same": 0, "regime": 0}

    def same(a: str | None, b: str | None) -> str | None:
        if not a or not b:
            return None
        if a == b:
            return "same"
        return "regime" if STRICTNESS.get(a, 3) == STRICTNESS.get(b, 3) else "both"

    for first, last, verdict in merge(one, two, same):
        counts[verdict] += last - first + 1
    total = sum(counts.values()) or 1
    return (
        f"both sources know {total} IPv4 addresses: same country {counts['same'] / total:.2%}, "
        f"other country but equal strictness {counts['regime'] / total:.2%}"
    )


def check(path: Path) -> int:
    """0 when the file is what the pinned versions and this order gave, else 1 and the reason."""
    if not path.is_file():
        say(f"{path} is missing: run python tools/geo.py")
        return 1
    with maxminddb.open_database(str(path)) as reader:
        recorded = reader.metadata().description.get("en", "")
    expected = [describe(sources, content(path)) for sources in ("both", "iptocc")]
    if recorded not in expected:
        say(f"{path} says   {recorded!r}\nexpected is {expected[0]!r}: run python tools/geo.py")
        return 1
    say(f"{path}: {recorded}")
    return 0


def say(text: str) -> None:
    """Prints a line at once: a build takes a minute or two."""
    print(text, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Build or check the bundled country database.")
    parser.add_argument("--from", dest="sources", choices=("both", "iptocc"), default="both")
    parser.add_argument("--check", action="store_true", help="exit 1 unless the file is current")
    parser.add_argument("--out", type=Path, default=TARGET, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.check:
        return check(options.out)
    build(options.out, options.sources)
    return 0


if __name__ == "__main__":
    sys.exit(main())
