"""Asking the bundled catalogue: again and for the first time, and what it takes to have it.

``python -m benchmarks.catalogue load|size`` measures in a process of its own and prints numbers.
Absolute times, since they have absolute budgets: the best of several is told. The time of ada-url,
which a look-up would need in any case if it parsed every URL, is taken in turns beside them.
"""

from __future__ import annotations

import mmap
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from ada_url import normalize_url

from consentguard.catalogue import Catalogue, bundled

from . import jobs
from .addresses import cookies, urls
from .figures import (
    COMPILED,
    COOKIE_WARM,
    HOST_COLD,
    LOAD,
    PARSED,
    RESIDENT,
    URL_COLD,
    URL_COLD_RATIO,
    URL_WARM,
    URL_WARM_RATIO,
    Effort,
    Figure,
)

_PAGE, _HOST = "https://www.shop-of-the-bench.com/a/page", "www.shop-of-the-bench.com"
#: URLs that are asked in a round, and the hosts that they are of.
_URLS, _HOSTS = 2000, 200
#: More URLs than answers are kept.
_MANY = 10_000
#: Resident and other pages of this process, as Linux tells them.
_STATM = Path("/proc/self/statm")


def asked(effort: Effort) -> Iterator[Figure]:
    """Cookies and URLs asked again, URLs never asked before."""
    rounds = 3 * effort.rounds
    known = Catalogue.bundled()
    names = cookies(known.services.values())[:_URLS]
    addresses = urls(known.services.values(), _URLS, _HOSTS)
    warm = (_cookies(known, names), _urls(known, addresses), _parsing(addresses))
    cookie, url, parse = jobs.fastest(warm, rounds)
    yield Figure(COOKIE_WARM, cookie / len(names) * 1e6, f"best of {rounds}")
    yield Figure(URL_WARM, url / len(addresses) * 1e6, f"best of {rounds}")
    yield Figure(URL_WARM_RATIO, url / parse, f"best of {rounds}, in turns")
    cold, parsed = _cold(known, _HOSTS, rounds)
    yield Figure(URL_COLD, cold * 1e6, f"best of {rounds}; {_URLS} URLs of {_HOSTS} hosts")
    yield Figure(PARSED, parsed * 1e6, f"best of {rounds}, in turns with the look-ups")
    yield Figure(URL_COLD_RATIO, cold / parsed)
    cold, _ = _cold(known, _URLS, rounds)
    yield Figure(HOST_COLD, cold * 1e6, f"best of {rounds}; {_URLS} hosts, every other one known")


def held(effort: Effort) -> Iterator[Figure]:
    """What it takes to have it: time, memory and bytes."""
    rounds = 2 * effort.rounds
    taken = [_apart("load")[0] for _ in range(rounds)]
    yield Figure(LOAD, min(taken) * 1000, f"best of {rounds} new processes, imports not counted")
    loaded, full = _apart("size")
    how = "resident size" if _STATM.exists() else "tracemalloc"
    note = f"{how} of a new process, {loaded / 1e6:.1f} when loaded; everything asked once"
    yield Figure(RESIDENT, full / 1e6, note)
    yield Figure(COMPILED, float(bundled.FILE.stat().st_size))


def _cookies(catalogue: Catalogue, names: list[str]) -> jobs.Job:
    def run() -> None:
        ask = catalogue.cookie
        for name in names:
            ask(name, host=_HOST)

    return run


def _urls(catalogue: Catalogue, addresses: list[str]) -> jobs.Job:
    def run() -> None:
        ask = catalogue.url
        for url in addresses:
            ask(url, base=_PAGE)

    return run


def _parsing(addresses: list[str]) -> jobs.Job:
    def run() -> None:
        for url in addresses:
            normalize_url(url)

    return run


def _cold(known: Catalogue, hosts: int, rounds: int) -> tuple[float, float]:
    """Seconds for a URL that a catalogue answers for the first time, and to parse the same.

    What a service is made of is worked out once in a process and there from the first round on.
    """
    cold, parsed = [], []
    for _ in range(rounds):
        addresses = urls(known.services.values(), _URLS, hosts)
        fresh = Catalogue.bundled()
        fresh.url("https://other.test/", base=_PAGE)
        cold.append(jobs.seconds(_urls(fresh, addresses)))
        parsed.append(jobs.seconds(_parsing(addresses)))
    return min(cold) / _URLS, min(parsed) / _URLS


def _load() -> tuple[float, ...]:
    """Seconds until the catalogue is there."""
    begin = time.process_time()
    Catalogue.bundled()
    return (time.process_time() - begin,)


def _size() -> tuple[float, ...]:
    """Bytes that it holds: when loaded, and after more was asked than it keeps answers to."""
    before = _held()
    catalogue = Catalogue.bundled()
    loaded = _held() - before
    for name in cookies(catalogue.services.values()):
        catalogue.cookie(name, host=_HOST)
    for url in urls(catalogue.services.values(), _MANY, _MANY):
        catalogue.url(url, base=_PAGE)
    return loaded, _held() - before


def _held() -> float:
    if _STATM.exists():
        return float(_STATM.read_text().split()[1]) * mmap.PAGESIZE
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return float(tracemalloc.get_traced_memory()[0])


MEASURES = {"load": _load, "size": _size}


def _apart(what: str) -> tuple[float, ...]:
    command = [sys.executable, "-m", "benchmarks.catalogue", what]
    found = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return tuple(map(float, found.split()))


if __name__ == "__main__":
    print(*MEASURES[sys.argv[1]]())
