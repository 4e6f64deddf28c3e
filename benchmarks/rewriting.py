"""Rewriting whole pages: over pages as they come, by their size, and beside what others do."""

from __future__ import annotations

import statistics
import zlib
from collections.abc import Collection, Iterator
from itertools import islice

from . import jobs
from .by_hand import REWRITES, ByHand
from .figures import (
    ALONE,
    ALONE_HIGH,
    COLD,
    DEFLATE,
    HIGH,
    MEDIAN,
    OURS,
    SCAN,
    SCAN_SPEED,
    Effort,
    Figure,
    beside_at,
    faster_at,
)
from .pages import corpus, of_every_kind, short

_HTML = b"text/html; charset=utf-8"
#: What is slow is measured so often at most.
_FEW = 2


def rewriting(effort: Effort) -> Iterator[Figure]:
    """A first visit ÷ zlib level 6: the body alone, then all that the middleware does."""
    alone, ratios = [], {}
    for name, body in corpus(effort.step):
        trio = (jobs.rewrite(body), jobs.first_visit(body), _zlib(body))
        body_alone, ours, compressing = jobs.fastest(trio, effort.rounds)
        alone.append(body_alone / compressing)
        ratios[name] = ours / compressing
    yield Figure(ALONE, statistics.median(alone), "the body, banner put in")
    yield Figure(ALONE_HIGH, _high(alone))
    worst = max(ratios, key=lambda name: ratios[name])
    yield Figure(MEDIAN, statistics.median(ratios.values()), "for tags like those seen before")
    yield Figure(HIGH, _high(ratios.values()), f"highest {ratios[worst]:.2f}: {worst}")


def _high(values: Collection[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def unseen(effort: Effort) -> Iterator[Figure]:
    """The same by a guard that has never seen such a page: nothing to remember."""
    ratios = []
    for _, body in corpus(effort.step):
        compressing = min(jobs.seconds(_zlib(body)) for _ in range(_FEW))
        ours = min(jobs.seconds(_unprepared(body)) for _ in range(_FEW))
        ratios.append(ours / compressing)
    yield Figure(COLD, statistics.median(ratios), "once for each tag")


def scanning(effort: Effort) -> Iterator[Figure]:
    """The scanner alone ÷ counting the `<` of the page, which reads every byte once."""
    ratios, speeds = [], []
    for _, body in corpus(effort.step):
        ours, count = jobs.fastest(
            (jobs.scan(body), lambda body=body: body.count(b"<")),  # type: ignore[misc]
            effort.rounds,
        )
        ratios.append(ours / count)
        speeds.append(len(body) / ours / 1e6)
    yield Figure(SCAN, statistics.median(ratios))
    yield Figure(SCAN_SPEED, statistics.median(speeds))


def by_size(effort: Effort) -> Iterator[Figure]:
    """One page of each kind at each size, everybody ÷ zlib 6; medians over the kinds."""
    for kilobytes in effort.sizes:
        bodies = islice(of_every_kind(kilobytes), effort.kinds)
        found = [_beside(body, effort.rounds) for body in bodies]
        for name in found[0]:
            yield Figure(beside_at(kilobytes, name), statistics.median(t[name] for t in found))
        for rival in REWRITES:
            leads = [taken[rival] / taken[OURS] for taken in found]
            note = f"{min(leads):.1f} to {max(leads):.1f} by kind of page"
            yield Figure(faster_at(kilobytes, rival), statistics.median(leads), note)


def _beside(body: bytes, rounds: int) -> dict[str, float]:
    """What everybody takes for this page ÷ what zlib 6 takes."""
    app = jobs.responder(_HTML, body)
    ours, six, nine = jobs.fastest((jobs.first_visit(body), _zlib(body), _zlib(body, 9)), rounds)
    ratios = {OURS: ours / six, DEFLATE: nine / six}
    for rival, rewrite in REWRITES.items():
        pair = (jobs.requester(ByHand(app, rewrite)), _zlib(body))
        theirs, again = jobs.fastest(pair, min(rounds, _FEW))
        ratios[rival] = theirs / min(six, again)
    return ratios


def _zlib(body: bytes, level: int = 6) -> jobs.Job:
    return lambda: zlib.compress(body, level)


def _unprepared(body: bytes) -> jobs.Job:
    """A page through a guard that has served one short page and no other."""
    page = [short(99)]

    async def app(scope: object, receive: object, send: object) -> None:
        await jobs.responder(_HTML, page[0])(scope, receive, send)

    job = jobs.requester(jobs.middleware(app))
    job()
    page[0] = body
    return job
