"""Running two jobs in turns, so that whatever else the machine does slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from consentguard.asgi import ConsentMiddleware
from consentguard.html import engine
from consentguard.model import Place, Policy
from consentguard.policy import parse

Job = Callable[[], Any]

_POLICY = """
schema = 1
[site]
name = "Bench"
url = "http://localhost"
controller = "Bench"
contact = "bench@site.test"
policy_url = "/privacy"
"""
#: Pieces in which the rewriter hands a body to its scanner, in bytes.
_PIECE = 64 * 1024
#: Time that others had the processor does not count, where the system can tell so finely.
_now = (
    time.process_time
    if time.get_clock_info("process_time").resolution < 1e-5
    else time.perf_counter
)
#: What takes less than this is run several times and the clock read once, in seconds.
_LEAST = 0.001


_GERMANY = Place("DE")


class Germany:
    """Everybody is in Germany: opt-in, so that everything is gated."""

    def locate(self, peer: object, headers: object) -> Place:
        """The place."""
        return _GERMANY


def seconds(job: Job, times: int = 1) -> float:
    """The processor time of one run, taken over ``times`` runs."""
    begin = _now()
    for _ in range(times):
        job()
    return (_now() - begin) / times


def ratio(job: Job, other: Job, rounds: int) -> float:
    """The median of ``job ÷ other`` over rounds that run one after the other."""
    job(), other()
    return statistics.median(seconds(job) / seconds(other) for _ in range(rounds))


def fastest(jobs: tuple[Job, ...], rounds: int) -> tuple[float, ...]:
    """The best time of each of the jobs, which are run in turns, the fast ones several times."""
    times = [max(1, int(_LEAST / seconds(job))) for job in jobs]
    taken = [
        [seconds(job, number) for job, number in zip(jobs, times, strict=True)]
        for _ in range(rounds)
    ]
    return tuple(min(column) for column in zip(*taken, strict=True))


def policy() -> Policy:
    """A policy with default settings."""
    found, problems = parse(_POLICY)
    if found is None:
        raise SystemExit(f"the policy of the benchmark is wrong: {problems}")
    return found


def middleware(app: Any) -> ConsentMiddleware:
    """Our middleware around an app."""
    return ConsentMiddleware(app, policy(), ["key"], ledger=None, geo=Germany())


def responder(kind: bytes, body: bytes) -> Any:
    """An app that answers with one message."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def requester(app: Any) -> Job:
    """One request to an ASGI app that waits for nothing: no event loop, so none of its cost."""
    headers = [(b"host", b"localhost"), (b"accept", b"text/html")]
    base = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http"}

    async def send(message: Any) -> None:
        pass

    def run() -> None:
        scope = {**base, "headers": headers, "client": ("127.0.0.1", 1)}
        with suppress(StopIteration):
            app(scope, None, send).send(None)
            raise SystemExit("the benchmark's app waits for something")

    return run


def first_visit(body: bytes) -> Job:
    """A page through the whole middleware: first visit, everything gated, banner put in."""
    return requester(middleware(responder(b"text/html; charset=utf-8", body)))


def scan(body: bytes) -> Job:
    """The scanner alone, over the same pieces."""

    def run() -> None:
        scanner = engine.Scanner()
        for at in range(0, len(body), _PIECE):
            scanner.feed(body[at : at + _PIECE])
        scanner.finish()

    return run
