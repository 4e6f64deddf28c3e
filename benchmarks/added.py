"""What a response costs more because we are in front of the app, in this process and no server.

Beside us run Starlette's own middlewares on the same responses, each doing its work: a session
that is looked for, an `Origin` that is answered, a body that is compressed.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from consentguard.http import caching
from consentguard.http.scope import request_of

from . import jobs
from .figures import CACHED, JSON, Effort, Figure
from .pages import page

_HEADERS = ((b"origin", b"https://www.example.org"), (b"accept-encoding", b"gzip"))
_HTML = b"text/html; charset=utf-8"
#: Pieces in which a page is streamed, in bytes.
_PIECE = 16 * 1024


def json_response(effort: Effort) -> Iterator[Figure]:
    """A JSON response: what we add ÷ what others add."""
    app = jobs.responder(b"application/json", b'{"a": 1}')
    others = {
        JSON: SessionMiddleware(app, "key"),
        "JSON: added ÷ CORSMiddleware's": CORSMiddleware(app, allow_origins=["*"]),
        "JSON: added ÷ GZipMiddleware's": GZipMiddleware(app),
    }
    apps = (app, jobs.middleware(app), *others.values())
    runs = [jobs.requester(wrapped, _HEADERS) for wrapped in apps]
    added = []
    for _ in range(2 * effort.rounds):
        bare, *wrapped = (jobs.seconds(run, 1000) for run in runs)
        added.append([taken - bare for taken in wrapped])
    yield Figure("JSON: added, µs", statistics.median(ours for ours, *_ in added) * 1e6)
    for at, name in enumerate(others, 1):
        yield Figure(name, statistics.median(row[0] / row[at] for row in added))


def cache_headers(effort: Effort) -> Iterator[Figure]:
    """A page that a browser holds, of an app with a tag and dates of its own: in and out again."""
    headers = [
        (b"content-type", _HTML),
        (b"cache-control", b"public, max-age=60"),
        (b"etag", b'"5f2a-61c8"'),
        (b"last-modified", b"Sun, 22 Nov 2026 10:00:00 GMT"),
        (b"vary", b"Accept-Encoding"),
    ]
    guard = jobs.middleware(jobs.responder(_HTML, b"")).guard
    visit = guard.exchange(request_of(jobs.scope_of())).visit
    asked = [
        (b"accept", b"text/html"),
        (b"if-none-match", b'W/"5f2a-61c8.cg-%b"' % visit.digest.encode()),
    ]

    def told() -> None:
        caching.request_headers(asked, (visit.digest,))
        visit.cached(headers)

    def untold() -> None:
        list(asked)
        list(headers)

    turns = [
        (jobs.seconds(told, 1000), jobs.seconds(untold, 1000)) for _ in range(10 * effort.rounds)
    ]
    yield Figure(CACHED, (min(t for t, _ in turns) - min(u for _, u in turns)) * 1e6)


def html_responses(effort: Effort) -> Iterator[Figure]:
    """Pages whole and in pieces: what we add, in µs and ÷ what GZipMiddleware adds."""
    pieces = jobs.cut(page(1000), _PIECE)
    apps = {f"{size} KB": jobs.responder(_HTML, page(size)) for size in (10, 100, 1000)}
    apps["1 MB streamed"] = jobs.streamer(pieces)
    with asyncio.Runner() as runner:
        for name, app in apps.items():
            yield from _added(name, app, runner, effort.rounds)


def _added(name: str, app: Any, runner: asyncio.Runner, rounds: int) -> Iterator[Figure]:
    apps = (app, jobs.middleware(app), GZipMiddleware(app))
    runs = tuple(jobs.waiter(wrapped, runner, _HEADERS) for wrapped in apps)
    bare, ours, gzip = jobs.fastest(runs, rounds)
    yield Figure(f"HTML, {name}: added, µs", (ours - bare) * 1e6)
    yield Figure(f"HTML, {name}: added ÷ GZipMiddleware's", (ours - bare) / (gzip - bare))
