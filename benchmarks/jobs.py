"""Running two jobs in turns, so that whatever else the machine does slows both."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from consentguard.asgi import ConsentMiddleware
from consentguard.guard import ConsentGuard
from consentguard.html import engine
from consentguard.html.rewriter import Rewriter
from consentguard.http.message import Request
from consentguard.model import Place, Policy
from consentguard.policy import parse

Job = Callable[[], Any]
Headers = Sequence[tuple[bytes, bytes]]

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
#: What takes more than this is not run once more to warm up, in seconds.
_SLOW = 0.1

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
    first = [_warmed(job) for job in jobs]
    times = [max(1, int(_LEAST / taken)) for taken in first]
    taken = [first]
    while len(taken) < rounds:
        taken.append([seconds(job, number) for job, number in zip(jobs, times, strict=True)])
    return tuple(min(column) for column in zip(*taken, strict=True))


def _warmed(job: Job) -> float:
    """The time of the second run; what is slow is run once."""
    first = seconds(job)
    return first if first > _SLOW else seconds(job)


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
        # A list of its own for each response: middleware writes into it.
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    return app


def streamer(pieces: Iterable[bytes]) -> Any:
    """An app that answers with HTML in these pieces, whose length it does not know."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


def cut(body: bytes, size: int) -> list[bytes]:
    """The body in pieces of that many bytes."""
    return [body[at : at + size] for at in range(0, len(body), size)]


def scope_of(headers: Headers = ()) -> dict[str, Any]:
    """The scope of a first visit; ``headers`` come on top of what every browser sends."""
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html"), *headers],
        "client": ("127.0.0.1", 1),
    }


async def sink(message: Any) -> None:
    """Take a message and forget it."""


def requester(app: Any, headers: Headers = ()) -> Job:
    """One request to an ASGI app that waits for nothing: no event loop, so none of its cost."""
    base = scope_of(headers)

    def run() -> None:
        with suppress(StopIteration):
            app({**base}, None, sink).send(None)
            raise SystemExit("the benchmark's app waits for something")

    return run


def waiter(app: Any, runner: asyncio.Runner, headers: Headers = ()) -> Job:
    """One request to an ASGI app that may wait: its loop costs the same whatever the app."""
    base = scope_of(headers)

    def run() -> None:
        runner.run(app({**base}, None, sink))

    return run


def first_visit(body: bytes) -> Job:
    """A page through the whole middleware: first visit, everything gated, banner put in."""
    return requester(middleware(responder(b"text/html; charset=utf-8", body)))


def rewrite(body: bytes) -> Job:
    """The body of a first visit rewritten, banner included: no request, no headers."""
    guard = ConsentGuard(policy(), ["key"], ledger=None, geo=Germany())
    scope = scope_of()
    request = Request("GET", "http", "/", "", b"", scope["headers"], "127.0.0.1")
    visit = guard.exchange(request).visit
    judge, _ = guard._shared.judge(visit)
    banner = guard.setup.banners.of(visit).markup("/")

    def run() -> None:
        rewriter = Rewriter(judge, insert=banner)
        for at in range(0, len(body), _PIECE):
            rewriter.feed(body[at : at + _PIECE])
        rewriter.finish()

    return run


def scan(body: bytes) -> Job:
    """The scanner alone, over the same pieces."""

    def run() -> None:
        scanner = engine.Scanner()
        for at in range(0, len(body), _PIECE):
            scanner.feed(body[at : at + _PIECE])
        scanner.finish()

    return run
