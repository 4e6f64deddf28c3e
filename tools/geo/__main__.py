"""The command: build the database, or check it."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import maxminddb

from . import mmdb, order, rules
from .ranges import Range, joined, overlaid, without
from .sources import GEO_WHOIS, IPTOASN, IPTOCC, database, registries_v4, registries_v6

MAX_BYTES = 5_500_000
TARGET = Path(__file__).parents[2] / "src/consentguard/geo/data/country.mmdb"
AGAIN = "run python -m tools.geo"
#: By the same judge as the table in :mod:`tools.geo`.
COST = (
    "From the registries alone 7.4 % of the EEA, UK and Swiss IPv4 addresses get a weaker "
    "regime than theirs, not 1.1 %; IPv6 is the same."
)


def named(sources: str) -> str:
    """The versions and rules that a build stands on; ``sources`` is ``all`` or ``iptocc``."""
    npm = f"{GEO_WHOIS.label}, {IPTOASN.label}, " if sources == "all" else ""
    own = hashlib.sha256(repr((rules.HOME, rules.HELD_FOR_OTHERS)).encode()).hexdigest()[:8]
    return f"{npm}iptocc {IPTOCC}; regimes of {order.AS_OF}: {order.digest()}; rules {own}"


def build(path: Path, sources: str) -> None:
    """Builds the file from ``all`` sources or from ``iptocc`` alone."""
    registries = registries_v4()
    say(f"iptocc {IPTOCC}: {len(registries)} IPv4 ranges")
    v6 = registries_v6()
    say(f"iptocc {IPTOCC}: {len(v6)} IPv6 ranges")
    if sources == "all":
        whois = database(GEO_WHOIS, GEO_WHOIS.v4)
        say(f"{GEO_WHOIS.label}: {len(whois)} IPv4 ranges, {agreement(whois, registries)}")
        networks = database(IPTOASN, IPTOASN.v4)
        say(f"{IPTOASN.label}: {len(networks)} IPv4 ranges, {agreement(whois, networks)}")
        v4 = rules.ipv4(whois, registries, networks)
    else:
        v4 = without(registries, rules.HELD_FOR_OTHERS)
    mmdb.write(path, joined([*v4, *v6]), named(sources), order.start())
    size = path.stat().st_size
    say(f"{path}: {len(v4)} IPv4 and {len(v6)} IPv6 ranges, {size / 1e6:.2f} MB")
    if sources != "all":
        say(COST)
    if size > MAX_BYTES:
        raise SystemExit(f"{size} bytes are more than the {MAX_BYTES} that the wheel has room for")


def agreement(one: Sequence[Range], two: Sequence[Range]) -> str:
    """How much of the address space that both sources know they see in the same country."""
    both = same = equal = 0
    for first, last, (a, b) in overlaid(one, two):
        if a and b:
            both += last - first + 1
            same += (last - first + 1) * (a == b)
            equal += (last - first + 1) * (a != b and order.strictness(a) == order.strictness(b))
    total = both or 1
    return f"same country {same / total:.2%}, other but equally strict {equal / total:.2%}"


def check(path: Path) -> int:
    """0 when the file is what the pinned versions and this order gave, else 1 and the reason."""
    if not path.is_file():
        say(f"{path} is missing: {AGAIN}")
        return 1
    with maxminddb.open_database(str(path)) as reader:
        metadata = reader.metadata()
    recorded, digest = metadata.description.get("en", ""), mmdb.content(path)
    expected = [mmdb.described(named(sources), digest) for sources in ("all", "iptocc")]
    if recorded not in expected:
        say(f"{path} says   {recorded!r}\nexpected is {expected[0]!r}: {AGAIN}")
        return 1
    if metadata.build_epoch != order.start():
        say(f"{path} is not of {order.AS_OF}, the day of its sources: {AGAIN}")
        return 1
    say(f"{path}: {recorded}")
    return 0


def say(text: str) -> None:
    """Prints a line at once: a build takes some minutes."""
    print(text, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="tools.geo", description="Build or check the bundled country database."
    )
    parser.add_argument("--from", dest="sources", choices=("all", "iptocc"), default="all")
    parser.add_argument("--check", action="store_true", help="exit 1 unless the file is current")
    parser.add_argument("--out", type=Path, default=TARGET, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.check:
        return check(options.out)
    build(options.out, options.sources)
    return 0


if __name__ == "__main__":
    sys.exit(main())
