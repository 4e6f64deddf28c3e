"""What an open response holds while a long body streams through it.

``python -m benchmarks.memory HOW MEGABYTES`` measures in a process of its own, which nothing else
has made large before, and prints a number of bytes. What a guard remembers of tags is the guard's
and there before the count begins.
"""

from __future__ import annotations

import logging
import mmap
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from . import jobs
from .figures import HELD, Effort, Figure
from .pages import page

Body = Callable[[float], Iterator[bytes]]

_PIECE = 16 * 1024
#: Responses that are open at once, each in the middle of its body.
_OPEN = 50
#: Resident and other pages of this process, as Linux tells them.
_STATM = Path("/proc/self/statm")


def streaming(effort: Effort) -> Iterator[Figure]:
    """Python's own count at its highest, and by how much the process grew."""
    found = {how: _apart(how, effort.stream) / 1e6 for how in MEASURES if how in available()}
    peaks = ("page", "script", "open")
    worst = max(peaks, key=lambda how: found[how])
    yield Figure(HELD, found[worst], f"the highest of these: {worst}")
    yield Figure(f"{effort.stream} MB page: peak, MB", found["page"])
    yield Figure(f"{effort.stream} MB in one script: peak, MB", found["script"])
    yield Figure(f"{_OPEN} pages open at once: each, MB", found["open"])
    if "grown" in found:
        yield Figure(f"{effort.stream} MB page: resident size grew, MB", found["grown"])


def available() -> tuple[str, ...]:
    """The measures that this system offers."""
    return tuple(how for how in MEASURES if how != "grown" or _STATM.exists())


def long_page(megabytes: float) -> Iterator[bytes]:
    """A page of that many megabytes in pieces: what is in the body of one comes again and again."""
    head, inner, tail = _parts()
    yield head
    yield from islice(cycle(inner), int(megabytes * 1e6 / _PIECE))
    # The rest of the round, so that the page ends in the middle of nothing.
    yield from inner[int(megabytes * 1e6 / _PIECE) % len(inner) :]
    yield tail


def long_script(megabytes: float) -> Iterator[bytes]:
    """A page that is one inline script, in pieces."""
    yield b"<!doctype html><html><body><script>"
    for number in range(int(megabytes * 1e6 / _PIECE)):
        yield (b"a[%6d]=b;" % number).ljust(_PIECE, b"x")


@cache
def _parts() -> tuple[bytes, list[bytes], bytes]:
    """A page's beginning, the pieces of its body, and its end: made once, so never counted."""
    head, begin, rest = page(100).partition(b"<body")
    inner, end, tail = rest.partition(b"\n</body>")
    attributes, bracket, inner = inner.partition(b">")
    inner = inner.ljust(-(-len(inner) // _PIECE) * _PIECE)
    return head + begin + attributes + bracket, jobs.cut(inner, _PIECE), end + tail


def _streamed(body: Body, megabytes: float) -> float:
    """The highest number of bytes that Python held on top of what it held before."""
    bodies = [body(2), body(megabytes)]
    guarded = jobs.middleware(_one_of(bodies))
    run = jobs.requester(guarded)
    run()
    tracemalloc.start()
    run()
    return float(tracemalloc.get_traced_memory()[1])


def _opened(megabytes: float) -> float:
    """Bytes for each of many responses that one guard has open in the middle of their body."""
    pieces = jobs.cut(page(100), _PIECE)[:-1]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await _Waiting()

    guarded: Any = jobs.middleware(app)
    waiting = [guarded(jobs.scope_of(), None, jobs.sink) for _ in range(_OPEN + 1)]
    waiting[0].send(None)
    tracemalloc.start()
    for response in waiting[1:]:
        response.send(None)
    held = tracemalloc.get_traced_memory()[0]
    for response in waiting:
        response.close()
    return held / _OPEN


def _grown(megabytes: float) -> float:
    """Bytes by which the process was larger at most, from the second megabyte on."""
    sizes: list[int] = []

    def watched() -> Iterator[bytes]:
        for number, piece in enumerate(long_page(megabytes)):
            if number * _PIECE > 2e6 and number % 16 == 0:
                sizes.append(int(_STATM.read_text().split()[1]))
            yield piece

    jobs.requester(jobs.middleware(_one_of([watched()])))()
    return float(max(sizes) - sizes[0]) * mmap.PAGESIZE


MEASURES: dict[str, Callable[[float], float]] = {
    "page": lambda megabytes: _streamed(long_page, megabytes),
    "script": lambda megabytes: _streamed(long_script, megabytes),
    "open": _opened,
    "grown": _grown,
}


def _apart(how: str, megabytes: int) -> float:
    command = [sys.executable, "-m", "benchmarks.memory", how, str(megabytes)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def _one_of(bodies: list[Iterator[bytes]]) -> Any:
    """An app that sends the first of the bodies that are left, making its pieces on the way."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await jobs.streamer(bodies.pop(0))(scope, receive, send)

    return app


class _Waiting:
    """Something to wait for that nobody ends."""

    def __await__(self) -> Generator[None, None, None]:
        yield


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(MEASURES[sys.argv[1]](float(sys.argv[2])))
