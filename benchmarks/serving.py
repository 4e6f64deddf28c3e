"""uvicorn under load: how much of the bare app's rate is left with us, and with others, in front.

Each app has a process of its own; the generator is here. They are loaded in turns, one at a time.
A server is never idle then, so its rate is taken over its own processor time where the system tells
that (Linux): time that others had the processor does not count.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from .figures import (
    GZIP,
    OURS,
    PAGE,
    RIVALS,
    SESSION,
    SMALL,
    Effort,
    Figure,
    bare_rate,
    rate_of,
)
from .load import Load, generate, request
from .server import BARE, parts

_TURNS = 5


def page(effort: Effort) -> Iterator[Figure]:
    """A first visit to a page of 100 KB."""
    asked = request("/", {"Accept-Encoding": "gzip"})
    rivals = RIVALS if effort.rivals else ()
    return _rates(PAGE, asked, (OURS, GZIP, *rivals), effort)


def json(effort: Effort) -> Iterator[Figure]:
    """A small JSON response."""
    return _rates(SMALL, request("/json"), (OURS, SESSION), effort)


def _rates(what: str, asked: bytes, names: tuple[str, ...], effort: Effort) -> Iterator[Figure]:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(served(name)) for name in (BARE, *names)}
        for server in servers.values():
            asyncio.run(generate(server.port, asked, effort.load / 4))
        turns = [
            {name: loaded(server, asked, effort.load) for name, server in servers.items()}
            for _ in range(min(effort.rounds, _TURNS))
        ]
    bare = [turn[BARE] for turn in turns]
    yield Figure(bare_rate(what), _rate(bare), f"{parts()}; {_busy(bare)}")
    for name in names:
        loads = [turn[name] for turn in turns]
        left = statistics.median(turn[name].rate / turn[BARE].rate for turn in turns)
        note = f"{_rate(loads):,.0f} requests/s; {_busy(loads)}"
        yield Figure(rate_of(what, name), left, note)


def loaded(server: Server, asked: bytes, seconds: float) -> Load:
    """What a server did under load, over its own processor time where that is told."""
    before = server.worked()
    load = asyncio.run(generate(server.port, asked, seconds))
    worked = server.worked() - before
    return load._replace(seconds=worked) if worked else load


def _rate(loads: list[Load]) -> float:
    return statistics.median(load.rate for load in loads)


def _busy(loads: list[Load]) -> str:
    """How near the generator was to its own limit."""
    return f"generator busy {max(load.busy for load in loads):.0%}"


class Server(NamedTuple):
    """A server's port and process."""

    port: int
    process: int

    def worked(self) -> float:
        """Its processor time so far in seconds, 0 where the system does not tell."""
        try:
            text = Path(f"/proc/{self.process}/stat").read_text("ascii", "replace")
        except OSError:
            return 0.0
        # proc_pid_stat(5): utime and stime are fields 14 and 15; the name before may hold spaces.
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(name: str) -> Iterator[Server]:
    """A server of its own; it ends with the block."""
    command = [sys.executable, "-m", "benchmarks.server", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            if not told.strip().isdigit():
                raise SystemExit(f"the benchmark's server {name} did not start")
            yield Server(int(told), process.pid)
        finally:
            process.terminate()
