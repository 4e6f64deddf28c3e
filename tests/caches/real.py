"""The randomised run through nginx and Varnish: ``make caches``, for they have to be installed.

Each in its usual configuration, and in one that does not look at Vary; the site behind uvicorn and
behind waitress. Their clocks cannot be moved, so everything lives for two seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import waitress  # type: ignore[import-untyped]
from tests.caches import processes
from tests.caches.site import VIEWS, Site, policy
from tests.caches.test_own import MEASURED, MIXED, SHARED, everywhere, mixed
from tests.caches.walk import Walk, seed_of_today, sums
from tests.serving import serving
from waitress import wasyncore

import consentguard.asgi
import consentguard.wsgi

STEPS = 1500
LIFE = 2  #: seconds
FRONTS = {"nginx": processes.nginx, "varnish": processes.varnish}
FRONT = pytest.mark.parametrize("front", list(FRONTS))
VARIES = pytest.mark.parametrize("varies", [True, False], ids=["Vary", "blind"])


@contextmanager
def served(site: Site, enforcement: str | None, *, wsgi: bool = False) -> Iterator[str]:
    """The URL of the site, bare where nothing is said of enforcement."""
    given: Any = {}
    if enforcement is not None:
        given = {"policy": policy(enforcement), "secret_keys": ["key"], "ledger": None}
    if wsgi:
        app: Any = site.wsgi
        with waiting(consentguard.wsgi.ConsentMiddleware(app, **given) if given else app) as url:
            yield url
        return

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await site.asgi(scope, receive, send)

    app = consentguard.asgi.ConsentMiddleware(bare, **given) if given else bare
    with serving(app, "off") as url:
        yield url


@contextmanager
def waiting(app: Any) -> Iterator[str]:
    """The URL of a WSGI app in waitress."""
    server: Any = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In its own thread, which else would wait for sockets that are closed.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()


@contextmanager
def walking(
    folder: Path,
    front: str,
    enforcement: str | None,
    *,
    varies: bool,
    seed: int,
    shared: Callable[[str], bool] = lambda path: False,
    wsgi: bool = False,
    life: int = LIFE,
) -> Iterator[tuple[Walk, Site]]:
    """A walk about the site behind a real cache."""
    site = Site(time.time, life)
    with (
        served(site, enforcement, wsgi=wsgi) as origin,
        FRONTS[front](origin, folder, varies=varies) as socket,
        processes.through(socket) as fetch,
        processes.to(origin) as app,
    ):
        bare = enforcement is None
        yield Walk(fetch, app, time.time, seed, shared=shared, bare=bare), site


@FRONT
@VARIES
@pytest.mark.parametrize("wsgi", [False, True], ids=["uvicorn", "waitress"])
def test_private_pages_are_their_visitors_own(
    tmp_path: Path, front: str, varies: bool, wsgi: bool
) -> None:
    seed = seed_of_today()
    with walking(tmp_path, front, "", varies=varies, wsgi=wsgi, seed=seed) as (walk, site):
        walk.run(STEPS)
    plain = sums(site, {"/api/plain": 0, "/static/site.css": 0}).total()
    visits = walk.visits["/api/plain"] + walk.visits["/static/site.css"]
    assert 0 < plain < visits, "what is for everybody is kept"


@FRONT
@VARIES
@pytest.mark.parametrize(
    ("enforcement", "shared"), [(SHARED, everywhere), (MIXED, mixed)], ids=["shared", "mixed"]
)
def test_shared_pages_are_the_same_for_everybody(
    tmp_path: Path, front: str, varies: bool, enforcement: str, shared: Callable[[str], bool]
) -> None:
    seed = seed_of_today()
    given: Any = {"varies": varies, "seed": seed, "shared": shared}
    with walking(tmp_path, front, enforcement, **given) as (walk, site):
        walk.run(STEPS)
    kept = frozenset(path for path in MEASURED if shared(path))
    visits = sum(n for path, n in walk.visits.items() if path in kept)
    assert 0 < sums(site, kept).total() < visits / 2
    assert enforcement == MIXED or any(status == 304 for _, status in site.asked), "revalidated"


@FRONT
@VARIES
def test_shared_pages_are_kept_as_without_us(tmp_path: Path, front: str, varies: bool) -> None:
    """While nothing gets old: the clock is real, and two runs do not meet it alike.

    Neither of the two keeps what sets a cookie. Behind us it does, for a tracker's cookie is gone.
    """
    asked, seed = [], seed_of_today()
    for enforcement in (None, SHARED):
        folder = tmp_path / str(enforcement is None)
        folder.mkdir()
        given: Any = {"varies": varies, "seed": seed, "shared": everywhere, "life": 100_000}
        with walking(folder, front, enforcement, **given) as (walk, site):
            walk.run(STEPS)
        visits = sum(n for path, n in walk.visits.items() if path in MEASURED)
        asked.append(sums(site, MEASURED))
        rate = 1 - asked[-1].total() / visits
        told = "without us" if enforcement is None else "with us"
        print(f"{front}, {told}: {visits} visits, {asked[-1].total()} at the site, {rate:.1%} hits")
    for path in MEASURED:
        bare, ours = (one[path, VIEWS[path].status] for one in asked)
        told = f"{path}, seed {seed}: {bare}, {ours}"
        if b"set-cookie" in dict(VIEWS[path].more):
            assert ours <= bare, told
        else:
            assert ours == bare, told
