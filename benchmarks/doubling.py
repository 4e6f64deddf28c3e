"""Hostile input: what twice as much of it costs, and how slow the slowest of it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from . import jobs
from .figures import Effort, Figure
from .hostile import hostile

#: Hostile inputs are measured at this size and at twice it, in bytes.
_SIZE = 24_000


def scanned(effort: Effort) -> Iterator[Figure]:
    """Through the scanner alone."""
    return _doubled("scanner", jobs.scan, effort)


def rewritten(effort: Effort) -> Iterator[Figure]:
    """Through the whole middleware."""
    return _doubled("middleware", jobs.first_visit, effort)


def _doubled(what: str, job: Callable[[bytes], jobs.Job], effort: Effort) -> Iterator[Figure]:
    growth: dict[str, float] = {}
    speed: dict[str, float] = {}
    twice, eightfold = (dict(hostile(times * _SIZE)) for times in (2, 8))
    for name, body in islice(hostile(_SIZE), 0, None, effort.step):
        pair = (job(body), job(twice[name]))
        small, large = jobs.fastest(pair, 2)
        growth[name] = large / small
        if growth[name] > 2.3:
            # Memory comes in steps and a processor changes its pace: three doublings even that out,
            # and what is not linear stays so.
            least, most = jobs.fastest((pair[0], job(eightfold[name])), 15)
            growth[name] = (most / least) ** (1 / 3)
        speed[name] = 2 * _SIZE / large / 1e6
    worst = max(growth, key=lambda name: growth[name])
    slowest = min(speed, key=lambda name: speed[name])
    below = sum(value < 4 for value in speed.values())
    yield Figure(f"hostile input doubled, {what}, worst", growth[worst], worst)
    note = f"{slowest}; {below} of {len(speed)} families below 4"
    yield Figure(f"hostile input, {what}, slowest, MB/s", speed[slowest], note)
