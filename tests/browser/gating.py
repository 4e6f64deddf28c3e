"""A site of one page before a real Chromium: as the app wrote it, or as the middleware sends it.

The rule of this layer: nothing leaves the machine. Every request is answered here, and every host
but the site's own is noted. A script that a host serves writes down that it ran, in ``ran``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route
from tests.browser.conftest import closed
from tests.conftest import NOW, Here, a_policy, a_request

from consentguard.guard import ConsentGuard

ORIGIN = "http://site.test"
#: Two services that are off in Germany until somebody says yes.
POLICY = """
[services.stats]
purposes = ["analytics"]
hosts = ["*.stats.test"]
snippets = ["stats("]
[services.ads]
purposes = ["advertising"]
hosts = ["*.ads.test"]
snippets = ["ads("]
"""
GUARD = ConsentGuard(a_policy(POLICY), ["key"], ledger=None, geo=Here("DE"), clock=lambda: NOW)
#: What is allowed before any choice.
FREE = GUARD.decision(a_request()).granted
#: By itself, to be loaded in other ways than the banner loads it.
UNGATE = "/ungate.js"
SCRIPT = f'<script src="{UNGATE}"></script>'
TYPES = {
    "script": "text/javascript",
    "stylesheet": "text/css",
    "document": "text/html",
    "manifest": "application/json",
}
#: Tells what a visitor has allowed, and waits until the page is as it should be.
TELL = """detail => new Promise(done => {
    const end = event => done(event.detail.needsReload);
    document.addEventListener("consentguard:ungated", end, { once: true });
    document.dispatchEvent(new CustomEvent("consentguard:change", { detail }));
})"""


def gate(page: str, path: str = "/") -> str:
    """The page as a visitor gets it who has not chosen; with the banner, but not in a frame."""
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    request = a_request(path, sec_fetch_dest="document" if path == "/" else "iframe")
    reply = GUARD.exchange(request).reply(200, headers)
    return (reply.feed(page.encode()) + reply.finish()).decode()


async def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait, a picture at a time, for something that the browser does in its own time."""
    async with asyncio.timeout(20):
        while not holds():
            await page.evaluate("new Promise(requestAnimationFrame)")


@dataclass
class Site:
    """An open page, and the hosts of others that it tried to reach."""

    page: Page
    documents: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    contacted: set[str] = field(default_factory=set)
    asked: int = 0

    async def answer(self, route: Route) -> None:
        """Serve the site's own files; note every other host, and answer for it."""
        self.asked += 1
        url = urlsplit(route.request.url)
        kind = TYPES.get(route.request.resource_type, "image/svg+xml")
        headers = {"access-control-allow-origin": "*", "content-type": kind}
        body: str | bytes = ""
        if "slow" in url.path:
            await asyncio.sleep(0.1)
        if url.hostname != "site.test":
            self.contacted.add((url.hostname or "").rstrip("."))
            if kind == "text/javascript":
                body = f"(self.ran ||= []).push('{PurePosixPath(url.path).stem}')"
        elif url.path in self.documents:
            headers |= {"content-type": "text/html; charset=utf-8", **self.headers}
            body = self.documents[url.path]
        elif url.path == UNGATE:
            body = files("consentguard.static").joinpath("ungate.js").read_bytes()
        elif url.path.startswith("/_consent/static/"):
            found = GUARD.setup.assets.respond(PurePosixPath(url.path).name, a_request(url.path))
            body = found.body if found else b""
        await route.fulfill(status=200, headers=headers, body=body)

    async def quiet(self) -> None:
        """Wait until nothing more is asked for: browsers tell of it too late on a busy machine."""
        seen = -1
        while seen != self.asked:
            seen = self.asked
            await asyncio.sleep(1)

    async def tell(self, *granted: str, **services: bool) -> int:
        """Say what is allowed beside what always is; how many things need a reload."""
        detail = {"granted": [*FREE, *granted], "services": services}
        return int(await self.page.evaluate(TELL, detail))

    async def until(self, *hosts: str) -> None:
        """Wait until these hosts were contacted; the page's load event does not wait for them."""
        await until(self.page, lambda: self.contacted.issuperset(hosts))

    async def shows(self, *urls: str) -> None:
        """Wait until the frames of the page show these documents."""
        await until(self.page, lambda: [frame.url for frame in self.page.frames[1:]] == list(urls))

    async def ran(self) -> list[str]:
        """The scripts that ran, in order."""
        found: list[str] = await self.page.evaluate("self.ran || []")
        return found

    async def value(self, selector: str, name: str) -> Any:
        """An attribute of the first such element, None where it is missing."""
        return await self.page.locator(selector).first.get_attribute(name)


@asynccontextmanager
async def visiting(
    chromium: Browser,
    page: str,
    *,
    gated: bool = True,
    more: Mapping[str, str] | None = None,
    headers: Sequence[tuple[str, str]] = (),
    js: bool = True,
) -> AsyncIterator[Site]:
    """Open a page of the site, and documents beside it, all gated or none."""
    documents = {"/": page, **(more or {})}
    if gated:
        documents = {path: gate(text, path) for path, text in documents.items()}
    context = await chromium.new_context(java_script_enabled=js)
    site = Site(await context.new_page(), documents, dict(headers))
    await context.route("**/*", site.answer)
    # A hundred frames take their time where other tests run beside.
    await site.page.goto(f"{ORIGIN}/", timeout=120_000)
    if more:
        await site.quiet()
    yield site
    await closed(context)
