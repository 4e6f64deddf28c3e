"""What the figures in the README come from. Every figure is a ratio taken side by side in one run.

``python -m benchmarks.run [--json]``: two jobs are run in turns, so that whatever else the machine
does slows both; the median of the paired ratios is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

import brotli
from benchmarks.pages import hostile, page
from starlette.middleware.sessions import SessionMiddleware

from consentguard.asgi import ConsentMiddleware
from consentguard.guard import ConsentGuard
from consentguard.model import Place
from consentguard.pages.assets import Assets
from consentguard.policy import parse

POLICY = """
schema = 1
[site]
name = "Bench"
url = "http://localhost"
controller = "Bench"
contact = "bench@site.test"
policy_url = "/privacy"
"""

Job = Callable[[], Any]
ROUNDS = 15


class Germany:
    """Everybody is in Germany: opt-in, so that everything is gated."""

    def locate(self, peer: object, headers: object) -> Place:
        """The place."""
        return Place("DE")


def seconds(job: Job, times: int = 1) -> float:
    """The time of one run, taken over ``times`` runs."""
    begin = time.perf_counter()
    for _ in range(times):
        job()
    return (time.perf_counter() - begin) / times


def ratio(job: Job, other: Job, times: int = 1, rounds: int = ROUNDS) -> float:
    """The median of ``job ÷ other`` over rounds that run one after the other."""
    job(), other()
    return statistics.median(seconds(job, times) / seconds(other, times) for _ in range(rounds))


def middleware(app: Any) -> ConsentMiddleware:
    """A middleware with default settings."""
    policy, problems = parse(POLICY)
    if policy is None:
        raise SystemExit(f"the policy of the benchmark is wrong: {problems}")
    return ConsentMiddleware(app, policy, ["key"], ledger=None, geo=Germany())


def responder(kind: bytes, body: bytes) -> Any:
    """An app that answers with one message."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def requester(app: Any, cookie: bytes = b"") -> Job:
    """One request to an ASGI app, on a loop that stays open."""
    loop = asyncio.new_event_loop()
    headers = [(b"host", b"localhost"), (b"accept", b"text/html")]
    headers += [(b"cookie", cookie)] if cookie else []
    base = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http"}

    async def send(message: Any) -> None:
        pass

    def run() -> None:
        scope = {**base, "headers": headers, "client": ("127.0.0.1", 1)}
        loop.run_until_complete(app(scope, None, send))

    return run


def rewriting() -> dict[str, float]:
    """Rewriting a first visit through the middleware, banner included ÷ zlib level 6."""
    ratios = []
    for number, kilobytes in enumerate((20, 40, 60, 80, 100, 120, 160, 200, 400), 1):
        body = page(kilobytes, number)
        job = requester(middleware(responder(b"text/html; charset=utf-8", body)))
        ratios.append(ratio(job, lambda body=body: zlib.compress(body, 6), rounds=7))  # type: ignore[misc]
    ratios.sort()
    return {
        "rewriting ÷ zlib 6, median": statistics.median(ratios),
        "rewriting ÷ zlib 6, worst page": ratios[-1],
    }


def json_response() -> dict[str, float]:
    """What a JSON response costs more with us ÷ what it costs more with SessionMiddleware."""
    app = responder(b"application/json", b'{"a": 1}')
    bare = requester(app)
    session = requester(SessionMiddleware(app, "key"))
    ours = requester(middleware(app))
    for job in (bare, session, ours):
        job()
    ratios = []
    for _ in range(ROUNDS):
        base = seconds(bare, 1000)
        ratios.append((seconds(ours, 1000) - base) / (seconds(session, 1000) - base))
    return {"JSON: added ÷ SessionMiddleware's": statistics.median(ratios)}


def doubling() -> dict[str, float]:
    """The time of twice the hostile input ÷ the time of the input; above 2.3 is not linear."""
    worst = 0.0
    for name, small in hostile(100_000).items():
        large = hostile(200_000)[name]
        prefix = b"<!doctype html>"
        jobs = [
            requester(middleware(responder(b"text/html; charset=utf-8", prefix + data)))
            for data in (large, small)
        ]
        worst = max(worst, ratio(jobs[0], jobs[1], rounds=5))
    return {"doubling the worst hostile input": worst}


def start() -> dict[str, float]:
    """Importing and building, in milliseconds: absolute, since no twin runs beside them."""
    code = (
        "import time; t = time.perf_counter(); import consentguard; print(time.perf_counter() - t)"
    )
    imports = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    policy, _ = parse(POLICY)
    build = seconds(lambda: ConsentGuard(policy, ["key"], ledger=None))
    return {
        "import consentguard, ms": min(imports) * 1000,
        "building a guard, ms": build * 1000,
    }


def size() -> dict[str, float]:
    """Banner script and style sheet as they travel, in bytes."""
    assets = Assets()
    bodies = [asset.bodies[b""] for asset in assets._by_name.values()]
    return {"banner JS + CSS, brotli, bytes": float(sum(len(brotli.compress(b)) for b in bodies))}


#: The budgets; larger is worse for all of them.
BUDGETS = {
    "rewriting ÷ zlib 6, median": 0.50,
    "rewriting ÷ zlib 6, worst page": 0.85,
    "JSON: added ÷ SessionMiddleware's": 0.8,
    "doubling the worst hostile input": 2.3,
    "import consentguard, ms": 150,
    "building a guard, ms": 100,
    "banner JS + CSS, brotli, bytes": 8192,
}


def main() -> None:
    """Run everything and print it beside its budget."""
    logging.disable(logging.WARNING)
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    as_json = arguments.parse_args().json
    figures: dict[str, float] = {}
    for group in (rewriting, json_response, doubling, start, size):
        for name, value in group().items():
            figures[name] = value
            if not as_json:
                within = "" if value <= BUDGETS[name] else "  over budget"
                print(f"{name:<36} {value:>9.2f}   budget {BUDGETS[name]:g}{within}", flush=True)
    if as_json:
        print(json.dumps(figures, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
