"""A page with two hundred elements that wait for consent, with the middleware and without it.

The rule of this layer: nobody is asked but this machine. Chromium resolves no name, so what is
given back to the page fails at once, the same with us and without.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from consentguard.asgi import ConsentMiddleware
from consentguard.model import Place
from consentguard.policy import parse

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

POLICY = """
schema = 1
[site]
name = "Measured"
url = "http://localhost"
controller = "Measured Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
[services.stats]
purposes = ["analytics"]
hosts = ["*.stats.test"]
snippets = ["stats("]
[services.ads]
purposes = ["advertising"]
hosts = ["*.ads.test"]
"""

_STATS, _ADS = "https://a.stats.test", "https://b.ads.test"
GATED = (
    *(f'<img src="{_ADS}/{n}" width="40" height="20" alt="">' for n in range(80)),
    *(f'<script src="{_STATS}/{n}.js"></script>' for n in range(60)),
    *(f"<script>stats({n})</script>" for n in range(40)),
    *(f'<iframe src="{_ADS}/f{n}" width="90" height="60" title="ad"></iframe>' for n in range(20)),
)
_TEXT = "Words of the page, as many as an article has. " * 12
#: What is clicked for comparison: a button that says that it was, and a form that is posted.
_PLAIN = """<style>button { min-width: 4em; min-height: 2em }</style>
<button id="plain">Press</button><form method="post" action="/">
<button id="posts">Post</button></form><script>
plain.onclick = () => plain.textContent = "Pressed";
self.stats = () => {};
</script>"""


def page(gated: bool = True) -> bytes:
    """The document, with or without what waits."""
    found = GATED if gated else ()
    parts = [f"<p>{_TEXT}</p>{element}" for element in found] or [f"<p>{_TEXT}</p>"] * 200
    body = f"<h1>An article</h1>{_PLAIN}<main>{''.join(parts)}</main>"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head += '<meta name="description" content="An article."><title>An article</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


async def _app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    body = page(gated=scope["path"] != "/bare")
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _far(app: Any) -> Any:
    """The same from afar: an answer that is there at once leaves no time to paint."""

    async def answered(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope.get("method") == "POST":
            await asyncio.sleep(0.3)
        await app(scope, receive, send)

    return answered


class _Germany:
    def locate(self, peer: str | None, headers: Any) -> Place:
        return Place("DE", "")


def executable() -> str | None:
    """Chromium's path: as told, as the system has it, or None for Playwright's own."""
    return os.environ.get("CONSENTGUARD_CHROMIUM") or shutil.which("chromium")


@contextmanager
def site(*, protected: bool = True) -> Iterator[str]:
    """The site on a free port of this machine; gives its address."""
    policy, problems = parse(POLICY)
    if policy is None:
        raise SystemExit(str(problems))
    guarded = ConsentMiddleware(_app, policy, ["key"], ledger=None, geo=_Germany())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = _far(guarded if protected else _app)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", ws="none", lifespan="off")
        )
        server.config.timeout_graceful_shutdown = 1
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
