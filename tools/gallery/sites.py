"""One server with the demo behind many guards: a request's header says behind which."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from examples.demo.app import POLICY, build
from examples.demo.geo import DemoLocator

from consentguard.asgi import ConsentMiddleware
from consentguard.errors import LedgerError
from consentguard.geo.locate import Locator
from consentguard.locales import available, load
from consentguard.model import ConsentRecord, GeoSettings
from consentguard.policy import parse

from .views import SPOKEN

#: Theme and position, as ``dark/top``.
GUARD = "X-Gallery"
#: Makes a choice seem to come from another site.
FOREIGN = "X-Gallery-Foreign"


class Broken:
    """A ledger that stores nothing, and so has nothing."""

    def append(self, record: ConsentRecord) -> None:
        """Refuse."""
        raise LedgerError("nothing is stored in the gallery")

    def find(self, site: str, receipt: str) -> list[ConsentRecord]:
        """Nothing."""
        return []

    def erase(self, site: str, receipt: str, free: Collection[str]) -> None:
        """There is nothing to erase."""

    def close(self) -> None:
        """There is nothing to close."""


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """A page in any language that there is, of which nothing needs a translation."""
    language = load(scope["path"].removeprefix(SPOKEN)).language
    page = (
        f'<!doctype html><html lang="{language.tag}" dir="{language.dir}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{language.name}</title><style>html {{ font-family: sans-serif; "
        f"color-scheme: light dark }}</style><h1>{language.name}</h1></html>"
    )
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": page.encode()})


class Sites:
    """The demo, and a guard for each theme and position, made when it is first asked for."""

    def __init__(self) -> None:
        self._demo = build(protected=False)
        self._geo = DemoLocator(Locator(GeoSettings()))
        self._guarded: dict[str, ConsentMiddleware] = {}

    def _guard(self, name: str) -> ConsentMiddleware:
        found = self._guarded.get(name)
        if found is None:
            theme, _, position = name.partition("/")
            banner = f'\n[banner]\ntheme = "{theme}"\nposition = "{position}"\n'
            policy, problems = parse(POLICY.read_text(encoding="utf-8") + banner)
            if policy is None:
                raise SystemExit("\n".join(map(str, problems)))
            policy = replace(policy, site=replace(policy.site, languages=available()))
            found = self._guarded[name] = ConsentMiddleware(
                self._site, policy, ["the key of a gallery"], ledger=Broken(), geo=self._geo
            )
        return found

    async def _site(self, scope: Any, receive: Any, send: Any) -> None:
        spoken = scope["type"] == "http" and scope["path"].startswith(SPOKEN)
        await (plain if spoken else self._demo)(scope, receive, send)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer behind the guard that the request names."""
        if scope["type"] != "http":
            await self._demo(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if FOREIGN.lower().encode() in headers:
            headers |= {b"sec-fetch-site": b"cross-site", b"origin": b"https://other.example"}
            scope = {**scope, "headers": list(headers.items())}
        name = headers.get(GUARD.lower().encode(), b"auto/bottom").decode("latin-1")
        await self._guard(name)(scope, receive, send)


@contextmanager
def serving() -> Iterator[str]:
    """The address of all of them."""
    logging.getLogger("consentguard").setLevel(logging.CRITICAL)  # the ledger is meant to fail
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(Sites(), log_level="critical", ws="none", lifespan="off")
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
