"""Whether responses that end badly leave memory behind: ``make soak``, or
``python tools/soak.py [--responses N] [--json FILE] [--seed N]``.

Streams pages and other bodies through both shells, many at once, and ends them at random places:
the client goes away, its task is cancelled, the app raises, or everything goes well. Afterwards
Python may hold no more memory than before, nor the process much more. Exit code 1 when it does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import gzip
import json
import logging
import random
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from consentguard.asgi import ConsentMiddleware
from consentguard.model import Place
from consentguard.policy import parse
from consentguard.wsgi import ConsentMiddleware as WSGIMiddleware

RESPONSES = 10_000
WARM = 300  #: responses before the first look: caches fill, modules load
AT_ONCE = 25
#: What may remain, in bytes: of Python's own, and of the process, where fragments are no leak.
ALLOWED, ALLOWED_RSS = 128 * 1024, 8 * 1024 * 1024
WAYS = ("ends", "leaves", "cancelled", "raises")

POLICY = """
schema = 1
[site]
name = "Soak"
url = "http://localhost"
controller = "Soak Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
"""
PART = (
    b"<p class=x>text</p><script src='https://static.hotjar.com/c/hotjar-%d.js'></script>"
    b"<img src='https://www.facebook.com/tr?id=%d'><style>p { color: red }</style>"
    b"<script>fbq('init', '%d'); let x = '<!--';</script><iframe srcdoc='<img src=/a%d>'></iframe>"
)
BODIES = {
    b"text/html; charset=utf-8": b"<!doctype html><title>t</title><body>",
    b"text/html": b"<li>a fragment",
    b"text/event-stream": b"data: 1\n\n",
    b"image/svg+xml": b"<svg/>",
    b"": b"<!doctype html>",
}


@dataclass(frozen=True)
class Result:
    """What remained, in bytes, and how many responses ended in which way."""

    responses: int
    ended: dict[str, int]
    python: int
    rss: int
    ok: bool


class Gone(OSError):
    """The client is not there any more."""


class Fault(Exception):
    """An app's own error."""


class Here:
    """Everybody is in Germany: everything waits."""

    def locate(self, peer: object, headers: object) -> Place:
        """The place."""
        return Place("DE")


def pieces_of(dice: random.Random) -> Iterator[bytes]:
    """A body's type, its encoding, and its bytes, cut anywhere."""
    kind, coding = dice.choice(list(BODIES)), dice.choice((b"identity", b"identity", b"gzip"))
    yield kind
    yield coding
    body = BODIES[kind] + b"".join(PART % ((n,) * 4) for n in range(dice.randrange(1, 12)))
    if coding == b"gzip":
        body = gzip.compress(body, 1)
    while body:
        at = dice.choice((1, 10, 100, 1000))
        yield body[:at]
        body = body[at:]


class Site:
    """An app behind both shells, and clients that end its responses in each of the ways."""

    def __init__(self, seed: int) -> None:
        policy, problems = parse(POLICY)
        if policy is None:
            raise SystemExit(f"the policy of the soak is wrong: {problems}")
        self.ended: Counter[str] = Counter()
        self._dice = random.Random(seed)
        self._asgi = ConsentMiddleware(self._app, policy, ["key"], ledger=None, geo=Here())
        self._wsgi = WSGIMiddleware(self._wsgi_app, policy, ["key"], ledger=None, geo=Here())

    async def respond(self) -> None:
        """One response, ended in one of the ways."""
        way, last = self._dice.choice(WAYS), self._dice.randrange(60)
        self.ended[way] += 1
        if way != "cancelled" and self._dice.random() < 0.2:
            self._respond_wsgi(way, last)
            return
        task = asyncio.create_task(self._client(way, last))
        with suppress(Gone, Fault, asyncio.CancelledError):
            await task

    async def _client(self, way: str, last: int) -> None:
        heard = 0

        async def send(message: Any) -> None:
            nonlocal heard
            heard += 1
            if heard > last and way == "leaves":
                raise Gone
            if heard > last and way == "cancelled":
                raise asyncio.CancelledError
            await asyncio.sleep(0)

        headers = [(b"host", b"localhost"), (b"cookie", b"a=%d" % (last % 7))]
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
        scope |= {"scheme": "http", "headers": headers, "client": None}
        scope |= {"way": way, "last": last}
        nothing: Any = None
        await self._asgi(scope, nothing, send)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        pieces = pieces_of(self._dice)
        headers = [(b"content-type", next(pieces)), (b"content-encoding", next(pieces))]
        headers.append((b"set-cookie", b"_ga=1"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number, piece in enumerate(pieces):
            if scope["way"] == "raises" and number == scope["last"]:
                raise Fault
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _respond_wsgi(self, way: str, last: int) -> None:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "localhost"}
        found: Any = None
        with suppress(Fault):
            found = self._wsgi({**environ, "way": way, "last": last}, _unheard)
            for number, _ in enumerate(found):
                if way == "leaves" and number == last:
                    break
        close: Callable[[], None] = getattr(found, "close", lambda: None)
        close()

    def _wsgi_app(self, environ: Any, start_response: Any) -> Iterator[bytes]:
        pieces = pieces_of(self._dice)
        names = ("Content-Type", "Content-Encoding")
        start_response("200 OK", [(name, next(pieces).decode()) for name in names])
        for number, piece in enumerate(pieces):
            if environ["way"] == "raises" and number == environ["last"]:
                raise Fault
            yield piece


def _unheard(*_: Any) -> Callable[[bytes], object]:
    return lambda data: None


async def _many(site: Site, responses: int, tell: Callable[[int], None]) -> None:
    for done in range(0, responses, AT_ONCE):
        await asyncio.gather(*(site.respond() for _ in range(min(AT_ONCE, responses - done))))
        tell(done)


def run(site: Site, responses: int, tell: Callable[[int], None] = lambda done: None) -> Result:
    """Stream so many responses and compare what is held before and after."""
    asyncio.run(_many(site, min(WARM, responses), lambda done: None))
    site.ended.clear()
    began = not tracemalloc.is_tracing()
    if began:
        tracemalloc.start()
    try:
        asyncio.run(_many(site, AT_ONCE, lambda done: None))  # what tracing itself sets up
        site.ended.clear()
        before, rss = _held(), _rss()
        asyncio.run(_many(site, responses, tell))
        python, grown = _held() - before, _rss() - rss
    finally:
        if began:
            tracemalloc.stop()
    ok = python <= ALLOWED and grown <= ALLOWED_RSS
    return Result(responses, dict(sorted(site.ended.items())), python, grown, ok)


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _rss() -> int:
    """Memory of the process in bytes; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * 4096


def main(arguments: list[str]) -> int:
    """Run, tell, and say by the exit code whether anything was left."""
    parser = argparse.ArgumentParser(description="Do responses leave memory behind?")
    parser.add_argument("--responses", type=int, default=RESPONSES, help="how many to stream")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there")
    options = parser.parse_args(arguments)

    def tell(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {options.responses}", end="", file=sys.stderr, flush=True)

    logging.disable(logging.WARNING)
    try:
        result = run(Site(options.seed), options.responses, tell)
    finally:
        logging.disable(logging.NOTSET)
    if sys.stderr.isatty():
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(asdict(result), indent=2) + "\n", "utf-8")
    ways = ", ".join(f"{number} {way}" for way, number in result.ended.items())
    print(f"{result.responses} responses: {ways}")
    print(f"left in Python: {result.python / 1024:.0f} KB, at most {ALLOWED // 1024} KB may be")
    print(
        f"process grown by: {result.rss / 2**20:.1f} MB, at most {ALLOWED_RSS // 2**20} MB may be"
    )
    if not result.ok:
        print("memory was left behind", file=sys.stderr)
    return 0 if result.ok else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
