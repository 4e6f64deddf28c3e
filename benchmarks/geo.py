"""Asking where an address is: again, for the first time, and what it takes to open the database.

Absolute times, since they have absolute budgets: the best of several is told. The bundled database
is asked, and texts are: what a socket or a header gives. What ``maxminddb``'s reader in C takes for
the same texts, up to the record alone, is taken in turns beside.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import maxminddb

from consentguard.geo.mmdb import BUNDLED, Database
from consentguard.geo.reload import Reloading

from . import jobs
from .figures import GEO_COLD, GEO_COLD_6, GEO_OPEN, GEO_READER, GEO_WARM, Effort, Figure

#: Addresses that are asked in a round; the database remembers more.
_NUMBER = 2000
_SEED = 7


def located(effort: Effort) -> Iterator[Figure]:
    """Addresses asked again, and addresses never asked before."""
    rounds = 3 * effort.rounds
    note = f"best of {rounds}"
    database = Reloading(str(BUNDLED))
    known = _four(random.Random(_SEED))
    _asking(database, known)()
    (warm,) = jobs.fastest((_asking(database, known),), rounds)
    yield Figure(GEO_WARM, warm / _NUMBER * 1e6, note)
    cold, cold_6, reader = _cold(database, rounds)
    yield Figure(GEO_COLD, cold / _NUMBER * 1e6, f"{note}; text to place")
    yield Figure(GEO_COLD_6, cold_6 / _NUMBER * 1e6, f"{note}; text to place")
    if reader:
        yield Figure(GEO_READER, reader / _NUMBER * 1e6, f"{note}; text to record, in turns")
    opened = min(jobs.seconds(lambda: Database(BUNDLED)) for _ in range(rounds))
    yield Figure(GEO_OPEN, opened * 1000, note)


def _cold(database: Reloading, rounds: int) -> tuple[float, float, float]:
    """Seconds for so many IPv4 and IPv6 addresses, and for the former in the other reader."""
    choose = random.Random(_SEED + 1)
    four, six, other = [], [], []
    reader = _reader()
    for _ in range(rounds):
        texts = _four(choose)
        four.append(jobs.seconds(_asking(database, texts)))
        six.append(jobs.seconds(_asking(database, _six(choose))))
        if reader:
            other.append(jobs.seconds(_reading(reader, texts)))
    return min(four), min(six), min(other, default=0.0)


def _reader() -> maxminddb.Reader | None:
    try:
        return maxminddb.open_database(BUNDLED, maxminddb.MODE_MMAP_EXT)
    except ValueError:  # there is none on this machine
        return None


def _asking(database: Reloading, texts: list[str]) -> jobs.Job:
    def run() -> None:
        for text in texts:
            database.current().find(text)

    return run


def _reading(reader: maxminddb.Reader, texts: list[str]) -> jobs.Job:
    def run() -> None:
        for text in texts:
            reader.get(text)

    return run


def _four(choose: random.Random) -> list[str]:
    return [str(IPv4Address(choose.randrange(1 << 24, 224 << 24))) for _ in range(_NUMBER)]


def _six(choose: random.Random) -> list[str]:
    """Addresses of the blocks that are handed out (2400::/12, 2600::/12, 2800::/12, 2a00::/12)."""
    blocks = (0x240, 0x260, 0x280, 0x2A0)
    return [
        str(IPv6Address(choose.choice(blocks) << 116 | choose.getrandbits(116)))
        for _ in range(_NUMBER)
    ]
