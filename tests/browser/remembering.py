"""A visitor whose Chromium keeps what it has seen, at a site behind the real middleware.

The rule of this layer: nothing is answered in the browser's place, which would turn its caches
off. Every other host is reached through a proxy that notes who was asked for, and answers nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page
from tests.browser.conftest import closed
from tests.browser.gating import POLICY
from tests.conftest import Here, a_policy
from tests.serving import serving

from consentguard.asgi import ConsentMiddleware

GERMANY = Here("DE")
#: A picture, a script, and what trackers do when a page comes back from memory.
TRACKERS = """<img src="http://a.stats.test/i"><script src="http://b.ads.test/s.js"></script>
<script>addEventListener("pageshow", event => {
    self.persisted = event.persisted;
    if (event.persisted) new Image().src = "http://again.ads.test/i";
})</script>"""
LOADED = "[src*='.test/']"
#: Pages that are the site's own business: we neither gate nor follow them.
MORE = '[enforcement]\nexclude_paths = ["/own"]\n'
TAG = b'"one"'

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass
class App:
    """A site of pages with trackers, which it says may be kept; ``bodies`` adds to some of them.

    ``asked`` has what reached it: the status of its answer, the path, and ``Sec-Purpose``.
    """

    bodies: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer any request with a page, or with 304."""
        if scope["type"] != "http":
            return
        path, sent = scope["path"], dict(scope["headers"])
        status = 304 if TAG in sent.get(b"if-none-match", b"") else 200
        purpose = sent.get(b"sec-purpose", b"").decode()
        self.asked.append(f"{status} {path} {purpose}".strip())
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"etag", TAG),
            (b"last-modified", b"Sat, 01 Nov 2025 00:00:00 GMT"),
            (b"cache-control", b"max-age=600"),
        ]
        if path == "/moved":
            status, headers = 302, [(b"location", b"/two")]
        trackers = "" if path.startswith("/own") else TRACKERS
        body = f'<!doctype html><html><head><link rel="icon" href="data:,"></head><body>{trackers}'
        page = f"{body}{self.bodies.get(path, '')}</body></html>".encode() if status == 200 else b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": page})


@dataclass
class Proxy:
    """Notes every host that is asked for, and answers with an empty page."""

    url: str = ""
    contacted: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        target = (await reader.readline()).decode("latin-1").split(" ")[1:2]
        for one in target:
            host = urlsplit(one if "://" in one else f"//{one}").hostname or "unreadable"
            # A browser has business of its own.
            if host.endswith(".test"):
                self.contacted.append(host)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n.")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def noting() -> AsyncIterator[Proxy]:
    """A proxy on a free port."""
    proxy = Proxy()
    async with await asyncio.start_server(proxy.answer, "127.0.0.1", 0) as server:
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield proxy


@dataclass
class Visitor:
    """A browser profile, the site that it is at, and the hosts that it contacts."""

    url: str
    app: App
    context: BrowserContext
    proxy: Proxy
    last: Page

    async def tab(self, path: str) -> Page:
        """A new tab, with all that its page loads."""
        page = await self.context.new_page()
        await page.goto(self.url + path)
        return page

    async def press(self, page: Page, name: str, path: str) -> None:
        """Open a page in a tab and press one of our buttons there."""
        await page.goto(self.url + path)
        async with page.expect_navigation():
            await page.locator(f"[data-cg={name}]").first.click()

    async def contacts(self) -> set[str]:
        """The hosts that were contacted since it was asked last."""
        # The proxy comes to this one after those that were asked for before it.
        await self.last.goto("http://last.test/")
        found = set(self.proxy.contacted) - {"last.test"}
        self.proxy.contacted.clear()
        return found


def guarded(app: App, place: Here = GERMANY) -> ConsentMiddleware:
    """The site behind the middleware."""
    return ConsentMiddleware(app, a_policy(POLICY + MORE), ["key"], ledger=None, geo=place)


@asynccontextmanager
async def remembering(
    chromium: Browser, app: App, *, js: bool = True, place: Here = GERMANY
) -> AsyncIterator[Visitor]:
    """A visitor, from Germany unless told."""
    with serving(guarded(app, place)) as url:
        async with noting() as proxy:
            context = await chromium.new_context(
                java_script_enabled=js, proxy={"server": proxy.url, "bypass": "127.0.0.1"}
            )
            try:
                yield Visitor(url, app, context, proxy, await context.new_page())
            finally:
                await closed(context)


async def trackers(page: Page) -> int:
    """How many things of others a page and its frames hold, once loaded."""
    await page.wait_for_load_state()
    return sum([await frame.locator(LOADED).count() for frame in page.frames])
