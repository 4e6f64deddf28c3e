"""What is measured: each group gives figures by name, with a note where a number says little."""

from __future__ import annotations

import statistics
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import brotli
from benchmarks import jobs
from benchmarks.hostile import hostile
from benchmarks.pages import corpus
from starlette.middleware.sessions import SessionMiddleware

from consentguard.guard import ConsentGuard
from consentguard.pages.assets import Assets

MEDIAN = "rewriting ÷ zlib 6, median"
HIGH = "rewriting ÷ zlib 6, 95th percentile"
SCAN = "scanning ÷ bytes.count, median"
SCAN_SPEED = "scanning, MB/s, median"
JSON = "JSON: added ÷ SessionMiddleware's"
IMPORT = "import consentguard, ms"
BUILD = "building a guard, ms"
ASSETS = "banner JS + CSS, brotli, bytes"

_ROUNDS = 7
#: Hostile inputs are measured at this size and at twice it, in bytes.
_SIZE = 24_000


class Figure(NamedTuple):
    """One measured value."""

    name: str
    value: float
    note: str = ""


def rewriting() -> Iterator[Figure]:
    """Rewriting a first visit through the middleware, banner included ÷ zlib level 6."""
    ratios = {}
    for name, body in corpus():
        ours, compressing = jobs.fastest(
            (jobs.first_visit(body), lambda body=body: zlib.compress(body, 6)),  # type: ignore[misc]
            _ROUNDS,
        )
        ratios[name] = ours / compressing
    worst = max(ratios, key=lambda name: ratios[name])
    yield Figure(MEDIAN, statistics.median(ratios.values()))
    high = statistics.quantiles(ratios.values(), n=20, method="inclusive")[-1]
    yield Figure(HIGH, high, f"highest {ratios[worst]:.2f}: {worst}")


def scanning() -> Iterator[Figure]:
    """The scanner alone ÷ counting the `<` of the page, which reads every byte once."""
    ratios, speeds = [], []
    for _, body in corpus():
        ours, count = jobs.fastest(
            (jobs.scan(body), lambda body=body: body.count(b"<")),  # type: ignore[misc]
            _ROUNDS,
        )
        ratios.append(ours / count)
        speeds.append(len(body) / ours / 1e6)
    yield Figure(SCAN, statistics.median(ratios))
    yield Figure(SCAN_SPEED, statistics.median(speeds))


def _hostile(what: str, job: Callable[[bytes], jobs.Job]) -> Iterator[Figure]:
    growth: dict[str, float] = {}
    speed: dict[str, float] = {}
    twice = dict(hostile(2 * _SIZE))
    for name, body in hostile(_SIZE):
        pair = (job(body), job(twice[name]))
        small, large = jobs.fastest(pair, 2)
        if large > 2.3 * small:
            # Something else may have had the machine; what is not linear stays so.
            times = (small, large), jobs.fastest(pair, 6)
            small, large = (min(column) for column in zip(*times, strict=True))
        growth[name] = large / small
        speed[name] = 2 * _SIZE / large / 1e6
    worst = max(growth, key=lambda name: growth[name])
    slowest = min(speed, key=lambda name: speed[name])
    below = sum(value < 4 for value in speed.values())
    yield Figure(f"hostile input doubled, {what}, worst", growth[worst], worst)
    note = f"{slowest}; {below} of {len(speed)} families below 4"
    yield Figure(f"hostile input, {what}, slowest, MB/s", speed[slowest], note)


def hostile_scanned() -> Iterator[Figure]:
    """Hostile input through the scanner alone."""
    return _hostile("scanner", jobs.scan)


def hostile_rewritten() -> Iterator[Figure]:
    """Hostile input through the whole middleware."""
    return _hostile("middleware", jobs.first_visit)


def json_response() -> Iterator[Figure]:
    """What a JSON response costs more with us ÷ what it costs more with SessionMiddleware."""
    app = jobs.responder(b"application/json", b'{"a": 1}')
    runs = [
        jobs.requester(wrapped)
        for wrapped in (app, SessionMiddleware(app, "key"), jobs.middleware(app))
    ]
    ratios = []
    for _ in range(2 * _ROUNDS):
        bare, session, ours = (jobs.seconds(run, 1000) for run in runs)
        ratios.append((ours - bare) / (session - bare))
    yield Figure(JSON, statistics.median(ratios))


def start() -> Iterator[Figure]:
    """Importing and building, in milliseconds: absolute, since no twin runs beside them."""
    code = (
        "import time; t = time.process_time(); import consentguard; print(time.process_time() - t)"
    )
    imports = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    policy = jobs.policy()
    yield Figure(IMPORT, min(imports) * 1000)
    yield Figure(BUILD, jobs.seconds(lambda: ConsentGuard(policy, ["key"], ledger=None), 3) * 1000)


def size() -> Iterator[Figure]:
    """Banner script and style sheet as they travel, in bytes."""
    bodies = [asset.bodies[b""] for asset in Assets()._by_name.values()]
    yield Figure(ASSETS, float(sum(len(brotli.compress(body)) for body in bodies)))


Group = Callable[[], Iterator[Figure]]
#: Taken for each scanner.
BY_SCANNER: tuple[Group, ...] = (rewriting, scanning, hostile_scanned, hostile_rewritten)
#: The scanner does not matter to these.
COMMON: tuple[Group, ...] = (json_response, start, size)
