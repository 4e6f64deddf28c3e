"""How right the bundled database is, by another one that is never shipped.

``python -m tools.geo.judge [FILE]`` fetches GeoLite2, as the npm package ``geoip-country`` carries
it, into memory and prints the shares for a file. ``--tried`` adds the sources alone and together.
Shares are of addresses, each counted exactly, however many networks they lie in. Addresses are
not visitors; nobody comes from one that no network announces, so ``announced`` leaves them out.
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consentguard.policy.presets import presets
from consentguard.policy.regions import at_least_as_strict
from consentguard.policy.strictness import asks_first

from . import order, rules
from .__main__ import TARGET, say
from .ranges import Range, joined, overlaid
from .sources import (
    GEO_WHOIS,
    IPTOASN,
    Package,
    database,
    fetch,
    read,
    real,
    registries_v4,
    registries_v6,
)

#: GeoLite2's licence asks for the data to be given up after thirty days: nothing of it is kept.
JUDGE = Package(
    "geoip-country",
    "5.0.202609260156",
    "LCxD3njd2K844BkrbJmU5LfgWN8F+HHg6yqZ/7ndaFpG0dcNW5IVAK9tyH7csBPimpmD4nEL5XB54PVRnXRLWg==",
    "data/geoip-country.dat",
    "data/geoip-country6.dat",
)
#: EEA with its outermost regions, the United Kingdom and Switzerland.
EUROPE = frozenset({*presets()["eea-gdpr"]["codes"], "GB", "CH"})


@dataclass
class Score:
    """Numbers of addresses of which a database and the judge know, or the judge alone."""

    europe: int = 0
    weaker: int = 0  #: in Europe, some purpose treated more loosely than there
    unasked: int = 0  #: of those, measurement or advertising runs though it must ask there
    others: int = 0
    stricter: int = 0  #: elsewhere, some purpose treated more strictly than there
    asked: int = 0  #: of those, measurement or advertising asks though it need not there
    same: int = 0  #: the same country

    def __str__(self) -> str:
        europe, others = self.europe or 1, self.others or 1
        return (
            f"{self.weaker / europe:6.2%} ({self.unasked / europe:5.2%})  "
            f"{self.stricter / others:6.2%} ({self.asked / others:5.2%})  "
            f"{self.same / (europe + others):7.2%}"
        )


def score(ours: Sequence[Range], judge: Sequence[Range]) -> Score:
    """Compares a database with the judge on every address that the judge knows."""
    found = Score()
    for first, last, (said, true) in overlaid(ours, judge):
        if true:
            count(found, said or "", true, last - first + 1)
    return found


def count(found: Score, said: str, true: str, number: int) -> None:
    """Adds so many addresses that are said to be in one country and are in another."""
    stricter, weaker, asked, unasked = verdict(said, true)
    found.same += number * (said == true)
    if true in EUROPE:
        found.europe += number
        found.weaker += number * weaker
        found.unasked += number * unasked
    else:
        found.others += number
        found.stricter += number * stricter
        found.asked += number * asked


@cache
def verdict(said: str, true: str) -> tuple[bool, bool, bool, bool]:
    """Whether rules are stricter than there, weaker, ask where they need not, do not but must."""
    ours, theirs = order.regime(said), order.regime(true)
    here, there = asks_first(ours), asks_first(theirs)
    return (
        not at_least_as_strict(theirs, ours),
        not at_least_as_strict(ours, theirs),
        here > there,
        there > here,
    )


def judges() -> tuple[list[Range], list[Range]]:
    """IPv4 and IPv6 of the judge; the latter names networks by their first 64 bits."""
    v4, v6 = fetch(JUDGE, JUDGE.v4, JUDGE.v6)
    rows = struct.iter_unpack(">II2s", v4)
    wide = struct.iter_unpack(">QQ2s", v6)
    return (
        joined((first, last, real(code.decode("latin-1"))) for first, last, code in rows),
        joined(
            (first << 64, (last + 1 << 64) - 1, real(code.decode("latin-1")))
            for first, last, code in wide
        ),
    )


def tried(judge4: Sequence[Range], judge6: Sequence[Range]) -> Iterator[tuple[str, Score]]:
    """The sources alone and together, as name and score."""
    registries, whois = registries_v4(), database(GEO_WHOIS, GEO_WHOIS.v4)
    yield "IPv4 registries", score(registries, judge4)
    yield "IPv4 geo-whois", score(whois, judge4)
    yield "IPv4 stricter of both", score(rules.merged(whois, registries), judge4)
    networks = database(IPTOASN, IPTOASN.v4)
    yield "IPv4 with all networks", score(rules.merged(whois, registries, networks), judge4)
    best = rules.ipv4(whois, registries, networks)
    yield "IPv4 networks at home", score(best, judge4)
    announced = joined(
        (first, last, true if by else None)
        for first, last, (true, by) in overlaid(judge4, networks)
    )
    yield "IPv4 same, announced", score(best, announced)
    registries, whois = registries_v6(), database(GEO_WHOIS, GEO_WHOIS.v6)
    yield "IPv6 registries", score(registries, judge6)
    yield "IPv6 geo-whois", score(whois, judge6)
    yield "IPv6 stricter of both", score(rules.merged(registries, whois), judge6)
    networks = database(IPTOASN, IPTOASN.v6)
    yield "IPv6 with all networks", score(rules.merged(registries, networks), judge6)


def split(found: Sequence[Range]) -> tuple[list[Range], list[Range]]:
    """A file's IPv4 and IPv6 ranges."""
    v4 = [one for one in found if one[1] < 1 << 32]
    return v4, list(found[len(v4) :])


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="tools.geo.judge", description="Judge a database.")
    parser.add_argument("file", type=Path, nargs="?", default=TARGET)
    parser.add_argument("--tried", action="store_true", help="the sources too; takes minutes")
    options = parser.parse_args(arguments)
    judge4, judge6 = judges()
    v4, v6 = split(read(options.file))
    say(f"{'':24} weaker (unasked) stricter (asked) same country")
    say(f"{'IPv4 of ' + options.file.name:24} {score(v4, judge4)}")
    say(f"{'IPv6 of ' + options.file.name:24} {score(v6, judge6)}")
    for name, found in tried(judge4, judge6) if options.tried else ():
        say(f"{name:24} {found}")


if __name__ == "__main__":
    main()
