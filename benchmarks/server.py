"""One app under uvicorn, in a process of its own: ``python -m benchmarks.server NAME``.

It prints its port and serves until it is ended. The app answers without a framework, and uvicorn
runs with its fast parser and loop where they are there: whoever is in front of the app is then
seen in full.
"""

from __future__ import annotations

import importlib.util
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from . import jobs
from .by_hand import REWRITES, ByHand
from .figures import GZIP, OURS, RIVALS, SESSION
from .pages import page

BARE = "bare"


def site() -> Any:
    """The app: JSON at ``/json``, a page of 100 KB anywhere else."""
    answers = {"/json": jobs.responder(b"application/json", b'{"a": 1}')}
    html = jobs.responder(b"text/html; charset=utf-8", page(100))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answers.get(scope["path"], html)(scope, receive, send)

    return app


def _by_hand(rival: str) -> Callable[[Any], Any]:
    return lambda app: ByHand(app, REWRITES[rival])


#: What may stand in front of the app, by name.
FRONTS: dict[str, Callable[[Any], Any]] = {
    BARE: lambda app: app,
    OURS: jobs.middleware,
    GZIP: GZipMiddleware,
    SESSION: lambda app: SessionMiddleware(app, "key"),
    **{rival: _by_hand(rival) for rival in RIVALS},
}


def serve(name: str) -> None:
    """Serve the app behind what has that name on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        config = uvicorn.Config(
            FRONTS[name](site()), log_level="critical", access_log=False, lifespan="off", ws="none"
        )
        uvicorn.Server(config).run(sockets=[listener])


def parts() -> str:
    """What uvicorn is made of here, for the note of a figure."""
    found = [name for name in ("httptools", "uvloop") if importlib.util.find_spec(name)]
    return "uvicorn with " + (" and ".join(found) or "h11")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    serve(sys.argv[1])
