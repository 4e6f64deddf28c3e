"""A real Chromium before the real demo, and a record of every host that it tries to reach.

The rule of this layer: nothing leaves the machine. What a page asks of a third party is answered
here with a stub that does what the tracker would do first: set its cookies, send its beacon. A
visitor without stubs keeps the browser's own cache; a proxy then notes each host and refuses.
Neither sees a preconnect, which Chromium leaves out here: look for the element instead.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from examples.demo.app import build
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Response,
    Route,
    async_playwright,
)
from tests.serving import serving

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: What the stubs do, by host: the first steps of the real tracker.
STUBS = {
    "www.googletagmanager.com": """
        document.cookie = "_ga=GA1.1.2.2; path=/; max-age=63072000";
        document.cookie = "_ga_EXAMPLE000=GS1.1.2; path=/; max-age=63072000";
        new Image().src = "https://www.google-analytics.com/g/collect?v=2&tid=G-EXAMPLE000";""",
    "connect.facebook.net": """
        document.cookie = "_fbp=fb.1.2.2; path=/; max-age=7776000";
        new Image().src = "https://www.facebook.com/tr?id=000000000000000&ev=PageView";""",
    "static.hotjar.com": 'document.cookie = "_hjSessionUser_0=2; path=/; max-age=31536000";',
}
TYPES = {"script": "text/javascript", "stylesheet": "text/css", "document": "text/html"}
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true });"


@dataclass(frozen=True)
class Demo:
    """A running demo: where it is, and the file of its ledger."""

    url: str
    ledger: Path


@contextmanager
def running(ledger: Path, *, protected: bool) -> Iterator[Demo]:
    """The demo on a free port."""
    keys = [secrets.token_urlsafe(32)]
    app = build(protected=protected, secret_keys=keys, ledger=f"sqlite:///{ledger}")
    app.state.beat = app.state.pause = 0.01
    with serving(app) as url:
        yield Demo(url, ledger)


@dataclass
class Visitor:
    """One browser profile: a page, and the hosts of third parties that it tried to reach."""

    demo: Demo
    context: BrowserContext
    page: Page
    contacted: set[str] = field(default_factory=set)

    async def go(self, path: str) -> Response | None:
        """Open a page. Its load event waits for all that parser and inline scripts ask for."""
        return await self.page.goto(self.demo.url + path)

    async def press(self, name: str) -> None:
        """Click our own control ``data-cg=name`` and follow where it leads."""
        async with self.page.expect_navigation():
            await self.page.locator(f"[data-cg={name}]").first.click()

    async def cookies(self) -> set[str]:
        """The names of all cookies of this profile."""
        return {cookie.get("name", "") for cookie in await self.context.cookies()}

    def forget(self) -> None:
        """Start a new list of contacted hosts."""
        self.contacted.clear()

    async def answer(self, route: Route) -> None:
        """Let the demo answer for itself; note every other host, and answer for it."""
        request = route.request
        if request.url.startswith(self.demo.url):
            await route.continue_()
            return
        host = urlsplit(request.url).hostname or ""
        self.contacted.add(host)
        kind = TYPES.get(request.resource_type, "image/svg+xml")
        script = STUBS.get(host, "") if request.resource_type == "script" else ""
        await route.fulfill(status=200, content_type=kind, body=script)

    async def refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The proxy: notes the host that a connection is for, and refuses it."""
        request = (await reader.readline()).decode("latin-1").split(" ")
        target = request[1] if len(request) > 1 else ""
        host = urlsplit(target if "://" in target else f"//{target}").hostname
        self.contacted.add(host or "unreadable")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


class Visit(Protocol):
    """Opens a fresh profile; ``stubs=False`` leaves Chromium its cache, which routing turns off."""

    def __call__(
        self,
        country: str = "DE",
        *,
        gpc: bool = False,
        js: bool = True,
        stubs: bool = True,
        demo: Demo | None = None,
    ) -> Awaitable[Visitor]:
        """The visitor, with an empty page."""


def executable() -> str | None:
    """Chromium's path: as told, as the system has it, or None for Playwright's own."""
    return os.environ.get("CONSENTGUARD_CHROMIUM") or shutil.which("chromium")


async def closed(context: BrowserContext) -> None:
    """Close a profile. Chromium may never answer who does so while a tab loads another page."""
    done, _ = await asyncio.wait([asyncio.ensure_future(context.close())], timeout=20)
    for closing in done:
        closing.result()


def pytest_itemcollected(item: pytest.Item) -> None:
    """End a test that hangs where its line is told, a little before pytest's clock would."""
    limit = 0.8 * float(item.config.getini("timeout"))
    if not limit or not isinstance(item, pytest.Function):
        return
    hanging = item.obj
    if not inspect.iscoroutinefunction(hanging):
        return

    @functools.wraps(hanging)
    async def ended(**given: object) -> None:
        async with asyncio.timeout(limit):
            await hanging(**given)

    item.obj = ended


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The protected site."""
    with running(tmp_path_factory.mktemp("demo") / "consent.db", protected=True) as site:
        yield site


@pytest.fixture(scope="session")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The same site without us."""
    with running(tmp_path_factory.mktemp("careless") / "none.db", protected=False) as site:
        yield site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests; every visitor is a profile of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(),
            args=[*FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """Opens profiles, and closes them when the test is over."""
    async with AsyncExitStack() as stack:

        async def opened(
            country: str = "DE",
            *,
            gpc: bool = False,
            js: bool = True,
            stubs: bool = True,
            demo: Demo | None = None,
        ) -> Visitor:
            headers = ({"X-Demo-Country": country} if country else {}) | (
                {"Sec-GPC": "1"} if gpc else {}
            )
            site = demo or request.getfixturevalue("demo")
            visitor = await _open(chromium, stack, site, headers=headers, js=js)
            if gpc:
                await visitor.context.add_init_script(GPC)
            if stubs:
                await visitor.context.route("**/*", visitor.answer)
            return visitor

        yield opened


async def _open(
    chromium: Browser, stack: AsyncExitStack, demo: Demo, *, headers: dict[str, str], js: bool
) -> Visitor:
    """A profile behind a proxy of its own."""
    visitor: Visitor

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await visitor.refuse(reader, writer)

    proxy = await stack.enter_async_context(await asyncio.start_server(refuse, "127.0.0.1", 0))
    port = proxy.sockets[0].getsockname()[1]
    context = await chromium.new_context(
        java_script_enabled=js,
        extra_http_headers=headers,
        locale="en-GB",
        proxy={"server": f"http://127.0.0.1:{port}", "bypass": "127.0.0.1"},
    )
    stack.push_async_callback(closed, context)
    visitor = Visitor(demo, context, await context.new_page())
    return visitor
